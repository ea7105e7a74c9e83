//! The parts of Parom put together as the settings say.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use alerts::Alarm;
use anyhow::Context;
use axum::{Router, middleware};
use bitrix::{Application, Client, PaceSettings, SystemClock};
use domain::{Clock, Ids};
use engine::{Engine, Parts};
use store::Store;

use crate::config::{Config, Secret};
use crate::ferry::EngineFerry;
use crate::helm::Helm;
use crate::http::{self, NoticeSecrets, Readiness};
use crate::lifecycle::Lifecycle;
use crate::load_file::CounterpartyFiles;
use crate::metrics::{self, Metrics};
use crate::tokens::StoredTokens;

/// Settings, database and clock: what every command but `demo` and `emulate` begins with.
pub(crate) struct App {
    /// What was set.
    pub(crate) config: Config,
    /// The open database.
    pub(crate) store: Store,
    /// Time as it is.
    pub(crate) clock: Arc<dyn Clock>,
    /// What happens, counted.
    pub(crate) metrics: Arc<Metrics>,
}

impl App {
    /// Opens the database, creating or updating it.
    pub(crate) async fn open(config: Config) -> anyhow::Result<Self> {
        let store = Store::open(config.store.url.expose()).await?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let metrics = Arc::new(Metrics::new(clock.now()));
        Ok(Self { config, store, clock, metrics })
    }

    /// A client of the portal; asks nothing yet.
    pub(crate) fn client(&self) -> anyhow::Result<Client> {
        Client::new(&self.portal()?, Arc::clone(&self.clock))
            .context("не удалось подготовить соединение с Битрикс24")
    }

    /// Where the portal is and how to treat it.
    fn portal(&self) -> anyhow::Result<bitrix::Settings> {
        let webhook = self.config.bitrix24.webhook()?;
        let pace = match self.config.bitrix24.requests_per_second {
            0 => PaceSettings::default(),
            rate => PaceSettings { requests_per_second: f64::from(rate), ..PaceSettings::default() },
        };
        let observer = Arc::clone(&self.metrics.counters) as Arc<dyn bitrix::Observer>;
        Ok(bitrix::Settings { pace, observer, ..bitrix::Settings::new(webhook.clone()) })
    }

    /// The ferry itself; asks nothing of the portal yet.
    pub(crate) fn engine(&self) -> anyhow::Result<Engine> {
        let settings = engine::Settings {
            match_by: self.config.onec.match_by,
            rules: self.config.rules.clone(),
            delete_marked: self.config.onec.delete_marked,
            inquiries: self.config.inquiry.settings(&self.config.bitrix24.pipelines),
            deal_fields: self.config.deal.fields.clone(),
            sweep_every: self.config.bitrix24.sweep_every,
            full_compare_every: self.config.bitrix24.full_compare_every,
            hears_module: self.config.bitrix24.module_secret.is_some(),
            offline_every: self.config.bitrix24.offline_every,
            ..engine::Settings::default()
        };
        let engine = Engine::new(Parts {
            store: self.store.clone(),
            client: self.client()?,
            clock: Arc::clone(&self.clock),
            ids: self.ids(),
            settings,
        });
        let engine = engine.with_observer(Arc::clone(&self.metrics.counters) as Arc<dyn engine::Observer>);
        let files = CounterpartyFiles { time_zone: self.config.onec.time_zone.clone() };
        let engine = engine.with_load_file(Arc::new(files));
        Ok(match self.application()? {
            Some(application) => engine.with_application(application),
            None => engine,
        })
    }

    /// The local application of the portal, where one was set; asks nothing yet.
    fn application(&self) -> anyhow::Result<Option<Application>> {
        let Some(settings) = self.config.bitrix24.application() else { return Ok(None) };
        let tokens = Arc::new(StoredTokens::new(self.store.clone(), settings.client_id.clone()));
        let application = Application::new(&self.portal()?, &settings, tokens, Arc::clone(&self.clock));
        Ok(Some(application.context("не удалось подготовить соединение с сервером авторизации Битрикс24")?))
    }

