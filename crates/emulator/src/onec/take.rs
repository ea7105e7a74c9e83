//! What 1C does with a polled counterparty: which element it means, and whether there is one.

use uuid::Uuid;

use super::OneC;
use super::catalog::Element;
use super::offered::{Action, Offered};

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

/// Which element a delivery means.
enum Meant {
    /// This one; only what Parom names as changed is written.
    Known(Uuid),
    /// This one, which Parom did not know; everything that is not empty is written.
    Found(Uuid),
    /// None yet.
    New(Uuid),
    /// Nobody can tell, in Russian.
    Unclear(String),
}

impl OneC {
    /// Does what Parom asks for, as one transaction of 1C would: the whole record is written, or nothing of it.
    pub(super) fn take(&mut self, offered: &Offered) -> Took {
        let (element, what) = match self.meant(offered) {
            Meant::Known(reference) => self.update(reference, offered, false),
            Meant::Found(reference) => self.update(reference, offered, true),
            Meant::New(proposed) => (Some(self.create_as(proposed, offered)), What::Created),
            Meant::Unclear(why) => (None, What::Rejected(why)),
        };
        Took {
            delivery: offered.delivery.clone(),
            reference: element.as_ref().map(|element| element.reference),
            code: element.map(|element| element.code).unwrap_or_default(),
            company_id: offered.company_id,
            what,
        }
    }

    fn meant(&mut self, offered: &Offered) -> Meant {
        let proposed = match offered.action {
            Action::Update(reference) => return Meant::Known(reference),
            Action::Create(proposed) => proposed,
        };
        // A crash came between the writing and the receipt: the object is there already.
        let written_before = self.find(proposed);
        if written_before.as_ref().is_some_and(|element| !element.deletion_mark) {
            return Meant::Found(proposed);
        }
        match self.with_inn(&offered.inn).as_slice() {
            [only] => Meant::Found(only.reference),
            [] if written_before.is_some() => Meant::Found(proposed),
            [] => Meant::New(proposed),
            several => Meant::Unclear(several_with_inn(&offered.inn, several)),
        }
    }

    fn update(&mut self, reference: Uuid, offered: &Offered, everything: bool) -> (Option<Element>, What) {
        let Some(mut element) = self.find(reference) else {
            return (None, What::Rejected(format!("В 1С нет контрагента с GUID {reference}")));
        };
        let changed = self.write(&mut element, offered, everything);
        if changed.is_empty() {
            self.keep_company(reference, offered.company_id);
            return (Some(element), What::Unchanged);
        }
        element.properties.insert(COMPANY_ID.to_owned(), offered.company_id.to_string());
        let written = element.clone();
        self.written_by_exchange(reference, |onec| {
            onec.edit(reference, |kept| *kept = written);
        });
        (Some(element), What::Updated(changed))
    }

    fn create_as(&mut self, proposed: Uuid, offered: &Offered) -> Element {
        let reference = if self.habits.own_guids { self.next_guid() } else { proposed };
        let mut element = Element { reference, code: self.next_code(), ..Element::default() };
        self.write(&mut element, offered, true);
        element.properties.insert(COMPANY_ID.to_owned(), offered.company_id.to_string());
        let written = element.clone();
        self.written_by_exchange(reference, |onec| {
            onec.add(written);
        });
        element
    }

    /// The register of properties is written by itself, and that registers no change of the counterparty.
    fn keep_company(&mut self, reference: Uuid, company_id: i64) {
        let company_id = company_id.to_string();
        let known = self.find(reference).is_some_and(|element| element.property(COMPANY_ID) == company_id);
        if known {
            return;
        }
        if let Some(element) = self.element_mut(reference) {
            element.properties.insert(COMPANY_ID.to_owned(), company_id);
        }
    }

    /// What the exchange writes is registered for the way back like everything else, unless the adapter knows better;
    /// what a person has changed and nobody has shown yet stays registered in any case.
    fn written_by_exchange(&mut self, reference: Uuid, write: impl FnOnce(&mut Self)) {
        let waited = self.changed.contains(&reference);
        write(self);
        if !self.habits.registers_own_writes && !waited {
            self.changed.remove(&reference);
        }
    }
}

/// Why nobody can tell which counterparty is meant, in Russian.
pub(super) fn several_with_inn(inn: &str, several: &[Element]) -> String {
    let mut codes: Vec<&str> = several.iter().map(|element| element.code.as_str()).collect();
    codes.sort_unstable();
    format!(
        "В 1С несколько контрагентов с ИНН {inn}: коды {}. Оставьте одного, остальных пометьте на удаление.",
        codes.join(", ")
    )
}
