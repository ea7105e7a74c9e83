//! People edit on both sides, 1C dies over any call of the platform, answers are lost; then both sides are equal and silent.
//!
//! `PAROM_SIMULATION_CASES=50 cargo test -p parom whatever_happens` tries more lists.

use std::time::Duration;

use bsl::{Fault, Halt, Platform, Ref, ka11};

use super::office::{Office, number};
use crate::support::really_wait;

/// Lists tried on every run; each waits for real sweeps.
const CASES: u64 = 2;
/// Things that happen in a list.
const EVENTS: u64 = 24;
/// What clients there may be.
const INNS: [&str; 4] = ["7707083893", "7736207543", "7736050003", "7702070139"];

/// Dice that fall the same way every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn inn(&mut self) -> &'static str {
        INNS[usize::try_from(self.roll(4)).expect("four")]
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_both_sides_end_equal_and_silent() {
    let cases = std::env::var("PAROM_SIMULATION_CASES").ok().and_then(|text| text.parse().ok());
    for seed in 0..cases.unwrap_or(CASES).min(CASES * 50) {
        let platform = if seed % 2 == 0 { Platform::V82 } else { Platform::V83 };
        let mut story = Story {
            office: Office::open(platform).await,
            dice: Dice(seed + 1),
            minutes: 0,
            told: Vec::new(),
        };
        for nth in 0..EVENTS {
            story.something_happens(nth).await;
        }
        story.ends().await;
    }
}

/// An office and what has happened in it.
struct Story {
    office: Office,
    dice: Dice,
    minutes: i64,
    told: Vec<String>,
}

impl Story {
    async fn something_happens(&mut self, nth: u64) {
        let inn = self.dice.inn();
        match self.dice.roll(12) {
            0 | 1 => self.employee_makes(inn),
            2 => self.accountant_makes(inn),
            3 | 4 => self.employee_edits(inn, nth),
            5 | 6 => self.accountant_edits(inn, nth),
            7 => self.employee_adds_a_deal(inn),
            8 => self.exchange_dies().await,
            9 => self.exchange_meets_a_fault(),
            10 => {
                self.told.push("exchange".to_owned());
                self.office.exchange();
            }
            _ => really_wait(Duration::from_millis(1200)).await,
        }
    }

    fn card(&self, inn: &str) -> Option<(i64, i64)> {
        let card = self.office.place.portal.requisites_with_inn(inn).into_iter().next()?;
        Some((number(card.get("ENTITY_ID")), number(card.get("ID"))))
    }

    fn counterparty(&self, inn: &str) -> Option<Ref> {
        self.office.with_inn(inn).into_iter().next()
    }

    fn employee_makes(&mut self, inn: &str) {
        if self.card(inn).is_some() {
            return;
        }
        self.told.push(format!("an employee makes {inn}"));
        let employee = self.office.place.portal.employee();
        let company = employee.creates_company(inn).expect("employees may");
        let name = format!("ООО «{inn}»");
        let fields = [("RQ_INN", inn), ("RQ_KPP", "770101001"), ("RQ_COMPANY_NAME", name.as_str())];
        employee.adds_requisite(company, "COMPANY", &fields).expect("employees may");
        employee.adds_deal(company, &[("TITLE", "Насосы")]).expect("employees may");
    }

    fn accountant_makes(&mut self, inn: &str) {
        if self.counterparty(inn).is_none() {
            self.told.push(format!("an accountant makes {inn}"));
            ka11::add_counterparty(&self.office.base, &format!("ООО «{inn}»"), inn, "770101001");
        }
    }

    fn employee_edits(&mut self, inn: &str, nth: u64) {
        let Some((company, requisite)) = self.card(inn) else { return };
        let employee = self.office.place.portal.employee();
        let director = format!("Иванов Иван {nth}-й");
        let kpp = format!("7701010{:02}", nth % 100);
        match self.dice.roll(3) {
            0 => employee.edits_requisite(requisite, &[("RQ_DIRECTOR", director.as_str())]),
            1 => employee.edits_requisite(requisite, &[("RQ_KPP", kpp.as_str())]),
            _ => employee.adds_phone(company, &format!("+7 495 500-55-{:02}", nth % 100)),
        }
        .expect("employees may");
        self.told.push(format!("an employee edits {inn}: {nth}"));
    }

