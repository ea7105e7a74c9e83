//! What a polled counterparty does to the catalogs of 1C.

use uuid::Uuid;

use super::OneC;
use super::catalog::{Account, Bank, ContactKind, Element, LegalStatus, OGRN, OGRNIP};
use super::offered::{Action, Offered, OfferedAccount};
use super::random::Random;
use super::wire;

/// The additional property that keeps the number of the company in Bitrix24.
pub const COMPANY_ID: &str = "ID компании Битрикс24";

/// What 1C did with a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Took {
    /// The delivery's number.
    pub delivery: String,
    /// The object; `None`: none was touched.
    pub reference: Option<Uuid>,
    /// Its «Код».
    pub code: String,
    /// The company in Bitrix24.
    pub company_id: i64,
    /// What was done.
    pub what: What,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A new element was written.
    Created,
    /// An element was changed in these fields, named as the contract names them.
    Updated(Vec<&'static str>),
    /// Everything was as it should be.
    Unchanged,
    /// It could not be done, and why, in Russian.
    Rejected(String),
}

impl OneC {
    /// Does what Parom asks for, as one transaction of 1C would.
    pub(crate) fn take(&mut self, offered: &Offered) -> Took {
        let took = |element: Option<&Element>, what| Took {
            delivery: offered.delivery.clone(),
            reference: element.map(|element| element.reference),
            code: element.map(|element| element.code.clone()).unwrap_or_default(),
            company_id: offered.company_id,
            what,
        };
        let (reference, everything) = match offered.action {
            Action::Update(reference) => (Some(reference), false),
            Action::Create(proposed) => match self.with_inn(&offered.inn).as_slice() {
                [only] => (Some(only.reference), true),
                // A crash between the writing and the receipt: the object is there already.
                [] if self.find(proposed).is_some() => (Some(proposed), true),
                [] => (None, true),
                several => {
                    let codes: Vec<&str> = several.iter().map(|element| element.code.as_str()).collect();
                    let text = format!(
                        "В 1С несколько контрагентов с ИНН {}: коды {}. Оставьте одного, остальных пометьте на удаление.",
                        offered.inn,
                        codes.join(", ")
                    );
                    return took(None, What::Rejected(text));
                }
            },
        };
        let Some(reference) = reference else {
            let created = self.create(offered);
            return took(Some(&created), What::Created);
        };
        let Some(mut element) = self.find(reference) else {
            return took(None, What::Rejected(format!("В 1С нет контрагента с GUID {reference}")));
        };
        let changed = self.write(&mut element, offered, everything);
        if changed.is_empty() {
            return took(Some(&element), What::Unchanged);
        }
        let written = element.clone();
        self.edit(reference, |kept| *kept = written);
        self.written_by_exchange(reference);
        took(Some(&element), What::Updated(changed))
    }

    /// Elements with this ИНН that are neither folders nor marked for deletion. An empty ИНН is nobody's.
    fn with_inn(&self, inn: &str) -> Vec<Element> {
        if inn.trim().is_empty() {
            return Vec::new();
        }
        self.elements().filter(|element| !element.deletion_mark && element.inn.trim() == inn.trim()).collect()
    }

    fn create(&mut self, offered: &Offered) -> Element {
        let Action::Create(proposed) = offered.action else { unreachable!("only a create creates") };
        self.created += 1;
        let reference = if self.habits.own_guids { Random::new(self.created, 24).guid() } else { proposed };
        let mut element = Element { reference, code: format!("Б{:08}", self.created), ..Element::default() };
        self.write(&mut element, offered, true);
        self.add(element.clone());
        self.written_by_exchange(reference);
        element
    }

    /// What the exchange writes is registered for the way back like everything else, unless the adapter knows better.
    fn written_by_exchange(&mut self, reference: Uuid) {
        if !self.habits.registers_own_writes {
            self.changed.remove(&reference);
        }
    }

