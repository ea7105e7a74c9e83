//! Companies. Vendor pages: `api-reference/crm/companies/*.md`, `crm/data-types.md#crm_multifield`.

use domain::Timestamp;
use serde::Deserialize;

use super::{UserFields, loose};
use crate::list::Listing;

/// A row of `crm.company.list` or the result of `crm.company.get`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", default)]
pub struct Company {
    /// Its number in the portal.
    #[serde(deserialize_with = "loose::int")]
    pub id: i64,
    /// Its name as employees see it.
    #[serde(deserialize_with = "loose::text")]
    pub title: String,
    /// `PHONE`; absent when there is none.
    #[serde(rename = "PHONE", deserialize_with = "loose::list")]
    pub phones: Vec<MultiField>,
    /// `EMAIL`; absent when there is none.
    #[serde(rename = "EMAIL", deserialize_with = "loose::list")]
    pub emails: Vec<MultiField>,
    /// The foreign system that made it.
    #[serde(deserialize_with = "loose::text")]
    pub originator_id: String,
    /// Its identifier there.
    #[serde(deserialize_with = "loose::text")]
    pub origin_id: String,
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
    /// One of the owner's own companies, not a client.
    #[serde(deserialize_with = "loose::flag")]
    pub is_my_company: bool,
    /// Fields that this portal has beside the vendor's; only those that were selected by name or by `UF_*`.
    #[serde(flatten)]
    pub user_fields: UserFields,
}

/// One telephone or e-mail. Its id is needed to change or delete it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", default)]
pub struct MultiField {
    /// Its number, different for every company.
    #[serde(deserialize_with = "loose::int")]
    pub id: i64,
    /// The telephone or e-mail as it was entered.
    #[serde(deserialize_with = "loose::text")]
    pub value: String,
    /// `WORK`, `MOBILE`, `FAX`, …
    #[serde(deserialize_with = "loose::text")]
    pub value_type: String,
}

impl Company {
    /// Everything above but user fields; multi-fields come only when they are named.
    pub const SELECT: [&str; 12] = [
        "ID",
        "TITLE",
        "PHONE",
        "EMAIL",
        "ORIGINATOR_ID",
        "ORIGIN_ID",
        "ASSIGNED_BY_ID",
        "CREATED_BY_ID",
        "MODIFY_BY_ID",
        "DATE_CREATE",
        "DATE_MODIFY",
        "IS_MY_COMPANY",
    ];

    /// All companies.
    pub fn listing() -> Listing {
        Listing::new("crm.company.list").select(Self::SELECT)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_of_this_portal_are_read_beside_those_of_the_vendor() {
        let row = json!({ "ID": "7", "TITLE": "Ромашка", "UF_CRM_PAROM_CODE": "К-000123", "UF_CRM_SIZE": 12,
            "UF_CRM_TAGS": ["a"], "UF_CRM_EMPTY": "", "LEAD_ID": "5" });
        let company: Company = serde_json::from_value(row).expect("a company");

        assert_eq!((company.id, company.title.as_str()), (7, "Ромашка"));
        assert_eq!(company.user_fields.text("UF_CRM_PAROM_CODE"), "К-000123");
        assert_eq!(company.user_fields.text("UF_CRM_SIZE"), "12");
        assert_eq!(company.user_fields.text("UF_CRM_NO_SUCH"), "");
        assert_eq!(company.user_fields.get("UF_CRM_TAGS"), Some(&json!(["a"])));
        assert_eq!(company.user_fields.get("LEAD_ID"), None);
    }

    #[test]
    fn a_company_is_read_in_both_number_styles() {
        let old = json!({ "ID": "2909", "TITLE": "Ромашка", "ASSIGNED_BY_ID": "1", "IS_MY_COMPANY": "N",
            "DATE_CREATE": "2025-09-09T16:31:11+03:00", "ORIGIN_ID": null,
            "PHONE": [{ "ID": "8303", "VALUE_TYPE": "WORK", "VALUE": "+7495", "TYPE_ID": "PHONE" }] });
        let company: Company = serde_json::from_value(old).expect("a company");
        assert_eq!((company.id, company.assigned_by_id, company.is_my_company), (2909, 1, false));
        assert_eq!(
            company.phones[0],
            MultiField { id: 8303, value: "+7495".into(), value_type: "WORK".into() }
        );
        assert_eq!(company.date_create, Some("2025-09-09T13:31:11Z".parse().expect("a moment")));
        assert_eq!(company.origin_id, "");

        let new = json!({ "ID": 2909, "TITLE": 77, "IS_MY_COMPANY": true, "PHONE": [], "EMAIL": null, "DATE_MODIFY": "" });
        let company: Company = serde_json::from_value(new).expect("a company");
        assert_eq!((company.id, company.title.as_str(), company.is_my_company), (2909, "77", true));
        assert!(company.phones.is_empty() && company.emails.is_empty() && company.date_modify.is_none());
    }
}
