//! Bank details. Vendor pages: `api-reference/crm/requisites/bank-detail/*.md`.

use domain::Timestamp;
use serde::Deserialize;

use super::loose;
use crate::list::Listing;

/// A row of `crm.requisite.bankdetail.list`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", default)]
pub struct BankDetail {
    /// Its number in the portal.
    #[serde(deserialize_with = "loose::int")]
    pub id: i64,
    /// The requisite that it belongs to.
    #[serde(deserialize_with = "loose::int")]
    pub entity_id: i64,
    /// Its heading in the card.
    #[serde(deserialize_with = "loose::text")]
    pub name: String,
    /// Банк.
    #[serde(deserialize_with = "loose::text")]
    pub rq_bank_name: String,
    /// БИК.
    #[serde(deserialize_with = "loose::text")]
    pub rq_bik: String,
    /// Расчётный счёт.
    #[serde(deserialize_with = "loose::text")]
    pub rq_acc_num: String,
    /// Корреспондентский счёт.
    #[serde(deserialize_with = "loose::text")]
    pub rq_cor_acc_num: String,
    /// Currency of the account.
    #[serde(deserialize_with = "loose::text")]
    pub rq_acc_currency: String,
    /// «External key for exchange».
    #[serde(deserialize_with = "loose::text")]
    pub xml_id: String,
    /// «Affects nothing», says the vendor.
    #[serde(default = "loose::yes", deserialize_with = "loose::flag_or_yes")]
    pub active: bool,
    /// Order in the card.
    #[serde(deserialize_with = "loose::int")]
    pub sort: i64,
    /// When it was made.
    #[serde(deserialize_with = "loose::moment")]
    pub date_create: Option<Timestamp>,
    /// When it was changed; `None` until the first change.
    #[serde(deserialize_with = "loose::moment")]
    pub date_modify: Option<Timestamp>,
    /// The employee who made it.
    #[serde(deserialize_with = "loose::int")]
    pub created_by_id: i64,
    /// The employee who changed it last.
    #[serde(deserialize_with = "loose::int")]
    pub modify_by_id: i64,
}

impl BankDetail {
    /// Everything above.
    pub const SELECT: [&str; 15] = [
        "ID",
        "ENTITY_ID",
        "NAME",
        "RQ_BANK_NAME",
        "RQ_BIK",
        "RQ_ACC_NUM",
        "RQ_COR_ACC_NUM",
        "RQ_ACC_CURRENCY",
        "XML_ID",
        "ACTIVE",
        "SORT",
        "DATE_CREATE",
        "DATE_MODIFY",
        "CREATED_BY_ID",
        "MODIFY_BY_ID",
    ];

    /// All bank details.
    pub fn listing() -> Listing {
        Listing::new("crm.requisite.bankdetail.list").select(Self::SELECT)
    }
}
