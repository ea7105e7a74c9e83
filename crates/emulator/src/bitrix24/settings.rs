//! What a portal is like: where it listens, whose webhook it has, what that webhook may.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use domain::Clock;
use jiff::tz::TimeZone;

/// The settings of an emulated portal. [`PortalSettings::new`] gives a box with an administrator's webhook.
#[derive(Clone)]
pub struct PortalSettings {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where DATE_CREATE, DATE_MODIFY and `server.time` come from.
    pub clock: Arc<dyn Clock>,
    /// The user who made the webhook; calls run with his rights, and new companies are his.
    pub user: i64,
    /// The secret of the webhook.
    pub code: String,
    /// Whether that user is an administrator: user fields and history fields of the import need it.
    pub admin: bool,
    /// What that user may do in the CRM.
    pub rights: Rights,
    /// The scopes of the webhook; `basic` is implied.
    pub scopes: Vec<String>,
    /// The zone in which the portal shows dates.
    pub time_zone: TimeZone,
    /// Where the counters of identifiers start.
    pub first_ids: FirstIds,
    /// What an address forgets when only some of its parts are updated: the vendor's page can be read both ways.
    /// <https://apidocs.bitrix24.com/api-reference/crm/requisites/addresses/crm-address-update.html>
    pub address_update: AddressUpdate,
    /// What every HTTP request costs, in real time.
    pub latency_per_request: Duration,
    /// What every command costs on top of it, in real time.
    pub latency_per_command: Duration,
    /// How many requests are worked on at once, as PHP-FPM limits its workers; others wait.
    pub max_concurrent: usize,
}

/// Rights of the webhook's user for companies, contacts and deals.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent ticks of a role, as the portal has them")]
pub struct Rights {
    /// Read cards and lists.
    pub read: bool,
    /// Add.
    pub add: bool,
    /// Change.
    pub update: bool,
    /// Delete.
    pub delete: bool,
    /// Import.
    pub import: bool,
}

impl Rights {
    /// Everything is permitted.
    pub const ALL: Self = Self { read: true, add: true, update: true, delete: true, import: true };
    /// Only reading is permitted.
    pub const READ_ONLY: Self = Self { read: true, add: false, update: false, delete: false, import: false };
}

/// First identifiers. No two kinds start alike and presets are not 1, 2, 3, so that a mixed up or hard-coded id is
/// found out.
#[derive(Clone, Copy, Debug)]
pub struct FirstIds {
    /// Companies.
    pub company: i64,
    /// Deals.
    pub deal: i64,
    /// Requisites.
    pub requisite: i64,
    /// Bank details.
    pub bank_detail: i64,
    /// The preset «Организация»; «ИП» and «Физ. лицо» follow three apart.
    pub preset: i64,
    /// Telephones and e-mails.
    pub multifield: i64,
    /// User fields.
    pub user_field: i64,
}

impl Default for FirstIds {
    fn default() -> Self {
        Self {
            company: 2901,
            deal: 40_501,
            requisite: 517,
            bank_detail: 77_341,
            preset: 5,
            multifield: 830_011,
            user_field: 641,
        }
    }
}

/// What `crm.address.update` does to parts that it does not mention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AddressUpdate {
    /// They stay.
    #[default]
    KeepsOthers,
    /// They become empty.
    ClearsOthers,
}

impl PortalSettings {
    /// A box in Moscow time on a free port of the loopback, with the webhook of an administrator.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            clock,
            user: 7,
            code: "k3y0fth3p0rtal1a".to_owned(),
            admin: true,
            rights: Rights::ALL,
            scopes: ["crm", "im", "parom", "user", "user_brief", "userfieldconfig"]
                .map(str::to_owned)
                .to_vec(),
            time_zone: TimeZone::get("Europe/Moscow").unwrap_or(TimeZone::UTC),
            first_ids: FirstIds::default(),
            address_update: AddressUpdate::default(),
            latency_per_request: Duration::ZERO,
            latency_per_command: Duration::ZERO,
            max_concurrent: 64,
        }
    }

    /// The same portal with the given waits; 5 ms and 2 ms are what the benchmarks use.
    #[must_use]
    pub fn with_latency(mut self, per_request: Duration, per_command: Duration) -> Self {
        self.latency_per_request = per_request;
        self.latency_per_command = per_command;
        self
    }
}

impl std::fmt::Debug for PortalSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The code is a secret even when it opens nothing: logs of a demo get copied around.
        f.debug_struct("PortalSettings")
            .field("listen", &self.listen)
            .field("user", &self.user)
            .field("admin", &self.admin)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}
