//! Identifiers: ours are ULIDs made from the clock and a seeded generator, those of 1C are GUIDs.

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
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

    /// A fresh identifier of a deed.
    pub fn deed(&self) -> DeedId {
        DeedId(self.next())
    }

    /// A fresh identifier of a job.
    pub fn job(&self) -> JobId {
        JobId(self.next())
    }

    /// A fresh identifier of a user of the console.
    pub fn user(&self) -> UserId {
        UserId(self.next())
    }

    /// A fresh identifier of an entry of the audit.
    pub fn audit(&self) -> AuditId {
        AuditId(self.next())
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
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $name(Ulid);

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl $name {
            /// When it was made, to the millisecond.
            pub fn made_at(self) -> Timestamp {
                let millis = i64::try_from(self.0.timestamp_ms()).unwrap_or(i64::MAX);
                Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
            }
        }

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

ulid_id! {
    /// Identifies what a person did to a record, so that it can be undone.
    DeedId
}
ulid_id! {
    /// Identifies a piece of work that a person asked for and that takes its time.
    JobId
}
ulid_id! {
    /// Identifies a user of the console for ever, whatever the login becomes.
    UserId
}
ulid_id! {
    /// Identifies an entry of the audit; entries sort by their time.
    AuditId
}

/// A text that is no identifier of ours.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not an identifier of Parom (26 letters and digits)")]
pub struct InvalidId(String);

const NAMESPACE: Uuid = Uuid::from_u128(0x6d1f_7b52_90c4_4f0e_8a55_70a7_3f1c_24b1);

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
        Self(Uuid::new_v5(&NAMESPACE, link.to_string().as_bytes()))
    }

    /// The GUID that 1C shall give to the «Запрос» of a deal. It comes from the deal and its portal alone, so that a
    /// Parom whose database was lost or restored proposes the same one again.
    pub fn proposed_for_deal(portal: &str, deal: i64) -> Self {
        Self(Uuid::new_v5(&NAMESPACE, format!("deal {portal}/{deal}").as_bytes()))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ManualClock, SignedDuration, Timestamp};

    fn ids(seed: u64) -> (Arc<ManualClock>, Ids) {
        let start: Timestamp = "2026-11-23T12:00:00Z".parse().expect("a moment");
        let clock = Arc::new(ManualClock::at(start));
        (clock.clone(), Ids::new(clock, seed))
    }

    #[test]
    fn identifiers_sort_by_time_as_values_and_as_texts() {
        let (clock, ids) = ids(1);
        let made: Vec<LinkId> = (0..100)
            .map(|_| {
                clock.advance(SignedDuration::from_millis(1));
                ids.link()
            })
            .collect();
        assert!(made.is_sorted());
        assert!(made.iter().map(ToString::to_string).collect::<Vec<_>>().is_sorted());
    }

    #[test]
    fn identifiers_of_one_millisecond_differ_and_a_seed_repeats_them() {
        let make = |seed| {
            let (_, ids) = ids(seed);
            (0..1000).map(|_| ids.delivery()).collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(make(1).len(), 1000);
        assert_eq!(make(1), make(1));
        assert!(make(1).is_disjoint(&make(2)));
    }

    #[test]
    fn an_identifier_is_read_back_from_its_text() {
        let id = ids(1).1.link();
        assert_eq!(id.to_string().parse::<LinkId>().expect("its own text"), id);
        let error = "не ULID".parse::<LinkId>().expect_err("no identifier");
        assert!(error.to_string().contains("не ULID"), "{error}");
    }

    #[test]
    fn the_guid_proposed_for_a_link_is_the_same_at_every_redelivery_and_release() {
        let link: LinkId = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("a ULID");
        let other: LinkId = "01ARZ3NDEKTSV4RRFFQ69G5FAW".parse().expect("a ULID");
        // Frozen: 1C finds by it what an earlier release of Parom created.
        assert_eq!(OneCRef::proposed(link).to_string(), "f2df1dcc-5127-5f4f-906a-7ac6d8d3bf1a");
        assert_ne!(OneCRef::proposed(link), OneCRef::proposed(other));
    }

    #[test]
    fn a_guid_of_one_c_is_the_same_in_any_letter_case() {
        let read = |text| OneCRef::parse(text);
        let lower = read("6f9619ff-8b86-d011-b42d-00cf4fc964ff").expect("a GUID");
        assert_eq!(read(" {6F9619FF-8B86-D011-B42D-00CF4FC964FF} "), Some(lower));
        assert_eq!(lower.to_string(), "6f9619ff-8b86-d011-b42d-00cf4fc964ff");
        assert_eq!(read("00000000-0000-0000-0000-000000000000"), None, "an empty reference of 1C");
        assert_eq!(read("000000123"), None, "a code is no GUID");
    }
}