    /// What tells people that something is wrong; looks at nothing yet. Without an engine it cannot notify employees.
    pub(crate) fn alarm(&self, engine: Option<Engine>) -> anyhow::Result<Alarm> {
        let alerts = &self.config.alerts;
        let parts = alerts::Parts {
            store: self.store.clone(),
            engine,
            clock: Arc::clone(&self.clock),
            ids: self.ids(),
            rules: alerts.rules(&self.config),
            channels: alerts.channels(),
        };
        Alarm::new(parts).context("раздел [alerts]")
    }

    /// Makes sure that nobody else moves this database's deliveries; see [`Helm`].
    pub(crate) fn helm(&self) -> anyhow::Result<Helm> {
        Helm::take(self.config.store.url.expose())
    }

    /// Everything that the service answers over HTTP, as a part of `lifecycle`.
    pub(crate) fn router(
        &self,
        ferry: Arc<EngineFerry>,
        engine: Engine,
        lifecycle: &Lifecycle,
    ) -> anyhow::Result<Router> {
        let settings = onec::Settings {
            login: self.config.onec.login.clone(),
            password: self.config.onec.password()?.to_secret_string(),
            time_zone: self.config.onec.time_zone.clone(),
            body_limit: self.config.server.body_limit.bytes(),
            document_limit: self.config.onec.document_limit.bytes(),
        };
        let counting = (Arc::clone(&self.metrics.counters), Arc::clone(&self.clock));
        let onec = onec::router(settings, ferry, Arc::clone(&self.clock))
            .layer(middleware::from_fn_with_state(counting, metrics::count_onec));
        let secret = |secret: &Option<Secret>| secret.as_ref().map(Secret::to_secret_string);
        let secrets = NoticeSecrets {
            application_token: secret(&self.config.bitrix24.application_token),
            module_secret: secret(&self.config.bitrix24.module_secret),
        };
        let notices = http::notices(engine.clone(), secrets);
        let notices = notices.merge(http::install(engine.clone(), Arc::clone(&self.clock)));
        let console = console::router(self.console(engine, lifecycle)?);
        Ok(http::router(onec, notices, console, self.readiness(), self.config.server.body_limit.bytes()))
    }

    /// What the pages are made of.
    fn console(&self, engine: Engine, lifecycle: &Lifecycle) -> anyhow::Result<console::Parts> {
        Ok(console::Parts {
            store: self.store.clone(),
            engine,
            clock: Arc::clone(&self.clock),
            ids: self.ids(),
            zone: self.config.onec.time_zone.clone(),
            portal: self.config.bitrix24.webhook()?.portal(),
            public_url: self.config.server.public_url.clone(),
            settings: self.config.shown.0.clone(),
            alert_rules: self.config.alerts.rules(&self.config),
            tasks: lifecycle.tasks(),
            stop: lifecycle.stop(),
        })
    }

    /// A maker of identifiers that no other one shares its seed with.
    pub(crate) fn ids(&self) -> Arc<Ids> {
        Arc::new(Ids::new(Arc::clone(&self.clock), seed()))
    }

    fn readiness(&self) -> Readiness {
        let store = self.store.clone();
        Arc::new(move || {
            let store = store.clone();
            Box::pin(async move { ready(&store).await })
        })
    }
}

/// Whether what 1C shows could be kept.
async fn ready(store: &Store) -> Result<(), String> {
    store.ping().await.map_err(|error| error.to_string())?;
    let room = store.room().await.map_err(|error| error.to_string())?;
    match room.free {
        Some(free) if free < FREE_MIN => Err("на диске базы данных нет места".to_owned()),
        Some(_) | None => Ok(()),
    }
}

/// With less the next transactions may fail: the log of writes grows to some megabytes before it is folded in.
const FREE_MIN: u64 = 16 * 1024 * 1024;

/// A number that no other process has: the standard library seeds its hash maps from the operating system.
pub(crate) fn seed() -> u64 {
    RandomState::new().hash_one("parom")
}
