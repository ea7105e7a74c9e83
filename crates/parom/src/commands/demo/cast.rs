//! Who takes part in the demo.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use bitrix::SystemClock;
use domain::{Clock, DeliveryState, OneCRef, Side};
use emulator::bitrix24::{BoxModule, Portal, PortalSettings};
use emulator::onec::{Connection, FileFormat, LegalStatus, OneC, Settings};
use tempfile::TempDir;
use uuid::Uuid;

use super::way_back::SWEEP_EVERY;
use crate::app::App;
use crate::config::Config;

/// What 1C says at the door of the demo.
pub(super) const LOGIN: &str = "1c";
/// No secret: the demo listens on the loopback and holds public data.
pub(super) const PASSWORD: &str = "demo";
/// What the box module of the demo signs its notices with; no secret either.
const MODULE_SECRET: &str = "secret of the demo";

/// What a person decides if both sides have changed it; everything else decides itself.
const RULES: &str = "director = \"ask\"\nactual_address = \"ask\"\n";

/// A portal, a 1C and the parts of a Parom between them.
pub(super) struct Cast {
    pub(super) portal: Portal,
    pub(super) onec: OneC,
    pub(super) app: App,
    pub(super) database: PathBuf,
    /// The counterparties of the 1C as a file.
    pub(super) file: PathBuf,
    _folder: TempDir,
}

/// A counterparty of 1C that is a company of the portal.
#[derive(Clone, Debug)]
pub(super) struct Client {
    pub(super) reference: Uuid,
    pub(super) name: String,
    pub(super) company: i64,
    pub(super) requisite: i64,
}

impl Cast {
    /// Brings them together; `counterparties` made-up ones, or the real ones for 0.
    pub(super) async fn gather(counterparties: u64) -> anyhow::Result<Self> {
        const SEED: u64 = 1;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let folder =
            tempfile::Builder::new().prefix("parom-demo-").tempdir().context("нет временной папки")?;
        let portal = Portal::start(PortalSettings::new(Arc::clone(&clock)))
            .await
            .context("не удалось запустить учебный портал")?;
        let onec = match counterparties {
            0 => OneC::with_real_entities(clock),
            count => OneC::generated(count, SEED, clock),
        };
        let file = folder.path().join("counterparties.jsonl");
        onec.write_file(&file, FileFormat::Jsonl).context("не удалось записать контрагентов в файл")?;

        let database = folder.path().join("parom.db");
        let settings = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\n[rules]\n{RULES}[store]\nurl = \"sqlite://{}\"\n[bitrix24]\nwebhook_url = \"{}\"\n\
             sweep_every = \"{}s\"\nmodule_secret = \"{MODULE_SECRET}\"\n[onec]\nlogin = \"{LOGIN}\"\npassword = \"{PASSWORD}\"\n",
            database.display(),
            portal.webhook_url(),
            SWEEP_EVERY.as_secs(),
        );
        let config = Config::read(&settings, folder.path(), [])?;
        let app = App::open(config).await?;
        Ok(Self { portal, onec, app, database, file, _folder: folder })
    }

    /// An administrator installs the box module on the portal and gives it the address of this Parom.
    pub(super) fn install_module(&self, parom: SocketAddr) {
        let address = format!("http://{parom}/bitrix24/changes");
        let settings = BoxModule {
            technical_user: self.portal.webhook_owner(),
            ..BoxModule::new(address, MODULE_SECRET)
        };
        self.portal.module().install(settings);
        self.portal.notices().deliver_by_themselves();
    }

    /// The first counterparty of 1C that is a company by now.
    pub(super) async fn first_delivered(&self) -> anyhow::Result<Client> {
        self.delivered(1).await?.pop().context("ни один контрагент не передан")
    }

    /// Counterparties of 1C that are companies by now, `most` of them.
    pub(super) async fn delivered(&self, most: usize) -> anyhow::Result<Vec<Client>> {
        // Legal entities first: entrepreneurs have no КПП to change.
        let (legal, others): (Vec<_>, Vec<_>) =
            self.onec.elements().partition(|element| element.legal_status == LegalStatus::Organisation);
        let mut clients = Vec::new();
        for element in legal.into_iter().chain(others) {
            if clients.len() == most {
                break;
            }
            let onec_ref = OneCRef::parse(&element.reference.to_string()).context("GUID учебной 1С")?;
            let Some(link) = self.app.store.link_by_ref(onec_ref).await? else { continue };
            let standing = self.app.store.standing(link.id, Side::Bitrix).await?;
            if standing.is_some_and(|standing| standing.state == DeliveryState::Settled)
                && let (Some(company), Some(requisite)) = (link.company_id, link.requisite_id)
            {
                let name = element.name.trim().to_owned();
                clients.push(Client { reference: element.reference, name, company, requisite });
            }
        }
        Ok(clients)
    }

    /// Everything stops; the folder goes.
    pub(super) async fn close(self) {
        self.app.store.close().await;
        self.portal.stop().await;
    }
}

/// How the 1C of the demo reaches the Parom.
pub(super) fn connect(address: SocketAddr) -> Connection {
    Connection::new(&format!("http://{address}"), LOGIN, PASSWORD, Settings::of_adapter())
}
