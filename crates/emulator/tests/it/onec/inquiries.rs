//! Deals that become «Запрос»: how the emulated 1C takes them, and what it tells of them.

use domain::{ManualClock, SignedDuration};
use emulator::onec::{
    AskedProduct, Connection, Crash, Element, Format, Habits, InquiryStatus, OneC, PushError, Settings, What,
};
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

use super::deals::asked;
use super::feed::offered;
use super::parom::{Mood, Parom};
use super::{clock, connect, with};

const PROPOSED: Uuid = Uuid::from_u128(0x7777);
const DEAL: i64 = 777;
const INN: &str = "7736207543";

/// A 1C that has the client, and a Parom.
pub(super) async fn office(settings: Settings) -> (Parom, Connection, OneC) {
    let parom = Parom::open(Mood::Friendly).await;
    let to = connect(&parom, settings);
    (parom, to, with_client(clock()))
}

pub(super) fn with_client(clock: Arc<ManualClock>) -> OneC {
    let mut onec = OneC::empty(clock);
    onec.create(client);
    onec
}

fn client(element: &mut Element) {
    element.name = "Яндекс".into();
    element.full_name = "Общество с ограниченной ответственностью «Яндекс»".into();
    element.inn = INN.into();
    element.kpp = "770401001".into();
}

fn create() -> (&'static str, Uuid) {
    ("create", PROPOSED)
}

pub(super) fn habits(onec: &mut OneC, change: impl FnOnce(&mut Habits)) {
    let mut habits = Habits::default();
    change(&mut habits);
    onec.set_habits(habits);
}

/// Deals with these numbers are «Запрос» in 1C, with GUIDs of the same numbers, and Parom knows it.
pub(super) async fn with_inquiries(parom: &Parom, to: &Connection, onec: &mut OneC, deals: &[i64]) {
    for deal in deals {
        parom.offers_inquiry(asked(&format!("I{deal}"), ("create", of_deal(*deal)), *deal, &[]));
    }
    let exchanged = onec.exchange(to).await.expect("exchanged");
    assert_eq!(exchanged.inquiries.receipts.settled, deals.len());
}

pub(super) fn of_deal(deal: i64) -> Uuid {
    Uuid::from_u128(deal.unsigned_abs().into())
}

#[tokio::test]
async fn a_deal_becomes_an_inquiry_under_the_proposed_guid_with_everything() {
    for (format, old_platform) in [(Format::Json, false), (Format::Xml, false), (Format::Xml, true)] {
        let (parom, to, mut onec) = office(with(|settings| {
            settings.format = format;
            settings.old_platform = old_platform;
        }))
        .await;
        parom.offers_inquiry(asked("I1", create(), DEAL, &[]));

        let exchanged = onec.exchange(&to).await.expect("exchanged");

        let inquiry = onec.inquiry(PROPOSED).expect("created");
        assert_eq!((inquiry.number.as_str(), inquiry.status.as_str()), ("ЗПР-000001", "Новый"));
        assert_eq!(inquiry.counterparty, Some(onec.elements().next().expect("the client").reference));
        let asked = &inquiry.asked;
        assert_eq!((asked.deal_id, asked.title.as_str(), asked.closed), (DEAL, "Насосы для ЦНС", false));
        assert_eq!(
            (asked.pipeline.as_str(), asked.stage.as_str(), asked.stage_id.as_str()),
            ("Продажи", "Подготовка ТКП", "C1:PREPARATION")
        );
        assert_eq!((asked.amount.as_str(), asked.currency.as_str()), ("120000.00", "RUB"));
        assert_eq!(
            (asked.responsible.as_str(), asked.responsible_email.as_str(), asked.comment.as_str()),
            ("Пётр Сидоров", "p.sidorov@example.ru", "Срочно & в срок")
        );
        assert_eq!((asked.opened_on.as_str(), asked.closes_on.as_str()), ("2026-11-20", "2026-12-20"));
        assert_eq!(asked.counterparty.company_id, 123);
        let pump = AskedProduct {
            name: "Насос ЦНСг 38-44".into(),
            article: "N-38".into(),
            quantity: "2".into(),
            unit: "шт".into(),
            price: "50000.00".into(),
            discount: "0.00".into(),
            vat_rate: "20".into(),
            vat_included: true,
            amount: "100000.00".into(),
        };
        assert_eq!((&asked.products[0], asked.products.len()), (&pump, 2));
        assert_eq!(asked.extras["delivery_terms"], "Самовывоз");
        assert_eq!(asked.extras.len(), 1);
        assert_eq!(
            parom.receipts(),
            [json!({"delivery": "I1", "status": "created", "ref": PROPOSED.to_string(),
                    "number": "ЗПР-000001", "date": "2026-11-23", "message": ""})]
        );
        let report = &exchanged.inquiries;
        assert_eq!((report.polls, report.took.len(), report.receipts.settled), (2, 1, 1));
    }
}

