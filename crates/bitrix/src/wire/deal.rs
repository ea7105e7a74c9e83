//! Deals. Vendor pages: `api-reference/crm/deals/*.md`.

use domain::Timestamp;
use serde::Deserialize;

use super::{UserFields, loose};
use crate::list::Listing;

/// A row of `crm.deal.list`: whose it is and where it stands.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", default)]
pub struct Deal {
    /// Its number in the portal.
    #[serde(deserialize_with = "loose::int")]
    pub id: i64,
    /// Its name as employees see it.
    #[serde(deserialize_with = "loose::text")]
    pub title: String,
    /// The client; 0 for none.
    #[serde(deserialize_with = "loose::int")]
    pub company_id: i64,
    /// The pipeline (воронка); 0 is the one that every portal has.
    #[serde(deserialize_with = "loose::int")]
    pub category_id: i64,
    /// The stage; outside pipeline 0 with its pipeline: `C1:NEW`.
    #[serde(deserialize_with = "loose::text")]
    pub stage_id: String,
    /// `S` won, `F` lost, `P` under way.
    #[serde(deserialize_with = "loose::text")]
    pub stage_semantic_id: String,
    /// Won, lost or put away.
    #[serde(deserialize_with = "loose::flag")]
    pub closed: bool,
    /// «Сумма», with a point.
    #[serde(deserialize_with = "loose::text")]
    pub opportunity: String,
    /// Three letters.
    #[serde(deserialize_with = "loose::text")]
    pub currency_id: String,
    /// «Комментарий», as HTML or BB code.
    #[serde(deserialize_with = "loose::text")]
    pub comments: String,
    /// «Дата начала»: its day stands first, whatever offset follows.
    #[serde(deserialize_with = "loose::text")]
    pub begindate: String,
    /// «Предполагаемая дата закрытия».
    #[serde(deserialize_with = "loose::text")]
    pub closedate: String,
    /// The employee who is responsible.
    #[serde(deserialize_with = "loose::int")]
    pub assigned_by_id: i64,
    /// The employee who made it.
    #[serde(deserialize_with = "loose::int")]
    pub created_by_id: i64,
    /// The employee who changed it last.
    #[serde(deserialize_with = "loose::int")]
    pub modify_by_id: i64,
    /// When it was made.
    #[serde(deserialize_with = "loose::moment")]
    pub date_create: Option<Timestamp>,
    /// When it was changed last.
    #[serde(deserialize_with = "loose::moment")]
    pub date_modify: Option<Timestamp>,
    /// The user fields that were selected.
    #[serde(flatten)]
    pub user_fields: UserFields,
}

impl Deal {
    /// Everything above.
    pub const SELECT: [&str; 17] = [
        "ID",
        "TITLE",
        "COMPANY_ID",
        "CATEGORY_ID",
        "STAGE_ID",
        "STAGE_SEMANTIC_ID",
        "CLOSED",
        "OPPORTUNITY",
        "CURRENCY_ID",
        "COMMENTS",
        "BEGINDATE",
        "CLOSEDATE",
        "ASSIGNED_BY_ID",
        "CREATED_BY_ID",
        "MODIFY_BY_ID",
        "DATE_CREATE",
        "DATE_MODIFY",
    ];

    /// All deals.
    pub fn listing() -> Listing {
        Listing::new("crm.deal.list").select(Self::SELECT)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_deal_without_a_company_is_read_as_one_of_company_0() {
        for nobody in [json!(null), json!("0"), json!(0), json!("")] {
            let row = json!({ "ID": "12", "COMPANY_ID": nobody, "CATEGORY_ID": "1", "STAGE_ID": "C1:NEW", "CLOSED": "N" });
            let deal: Deal = serde_json::from_value(row).expect("a deal");
            assert_eq!((deal.id, deal.company_id, deal.category_id, deal.closed), (12, 0, 1, false));
        }
    }
}
