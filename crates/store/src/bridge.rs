//! The box module of the portal: what it said of itself last, and whether it answers.

use domain::Timestamp;
use serde::{Deserialize, Serialize};

use crate::dialect::Conn;
use crate::{Result, Write, codec, cursors};

/// What the module said of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bridge {
    /// Its version.
    pub version: String,
    /// Version of what it speaks with Parom.
    pub protocol: i64,
    /// Whether it refuses a repeated ИНН.
    pub guard: bool,
    /// Whether it tells Parom of changes.
    pub outbox: bool,
    /// Changes that wait to be told.
    pub waiting: i64,
    /// Since when the oldest of them waits.
    pub waiting_since: Option<Timestamp>,
    /// Why it could not tell them; empty when it could.
    pub last_error: String,
    /// Version of PHP on the portal.
    pub php: String,
    /// Version of the portal's main module.
    pub main: String,
    /// When it said so.
    pub at: Timestamp,
}

/// How the module stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BridgeStanding {
    /// When it was asked last.
    pub asked_at: Timestamp,
    /// What it said last; `None`: it has never answered.
    pub said: Option<Bridge>,
    /// Why it does not answer now; `None`: it does.
    pub absence: Option<Absence>,
    /// Since when it does not.
    pub absent_since: Option<Timestamp>,
}

/// Why a portal that works does not answer for the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Absence {
    /// The portal knows no such method: the module is not installed, or its folder is gone.
    NotInstalled,
    /// The webhook lacks the right «parom».
    NoRight,
    /// It answers administrators and its technical user only, and the owner of the webhook is neither.
    NotAdmitted,
    /// It broke over the question.
    Broken(String),
}

/// The name of its cursor.
const CURSOR: &str = "bridge";

reads! {
    /// How the box module stands; `None`: nobody has asked yet.
    fn bridge() -> Option<BridgeStanding>;
}

async fn bridge(conn: Conn<'_>) -> Result<Option<BridgeStanding>> {
    cursors::cursor(conn, CURSOR).await?.map(|standing| codec::from_json(&standing)).transpose()
}

impl Write {
    /// Keeps how the box module stands.
    pub async fn bridge_stands(&mut self, standing: &BridgeStanding) -> Result<()> {
        self.set_cursor(CURSOR, &codec::json(standing)).await
    }
}
