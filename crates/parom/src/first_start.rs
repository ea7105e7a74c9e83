//! `parom serve` before anything is set: one page for this machine, until the settings are written.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use bitrix::SystemClock;
use console::{Answers, FirstStart, NewAdministrator, Promise};
use domain::{Clock, Ids, Role};
use engine::Finding;
use store::{AuditEntry, AuditResult, Person, Store, StoreError};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

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
        port: listen.port(),
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
    /// That the settings name.
    port: u16,
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

    fn has_people(&self) -> Promise<'_, Result<bool, String>> {
        Box::pin(async { self.store.has_people().await.map_err(|error| error.to_string()) })
    }

    /// The administrator first: with the settings the first start is over. Whoever dies in between finds him there.
    fn save<'a>(&'a self, answers: &'a Answers) -> Promise<'a, Result<(), String>> {
        Box::pin(async move {
            if let Some(administrator) = &answers.administrator {
                self.add(administrator).await.map_err(|error| format!("{error:#}"))?;
            }
            let written = config::Answers {
                webhook_url: answers.webhook_url.clone().into(),
                onec_login: answers.onec_login.clone(),
                onec_password: answers.onec_password.clone().into(),
                listen: answers.listens_to_network.then(|| (Ipv4Addr::UNSPECIFIED, self.port).into()),
            };
            let now = self.clock.now();
            let backup = config::write(&self.path, &written, now).map_err(|error| error.to_string())?;
            info!(file = %self.path.display(), "The settings are written");
            if let Some(backup) = backup {
                info!(file = %backup.display(), "What stood there before is kept as {}", backup.display());
            }
            let subject = self.path.display().to_string();
            if let Err(error) = self.note(console::Act::WroteSettings, &subject).await {
                warn!(error = %error, "The audit does not tell of the settings: {error}");
            }
            self.saved.cancel();
            Ok(())
        })
    }
}

impl Wizard {
    async fn add(&self, new: &NewAdministrator) -> anyhow::Result<()> {
        let role = Role::Administrator;
        let person = Person {
            id: self.ids.user(),
            login: new.login.clone(),
            name: new.name.clone(),
            role,
            password: new.password.clone(),
            must_change: false,
            is_blocked: false,
            created_at: self.clock.now(),
            seen_at: None,
        };
        let mut write = self.store.begin().await?;
        write.add_person(&person).await?;
        let subject = format!("{}, {}", new.login, role.title());
        write.begin_audit(&self.entry(console::Act::AddedPerson, &subject)).await?;
        Ok(write.commit().await?)
    }

    async fn note(&self, act: console::Act, subject: &str) -> Result<(), StoreError> {
        let mut write = self.store.begin().await?;
        write.begin_audit(&self.entry(act, subject)).await?;
        write.commit().await
    }

    /// Whoever had the code stood at this machine; the audit tells of him all the same.
    fn entry(&self, act: console::Act, subject: &str) -> AuditEntry {
        AuditEntry {
            id: self.ids.audit(),
            at: self.clock.now(),
            person: None,
            login: String::new(),
            address: "первый запуск".to_owned(),
            act: act.as_str().to_owned(),
            subject: subject.to_owned(),
            result: AuditResult::Done,
            detail: String::new(),
        }
    }
}
