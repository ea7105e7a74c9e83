//! A counterparty as 1C may show it: which fields there are, how long they may be, what is refused.

use std::collections::HashSet;
use std::fmt::Write as _;

use domain::{BankAccount, Counterparty, Field, Kind, OneCRef};
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use crate::ferry::ShownCounterparty;
use crate::scalar::{clean, flag, moment, text};
use crate::value::{Value, element_of};

/// Longest «Код».
pub(crate) const CODE_MAX: usize = 50;
/// Longest telephone as written by people, with an extension and a remark.
pub(crate) const PHONE_MAX: usize = 100;
/// Longest e-mail address: RFC 5321 allows 64 + 1 + 255.
pub(crate) const EMAIL_MAX: usize = 320;
/// Longest number of an account: IBAN has 34 letters and digits.
pub(crate) const ACCOUNT_NUMBER_MAX: usize = 34;
/// Longest name of a bank.
pub(crate) const BANK_NAME_MAX: usize = 255;
/// Longest БИК; SWIFT codes of foreign banks have 11 letters.
pub(crate) const BIK_MAX: usize = 20;
/// Most bank accounts, phones or e-mails of one counterparty.
pub(crate) const LIST_MAX: usize = 100;

/// Longest text of a field, in characters: wider than the attributes of КА 1.1, so that only garbage is refused.
pub(crate) fn longest(field: Field) -> usize {
    match field {
        Field::FullName | Field::LegalAddress | Field::ActualAddress => 1000,
        Field::Name | Field::Director => 255,
        Field::Inn | Field::Kpp | Field::Ogrn | Field::Ogrnip | Field::Kind => 32,
        Field::BankAccounts | Field::Phones | Field::Emails => 0,
    }
}

/// The words for [`Kind`] in the contract.
pub(crate) const KINDS: [(&str, Kind); 4] = [
    ("legal", Kind::Legal),
    ("entrepreneur", Kind::Entrepreneur),
    ("person", Kind::Person),
    ("foreign", Kind::Foreign),
];

/// A record that is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The `ref` as 1C wrote it, or nothing.
    pub(crate) spoken_ref: String,
    /// Everything that has to be mended, in Russian.
    pub(crate) text: String,
}

/// A record that can be taken, with its `ref` as 1C wrote it: 1C looks its answers up by that text.
#[derive(Clone, Debug)]
pub(crate) struct Readable {
    pub(crate) spoken_ref: String,
    pub(crate) shown: ShownCounterparty,
}

/// Reads one record. Fields that the contract does not name are left out: it grows.
pub(crate) fn read(record: Value, time_zone: &TimeZone) -> Result<Readable, Refusal> {
    let Value::Record(fields) = record else {
        let text = "Запись не является объектом с полями контрагента".to_owned();
        return Err(Refusal { spoken_ref: String::new(), text });
    };
    let mut draft = Draft::default();
    let mut names = HashSet::new();
    for (name, value) in fields {
        if let Err(fault) = draft.take(&name, value, time_zone) {
            draft.faults.push(format!("поле {}: {fault}", titled(&name)));
        }
        if !names.insert(name.clone()) {
            draft.faults.push(format!("поле {} указано дважды", titled(&clean(&name))));
        }
    }
    draft.finish()
}

#[derive(Default)]
struct Draft {
    spoken_ref: String,
    code: Option<String>,
    snapshot: Counterparty,
    changed_at: Option<domain::Timestamp>,
    faults: Vec<String>,
}