#[tokio::test]
async fn counterparties_are_taken_before_the_inquiries_that_name_them() {
    let parom = Parom::open(Mood::Friendly).await;
    let to = connect(&parom, Settings::default());
    let mut onec = OneC::empty(clock());
    parom.offers(offered("D1", ("create", Uuid::from_u128(5)), &[]));
    parom.offers_inquiry(asked("I1", create(), DEAL, &[]));

    onec.exchange(&to).await.expect("exchanged");

    assert_eq!(onec.inquiry(PROPOSED).expect("created").counterparty, Some(Uuid::from_u128(5)));
}

#[tokio::test]
async fn an_inquiry_of_a_counterparty_that_1c_lacks_is_rejected_with_the_inn() {
    let (parom, to, mut onec) = office(Settings::default()).await;
    let stranger = json!({"inn": "7707083893", "kpp": "", "company_id": 5});
    parom.offers_inquiry(asked("I1", create(), DEAL, &[("counterparty", stranger)]));

    onec.exchange(&to).await.expect("exchanged");

    let receipt = &parom.receipts()[0];
    assert_eq!((&receipt["status"], receipt.get("ref")), (&json!("rejected"), None));
    assert_eq!(receipt["message"], "В 1С нет контрагента с ИНН 7707083893. Создайте его и повторите обмен.");
    assert_eq!(onec.inquiries().count(), 0);
}

#[tokio::test]
async fn a_counterparty_is_found_by_its_guid_first_and_branches_by_their_kpp() {
    let (parom, to, mut onec) = office(Settings::default()).await;
    let head = onec.elements().next().expect("the client").reference;
    let branch = onec.create(|element| {
        client(element);
        element.kpp = "784201001".into();
    });
    let named = json!({"ref": branch.to_string(), "inn": "", "kpp": "", "company_id": 5});
    let by_kpp = |kpp: &str| json!({"inn": INN, "kpp": kpp, "company_id": 5});
    for (number, counterparty) in [(1, named), (2, by_kpp("784201001")), (3, by_kpp("770401001"))] {
        let changes = [("counterparty", counterparty)];
        parom.offers_inquiry(asked(&format!("I{number}"), ("create", of_deal(number)), number, &changes));
    }

    onec.exchange(&to).await.expect("exchanged");

    let of = |deal| onec.inquiry_of_deal(deal).expect("created").counterparty;
    assert_eq!((of(1), of(2), of(3)), (Some(branch), Some(branch), Some(head)));
}

#[tokio::test]
async fn an_adapter_may_refuse_inquiries_or_take_them_without_their_counterparty() {
    let (parom, to, mut onec) = office(Settings::default()).await;
    habits(&mut onec, |habits| habits.refuses_inquiries = Some("Период закрыт для изменений"));
    parom.offers_inquiry(asked("I1", create(), DEAL, &[]));
    onec.exchange(&to).await.expect("exchanged");
    habits(&mut onec, |habits| habits.accepts_unknown_counterparties = true);
    let stranger = json!({"inn": "7707083893", "kpp": "", "company_id": 5});
    parom.offers_inquiry(asked("I2", create(), DEAL, &[("counterparty", stranger)]));
    onec.exchange(&to).await.expect("exchanged");

    assert_eq!(parom.receipts()[0]["message"], "Период закрыт для изменений");
    assert_eq!(parom.receipts()[1]["status"], "created");
    assert_eq!(onec.inquiry(PROPOSED).expect("created").counterparty, None);
}

