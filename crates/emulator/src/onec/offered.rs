//! What 1C reads of a polled counterparty. As strict as the contract: what must be there and is not, or is there and
//! must not be, is an error of the exchange, because an adapter in BSL would stop there too.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;
use uuid::Uuid;

use super::exchange::Format;

/// A counterparty that Parom wants in 1C.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Offered {
    pub(super) delivery: String,
    pub(super) action: Action,
    pub(super) company_id: i64,
    /// Names of fields that 1C lacks.
    pub(super) changed: Vec<String>,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) full_name: String,
    pub(super) inn: String,
    pub(super) kpp: String,
    pub(super) ogrn: String,
    pub(super) ogrnip: String,
    pub(super) legal_address: String,
    pub(super) actual_address: String,
    pub(super) director: String,
    pub(super) bank_accounts: Vec<OfferedAccount>,
    pub(super) phones: Vec<String>,
    pub(super) emails: Vec<String>,
}

/// What to do with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Look for the ИНН; if there is none, create it under this GUID.
    Create(Uuid),
    /// Change the object with this GUID.
    Update(Uuid),
}

/// A bank account with its bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OfferedAccount {
    pub(super) number: String,
    pub(super) bank_name: String,
    pub(super) bik: String,
    pub(super) correspondent_account: String,
    pub(super) main: bool,
}

/// What `changed` may name.
const FIELDS: [&str; 13] = [
    "kind",
    "name",
    "full_name",
    "inn",
    "kpp",
    "ogrn",
    "ogrnip",
    "legal_address",
    "actual_address",
    "director",
    "bank_accounts",
    "phones",
    "emails",
];
/// What `kind` may be; empty: Parom does not know.
const KINDS: [&str; 5] = ["legal", "entrepreneur", "person", "foreign", ""];

/// Reads the array of a poll that asked for at most `limit` counterparties.
pub(super) fn offered(document: &Value, format: Format, limit: usize) -> Result<Vec<Offered>, String> {
    deliveries(document, format, limit, counterparty)
}

/// Reads the array of a poll that asked for at most `limit` records, each as `read` does.
pub(super) fn deliveries<T>(
    document: &Value,
    format: Format,
    limit: usize,
    read: impl Fn(&Record<'_>) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    let mut known = HashSet::new();
    let mut polled = Vec::new();
    for record in records(document, format, limit)? {
        let delivery = record.text("delivery")?;
        if delivery.is_empty() {
            return Err("`delivery` is empty".to_owned());
        }
        if !known.insert(delivery.clone()) {
            return Err(format!("a poll brought the delivery {delivery} twice"));
        }
        polled.push(read(&record)?);
    }
    Ok(polled)
}

/// The records of an array of which at most `limit` were asked for.
pub(super) fn records(document: &Value, format: Format, limit: usize) -> Result<Vec<Record<'_>>, String> {
    let list = document.as_array().ok_or("a poll is not answered with an array")?;
    if list.len() > limit {
        return Err(format!("a poll for {limit} records brought {}", list.len()));
    }
    Ok(list.iter().map(|fields| Record { fields, format }).collect())
}

/// A record of the answer. JSON has numbers and booleans; in XML they are texts.
pub(super) struct Record<'v> {
    fields: &'v Value,
    format: Format,
}

fn counterparty(record: &Record<'_>) -> Result<Offered, String> {
    let changed = record.texts("changed")?;
    if let Some(unknown) = changed.iter().find(|name| !FIELDS.contains(&name.as_str())) {
        return Err(format!("`changed` names `{unknown}`, which is not of the contract"));
    }
    let kind = record.text("kind")?;
    if !KINDS.contains(&kind.as_str()) {
        return Err(format!("the kind `{kind}` is not of the contract"));
    }
    let company_id = record.number("company_id")?;
    if company_id <= 0 || record.number("requisite_id")? <= 0 {
        return Err("`company_id` and `requisite_id` are numbers of what exists".to_owned());
    }
    record.flag("deleted")?;
    record.changed_at()?;
    Ok(Offered {
        delivery: record.text("delivery")?,
        action: record.action()?,
        company_id,
        changed,
        kind,
        name: record.text("name")?,
        full_name: record.text("full_name")?,
        inn: record.text("inn")?,
        kpp: record.text("kpp")?,
        ogrn: record.text("ogrn")?,
        ogrnip: record.text("ogrnip")?,
        legal_address: record.text("legal_address")?,
        actual_address: record.text("actual_address")?,
        director: record.text("director")?,
        bank_accounts: record.list("bank_accounts")?.map(|bank| bank.account()).collect::<Result<_, _>>()?,
        phones: record.texts("phones")?,
        emails: record.texts("emails")?,
    })
}

