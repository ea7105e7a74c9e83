//! `parom serve` before anything is set: one page for this machine, until the settings are written.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use bitrix::SystemClock;
use console::{Answers, FirstStart, Promise};
use domain::{Clock, Ids};
use engine::Finding;
use store::Store;
use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::app::seed;
use crate::config::{self, Config};
use crate::http;
use crate::lifecycle::Lifecycle;

/// Bytes of a code: nobody guesses 80 bits in ten attempts.
const CODE_BYTES: usize = 10;

/// Serves the form until the settings are written. `false`: the process shall end.
pub(crate) async fn run(config: &Config, path: &Path) -> anyhow::Result<bool> {
    let listen = config.server.listen;
    if !listen.ip().is_loopback() {
        bail!(
            "портал ещё не задан, а Паром слушает {listen} и виден из сети. Для первой настройки в браузере поставьте в \
             [server] listen = \"127.0.0.1:8024\" или впишите webhook_url и password в файл настроек"
        );
    }
    let store = Store::open(config.store.url.expose()).await?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ids = Arc::new(Ids::new(Arc::clone(&clock), seed()));
    let saved = CancellationToken::new();
    let code = code()?;
    let first = Wizard {
        path: path.to_owned(),
        store: store.clone(),
        clock: Arc::clone(&clock),
        ids,
        saved: saved.clone(),
    };

    let listener = http::listen(listen, "listen").await?;
    let address = listener.local_addr()?;
    // It is meant for whoever sees this terminal or may read this log, and good for this process alone.
    info!(%address, %code, "First start: open http://{address}/ on this machine; the code is {code}");
    let router = console::first_start(Arc::new(first), &code);
    let lifecycle = Lifecycle::default();
    let (stop, tasks) = (lifecycle.stop(), lifecycle.tasks());
    lifecycle.run("the first start", async move { http::serve(listener, router, clock, stop, tasks).await });
    let (is_saved, _) = lifecycle.finish_or(saved).await?;
    store.close().await;
    Ok(is_saved)
}

/// What nobody can guess, in letters that people do not mix up.
fn code() -> anyhow::Result<String> {
    const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let mut bytes = [0; CODE_BYTES * 8 / 5];
    getrandom::fill(&mut bytes).context("операционная система не дала случайных чисел")?;
    Ok(bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect())
}

struct Wizard {
    path: PathBuf,
    store: Store,
    clock: Arc<dyn Clock>,
    ids: Arc<Ids>,
    /// Cancelled once the settings are written.
    saved: CancellationToken,
}

impl FirstStart for Wizard {
    fn check<'a>(&'a self, webhook: &'a str) -> Promise<'a, Vec<Finding>> {
        Box::pin(engine::check_webhook(webhook, &self.store, &self.clock, &self.ids))
    }

    fn save<'a>(&'a self, answers: &'a Answers) -> Promise<'a, Result<(), String>> {
        Box::pin(async move {
            let answers = config::Answers {
                webhook_url: answers.webhook_url.trim().to_owned().into(),
                onec_login: answers.onec_login.trim().to_owned(),
                onec_password: answers.onec_password.clone().into(),
                module_secret: None,
            };
            let backup =
                config::write(&self.path, &answers, self.clock.now()).map_err(|error| error.to_string())?;
            info!(file = %self.path.display(), "The settings are written");
            if let Some(backup) = backup {
                info!(file = %backup.display(), "What stood there before is kept as {}", backup.display());
            }
            self.saved.cancel();
            Ok(())
        })
    }
}
