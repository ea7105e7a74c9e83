//! The form that an outgoing webhook posts.
//! <https://apidocs.bitrix24.com/api-reference/crm/companies/events/on-crm-company-update.html>

use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::super::happened::{Happened, Thing};
use super::super::{COMPANY, REQUISITE};

/// The body of one notice. `ts` is the moment of sending, not of the event, and nothing says what has changed.
pub(super) fn body(happened: &Happened, token: &str, domain: &str, sent: Timestamp) -> String {
    let mut fields = vec![("event".to_owned(), happened.name())];
    let mut data = |name: &str, value: i64| fields.push((format!("data[FIELDS][{name}]"), value.to_string()));
    match happened.thing {
        Thing::Address { kind, requisite, company } => {
            data("TYPE_ID", kind);
            data("ENTITY_TYPE_ID", REQUISITE);
            data("ENTITY_ID", requisite);
            data("ANCHOR_ID", company);
            data("ANCHOR_TYPE_ID", COMPANY);
        }
        Thing::Company(id)
        | Thing::Requisite { id, .. }
        | Thing::BankDetail { id, .. }
        | Thing::Deal { id, .. } => {
            data("ID", id);
        }
    }
    fields.push(("ts".to_owned(), sent.as_second().to_string()));
    for (name, value) in [
        ("domain", domain),
        ("client_endpoint", &format!("https://{domain}/rest/")),
        ("server_endpoint", "https://oauth.bitrix.info/rest/"),
        ("member_id", "a223c6b3710f85df22e9377d6c4f7553"),
        ("application_token", token),
    ] {
        fields.push((format!("auth[{name}]"), value.to_owned()));
    }
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    pairs.join("&")
}