impl Record<'_> {
    pub(super) fn action(&self) -> Result<Action, String> {
        let (action, must, must_not) = match self.text("action")?.as_str() {
            "create" => (Action::Create as fn(Uuid) -> Action, "proposed_ref", "ref"),
            "update" => (Action::Update as fn(Uuid) -> Action, "ref", "proposed_ref"),
            other => return Err(format!("the action `{other}` is not of the contract")),
        };
        if self.fields.get(must_not).is_some() {
            return Err(format!("the action has a `{must_not}`, which only the other one has"));
        }
        let guid = self.text(must)?;
        Uuid::parse_str(&guid).map(action).map_err(|error| format!("`{must}` is no GUID: {error}"))
    }

    fn account(&self) -> Result<OfferedAccount, String> {
        Ok(OfferedAccount {
            number: self.text("number")?,
            bank_name: self.text("bank_name")?,
            bik: self.text("bik")?,
            correspondent_account: self.text("correspondent_account")?,
            main: self.flag("main")?,
        })
    }

    /// Absent as long as nobody knows when; else a moment with its offset.
    fn changed_at(&self) -> Result<(), String> {
        if self.fields.get("changed_at").is_none() {
            return Ok(());
        }
        let text = self.text("changed_at")?;
        match text.parse::<jiff::Timestamp>() {
            Ok(_) => Ok(()),
            Err(error) => Err(format!("`changed_at` is no moment: {error}")),
        }
    }

    fn field(&self, name: &str) -> Result<&Value, String> {
        self.fields.get(name).ok_or_else(|| format!("a polled record has no `{name}`"))
    }

    /// The record in a field of this one.
    pub(super) fn record(&self, name: &str) -> Result<Record<'_>, String> {
        match self.field(name)? {
            fields @ Value::Object(_) => Ok(Record { fields, format: self.format }),
            _ => Err(format!("`{name}` is no record")),
        }
    }

    /// A text that may be absent as long as Parom does not know it.
    pub(super) fn text_if_known(&self, name: &str) -> Result<String, String> {
        if self.fields.get(name).is_none() { Ok(String::new()) } else { self.text(name) }
    }

    /// The fields that are none of `named`, as texts.
    pub(super) fn others(&self, named: &[&str]) -> Result<BTreeMap<String, String>, String> {
        let fields = self.fields.as_object().ok_or("a polled record has no fields")?;
        let others = fields.iter().filter(|(name, _)| !named.contains(&name.as_str()));
        others
            .map(|(name, value)| match value.as_str() {
                Some(text) => Ok((name.clone(), text.to_owned())),
                None => Err(format!("`{name}` is no field of the contract and no text")),
            })
            .collect()
    }

    pub(super) fn text(&self, name: &str) -> Result<String, String> {
        self.field(name)?.as_str().map(str::to_owned).ok_or_else(|| format!("`{name}` is no text"))
    }

    pub(super) fn flag(&self, name: &str) -> Result<bool, String> {
        flag(self.field(name)?, self.format).ok_or_else(|| format!("`{name}` is neither true nor false"))
    }

    pub(super) fn number(&self, name: &str) -> Result<i64, String> {
        let value = self.field(name)?;
        let number = match self.format {
            Format::Json => value.as_i64(),
            Format::Xml => value.as_str().and_then(|text| text.parse().ok()),
        };
        number.ok_or_else(|| format!("`{name}` is no whole number"))
    }

    pub(super) fn list(&self, name: &str) -> Result<impl Iterator<Item = Record<'_>>, String> {
        let items = self.field(name)?.as_array().ok_or_else(|| format!("`{name}` is no list"))?;
        Ok(items.iter().map(|fields| Record { fields, format: self.format }))
    }

    fn texts(&self, name: &str) -> Result<Vec<String>, String> {
        self.list(name)?
            .map(|item| match item.fields.as_str() {
                Some(text) if !text.is_empty() => Ok(text.to_owned()),
                Some(_) | None => Err(format!("`{name}` is no list of texts")),
            })
            .collect()
    }
}

/// A boolean in either spelling.
pub(super) fn flag(value: &Value, format: Format) -> Option<bool> {
    match (format, value) {
        (Format::Json, Value::Bool(flag)) => Some(*flag),
        (Format::Xml, Value::String(text)) => text.parse().ok(),
        _ => None,
    }
}