#[tokio::test]
async fn a_session_that_is_killed_makes_one_inquiry_wherever_it_dies() {
    for (crash, created) in [(Crash::AfterPoll, 0), (Crash::AfterWriting(1), 1), (Crash::AfterReceipts, 2)] {
        for own_guids in [false, true] {
            let (parom, to, mut onec) = office(Settings::default()).await;
            habits(&mut onec, |habits| habits.own_guids = own_guids);
            parom.offers_inquiry(asked("I1", ("create", of_deal(1)), 1, &[]));
            parom.offers_inquiry(asked("I2", ("create", of_deal(2)), 2, &[]));

            onec.crash_at_inquiries(crash);
            let dead = onec.exchange(&to).await.expect("it is no error of Parom");
            assert!(dead.crashed);
            assert_eq!(onec.inquiries().count(), created, "{crash:?}");
            parom.redelivers();
            onec.exchange(&to).await.expect("lives again");

            assert_eq!((onec.inquiries().count(), onec.counters().crashes), (2, 1), "{crash:?}");
            let made = onec.inquiry_history().iter().filter(|took| took.what == What::Created).count();
            assert_eq!((made, parom.receipts().len()), (2, 2), "{crash:?}");
            let proposed = onec.inquiry_of_deal(1).expect("made").reference == of_deal(1);
            assert_eq!(proposed, !own_guids);
        }
    }
}

#[tokio::test]
async fn a_changed_deal_is_written_into_its_inquiry_and_an_unchanged_one_is_not() {
    let (parom, to, mut onec) = office(Settings::default()).await;
    with_inquiries(&parom, &to, &mut onec, &[DEAL]).await;
    let changes =
        [("title", json!("Насосы")), ("products", json!([])), ("delivery_terms", json!("Доставка"))];
    parom.offers_inquiry(asked("I2", ("update", of_deal(DEAL)), DEAL, &changes));
    // Parom has lost the GUID, and 1C finds the document by its deal.
    parom.offers_inquiry(asked("I3", create(), DEAL, &changes));

    let exchanged = onec.exchange(&to).await.expect("exchanged");

    let took: Vec<&What> = exchanged.inquiries.took.iter().map(|took| &took.what).collect();
    assert_eq!(took, [&What::Updated(vec!["title", "products", "extras"]), &What::Unchanged]);
    assert_eq!(onec.inquiries().count(), 1);
    assert_eq!(onec.inquiry(of_deal(DEAL)).expect("there").asked.title, "Насосы");
    assert_eq!(parom.receipts()[2]["ref"], of_deal(DEAL).to_string());
}

#[tokio::test]
async fn an_update_of_an_inquiry_that_1c_does_not_have_is_rejected() {
    let (parom, to, mut onec) = office(Settings::default()).await;
    parom.offers_inquiry(asked("I1", ("update", PROPOSED), DEAL, &[]));

    onec.exchange(&to).await.expect("exchanged");

    assert_eq!(parom.receipts()[0]["message"], format!("В 1С нет запроса с GUID {PROPOSED}"));
}

#[tokio::test]
async fn a_deal_that_is_closed_ends_its_inquiry_and_one_that_is_reopened_goes_on() {
    let (parom, to, mut onec) = office(Settings::default()).await;
    with_inquiries(&parom, &to, &mut onec, &[1, 2]).await;
    let status = |onec: &OneC, deal| onec.inquiry_of_deal(deal).expect("there").status.clone();
    let ends = |deal, stage: &str, closed: bool| {
        let changes = [("stage_id", json!(stage)), ("closed", json!(closed))];
        asked(&format!("{deal}{stage}"), ("update", of_deal(deal)), deal, &changes)
    };
    parom.offers_inquiry(ends(1, "C1:WON", true));
    parom.offers_inquiry(ends(2, "C1:LOSE", true));
    onec.exchange(&to).await.expect("exchanged");
    assert_eq!((status(&onec, 1), status(&onec, 2)), (InquiryStatus::Done, InquiryStatus::Cancelled));

    parom.offers_inquiry(ends(2, "C1:NEW", false));
    onec.exchange(&to).await.expect("exchanged");
    onec.exchange(&to).await.expect("shown");

    assert_eq!(status(&onec, 2), InquiryStatus::InWork);
    let shown = parom.deals(|deals| deals.inquiries.clone());
    assert_eq!(shown[&of_deal(1).to_string()]["status"], "Выполнен");
    assert_eq!(shown[&of_deal(2).to_string()]["status"], "В работе");
}

