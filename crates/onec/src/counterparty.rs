//! A counterparty as 1C may show it: which fields there are, how long they may be, what is refused.

use std::collections::HashSet;
use std::fmt::Write as _;

use domain::{BankAccount, Counterparty, Field, Kind, OneCRef, Timestamp};
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use crate::ferry::ShownCounterparty;
use crate::record::{Readable, Refusal, Words, gather, list};
use crate::scalar::{clean, flag, moment, text};
use crate::value::Value;

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

/// Reads one record. Fields that the contract does not name are left out: it grows.
pub(crate) fn read(record: Value, time_zone: &TimeZone) -> Result<Readable<ShownCounterparty>, Refusal> {
    let mut draft = Draft::default();
    let gathered = gather(record, &WORDS, |name, value| draft.take(name, value, time_zone))?;
    let title = draft.snapshot.title().to_owned();
    gathered.finish(&title, |onec_ref| draft.finish(onec_ref))
}

const WORDS: Words = Words {
    one: "Контрагент",
    of: "контрагента",
    refused: "не принят",
    key: "ref",
    title: |name| Field::ALL.into_iter().find(|field| field.as_str() == name).map(Field::title),
};

#[derive(Default)]
struct Draft {
    code: Option<String>,
    snapshot: Counterparty,
    changed_at: Option<Timestamp>,
}

impl Draft {
    fn take(&mut self, name: &str, value: Value, time_zone: &TimeZone) -> Result<(), String> {
        match name {
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

    fn finish(self, onec_ref: OneCRef) -> ShownCounterparty {
        let Self { code, snapshot, changed_at } = self;
        let fingerprint = fingerprint(onec_ref, code.as_deref(), &snapshot);
        ShownCounterparty { onec_ref, code, snapshot, changed_at, fingerprint }
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

fn texts(value: Value, name: &str, longest: usize) -> Result<Vec<String>, String> {
    let mut texts = list(value, name, LIST_MAX)?
        .into_iter()
        .map(|item| text(item, longest))
        .collect::<Result<Vec<_>, _>>()?;
    texts.retain(|text| !text.is_empty());
    Ok(texts)
}

fn accounts(value: Value) -> Result<Vec<BankAccount>, String> {
    let mut accounts =
        list(value, "bank_accounts", LIST_MAX)?.into_iter().map(account).collect::<Result<Vec<_>, _>>()?;
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
