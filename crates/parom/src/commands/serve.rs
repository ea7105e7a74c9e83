//! `parom serve`: the service.

use tracing::info;

use crate::app::App;
use crate::lifecycle::{Ending, Lifecycle};
use crate::{Outcome, http, service};

/// It takes nothing: everything is in the settings.
#[derive(Debug, clap::Args)]
#[command(override_usage = "parom serve [--config ФАЙЛ]")]
pub(crate) struct Args {}

pub(crate) async fn run(app: App) -> anyhow::Result<Outcome> {
    let webhook = app.config.bitrix24.webhook()?;
    let _helm = app.helm()?.or_fail()?;
    let engine = app.engine()?;
    let listener = http::listen(app.config.server.listen, "listen").await?;

    let lifecycle = Lifecycle::default();
    let address = service::start(&app, engine, listener, &lifecycle).await?;
    info!(%address, portal = webhook.host(), "Parom is at work: 1C at http://{address}/1c/v1, Bitrix24 at {webhook}");
    let ending = lifecycle.finish().await?;
    app.store.close().await;
    info!("Parom has ended");
    Ok(match ending {
        Ending::Clean => Outcome::Done,
        Ending::Hard => Outcome::Failed,
    })
}
