//! Identifiers: ours are ULIDs made from the clock and a seeded generator, those of 1C are GUIDs.

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};
use ulid::Ulid;
use uuid::Uuid;

use crate::Clock;

/// Makes identifiers that sort by time. Two makers must not share a seed, except in tests that want
/// the same identifiers at every run.
#[derive(Debug)]
pub struct Ids {
    clock: Arc<dyn Clock>,
    state: Mutex<u64>,
}

impl Ids {
    /// A maker of identifiers; `seed` comes from the operating system in life and is fixed in tests.
    pub fn new(clock: Arc<dyn Clock>, seed: u64) -> Self {
        Self { clock, state: Mutex::new(seed) }
    }

    /// A fresh identifier of a link.
    pub fn link(&self) -> LinkId {
        LinkId(self.next())
    }

    /// A fresh identifier of a delivery.
    pub fn delivery(&self) -> DeliveryId {
        DeliveryId(self.next())
    }

    /// A number nobody can guess the use of: jitter of pauses, fences of leases.
    pub fn random(&self) -> u64 {
        // SplitMix64: sixteen lines of public-domain arithmetic that need no dependency and no secrecy here.
        let mut state = self.state.lock().expect("no holder of the generator panics");
        *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn next(&self) -> Ulid {
        let millis = u64::try_from(self.clock.now().as_millisecond()).unwrap_or(0);
        let random = (u128::from(self.random()) << 64) | u128::from(self.random());
        Ulid::from_parts(millis, random)
    }
}

macro_rules! ulid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Ulid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Ulid::from_string(text).map(Self).map_err(|_| InvalidId(text.to_owned()))
            }
        }
    };
}

ulid_id! {
    /// Identifies a [`Link`](crate::Link) for ever.
    LinkId
}
ulid_id! {
    /// Identifies a [`Delivery`](crate::Delivery); 1C returns it in its receipt.
    DeliveryId
}

/// A text that is no identifier of ours.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not an identifier of Parom (26 letters and digits)")]
pub struct InvalidId(String);

/// The GUID of an object of 1C, «Ссылка.УникальныйИдентификатор()». Shown in lower case, read in any.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OneCRef(Uuid);

impl OneCRef {
    /// Reads a GUID in any letter case, with or without braces.
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::parse_str(text.trim()).ok().filter(|uuid| !uuid.is_nil()).map(Self)
    }

    /// The GUID that 1C shall give to what it creates for `link`: the same at every redelivery.
    pub fn proposed(link: LinkId) -> Self {
        const NAMESPACE: Uuid = Uuid::from_u128(0x6d1f_7b52_90c4_4f0e_8a55_70a7_3f1c_24b1);
        Self(Uuid::new_v5(&NAMESPACE, link.to_string().as_bytes()))
    }
}

impl fmt::Display for OneCRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl fmt::Debug for OneCRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
