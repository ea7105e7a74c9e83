//! How much a portal was asked.

use std::collections::BTreeMap;

/// What clients have cost a portal. A batch is one request and as many commands as it ran; what employees do by hand
/// is not counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// HTTP requests that arrived, those that met a fault too.
    pub http_requests: u64,
    /// Commands that ran, alone or in a batch, whatever came of them.
    pub commands: u64,
    /// The same by method, in lower case.
    pub by_method: BTreeMap<String, u64>,
    /// Cards and settings that commands changed: an import of twenty companies is twenty. To tell people something is
    /// none.
    pub writes: u64,
    /// The same by method, in lower case.
    pub writes_by_method: BTreeMap<String, u64>,
}

impl Counters {
    /// How often a method ran.
    pub fn of(&self, method: &str) -> u64 {
        self.by_method.get(&method.to_ascii_lowercase()).copied().unwrap_or(0)
    }

    /// Commands that read: lists, gets and questions about the portal.
    pub fn reads(&self) -> u64 {
        let reads = |method: &str| {
            let verb = method.rsplit('.').next().unwrap_or_default();
            !["add", "update", "delete", "import", "batchimport", "mergebatch"].contains(&verb)
        };
        self.by_method.iter().filter(|(method, _)| reads(method)).map(|(_, count)| count).sum()
    }

    /// What came since an earlier copy of the same counters.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        Self {
            http_requests: self.http_requests - earlier.http_requests,
            commands: self.commands - earlier.commands,
            by_method: difference(&self.by_method, &earlier.by_method),
            writes: self.writes - earlier.writes,
            writes_by_method: difference(&self.writes_by_method, &earlier.writes_by_method),
        }
    }

    /// A command ran and changed so many things.
    pub(crate) fn ran(&mut self, method: &str, wrote: u64) {
        let method = method.to_ascii_lowercase();
        self.commands += 1;
        self.writes += wrote;
        if wrote > 0 {
            *self.writes_by_method.entry(method.clone()).or_default() += wrote;
        }
        *self.by_method.entry(method).or_default() += 1;
    }
}

fn difference(now: &BTreeMap<String, u64>, earlier: &BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    let grown = now.iter().map(|(method, count)| (method, count - earlier.get(method).unwrap_or(&0)));
    grown.filter(|(_, count)| *count > 0).map(|(method, count)| (method.clone(), count)).collect()
}
