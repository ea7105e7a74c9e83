//! An employee at his screen: the same rules as REST, but past HTTP, counters and faults.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::call::{Caller, Code, Refusal};
use super::files;
use super::methods;
use super::php::{Array, Php, record};
use super::portal::{Inner, Way};
use super::settings::Rights;
use super::state::State;
use super::table::Multi;
use super::{COMPANY, DEAL, REQUISITE};

/// Works in the portal by hand. Got from [`Portal::employee`](super::Portal::employee).
pub struct Employee<'a> {
    pub(crate) portal: &'a Inner,
    pub(crate) user: i64,
    pub(crate) way: Way,
}

/// What the portal answered to an employee who did something impossible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// `error`, empty for most.
    pub error: String,
    /// `error_description`.
    pub description: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "портал отказал сотруднику: {} {}", self.error, self.description)
    }
}

impl std::error::Error for Refused {}

/// Names and values of fields, as the old methods call them.
pub type Fields<'f> = &'f [(&'f str, &'f str)];

impl Employee<'_> {
    /// The same employee whose work nobody is told of: neither the outgoing webhook nor the box module.
    #[must_use]
    pub fn unseen(self) -> Self {
        Self { way: Way::ByHandUnseen, ..self }
    }

    /// Merges duplicates: the others' requisites, telephones and deals go to `main`, the others are deleted.
    pub fn merges_companies(&self, main: i64, others: &[i64]) -> Result<(), Refused> {
        let merge = |state: &mut State| methods::merge_companies(state, main, others, self.user);
        self.portal.work(self.way, self.user, merge).map_err(refused)
    }

    /// A company with nothing but its name; the id.
    pub fn creates_company(&self, title: &str) -> Result<i64, Refused> {
        self.creates_company_with(&[("TITLE", title)])
    }

    /// A company with these fields, such as `ASSIGNED_BY_ID` for another employee; the id.
    pub fn creates_company_with(&self, fields: Fields<'_>) -> Result<i64, Refused> {
        self.adds("crm.company.add", &[], fields)
    }

    /// Changes fields of a company.
    pub fn edits_company(&self, company: i64, fields: Fields<'_>) -> Result<(), Refused> {
        self.updates("crm.company.update", company, fields)
    }

    /// Deletes a company with its requisites, addresses and bank details.
    pub fn deletes_company(&self, company: i64) -> Result<(), Refused> {
        self.deletes("crm.company.delete", company)
    }

    /// One more telephone of a company.
    pub fn adds_phone(&self, company: i64, phone: &str) -> Result<(), Refused> {
        self.adds_multi(company, "PHONE", phone)
    }

    /// One more e-mail of a company.
    pub fn adds_email(&self, company: i64, email: &str) -> Result<(), Refused> {
        self.adds_multi(company, "EMAIL", email)
    }

    /// Takes a telephone away, all entries that are written like that.
    pub fn removes_phone(&self, company: i64, phone: &str) -> Result<(), Refused> {
        self.edits_multi(company, "PHONE", phone, |id| record! { "ID" => id, "DELETE" => "Y" })
    }

    /// Takes an e-mail away.
    pub fn removes_email(&self, company: i64, email: &str) -> Result<(), Refused> {
        self.edits_multi(company, "EMAIL", email, |id| record! { "ID" => id, "DELETE" => "Y" })
    }

    /// Writes a telephone anew, all entries that are written like that; they keep their ids.
    pub fn changes_phone(&self, company: i64, old: &str, new: &str) -> Result<(), Refused> {
        self.edits_multi(company, "PHONE", old, |id| record! { "ID" => id, "VALUE" => new })
    }

    /// Writes an e-mail anew.
    pub fn changes_email(&self, company: i64, old: &str, new: &str) -> Result<(), Refused> {
        self.edits_multi(company, "EMAIL", old, |id| record! { "ID" => id, "VALUE" => new })
    }

    /// One more requisite of a company, from the preset whose XML_ID holds `preset` (`COMPANY`, `INDIVIDUAL`,
    /// `PERSON`); the id.
    pub fn adds_requisite(&self, company: i64, preset: &str, fields: Fields<'_>) -> Result<i64, Refused> {
        let preset = {
            let state = self.portal.state();
            let wanted = format!("_RU_{preset}#");
            let found = state.presets.iter().find(|one| one.xml_id.ends_with(&wanted));
            found.map_or(0, |preset| preset.id).to_string()
        };
        let keys = [
            ("ENTITY_TYPE_ID", COMPANY.to_string()),
            ("ENTITY_ID", company.to_string()),
            ("PRESET_ID", preset),
            ("NAME", "Реквизит".to_owned()),
        ];
        self.adds("crm.requisite.add", &keys, fields)
    }

    /// Changes fields of a requisite.
    pub fn edits_requisite(&self, requisite: i64, fields: Fields<'_>) -> Result<(), Refused> {
        self.updates("crm.requisite.update", requisite, fields)
    }

    /// Deletes a requisite with its addresses and bank details.
    pub fn deletes_requisite(&self, requisite: i64) -> Result<(), Refused> {
        self.deletes("crm.requisite.delete", requisite)
    }

    /// One more bank detail of a requisite; the id.
    pub fn adds_bank_detail(&self, requisite: i64, fields: Fields<'_>) -> Result<i64, Refused> {
        let keys = [("ENTITY_ID", requisite.to_string()), ("NAME", "Счёт".to_owned())];
        self.adds("crm.requisite.bankdetail.add", &keys, fields)
    }

    /// Changes fields of a bank detail.
    pub fn edits_bank_detail(&self, bank_detail: i64, fields: Fields<'_>) -> Result<(), Refused> {
        self.updates("crm.requisite.bankdetail.update", bank_detail, fields)
    }

    /// Deletes a bank detail.
    pub fn deletes_bank_detail(&self, bank_detail: i64) -> Result<(), Refused> {
        self.deletes("crm.requisite.bankdetail.delete", bank_detail)
    }

    /// Writes the address of that type (1 actual, 6 legal), new or not.
    pub fn writes_address(&self, requisite: i64, kind: i64, fields: Fields<'_>) -> Result<(), Refused> {
        let fields = address_key(requisite, kind, fields);
        let exists = self.portal.state().addresses.get(methods::address_key(requisite, kind)).is_some();
        let method = if exists { "crm.address.update" } else { "crm.address.add" };
        self.call(method, &record! { "fields" => fields }).map(drop)
    }

    /// Deletes the address of that type.
    pub fn deletes_address(&self, requisite: i64, kind: i64) -> Result<(), Refused> {
        let fields = address_key(requisite, kind, &[]);
        self.call("crm.address.delete", &record! { "fields" => fields }).map(drop)
    }

    /// A deal of a company; the id.
    pub fn adds_deal(&self, company: i64, fields: Fields<'_>) -> Result<i64, Refused> {
        self.adds("crm.deal.add", &[("COMPANY_ID", company.to_string())], fields)
    }

    /// Changes fields of a deal.
    pub fn edits_deal(&self, deal: i64, fields: Fields<'_>) -> Result<(), Refused> {
        self.updates("crm.deal.update", deal, fields)
    }

    /// Moves a deal to another pipeline, or anything else that only `crm.item.update` does.
    pub fn edits_deal_item(&self, deal: i64, fields: Fields<'_>) -> Result<(), Refused> {
        let params = record! {
            "entityTypeId" => DEAL, "id" => deal, "useOriginalUfNames" => "Y", "fields" => to_array(fields),
        };
        self.call("crm.item.update", &params).map(drop)
    }

    /// Puts a file of his own into a field of several, beside what is there.
    pub fn adds_file(&self, deal: i64, field: &str, name: &str, content: &[u8]) -> Result<i64, Refused> {
        let upload: Array = [Php::from(name), Php::from(STANDARD.encode(content))].into_iter().collect();
        let before = self.files_of(deal, field);
        let mut files: Array = before.iter().map(|id| Php::from(record! { "id" => *id })).collect();
        files.push(upload);
        self.writes_files(deal, field, files)?;
        Ok(self.files_of(deal, field).into_iter().find(|id| !before.contains(id)).unwrap_or_default())
    }

    /// Takes a file out of a field.
    pub fn removes_file(&self, deal: i64, field: &str, file: i64) -> Result<(), Refused> {
        let left: Array = self
            .files_of(deal, field)
            .into_iter()
            .filter(|id| *id != file)
            .map(|id| Php::from(record! { "id" => id }))
            .collect();
        self.writes_files(deal, field, left)
    }

    fn files_of(&self, deal: i64, field: &str) -> Vec<i64> {
        let state = self.portal.state();
        let at = state.deals.catalog.index_of(field);
        let row = state.deals.get(deal);
        at.zip(row).map(|(at, row)| files::ids_of(row.other(at))).unwrap_or_default()
    }

    fn writes_files(&self, deal: i64, field: &str, files: Array) -> Result<(), Refused> {
        let mut fields = Array::default();
        fields.set(field, files);
        let params =
            record! { "entityTypeId" => DEAL, "id" => deal, "useOriginalUfNames" => "Y", "fields" => fields };
        self.call("crm.item.update", &params).map(drop)
    }

    /// Writes the product rows of a deal: name, price with tax, quantity.
    pub fn writes_products(&self, deal: i64, rows: &[(&str, &str, &str)]) -> Result<(), Refused> {
        let rows: Array = rows
            .iter()
            .map(|(name, price, quantity)| {
                Php::from(record! {
                    "productName" => *name, "price" => *price, "quantity" => *quantity, "taxRate" => "20",
                    "taxIncluded" => "Y", "measureName" => "шт",
                })
            })
            .collect();
        let params = record! { "ownerType" => "D", "ownerId" => deal, "productRows" => rows };
        self.call("crm.item.productrow.set", &params).map(drop)
    }

    /// Deletes a user field of deals, with everything in it.
    pub fn deletes_deal_field(&self, name: &str) -> Result<(), Refused> {
        let id = {
            let state = self.portal.state();
            state.user_fields.iter().find(|field| field.name == name).map_or(0, |field| field.id)
        };
        self.deletes("crm.deal.userfield.delete", id)
    }

    /// Deletes a deal.
    pub fn deletes_deal(&self, deal: i64) -> Result<(), Refused> {
        self.deletes("crm.deal.delete", deal)
    }

    fn adds_multi(&self, company: i64, kind: &str, value: &str) -> Result<(), Refused> {
        let entry = record! { "VALUE" => value, "VALUE_TYPE" => "WORK" };
        let fields = record! { kind => [entry].into_iter().collect::<Array>() };
        self.call("crm.company.update", &record! { "id" => company, "fields" => fields }).map(drop)
    }

    fn edits_multi(
        &self,
        company: i64,
        kind: &str,
        value: &str,
        edit: impl Fn(i64) -> Array,
    ) -> Result<(), Refused> {
        let ids: Vec<i64> = {
            let state = self.portal.state();
            let multi = state.companies.get(company).map_or(&[][..], |row| &row.multi);
            let same = |entry: &&Multi| entry.type_id.as_ref() == kind && entry.value.as_ref() == value;
            multi.iter().filter(same).map(|entry| entry.id).collect()
        };
        let entries: Array = ids.into_iter().map(edit).collect();
        let fields = record! { kind => entries };
        self.call("crm.company.update", &record! { "id" => company, "fields" => fields }).map(drop)
    }

    /// `fields` go over `keys`, so that a test can set another NAME.
    fn adds(&self, method: &str, keys: &[(&str, String)], fields: Fields<'_>) -> Result<i64, Refused> {
        let mut all = Array::default();
        for (name, value) in keys {
            all.set(name, value.as_str());
        }
        for (name, value) in fields {
            all.set(name, *value);
        }
        self.call(method, &record! { "fields" => all }).map(|id| id.as_int())
    }

    fn updates(&self, method: &str, id: i64, fields: Fields<'_>) -> Result<(), Refused> {
        self.call(method, &record! { "id" => id, "fields" => to_array(fields) }).map(drop)
    }

    fn deletes(&self, method: &str, id: i64) -> Result<(), Refused> {
        self.call(method, &record! { "id" => id }).map(drop)
    }

    fn call(&self, method: &str, params: &Array) -> Result<Php, Refused> {
        let caller = Caller {
            user: self.user,
            admin: true,
            rights: Rights::ALL,
            scopes: Arc::from(["crm".to_owned()]),
            application: None,
            unseen: self.way == Way::ByHandUnseen,
        };
        let outcome = self.portal.run(method, params, &caller, self.way);
        outcome.map(|answer| answer.result).map_err(refused)
    }
}

fn refused(refusal: Refusal) -> Refused {
    Refused {
        error: match refusal.code {
            Code::Text(text) => text.to_owned(),
            Code::Number(number) => number.to_string(),
        },
        description: refusal.text.into_owned(),
    }
}

fn address_key(requisite: i64, kind: i64, fields: Fields<'_>) -> Array {
    let mut all = to_array(fields);
    all.set("TYPE_ID", kind);
    all.set("ENTITY_TYPE_ID", REQUISITE);
    all.set("ENTITY_ID", requisite);
    all
}

fn to_array(fields: Fields<'_>) -> Array {
    let mut array = Array::default();
    for (name, value) in fields {
        array.set(name, *value);
    }
    array
}
