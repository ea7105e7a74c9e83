//! A counterparty in the words of the contract (`docs/onec-api.md`), and how 1C spells them: «XMLСтрока» for
//! dates and booleans, texts as they stand in the catalogs. Written apart from the reader in `onec`.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};

use super::catalog::{Bank, ContactKind, Element, LegalStatus, OGRN, OGRNIP};

/// How dates are written.
#[derive(Clone, Debug, Default)]
pub enum Dates {
    /// As «XMLСтрока(Дата)» does: `2026-11-23T20:48:00`, by the clock on the wall of the office.
    #[default]
    Local,
    /// With the offset: `2026-11-23T20:48:00+03:00`.
    WithOffset,
}

/// The time zone of the office.
pub(crate) const OFFICE: &str = "Europe/Moscow";

/// A value on its way into JSON or XML.
pub(crate) enum Node {
    Text(String),
    Flag(bool),
    Number(i64),
    /// The name of the elements in XML, and the elements.
    List(&'static str, Vec<Node>),
    Record(Vec<(&'static str, Node)>),
}

/// What the adapter shows of an element. Everything that the catalog knows is spoken of, empty where it is
/// empty; `changed_at` only after a change and with `dates`, because КА 1.1 keeps no times of changes.
pub(crate) fn counterparty(element: &Element, banks: &BTreeMap<String, Bank>, dates: Option<&Dates>) -> Node {
    let mut fields = vec![
        ("ref", text(&element.reference.to_string())),
        ("code", text(&element.code)),
        ("kind", text(kind(element))),
        ("name", text(&element.name)),
        ("full_name", text(&element.full_name)),
        ("inn", text(&element.inn)),
        ("kpp", text(&element.kpp)),
        ("ogrn", text(element.property(OGRN))),
        ("ogrnip", text(element.property(OGRNIP))),
        ("legal_address", text(element.contact(&ContactKind::LegalAddress))),
        ("actual_address", text(element.contact(&ContactKind::ActualAddress))),
        ("director", text(element.director())),
        ("bank_accounts", Node::List("bank_account", accounts(element, banks))),
        ("phones", Node::List("phone", phones(element).map(text).collect())),
        ("emails", Node::List("email", emails(element).map(text).collect())),
        ("deleted", Node::Flag(element.deletion_mark)),
    ];
    if let (Some(at), Some(dates)) = (element.changed_at, dates) {
        fields.push(("changed_at", text(&date(at, dates))));
    }
    Node::Record(fields)
}

/// The word of the contract. 1C has no value for an entrepreneur: the adapter looks for the ОГРНИП and for the
/// letters «ИП» in the name.
pub(crate) fn kind(element: &Element) -> &'static str {
    let says_entrepreneur = || element.name.split_whitespace().any(|word| word == "ИП");
    match element.legal_status {
        _ if element.non_resident => "foreign",
        LegalStatus::Organisation => "legal",
        LegalStatus::Person if !element.property(OGRNIP).is_empty() || says_entrepreneur() => "entrepreneur",
        LegalStatus::Person => "person",
    }
}

/// Telephones, and no faxes.
pub(crate) fn phones(element: &Element) -> impl Iterator<Item = &str> {
    element.contacts.iter().filter_map(|(kind, shown)| match kind {
        ContactKind::Phone | ContactKind::OwnPhone(_) => Some(shown.as_str()),
        ContactKind::LegalAddress
        | ContactKind::ActualAddress
        | ContactKind::Fax
        | ContactKind::Email
        | ContactKind::OwnEmail(_) => None,
    })
}

/// E-mails of every kind.
pub(crate) fn emails(element: &Element) -> impl Iterator<Item = &str> {
    element.contacts.iter().filter_map(|(kind, shown)| match kind {
        ContactKind::Email | ContactKind::OwnEmail(_) => Some(shown.as_str()),
        ContactKind::LegalAddress
        | ContactKind::ActualAddress
        | ContactKind::Phone
        | ContactKind::OwnPhone(_)
        | ContactKind::Fax => None,
    })
}

fn accounts(element: &Element, banks: &BTreeMap<String, Bank>) -> Vec<Node> {
    let mut accounts = Vec::new();
    for account in &element.accounts {
        let bank = banks.get(&account.bik);
        accounts.push(Node::Record(vec![
            ("number", text(&account.number)),
            ("bank_name", text(bank.map_or("", |bank| &bank.name))),
            ("bik", text(&account.bik)),
            ("correspondent_account", text(bank.map_or("", |bank| &bank.correspondent_account))),
            ("main", Node::Flag(element.main_account == Some(account.reference))),
        ]));
    }
    accounts
}

pub(crate) fn date(at: Timestamp, dates: &Dates) -> String {
    let format = match dates {
        Dates::Local => "%Y-%m-%dT%H:%M:%S",
        Dates::WithOffset => "%Y-%m-%dT%H:%M:%S%:z",
    };
    in_office(at).strftime(format).to_string()
}

/// The moment by the clock on the wall of the office.
pub(crate) fn in_office(at: Timestamp) -> ZonedDateTime {
    at.to_zoned_datetime(TimeZone::get(OFFICE).expect("the time zones are compiled in"))
}

pub(crate) fn text(text: &str) -> Node {
    Node::Text(text.to_owned())
}

impl Node {
    /// The value as JSON, appended to `out`.
    pub(crate) fn write_json(&self, out: &mut String) {
        match self {
            Self::Text(text) => *out += &json_text(text),
            Self::Flag(flag) => *out += if *flag { "true" } else { "false" },
            Self::Number(number) => *out += &number.to_string(),
            Self::List(_, items) => {
                out.push('[');
                for (position, item) in items.iter().enumerate() {
                    if position > 0 {
                        out.push(',');
                    }
                    item.write_json(out);
                }
                out.push(']');
            }
            Self::Record(fields) => {
                out.push('{');
                for (position, (name, value)) in fields.iter().enumerate() {
                    if position > 0 {
                        out.push(',');
                    }
                    *out += &json_text(name);
                    out.push(':');
                    value.write_json(out);
                }
                out.push('}');
            }
        }
    }

    /// The value as the element `name`, appended to `out`.
    pub(crate) fn write_xml(&self, name: &str, out: &mut String) {
        out.extend(["<", name, ">"]);
        match self {
            Self::Text(text) => {
                let legal: String = text.chars().filter(|letter| legal_in_xml(*letter)).collect();
                *out += &quick_xml::escape::escape(legal);
            }
            Self::Flag(flag) => *out += if *flag { "true" } else { "false" },
            Self::Number(number) => *out += &number.to_string(),
            Self::List(element, items) => items.iter().for_each(|item| item.write_xml(element, out)),
            Self::Record(fields) => fields.iter().for_each(|(name, value)| value.write_xml(name, out)),
        }
        out.extend(["</", name, ">"]);
    }
}

fn json_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// 1C refuses to write the others itself («НедопустимыеСимволыXML»), so its adapter leaves them out.
fn legal_in_xml(letter: char) -> bool {
    letter >= ' ' && !matches!(letter, '\u{fffe}' | '\u{ffff}') || matches!(letter, '\t' | '\n' | '\r')
}