    /// Writes into the element what differs, and says what did. Of an element that 1C has, only what Parom names as
    /// changed; of one that was found by its ИНН or is new, everything that is not empty.
    fn write(&mut self, element: &mut Element, offered: &Offered, everything: bool) -> Vec<&'static str> {
        let mut changed = Vec::new();
        let named = |name: &str| offered.changed.iter().any(|field| field == name);
        let concerns = |name: &'static str, is_empty: bool| if everything { !is_empty } else { named(name) };
        let mut text = |name, from: &str, to: &mut String| {
            if concerns(name, from.is_empty()) && from != *to {
                from.clone_into(to);
                changed.push(name);
            }
        };
        text("name", &offered.name, &mut element.name);
        text("full_name", &offered.full_name, &mut element.full_name);
        text("inn", &offered.inn, &mut element.inn);
        text("kpp", &offered.kpp, &mut element.kpp);
        for (name, property, value) in [("ogrn", OGRN, &offered.ogrn), ("ogrnip", OGRNIP, &offered.ogrnip)] {
            if concerns(name, value.is_empty()) && value != element.property(property) {
                element.properties.insert(property.to_owned(), value.clone());
                changed.push(name);
            }
        }
        for (name, kind, value) in [
            ("legal_address", ContactKind::LegalAddress, &offered.legal_address),
            ("actual_address", ContactKind::ActualAddress, &offered.actual_address),
        ] {
            if concerns(name, value.is_empty()) && value != element.contact(&kind) {
                put_contact(element, kind, value);
                changed.push(name);
            }
        }
        if concerns("director", offered.director.is_empty()) && offered.director != element.director() {
            element.set_director(&offered.director);
            changed.push("director");
        }
        if concerns("phones", offered.phones.is_empty()) && !wire::phones(element).eq(&offered.phones) {
            element.contacts.retain(|kind, _| !matches!(kind, ContactKind::Phone | ContactKind::OwnPhone(_)));
            put_contacts(element, &offered.phones, ContactKind::Phone, ContactKind::OwnPhone, "Телефон");
            changed.push("phones");
        }
        if concerns("emails", offered.emails.is_empty()) && !wire::emails(element).eq(&offered.emails) {
            element.contacts.retain(|kind, _| !matches!(kind, ContactKind::Email | ContactKind::OwnEmail(_)));
            put_contacts(element, &offered.emails, ContactKind::Email, ContactKind::OwnEmail, "E-mail");
            changed.push("emails");
        }
        if concerns("bank_accounts", offered.bank_accounts.is_empty())
            && self.write_accounts(element, &offered.bank_accounts)
        {
            changed.push("bank_accounts");
        }
        if concerns("kind", offered.kind.is_empty()) && offered.kind != wire::kind(element) {
            element.non_resident = offered.kind == "foreign";
            let is_person = matches!(offered.kind.as_str(), "entrepreneur" | "person");
            element.legal_status = if is_person { LegalStatus::Person } else { LegalStatus::Organisation };
            changed.push("kind");
        }
        // Of no concern to anybody but a later exchange.
        element.properties.insert(COMPANY_ID.to_owned(), offered.company_id.to_string());
        changed
    }

    /// Accounts by number and БИК; a bank that exists is not changed.
    fn write_accounts(&mut self, element: &mut Element, offered: &[OfferedAccount]) -> bool {
        let before = (element.accounts.clone(), element.main_account);
        let mut accounts = Vec::new();
        let mut main = None;
        for (place, account) in offered.iter().enumerate() {
            self.banks.entry(account.bik.clone()).or_insert_with(|| Bank {
                name: account.bank_name.clone(),
                correspondent_account: account.correspondent_account.clone(),
            });
            let known =
                before.0.iter().find(|known| known.number == account.number && known.bik == account.bik);
            let reference = known.map_or_else(
                || {
                    let stream = u64::try_from(self.accounts_made + place).expect("usize fits u64");
                    Random::new(stream, 25).guid()
                },
                |known| known.reference,
            );
            if account.main {
                main = Some(reference);
            }
            accounts.push(Account { reference, number: account.number.clone(), bik: account.bik.clone() });
        }
        self.accounts_made += offered.len();
        let same = accounts.len() == before.0.len()
            && accounts.iter().all(|account| before.0.contains(account))
            && main == before.1;
        if !same {
            element.accounts = accounts;
            element.main_account = main;
        }
        !same
    }
}

fn put_contact(element: &mut Element, kind: ContactKind, value: &str) {
    if value.is_empty() {
        element.contacts.remove(&kind);
    } else {
        element.contacts.insert(kind, value.to_owned());
    }
}

/// The first under the predefined kind, the others under kinds that the users made up.
fn put_contacts(
    element: &mut Element,
    values: &[String],
    first: ContactKind,
    other: impl Fn(String) -> ContactKind,
    word: &str,
) {
    let mut first = Some(first);
    for (place, value) in values.iter().enumerate() {
        let kind = first.take().unwrap_or_else(|| other(format!("{word} {}", place + 1)));
        element.contacts.insert(kind, value.clone());
    }
}