impl Draft {
    fn take(&mut self, name: &str, value: Value, time_zone: &TimeZone) -> Result<(), String> {
        match name {
            "ref" => self.spoken_ref = text(value, REF_MAX)?,
            "code" => self.code = Some(text(value, CODE_MAX)?).filter(|code| !code.is_empty()),
            "changed_at" => self.changed_at = moment(value, time_zone)?,
            "kind" => self.snapshot.kind = kind(value)?,
            "deleted" => self.snapshot.deleted = Some(flag(value)?),
            "phones" => self.snapshot.phones = Some(texts(value, name, PHONE_MAX)?),
            "emails" => self.snapshot.emails = Some(texts(value, name, EMAIL_MAX)?),
            "bank_accounts" => self.snapshot.bank_accounts = Some(accounts(value)?),
            _ => {
                let field = Field::ALL.into_iter().find(|field| field.as_str() == name);
                if let Some((field, place)) =
                    field.and_then(|field| self.snapshot.text_mut(field).map(|place| (field, place)))
                {
                    *place = Some(text(value, longest(field))?);
                }
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Readable, Refusal> {
        let onec_ref = OneCRef::parse(&self.spoken_ref);
        if self.spoken_ref.is_empty() {
            self.faults.push("нет поля ref: укажите GUID контрагента в 1С".to_owned());
        } else if onec_ref.is_none() {
            self.faults.push(format!("ref «{}» не GUID контрагента 1С", self.spoken_ref));
        }
        match onec_ref {
            Some(onec_ref) if self.faults.is_empty() => {
                let fingerprint = fingerprint(onec_ref, self.code.as_deref(), &self.snapshot);
                let (code, snapshot, changed_at) = (self.code, self.snapshot, self.changed_at);
                let shown = ShownCounterparty { onec_ref, code, snapshot, changed_at, fingerprint };
                Ok(Readable { spoken_ref: self.spoken_ref, shown })
            }
            _ => {
                let title = self.snapshot.title();
                let text = format!("Контрагент «{title}» не принят: {}.", self.faults.join("; "));
                Err(Refusal { spoken_ref: self.spoken_ref, text })
            }
        }
    }
}

/// Longer texts are certainly no GUID, and need not be echoed.
const REF_MAX: usize = 64;

/// The name of a field of the contract with the words of people.
fn titled(name: &str) -> String {
    match Field::ALL.into_iter().find(|field| field.as_str() == name) {
        Some(field) => format!("{name} ({})", field.title()),
        None => name.to_owned(),
    }
}

fn kind(value: Value) -> Result<Option<Kind>, String> {
    let word = text(value, longest(Field::Kind))?;
    if word.is_empty() {
        return Ok(None);
    }
    match KINDS.iter().find(|(name, _)| *name == word) {
        Some((_, kind)) => Ok(Some(*kind)),
        None => Err(format!("вид «{word}» не известен; бывает legal, entrepreneur, person, foreign")),
    }
}

/// A list; an empty text is an empty one, because an empty element is.
fn list(value: Value, name: &str) -> Result<Vec<Value>, String> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Text(text) if text.trim().is_empty() => Ok(Vec::new()),
        Value::List(items) if items.len() > LIST_MAX => {
            Err(format!("{} значений, а допустимо {LIST_MAX}", items.len()))
        }
        Value::List(items) => Ok(items),
        Value::Flag(_) | Value::Number(_) | Value::Text(_) | Value::Record(_) => Err(format!(
            "нужен список: в JSON [ … ], в XML элементы <{}>",
            element_of(name).unwrap_or("item")
        )),
    }
}

fn texts(value: Value, name: &str, longest: usize) -> Result<Vec<String>, String> {
    let mut texts =
        list(value, name)?.into_iter().map(|item| text(item, longest)).collect::<Result<Vec<_>, _>>()?;
    texts.retain(|text| !text.is_empty());
    Ok(texts)
}

fn accounts(value: Value) -> Result<Vec<BankAccount>, String> {
    let mut accounts =
        list(value, "bank_accounts")?.into_iter().map(account).collect::<Result<Vec<_>, _>>()?;
    accounts.retain(|account| *account != BankAccount::default());
    Ok(accounts)
}

fn account(value: Value) -> Result<BankAccount, String> {
    let fields = match value {
        Value::Record(fields) => fields,
        Value::Null => Vec::new(),
        Value::Text(text) if text.trim().is_empty() => Vec::new(),
        Value::Text(_) | Value::Flag(_) | Value::Number(_) | Value::List(_) => {
            return Err(
                "счёт должен быть объектом с полями number, bank_name, bik, correspondent_account".to_owned()
            );
        }
    };
    let mut account = BankAccount::default();
    let mut names = HashSet::new();
    for (name, value) in fields {
        let outcome = match name.as_ref() {
            "number" => text(value, ACCOUNT_NUMBER_MAX).map(|text| account.number = text),
            "bank_name" => text(value, BANK_NAME_MAX).map(|text| account.bank_name = text),
            "bik" => text(value, BIK_MAX).map(|text| account.bik = text),
            "correspondent_account" => {
                text(value, ACCOUNT_NUMBER_MAX).map(|text| account.correspondent_account = text)
            }
            "main" => flag(value).map(|flag| account.main = flag),
            _ => Ok(()),
        };
        outcome.map_err(|fault| format!("{name}: {fault}"))?;
        if !names.insert(name.clone()) {
            return Err(format!("{} указано дважды", clean(&name)));
        }
    }
    Ok(account)
}

/// See [`ShownCounterparty::fingerprint`]. The words of the snapshot are those of the store, which never change
/// their meaning, so a fingerprint outlives an update of Parom.
fn fingerprint(onec_ref: OneCRef, code: Option<&str>, snapshot: &Counterparty) -> String {
    let spoken = serde_json::to_vec(&(onec_ref, code, snapshot)).expect("texts, flags and lists have a JSON");
    Sha256::digest(spoken).iter().fold(String::with_capacity(64), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("writing to a String does not fail");
        hex
    })
}
