//! The queue of offline events: the portal writes down what has happened, the application takes it when it likes.
//! Vendor pages: `api-reference/events/offline-events.md` and the pages of each method.

use serde_json::Value;

use super::Application;
use crate::args::Args;
use crate::error::{CallError, Lost};
use crate::notices::{Notice, Queued};

/// How many events are reserved at once; the methods' own page.
pub const EVENTS_MAX: usize = 50;

/// What this client listens to: everything that a counterparty is made of.
const EVENTS: [&str; 15] = [
    "ONCRMCOMPANYADD",
    "ONCRMCOMPANYUPDATE",
    "ONCRMCOMPANYDELETE",
    "ONCRMREQUISITEADD",
    "ONCRMREQUISITEUPDATE",
    "ONCRMREQUISITEDELETE",
    "ONCRMBANKDETAILADD",
    "ONCRMBANKDETAILUPDATE",
    "ONCRMBANKDETAILDELETE",
    "ONCRMADDRESSREGISTER",
    "ONCRMADDRESSUNREGISTER",
    "ONCRMDEALADD",
    "ONCRMDEALUPDATE",
    "ONCRMDEALDELETE",
    "ONCRMDEALMOVETOCATEGORY",
];

/// Events that are hidden from everybody else until they are [forgotten](Application::forget). The portal deletes them
/// by itself after thirty days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parcel {
    /// Whoever knows it can forget them.
    process: String,
    ids: Vec<String>,
    /// What has happened. An event that cannot be understood is a notice of something else.
    pub notices: Vec<Notice>,
}

impl Parcel {
    /// How many events it has.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there was nothing to take.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    fn add(&mut self, queued: Queued) {
        self.ids.push(queued.id);
        self.notices.push(queued.notice);
    }
}

impl Application {
    /// Makes the portal write down the events of counterparties. Returns how many it did not write down before; doing
    /// it twice does nothing the second time. Updating the application in the portal undoes it.
    pub async fn subscribe(&self) -> Result<usize, CallError> {
        let missing = self.unsubscribed().await?;
        for name in &missing {
            let args = Args::new().set("event", *name).set("event_type", "offline");
            self.client.call("event.bind", &args).await?;
        }
        Ok(missing.len())
    }

    /// The events that the portal does not write down yet.
    pub async fn unsubscribed(&self) -> Result<Vec<&'static str>, CallError> {
        let bound: Vec<Value> = self.client.call_as("event.get", &Args::new()).await?;
        let is_bound = |name: &str| {
            bound.iter().any(|row| {
                let event = row.get("event").and_then(Value::as_str).unwrap_or_default();
                event.eq_ignore_ascii_case(name) && is_yes(row.get("offline"))
            })
        };
        Ok(EVENTS.into_iter().filter(|name| !is_bound(name)).collect())
    }

    /// Reserves the next events. They stay in the portal until they are forgotten; when the answer is lost, they are
    /// among the [`left_behind`](Application::left_behind). Denied with [`Denial::Licence`](crate::Denial::Licence) where
    /// the portal has no `rest_offline_extended`.
    pub async fn reserve(&self) -> Result<Parcel, CallError> {
        self.fetch(0).await
    }

    /// Takes the next events out of the queue: a lost answer loses them. For portals that know no reserving.
    pub async fn take(&self) -> Result<Parcel, CallError> {
        self.fetch(1).await
    }

    async fn fetch(&self, clear: i64) -> Result<Parcel, CallError> {
        const METHOD: &str = "event.offline.get";
        let args = Args::new().set("clear", clear).set("limit", EVENTS_MAX as i64);
        let answer = self.client.call(METHOD, &args).await?.result;
        let events = answer.get("events").and_then(Value::as_array).ok_or_else(|| misread(METHOD))?;
        let process = answer.get("process_id").and_then(Value::as_str).unwrap_or_default();
        let mut parcel = Parcel { process: process.to_owned(), ..Parcel::default() };
        for event in events {
            parcel.add(Queued::read(event).ok_or_else(|| misread(METHOD))?);
        }
        Ok(parcel)
    }

    /// Events that somebody reserved and did not forget: an answer was lost, or a process was killed. At most
    /// fifty; ask again when these are forgotten. Only one who knows that nobody else works on them should ask.
    pub async fn left_behind(&self) -> Result<Vec<Parcel>, CallError> {
        const METHOD: &str = "event.offline.list";
        let args = Args::new().set("filter", Args::new().set(">PROCESS_ID", ""));
        let rows: Vec<Value> = self.client.call_as(METHOD, &args).await?;
        let mut parcels: Vec<Parcel> = Vec::new();
        for row in &rows {
            let process = row.get("PROCESS_ID").and_then(Value::as_str).unwrap_or_default();
            if process.is_empty() {
                continue;
            }
            let queued = Queued::read(row).ok_or_else(|| misread(METHOD))?;
            if let Some(parcel) = parcels.iter_mut().find(|parcel| parcel.process == process) {
                parcel.add(queued);
            } else {
                let mut parcel = Parcel { process: process.to_owned(), ..Parcel::default() };
                parcel.add(queued);
                parcels.push(parcel);
            }
        }
        Ok(parcels)
    }

    /// Deletes a parcel from the queue. Call it when the notices are durable. Doing it twice does no harm.
    pub async fn forget(&self, parcel: &Parcel) -> Result<(), CallError> {
        let ids: Vec<crate::Arg> = parcel.ids.iter().map(crate::Arg::from).collect();
        let args = Args::new().set("process_id", parcel.process.as_str()).set("id", ids);
        self.client.call("event.offline.clear", &args).await.map(drop)
    }
}

fn is_yes(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Number(number)) => number.as_i64() == Some(1),
        Some(Value::String(text)) => matches!(text.as_str(), "1" | "Y"),
        Some(Value::Bool(truth)) => *truth,
        _ => false,
    }
}

fn misread(method: &str) -> CallError {
    CallError::Unclear { method: method.to_owned(), why: Lost::NoResult { status: 200 } }
}
