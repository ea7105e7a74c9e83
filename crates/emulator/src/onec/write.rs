//! Putting the fields of a polled counterparty where «Комплексная автоматизация 1.1» keeps them.

use super::OneC;
use super::catalog::{Account, Bank, ContactKind, Element, LegalStatus, OGRN, OGRNIP};
use super::offered::{Offered, OfferedAccount};
use super::wire;

impl OneC {
    /// Writes into the element what differs, and says what did. Of an element that Parom knows, only what it names as
    /// changed; with `everything` whatever is not empty.
    ///
    /// `deleted` is not written: whether to mark for deletion is decided by people in 1C.
    pub(super) fn write(
        &mut self,
        element: &mut Element,
        offered: &Offered,
        everything: bool,
    ) -> Vec<&'static str> {
        let mut changed = Vec::new();
        let named = |name: &str| offered.changed.iter().any(|field| field == name);
        let concerns = |name: &str, is_empty: bool| if everything { !is_empty } else { named(name) };
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
                put_property(element, property, value);
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
        if concerns("phones", offered.phones.is_empty()) && PHONES.put(element, &offered.phones) {
            changed.push("phones");
        }
        if concerns("emails", offered.emails.is_empty()) && EMAILS.put(element, &offered.emails) {
            changed.push("emails");
        }
        if concerns("bank_accounts", offered.bank_accounts.is_empty())
            && self.put_accounts(element, &offered.bank_accounts)
        {
            changed.push("bank_accounts");
        }
        if concerns("kind", offered.kind.is_empty()) && put_kind(element, &offered.kind) {
            changed.push("kind");
        }
        changed
    }

    /// Accounts are known by number and БИК; a bank that exists is not changed.
    fn put_accounts(&mut self, element: &mut Element, offered: &[OfferedAccount]) -> bool {
        let before = (element.accounts.clone(), element.main_account);
        element.accounts.clear();
        element.main_account = None;
        for account in offered {
            let OfferedAccount { number, bank_name, bik, correspondent_account, main } = account;
            if !bik.is_empty() {
                self.banks.entry(bik.clone()).or_insert_with(|| Bank {
                    name: bank_name.clone(),
                    correspondent_account: correspondent_account.clone(),
                });
            }
            let known = before.0.iter().find(|known| known.number == *number && known.bik == *bik);
            let reference = known.map_or_else(|| self.next_guid(), |known| known.reference);
            if *main {
                element.main_account = Some(reference);
            }
            element.accounts.push(Account { reference, number: number.clone(), bik: bik.clone() });
        }
        let same = before.1 == element.main_account
            && before.0.len() == element.accounts.len()
            && element.accounts.iter().all(|account| before.0.contains(account));
        if same {
            // The order is nobody's news.
            element.accounts = before.0;
        }
        !same
    }
}

/// 1C has two attributes where the contract has four words: an entrepreneur is a person there.
fn put_kind(element: &mut Element, word: &str) -> bool {
    if word.is_empty() {
        // 1C has no empty value for it.
        return false;
    }
    let before = (element.legal_status, element.non_resident);
    element.non_resident = word == "foreign";
    element.legal_status = match word {
        "entrepreneur" | "person" => LegalStatus::Person,
        "legal" => LegalStatus::Organisation,
        // A foreigner may be either.
        _ => element.legal_status,
    };
    before != (element.legal_status, element.non_resident)
}

fn put_property(element: &mut Element, property: &str, value: &str) {
    if value.is_empty() {
        element.properties.remove(property);
    } else {
        element.properties.insert(property.to_owned(), value.to_owned());
    }
}

fn put_contact(element: &mut Element, kind: ContactKind, value: &str) {
    if value.is_empty() {
        element.contacts.remove(&kind);
    } else {
        element.contacts.insert(kind, value.to_owned());
    }
}

/// Records of contact information of which there may be many.
struct Many {
    /// The predefined kind, for the first of them.
    first: ContactKind,
    /// Kinds that the users made up, for the others.
    other: fn(String) -> ContactKind,
    /// What such a kind is called before its number.
    word: &'static str,
    is_one: fn(&ContactKind) -> bool,
    shown: fn(&Element) -> Vec<&str>,
}

const PHONES: Many = Many {
    first: ContactKind::Phone,
    other: ContactKind::OwnPhone,
    word: "Телефон",
    is_one: |kind| matches!(kind, ContactKind::Phone | ContactKind::OwnPhone(_)),
    shown: |element| wire::phones(element).collect(),
};
const EMAILS: Many = Many {
    first: ContactKind::Email,
    other: ContactKind::OwnEmail,
    word: "E-mail",
    is_one: |kind| matches!(kind, ContactKind::Email | ContactKind::OwnEmail(_)),
    shown: |element| wire::emails(element).collect(),
};

impl Many {
    /// Puts these values in place of those that are there; what stays keeps its kind.
    fn put(&self, element: &mut Element, values: &[String]) -> bool {
        let mut missing: Vec<&str> = values.iter().map(String::as_str).collect();
        let mut shown = (self.shown)(element);
        shown.sort_unstable();
        missing.sort_unstable();
        if shown == missing {
            return false;
        }
        // Back into the order of Parom: the first new one may get the predefined kind.
        missing = values.iter().map(String::as_str).collect();
        element.contacts.retain(|kind, shown| {
            if !(self.is_one)(kind) {
                return true;
            }
            let place = missing.iter().position(|value| value == shown);
            place.map(|place| missing.remove(place)).is_some()
        });
        for value in missing {
            let numbered = (2..).map(|number: u32| (self.other)(format!("{} {number}", self.word)));
            let kind = std::iter::once(self.first.clone())
                .chain(numbered)
                .find(|kind| !element.contacts.contains_key(kind))
                .expect("there are more numbers than contacts");
            element.contacts.insert(kind, value.to_owned());
        }
        true
    }
}
