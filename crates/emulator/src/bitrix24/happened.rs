//! What the portal's own events say: something was added, changed or deleted.
//! <https://apidocs.bitrix24.com/api-reference/crm/companies/events/index.html>
//!
//! A change of requisites, bank details or addresses makes no event of its company: each family has its own.

use jiff::Timestamp;

/// An event before it becomes a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Happened {
    pub(crate) thing: Thing,
    pub(crate) event: Event,
    pub(crate) at: Timestamp,
}

/// To what, with the company it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thing {
    Company(i64),
    Requisite { id: i64, company: i64 },
    BankDetail { id: i64, company: i64 },
    Address { kind: i64, requisite: i64, company: i64 },
    Deal { id: i64, company: i64 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Added,
    Changed,
    Deleted,
}

impl Happened {
    /// The name that the vendor's pages give it. Addresses are registered when they are new and when they change.
    pub(crate) fn name(&self) -> String {
        let (family, verbs) = match self.thing {
            Thing::Company(_) => ("COMPANY", ["ADD", "UPDATE", "DELETE"]),
            Thing::Requisite { .. } => ("REQUISITE", ["ADD", "UPDATE", "DELETE"]),
            Thing::BankDetail { .. } => ("BANKDETAIL", ["ADD", "UPDATE", "DELETE"]),
            Thing::Address { .. } => ("ADDRESS", ["REGISTER", "REGISTER", "UNREGISTER"]),
            Thing::Deal { .. } => ("DEAL", ["ADD", "UPDATE", "DELETE"]),
        };
        let verb = match self.event {
            Event::Added => verbs[0],
            Event::Changed => verbs[1],
            Event::Deleted => verbs[2],
        };
        format!("ONCRM{family}{verb}")
    }
}
