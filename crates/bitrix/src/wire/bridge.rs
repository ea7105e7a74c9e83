//! What Parom's own module on the portal says of itself. It is no part of Bitrix24: a portal without it knows no such method.

use domain::Timestamp;
use serde::Deserialize;

use super::loose;

/// The result of `parom.bridge.ping`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Bridge {
    /// Version of the module.
    #[serde(deserialize_with = "loose::text")]
    pub version: String,
    /// Version of what it speaks with Parom; 0 for none.
    #[serde(deserialize_with = "loose::int")]
    pub protocol: i64,
    /// Whether a repeated ИНН is refused.
    #[serde(deserialize_with = "loose::flag")]
    pub guard: bool,
    /// Its queue of changes.
    pub outbox: Outbox,
    /// Version of PHP.
    #[serde(deserialize_with = "loose::text")]
    pub php: String,
    /// Version of the portal's main module.
    #[serde(deserialize_with = "loose::text")]
    pub main: String,
}

/// The queue of changes that the module posts to Parom.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Outbox {
    /// Address and secret are set, and it is switched on.
    #[serde(deserialize_with = "loose::flag")]
    pub enabled: bool,
    /// How many changes wait.
    #[serde(deserialize_with = "loose::int")]
    pub length: i64,
    /// Since when the oldest waits.
    #[serde(deserialize_with = "loose::moment")]
    pub oldest_at: Option<Timestamp>,
    /// Why the last post failed; empty after one that did not.
    #[serde(deserialize_with = "loose::text")]
    pub last_error: String,
}

impl Bridge {
    /// Asks for one.
    pub const METHOD: &'static str = "parom.bridge.ping";
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_module_is_read_however_php_spells_it() {
        for (yes, one) in [(json!(true), json!(1)), (json!("Y"), json!("1"))] {
            let ping = json!({
                "module": "parom.bridge", "version": "1.0.0", "protocol": one, "guard": yes, "php": "8.2.30", "main": "26.250.100",
                "outbox": { "enabled": yes, "length": "3", "oldest_at": "2026-11-27T10:00:00+03:00", "last_error": null },
                "time": "2026-11-27T10:00:01+03:00",
            });
            let bridge: Bridge = serde_json::from_value(ping).expect("an answer");
            assert_eq!((bridge.protocol, bridge.guard, bridge.outbox.length), (1, true, 3));
            assert_eq!(bridge.outbox.oldest_at, "2026-11-27T07:00:00Z".parse().ok());
            assert_eq!(bridge.outbox.last_error, "");
        }
    }
}