#[tokio::test]
async fn what_a_manager_changes_is_shown_once_and_before_the_poll() {
    for format in [Format::Json, Format::Xml] {
        let clock = clock();
        let parom = Parom::open(Mood::Friendly).await;
        let to = connect(&parom, with(|settings| settings.format = format));
        let mut onec = with_client(Arc::clone(&clock));
        with_inquiries(&parom, &to, &mut onec, &[DEAL]).await;
        onec.exchange(&to).await.expect("the new one is shown");
        clock.advance(SignedDuration::from_mins(5));
        assert!(onec.set_inquiry_status(of_deal(DEAL), InquiryStatus::QuotationSent));
        assert!(onec.mark_inquiry(of_deal(DEAL), true));

        let first = onec.exchange(&to).await.expect("shown");
        let second = onec.exchange(&to).await.expect("nothing new");

        assert_eq!((first.inquiries.shown.sent, second.inquiries.shown.sent), (1, 0));
        assert_eq!(
            parom.deals(|deals| deals.inquiries[&of_deal(DEAL).to_string()].clone()),
            json!({"ref": of_deal(DEAL).to_string(), "deal_id": DEAL, "number": "ЗПР-000001", "date": "2026-11-23",
                   "status": "ТКП отправлено", "deleted": true, "changed_at": "2026-11-23T20:53:00"})
        );
        let calls = parom.calls();
        let last = |call: &str| calls.iter().rposition(|made| made.starts_with(call)).expect("made");
        assert!(last("POST /1c/v1/inquiries") < last("GET /1c/v1/inquiries"), "{calls:?}");
    }
}

#[tokio::test]
async fn an_inquiry_whose_showing_was_cut_is_shown_again() {
    let (parom, to, mut onec) = office(Settings::default()).await;
    with_inquiries(&parom, &to, &mut onec, &[DEAL]).await;
    let broken = connect(&Parom::open(Mood::Busy).await, Settings::default());

    onec.set_inquiry_status(of_deal(DEAL), InquiryStatus::InWork);
    onec.exchange(&broken).await.expect_err("nobody answers");
    onec.exchange(&to).await.expect("shown");

    assert_eq!(
        parom.deals(|deals| deals.inquiries[&of_deal(DEAL).to_string()]["status"].clone()),
        "В работе"
    );
}

#[tokio::test]
async fn an_adapter_that_sends_receipts_twice_is_answered_twice() {
    let (parom, to, mut onec) = office(Settings::default()).await;
    habits(&mut onec, |habits| habits.receipts_twice = true);
    parom.offers_inquiry(asked("I1", create(), DEAL, &[]));

    let exchanged = onec.exchange(&to).await.expect("exchanged");

    assert_eq!((parom.receipts().len(), exchanged.inquiries.receipts.settled), (2, 1));
}

#[tokio::test]
async fn a_parom_that_knows_no_inquiries_yet_is_no_error() {
    for old_platform in [false, true] {
        let parom = Parom::open(Mood::Old).await;
        let to = connect(&parom, with(|settings| settings.old_platform = old_platform));
        let mut onec = with_client(clock());
        parom.offers(offered("D1", ("create", Uuid::from_u128(5)), &[("inn", json!(""))]));

        let exchanged = onec.exchange(&to).await.expect("exchanged");

        assert_eq!(exchanged.receipts.settled, 1);
        assert_eq!(exchanged.not_served, ["GET inquiries", "GET open-inquiries"]);
    }
}

#[tokio::test]
async fn a_poll_that_is_not_of_the_contract_ends_the_exchange() {
    let wrong: [(&str, Value); 6] = [
        ("deal_id", json!(0)),
        ("closed", json!("нет")),
        ("products", json!({"name": "Насос"})),
        ("opened_on", json!("20.11.2026")),
        ("counterparty", json!("7736207543")),
        ("delivery_terms", json!(["Самовывоз"])),
    ];
    for (name, value) in wrong {
        let (parom, to, mut onec) = office(Settings::default()).await;
        parom.offers_inquiry(asked("I1", create(), DEAL, &[(name, value)]));

        let error = onec.exchange(&to).await.expect_err(name);

        let PushError::Unexpected(text) = error else { panic!("{error}") };
        assert!(text.contains(name), "{text}");
        assert_eq!(onec.inquiries().count(), 0);
    }
}
