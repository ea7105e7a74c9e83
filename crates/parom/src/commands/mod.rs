//! One file per command: its arguments and what it does with the parts it is given.

pub(crate) mod alerts;
pub(crate) mod backup;
pub(crate) mod config;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod emulate;
pub(crate) mod jobs;
pub(crate) mod load;
pub(crate) mod parked;
pub(crate) mod plan;
pub(crate) mod reconcile;
pub(crate) mod record;
pub(crate) mod restore;
pub(crate) mod serve;
pub(crate) mod setup;
pub(crate) mod status;
pub(crate) mod user;

use anyhow::Context;

use crate::app::App;
use crate::cli::{Cli, Command, Common};
use crate::{Outcome, first_start, telemetry};

/// Does what the command line says.
pub(crate) fn run(cli: Cli) -> anyhow::Result<Outcome> {
    telemetry::start(cli.common.log_format, default_filter(&cli.command));
    rustls::crypto::ring::default_provider()
        .install_default()
        .expect("nobody installs a provider before the first command");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("не удалось запустить рабочие потоки")?;
    runtime.block_on(dispatch(cli))
}

async fn dispatch(cli: Cli) -> anyhow::Result<Outcome> {
    let Cli { command, common } = cli;
    match command {
        Command::Config(_) => config::run(),
        Command::Demo(args) => demo::run(args).await,
        Command::Emulate(args) => emulate::run(args).await,
        Command::Serve(_) => match Box::pin(open_for_serving(&common)).await? {
            Some(app) => serve::run(app).await,
            None => Ok(Outcome::Done),
        },
        Command::Load(args) => Box::pin(load::run(&args, open_for_portal(&common).await?)).await,
        Command::Plan(args) => plan::run(&args, open_for_portal(&common).await?).await,
        Command::Reconcile(args) => Box::pin(reconcile::run(&args, open_for_portal(&common).await?)).await,
        Command::Setup(args) => setup::run(&args, open_for_portal(&common).await?).await,
        Command::Doctor(args) => doctor::run(&args, open_for_portal(&common).await?).await,
        Command::Status(args) => status::run(&args, open(&common).await?).await,
        Command::Parked(args) => Box::pin(parked::run(args, open(&common).await?)).await,
        Command::Jobs(args) => jobs::run(args, open(&common).await?).await,
        Command::User(args) => user::run(args, open(&common).await?).await,
        Command::Alerts(args) => alerts::run(args, open(&common).await?).await,
        Command::Backup(args) => backup::run(&args, &common.settings()?).await,
        Command::Restore(args) => restore::run(&args, &common.settings()?).await,
        Command::Record(args) => record::run(args, open_for_portal(&common).await?).await,
    }
}

async fn open(common: &Common) -> anyhow::Result<App> {
    App::open(common.settings()?).await
}

/// What is missing in the settings is told before a database is made.
async fn open_for_portal(common: &Common) -> anyhow::Result<App> {
    let config = common.settings()?;
    config.bitrix24.webhook()?;
    App::open(config).await
}

/// `None`: nothing is set, somebody was asked for it, and the process was ended meanwhile.
async fn open_for_serving(common: &Common) -> anyhow::Result<Option<App>> {
    let mut config = common.settings()?;
    if config.is_first_start() {
        if !first_start::run(&config, &common.file()).await? {
            return Ok(None);
        }
        config = common.settings()?;
    }
    config.for_serving()?;
    App::open(config).await.map(Some)
}

/// A service tells its life, other commands tell what went wrong: their results go to the standard output.
fn default_filter(command: &Command) -> &'static str {
    match command {
        Command::Serve(_) | Command::Emulate(_) => "info",
        Command::Demo(_)
        | Command::Load(_)
        | Command::Plan(_)
        | Command::Reconcile(_)
        | Command::Setup(_)
        | Command::Doctor(_)
        | Command::Status(_)
        | Command::Parked(_)
        | Command::Jobs(_)
        | Command::User(_)
        | Command::Alerts(_)
        | Command::Record(_)
        | Command::Backup(_)
        | Command::Restore(_)
        | Command::Config(_) => "error",
    }
}