    fn accountant_edits(&mut self, inn: &str, nth: u64) {
        let Some(client) = self.counterparty(inn) else { return };
        let base = &self.office.base;
        self.told.push(format!("an accountant edits {inn}: {nth}"));
        if self.dice.roll(2) == 0 {
            let name = format!("Общество с ограниченной ответственностью «{inn}», редакция {nth}");
            base.edit(&client, &[("НаименованиеПолное", name.into())]);
            return;
        }
        base.add_record(
            "РегистрСведений.КонтактнаяИнформация",
            &[
                ("Объект", client.into()),
                ("Тип", base.constant("Перечисление.ТипыКонтактнойИнформации.Адрес")),
                ("Вид", base.constant("Справочник.ВидыКонтактнойИнформации.ЮрАдресКонтрагента")),
                ("Представление", format!("101000, г. Москва, ул. Правки, д. {nth}").into()),
            ],
        );
    }

    fn employee_adds_a_deal(&mut self, inn: &str) {
        if let Some((company, _)) = self.card(inn) {
            self.told.push(format!("a deal of {inn}"));
            self.office
                .place
                .portal
                .employee()
                .adds_deal(company, &[("TITLE", "Трубы")])
                .expect("employees may");
        }
    }

    async fn exchange_dies(&mut self) {
        let mut session = self.office.session();
        let calls = 200 + self.dice.roll(6000);
        session.die_after(calls);
        let outcome = self.office.step(&mut session);
        let is_dead = matches!(outcome, Err(Halt::Death));
        self.told.push(format!("an exchange dies over call {calls}: {is_dead}"));
        if is_dead {
            // The lock of the dead runs out.
            self.minutes += 10;
            self.office.later(self.minutes);
            really_wait(Duration::from_millis(1200)).await;
        }
    }

    fn exchange_meets_a_fault(&mut self) {
        let mut session = self.office.session();
        let fault = Fault::ALL[usize::try_from(self.dice.roll(5)).expect("five")];
        for _ in 0..=self.dice.roll(4) {
            session.network().meet(self.dice.roll(8), fault);
        }
        let step = self.office.step(&mut session).expect("nobody has killed it");
        self.told.push(format!("an exchange meets {fault:?}: {}", step.text));
    }

    async fn ends(&self) {
        self.office.until_silent().await;
        let told = &self.told;
        for inn in INNS {
            let cards = self.office.place.portal.requisites_with_inn(inn);
            let clients = self.office.with_inn(inn);
            assert!(cards.len() <= 1 && clients.len() <= 1, "{inn} is doubled: {told:#?}");
            let (Some(card), Some(client)) = (cards.first(), clients.first()) else {
                assert!(cards.is_empty() == clients.is_empty(), "{inn} has not crossed: {told:#?}");
                continue;
            };
            assert_eq!(card.get("RQ_KPP"), self.office.text(client, "КПП"), "{inn}: {told:#?}");
            assert_eq!(
                card.get("RQ_COMPANY_FULL_NAME"),
                self.office.text(client, "НаименованиеПолное"),
                "{inn}: {told:#?}"
            );
            let address = self.office.contact(client, "ЮрАдресКонтрагента");
            let addresses = self.office.place.portal.addresses_of(number(card.get("ID")));
            assert_eq!(
                addresses.first().map_or("", |address| address.get("ADDRESS_1")),
                address,
                "{inn}: {told:#?}"
            );
            let directors: Vec<String> = self
                .office
                .owned("Справочник.КонтактныеЛицаКонтрагентов", client)
                .iter()
                .filter(|person| {
                    self.office
                        .base
                        .record(person)
                        .expect("it is there")
                        .get("РольКонтактногоЛица")
                        .is_filled()
                })
                .map(|person| self.office.text(person, "Наименование"))
                .collect();
            let director = card.get("RQ_DIRECTOR");
            assert_eq!(
                directors,
                Vec::from_iter((!director.is_empty()).then(|| director.to_owned())),
                "{inn}: {told:#?}"
            );
        }
        for deal in self.office.place.portal.deals() {
            assert!(
                self.office.inquiry(number(deal.get("ID"))).is_some(),
                "a deal has no inquiry: {told:#?}"
            );
        }
    }
}
