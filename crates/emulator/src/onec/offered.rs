//! What 1C reads of a polled counterparty. As strict as the contract: what must be there and is not, is an error of
//! the exchange, because an adapter in BSL would stop there too.

use serde_json::Value;
use uuid::Uuid;

/// A counterparty that Parom wants in 1C.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offered {
    pub(crate) delivery: String,
    pub(crate) action: Action,
    pub(crate) company_id: i64,
    pub(crate) requisite_id: i64,
    /// Names of fields that 1C lacks.
    pub(crate) changed: Vec<String>,
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) full_name: String,
    pub(crate) inn: String,
    pub(crate) kpp: String,
    pub(crate) ogrn: String,
    pub(crate) ogrnip: String,
    pub(crate) legal_address: String,
    pub(crate) actual_address: String,
    pub(crate) director: String,
    pub(crate) bank_accounts: Vec<OfferedAccount>,
    pub(crate) phones: Vec<String>,
    pub(crate) emails: Vec<String>,
}

/// What to do with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Look for the ИНН; if there is none, create it under this GUID.
    Create(Uuid),
    /// Change the object with this GUID.
    Update(Uuid),
}

/// A bank account with its bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OfferedAccount {
    pub(crate) number: String,
    pub(crate) bank_name: String,
    pub(crate) bik: String,
    pub(crate) correspondent_account: String,
    pub(crate) main: bool,
}

/// Reads the array of a poll.
pub(crate) fn offered(document: &Value) -> Result<Vec<Offered>, String> {
    let list = match document {
        // An XML document without children cannot be told from an empty text.
        Value::String(text) if text.trim().is_empty() => return Ok(Vec::new()),
        other => other.as_array().ok_or("a poll is not answered with an array")?,
    };
    list.iter().map(one).collect()
}

fn one(record: &Value) -> Result<Offered, String> {
    let text = |name: &str| text(record, name);
    let texts = |name: &str| -> Result<Vec<String>, String> {
        list(record, name)?
            .iter()
            .map(|item| item.as_str().map(str::to_owned).ok_or(format!("`{name}` is no list of texts")))
            .collect()
    };
    let guid =
        |name: &str| Uuid::parse_str(&text(name)?).map_err(|error| format!("`{name}` is no GUID: {error}"));
    let action = match text("action")?.as_str() {
        "create" => Action::Create(guid("proposed_ref")?),
        "update" => Action::Update(guid("ref")?),
        other => return Err(format!("the action `{other}` is not of the contract")),
    };
    flag(record, "deleted")?;
    Ok(Offered {
        delivery: text("delivery")?,
        action,
        company_id: number(record, "company_id")?,
        requisite_id: number(record, "requisite_id")?,
        changed: texts("changed")?,
        kind: text("kind")?,
        name: text("name")?,
        full_name: text("full_name")?,
        inn: text("inn")?,
        kpp: text("kpp")?,
        ogrn: text("ogrn")?,
        ogrnip: text("ogrnip")?,
        legal_address: text("legal_address")?,
        actual_address: text("actual_address")?,
        director: text("director")?,
        bank_accounts: list(record, "bank_accounts")?.iter().map(account).collect::<Result<_, _>>()?,
        phones: texts("phones")?,
        emails: texts("emails")?,
    })
}

fn account(record: &Value) -> Result<OfferedAccount, String> {
    Ok(OfferedAccount {
        number: text(record, "number")?,
        bank_name: text(record, "bank_name")?,
        bik: text(record, "bik")?,
        correspondent_account: text(record, "correspondent_account")?,
        main: flag(record, "main")?,
    })
}

fn field<'v>(record: &'v Value, name: &str) -> Result<&'v Value, String> {
    record.get(name).ok_or_else(|| format!("a polled counterparty has no `{name}`"))
}

fn text(record: &Value, name: &str) -> Result<String, String> {
    field(record, name)?.as_str().map(str::to_owned).ok_or_else(|| format!("`{name}` is no text"))
}

fn flag(record: &Value, name: &str) -> Result<bool, String> {
    match field(record, name)? {
        Value::Bool(flag) => Ok(*flag),
        Value::String(text) if text == "true" => Ok(true),
        Value::String(text) if text == "false" => Ok(false),
        _ => Err(format!("`{name}` is neither true nor false")),
    }
}

fn number(record: &Value, name: &str) -> Result<i64, String> {
    let value = field(record, name)?;
    let number = value.as_i64().or_else(|| value.as_str()?.parse().ok());
    number.ok_or_else(|| format!("`{name}` is no whole number"))
}

/// A list; in XML an empty one cannot be told from an empty text.
fn list<'v>(record: &'v Value, name: &str) -> Result<&'v [Value], String> {
    match field(record, name)? {
        Value::Array(items) => Ok(items),
        Value::String(text) if text.trim().is_empty() => Ok(&[]),
        _ => Err(format!("`{name}` is no list")),
    }
}
