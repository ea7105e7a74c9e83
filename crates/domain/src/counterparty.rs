//! «Контрагент»: a legal entity or an entrepreneur as one shore shows it.

mod kind;

use serde::{Deserialize, Serialize};

pub use kind::Kind;

/// A snapshot of a counterparty. A field that is `None` is one that the side did not speak of; an empty
/// text or list is one that the side shows as empty. Texts stand as the side showed them, right or wrong:
/// the types of [`requisites`](crate::requisites) are proofs that the gates make, not what people typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counterparty {
    /// «Юр. / физ. лицо».
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Short name: «ООО «Яндекс»».
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Full name: «Общество с ограниченной ответственностью «Яндекс»».
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// ИНН.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inn: Option<String>,
    /// КПП.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kpp: Option<String>,
    /// ОГРН of a legal entity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ogrn: Option<String>,
    /// ОГРНИП of an entrepreneur.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ogrnip: Option<String>,
    /// Юридический адрес, one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_address: Option<String>,
    /// Фактический адрес, one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual_address: Option<String>,
    /// ФИО директора.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub director: Option<String>,
    /// Банковские счета.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank_accounts: Option<Vec<BankAccount>>,
    /// Телефоны, as written by people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phones: Option<Vec<String>>,
    /// Адреса электронной почты.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emails: Option<Vec<String>>,
    /// «Пометка удаления». Never merged: a mark on one shore deletes nothing on the other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted: Option<bool>,
}

/// A settlement account. Two accounts are the same one when number and БИК are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BankAccount {
    /// Расчётный счёт, 20 digits.
    pub number: String,
    /// Наименование банка.
    pub bank_name: String,
    /// БИК, 9 digits.
    pub bik: String,
    /// Корреспондентский счёт, 20 digits.
    pub correspondent_account: String,
    /// Основной счёт.
    pub main: bool,
}

/// The fields that are merged, each by its own rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// See [`Counterparty::kind`].
    Kind,
    /// See [`Counterparty::name`].
    Name,
    /// See [`Counterparty::full_name`].
    FullName,
    /// See [`Counterparty::inn`].
    Inn,
    /// See [`Counterparty::kpp`].
    Kpp,
    /// See [`Counterparty::ogrn`].
    Ogrn,
    /// See [`Counterparty::ogrnip`].
    Ogrnip,
    /// See [`Counterparty::legal_address`].
    LegalAddress,
    /// See [`Counterparty::actual_address`].
    ActualAddress,
    /// See [`Counterparty::director`].
    Director,
    /// See [`Counterparty::bank_accounts`].
    BankAccounts,
    /// See [`Counterparty::phones`].
    Phones,
    /// See [`Counterparty::emails`].
    Emails,
}

impl Field {
    /// All of them, in the order in which people read a card.
    pub const ALL: [Self; 13] = [
        Self::Kind,
        Self::Name,
        Self::FullName,
        Self::Inn,
        Self::Kpp,
        Self::Ogrn,
        Self::Ogrnip,
        Self::LegalAddress,
        Self::ActualAddress,
        Self::Director,
        Self::BankAccounts,
        Self::Phones,
        Self::Emails,
    ];

    /// The word of the contract with 1C, also the key of `[rules]`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::Name => "name",
            Self::FullName => "full_name",
            Self::Inn => "inn",
            Self::Kpp => "kpp",
            Self::Ogrn => "ogrn",
            Self::Ogrnip => "ogrnip",
            Self::LegalAddress => "legal_address",
            Self::ActualAddress => "actual_address",
            Self::Director => "director",
            Self::BankAccounts => "bank_accounts",
            Self::Phones => "phones",
            Self::Emails => "emails",
        }
    }

    /// The words of people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Kind => "вид контрагента",
            Self::Name => "наименование",
            Self::FullName => "полное наименование",
            Self::Inn => "ИНН",
            Self::Kpp => "КПП",
            Self::Ogrn => "ОГРН",
            Self::Ogrnip => "ОГРНИП",
            Self::LegalAddress => "юридический адрес",
            Self::ActualAddress => "фактический адрес",
            Self::Director => "ФИО директора",
            Self::BankAccounts => "банковские счета",
            Self::Phones => "телефоны",
            Self::Emails => "электронная почта",
        }
    }
}

impl Counterparty {
    /// A one-line text field, or `None` where the side did not speak of it or the field is no text.
    pub fn text(&self, field: Field) -> Option<&str> {
        match field {
            Field::Name => self.name.as_deref(),
            Field::FullName => self.full_name.as_deref(),
            Field::Inn => self.inn.as_deref(),
            Field::Kpp => self.kpp.as_deref(),
            Field::Ogrn => self.ogrn.as_deref(),
            Field::Ogrnip => self.ogrnip.as_deref(),
            Field::LegalAddress => self.legal_address.as_deref(),
            Field::ActualAddress => self.actual_address.as_deref(),
            Field::Director => self.director.as_deref(),
            Field::Kind | Field::BankAccounts | Field::Phones | Field::Emails => None,
        }
    }

