//! Values in the words of people.

use domain::{Counterparty, Field, Kind};

/// A field as people read it.
pub fn in_words(counterparty: &Counterparty, field: Field) -> String {
    match field {
        Field::Kind => match counterparty.kind {
            Some(Kind::Legal) => "юридическое лицо".to_owned(),
            Some(Kind::Entrepreneur) => "индивидуальный предприниматель".to_owned(),
            Some(Kind::Person) => "физическое лицо".to_owned(),
            Some(Kind::Foreign) => "нерезидент".to_owned(),
            None => String::new(),
        },
        Field::Phones => counterparty.phones.as_deref().unwrap_or_default().join(", "),
        Field::Emails => counterparty.emails.as_deref().unwrap_or_default().join(", "),
        Field::BankAccounts => counterparty
            .bank_accounts
            .iter()
            .flatten()
            .map(|account| format!("{} в {} (БИК {})", account.number, account.bank_name, account.bik))
            .collect::<Vec<_>>()
            .join("; "),
        _ => counterparty.text(field).unwrap_or_default().to_owned(),
    }
}
