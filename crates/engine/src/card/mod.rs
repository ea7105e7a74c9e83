//! A counterparty as the portal keeps it: company, requisite, addresses, bank details, phones and e-mails.
//! Pure: reads cards into snapshots and turns targets into commands.

mod change;
mod create;
mod read;

pub use bitrix::wire::{
    ADDRESS_ACTUAL as ACTUAL_ADDRESS, ADDRESS_LEGAL as LEGAL_ADDRESS, COMPANY, COUNTRY_RUSSIA as RUSSIA,
    REQUISITE,
};
use bitrix::wire::{Address, BankDetail, Company, Requisite};
use domain::{BankAccount, Counterparty, Kind, Timestamp};

pub use change::{Change, change};
pub use create::{COMPANY_KEY, REQUISITE_KEY, create};
pub use read::read;

/// Marks what Parom made: `ORIGINATOR_ID` of companies, beside the GUID of 1C in `ORIGIN_ID`.
pub const ORIGINATOR: &str = "PAROM";

/// The lowest `SORT` is the main account; the portal has no other mark for it.
const SORT_OF_MAIN: i64 = 100;
/// `SORT` of every other account, also the portal's default.
const SORT_OF_OTHERS: i64 = 500;

/// Everything of one counterparty in the portal, as read at one moment.
#[derive(Clone, Debug, Default)]
pub struct Card {
    /// The company.
    pub company: Company,
    /// Its requisite with the ИНН; a company made by half may have none.
    pub requisite: Option<Requisite>,
    /// The addresses of the requisite.
    pub addresses: Vec<Address>,
    /// The bank details of the requisite.
    pub banks: Vec<BankDetail>,
}

impl Card {
    /// When somebody last changed the company or its requisite, by the portal's clock.
    pub fn changed_at(&self) -> Option<Timestamp> {
        let requisite =
            self.requisite.as_ref().and_then(|requisite| requisite.date_modify.or(requisite.date_create));
        self.company.date_modify.max(requisite)
    }
}

/// The requisite templates of this portal. Their ids differ from portal to portal, so they are found by `XML_ID`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Presets {
    /// «Организация».
    pub organisation: i64,
    /// «ИП».
    pub entrepreneur: i64,
}

impl Presets {
    /// The template for a counterparty. The one for natural persons has no ИНН, so they get that of entrepreneurs.
    pub fn of(self, target: &Counterparty) -> i64 {
        match Shape::of(target) {
            Shape::Organisation => self.organisation,
            Shape::Person => self.entrepreneur,
        }
    }
}

/// Which set of fields a requisite has in the card: what is not in its template is stored but never seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Organisation,
    Person,
}

impl Shape {
    fn of(target: &Counterparty) -> Self {
        match Kind::infer(target) {
            Some(Kind::Entrepreneur | Kind::Person) => Self::Person,
            Some(Kind::Legal | Kind::Foreign) | None => Self::Organisation,
        }
    }
}

/// «Название» of a bank detail: the portal wants one, 1C has none.
fn bank_title(account: &BankAccount) -> String {
    let tail: String =
        account.number.chars().skip(account.number.chars().count().saturating_sub(4)).collect();
    let bank = if account.bank_name.trim().is_empty() {
        "Расчётный счёт"
    } else {
        account.bank_name.trim()
    };
    format!("{bank}, …{tail}")
}

fn sort(account: &BankAccount) -> i64 {
    if account.main { SORT_OF_MAIN } else { SORT_OF_OTHERS }
}

/// The external key of a bank detail. The portal's column holds 45 characters: 20 + 9 digits and the mark fit.
fn bank_key(account: &BankAccount) -> String {
    format!("parom:{}:{}", account.bik.trim(), account.number.trim())
}

/// The external key of a requisite.
pub fn requisite_key(origin: &str) -> String {
    format!("parom:{origin}")
}