    /// The place of a one-line text field.
    pub fn text_mut(&mut self, field: Field) -> Option<&mut Option<String>> {
        match field {
            Field::Name => Some(&mut self.name),
            Field::FullName => Some(&mut self.full_name),
            Field::Inn => Some(&mut self.inn),
            Field::Kpp => Some(&mut self.kpp),
            Field::Ogrn => Some(&mut self.ogrn),
            Field::Ogrnip => Some(&mut self.ogrnip),
            Field::LegalAddress => Some(&mut self.legal_address),
            Field::ActualAddress => Some(&mut self.actual_address),
            Field::Director => Some(&mut self.director),
            Field::Kind | Field::BankAccounts | Field::Phones | Field::Emails => None,
        }
    }

    /// This snapshot with everything that `newer` speaks of put over it: a side that shows a part of a
    /// record leaves the rest as it was.
    #[must_use]
    pub fn overlaid(mut self, newer: Self) -> Self {
        macro_rules! take {
            ($($field:ident),*) => { $( if newer.$field.is_some() { self.$field = newer.$field; } )* };
        }
        take!(
            kind,
            name,
            full_name,
            inn,
            kpp,
            ogrn,
            ogrnip,
            legal_address,
            actual_address,
            director,
            bank_accounts,
            phones,
            emails,
            deleted
        );
        self
    }

    /// One field of this snapshot, and nothing else.
    #[must_use]
    pub fn only(&self, field: Field) -> Self {
        let mut only = Self::default();
        only.put(field, self);
        only
    }

    /// Takes one field as `from` has it, be it that `from` does not speak of it.
    pub fn put(&mut self, field: Field, from: &Self) {
        match field {
            Field::Kind => self.kind = from.kind,
            Field::Phones => self.phones.clone_from(&from.phones),
            Field::Emails => self.emails.clone_from(&from.emails),
            Field::BankAccounts => self.bank_accounts.clone_from(&from.bank_accounts),
            _ => {
                let place = self.text_mut(field).expect("every field that is no text stands above");
                *place = from.text(field).map(str::to_owned);
            }
        }
    }

    /// The name that messages use: the short one, else the full one, else the ИНН.
    pub fn title(&self) -> &str {
        [&self.name, &self.full_name, &self.inn]
            .into_iter()
            .flatten()
            .map(|text| text.trim())
            .find(|text| !text.is_empty())
            .unwrap_or("без наименования")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_snapshot_replaces_what_it_speaks_of_and_leaves_the_rest() {
        let older = Counterparty {
            kpp: Some("773601001".into()),
            name: Some("ООО «Яндекс»".into()),
            phones: Some(vec!["1".into()]),
            ..Counterparty::default()
        };
        let newer = Counterparty {
            kpp: Some(String::new()),
            phones: Some(Vec::new()),
            inn: Some("7736207543".into()),
            ..Counterparty::default()
        };
        let now = older.clone().overlaid(newer);
        assert_eq!(now.kpp.as_deref(), Some(""), "an empty field clears");
        assert_eq!(now.phones, Some(Vec::new()), "so does an empty list");
        assert_eq!(now.name, older.name, "an absent field does not");
        assert_eq!(now.inn.as_deref(), Some("7736207543"));
        assert_eq!(older.clone().overlaid(Counterparty::default()), older);
    }

    #[test]
    fn the_fields_of_a_snapshot_one_by_one_are_the_whole_snapshot() {
        let whole = Counterparty {
            kind: Some(Kind::Legal),
            name: Some("ООО «Яндекс»".into()),
            phones: Some(vec!["1".into()]),
            bank_accounts: Some(vec![BankAccount::default()]),
            ..Counterparty::default()
        };
        let joined = Field::ALL.into_iter().fold(Counterparty::default(), |mut joined, field| {
            joined.put(field, &whole.only(field));
            joined
        });
        assert_eq!(joined, whole);
        assert_eq!(
            whole.only(Field::Name),
            Counterparty { name: whole.name.clone(), ..Counterparty::default() }
        );
    }

    #[test]
    fn every_field_has_a_word_of_its_own_and_the_store_uses_the_same() {
        let words: std::collections::BTreeSet<_> = Field::ALL.into_iter().map(Field::as_str).collect();
        assert_eq!(words.len(), Field::ALL.len());
        for field in Field::ALL {
            assert_eq!(serde_json::to_value(field).expect("a word"), field.as_str());
        }
    }

    #[test]
    fn a_snapshot_that_goes_through_the_store_keeps_absent_and_empty_apart() {
        let snapshot = Counterparty { kpp: Some(String::new()), ..Counterparty::default() };
        let text = serde_json::to_string(&snapshot).expect("a snapshot is data");
        assert_eq!(text, r#"{"kpp":""}"#);
        assert_eq!(serde_json::from_str::<Counterparty>(&text).expect("its own text"), snapshot);
    }

    #[test]
    fn messages_name_a_counterparty_by_the_first_thing_it_has() {
        let inn = Counterparty {
            name: Some(" ".into()),
            inn: Some("7736207543".into()),
            ..Counterparty::default()
        };
        assert_eq!(inn.title(), "7736207543");
        assert_eq!(Counterparty::default().title(), "без наименования");
    }
}
