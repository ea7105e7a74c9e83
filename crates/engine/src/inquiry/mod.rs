//! Inquiries: deals become «Запрос» in 1C, and 1C tells what became of them.
//!
//! Each side owns its half, so there is nothing to merge: the deal's half travels to 1C ([`read`] → [`take`] →
//! [`plan`] → [`feed`]), 1C's half is taken in [`shown`], and the deal shows it ([`face`](crate::face)).

mod compare;
mod feed;
mod plan;
mod read;
mod shown;
mod take;
mod terms;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use read::listing as deals;
pub(crate) use terms::Terms;

/// What of a deal travels, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InquirySettings {
    /// Numbers of the pipelines whose deals travel; empty: all.
    pub pipelines: BTreeSet<i64>,
    /// The fields that are sent, by the names of the contract; `None`: all.
    pub fields: Option<BTreeSet<String>>,
    /// Custom fields of the deal that are sent beside: the name for 1C, the field of the portal.
    pub extras: BTreeMap<String, String>,
}

impl InquirySettings {
    /// The fields of a deal that people may leave out.
    pub const FIELDS: [&'static str; 9] = [
        "title",
        "stage",
        "amount",
        "currency",
        "responsible",
        "comment",
        "opened_on",
        "closes_on",
        "products",
    ];

    fn sends(&self, field: &str) -> bool {
        self.fields.as_ref().is_none_or(|fields| fields.contains(field))
    }
}
