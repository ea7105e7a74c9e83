//! What people do to deals with a button: sent to 1C again, shown again, tried again; once, whatever gets lost.

#![expect(
    clippy::unwrap_used,
    reason = "the tests rely on their own world; whatever fails there is a failed test"
)]

use std::pin::pin;

use domain::{InquiryOffer, ReasonCode, Receipt, ReceiptStatus, ReceiptTaken};
use emulator::faults::Fault;
use engine::{By, DeedError, Retried, Waiting};
use store::{Deed, DeedKind, InquiryState};

use crate::entities::guid;
use crate::papers::{INVOICE, Office, PAID, created, invoice, named, payment};
use crate::simulation::Mortal;

fn ann() -> By {
    By::user("Анна")
}

fn updated(offer: &InquiryOffer) -> Receipt {
    Receipt { status: ReceiptStatus::Updated, onec_ref: offer.onec_ref, ..created(offer) }
}

fn rejected(offer: &InquiryOffer) -> Receipt {
    Receipt {
        status: ReceiptStatus::Rejected,
        onec_ref: None,
        message: "Не заполнена организация".into(),
        ..created(offer)
    }
}

impl Office {
    async fn deeds(&self, deal: i64) -> Vec<Deed> {
        self.world.engine.store().deeds_of_deal(deal, None, 1000).await.unwrap()
    }

    async fn state(&self, deal: i64) -> InquiryState {
        self.world.engine.store().inquiries(&[deal]).await.unwrap().remove(0).state
    }
}

#[tokio::test]
async fn a_deal_that_1c_has_confirmed_is_given_to_it_once_more_and_then_there_is_silence() {
    let office = Office::open().await;
    let (deal, inquiry) = office.inquiry("Насосы").await;
    assert_eq!(office.poll().await, []);

    let again = office.world.engine.send_deal_again(deal, &ann()).await.unwrap();

    assert_eq!(again.waits, None);
    let offered = office.poll().await;
    assert_eq!((offered.len(), offered[0].onec_ref), (1, Some(inquiry)), "1C knows which «Запрос» is meant");
    assert_eq!(office.receive(updated(&offered[0])).await, ReceiptTaken::Settled);
    assert_eq!(office.receive(updated(&offered[0])).await, ReceiptTaken::Outdated, "a lost answer");
    office.world.pass(3600);
    assert_eq!(office.poll().await, []);
    let deeds = office.deeds(deal).await;
    assert_eq!((deeds.len(), deeds[0].id, deeds[0].kind), (1, again.deed, DeedKind::SentAgain));
    assert_eq!((deeds[0].by.as_str(), deeds[0].deal), ("Анна", Some(deal)));
}

#[tokio::test]
async fn a_deal_that_is_sent_again_while_1c_works_on_it_is_one_inquiry_there() {
    let office = Office::open().await;
    let deal = office.deal("Насосы");
    office.collect().await;
    let first = office.poll().await.remove(0);

    office.world.engine.send_deal_again(deal, &ann()).await.unwrap();
    let second = office.poll().await.remove(0);

    assert_ne!(first.delivery, second.delivery);
    assert_eq!(first.proposed_ref, second.proposed_ref, "1C makes the same object of both");
    // The first receipt was on its way.
    assert_eq!(office.receive(created(&first)).await, ReceiptTaken::Outdated);
    assert!(
        matches!(office.state(deal).await, InquiryState::Handed { .. }),
        "nobody has taken the second yet"
    );
    assert_eq!(office.receive(created(&second)).await, ReceiptTaken::Settled);
    assert_eq!(office.state(deal).await, InquiryState::Still);
    office.world.pass(3600);
    assert_eq!(office.poll().await, []);
}

#[tokio::test]
async fn a_deal_that_1c_has_refused_is_tried_again_by_either_button() {
    let office = Office::open().await;
    let deal = office.deal("Насосы");
    office.collect().await;
    let offer = office.poll().await.remove(0);
    office.receive(rejected(&offer)).await;
    assert!(matches!(office.state(deal).await, InquiryState::Rejected(_)));
    assert_eq!(office.poll().await, [], "it waits for a person");

    let (_, retried) = office.world.engine.retry(Waiting::Inquiry(deal), &ann()).await.unwrap();
    assert_eq!(retried, Retried::UnderWay);
    let refusal = office.world.engine.retry(Waiting::Inquiry(deal), &ann()).await.unwrap_err();
    assert!(matches!(refusal, DeedError::Changed(_)), "it does not wait any more: {refusal:?}");
    let offer = office.poll().await.remove(0);
    office.receive(rejected(&offer)).await;

    let again = office.world.engine.send_deal_again(deal, &ann()).await.unwrap();
    assert_eq!(again.waits, None);
    let offer = office.poll().await.remove(0);
    assert_eq!(office.receive(created(&offer)).await, ReceiptTaken::Settled);
    let kinds: Vec<DeedKind> = office.deeds(deal).await.iter().map(|deed| deed.kind).collect();
    assert_eq!(kinds, [DeedKind::SentAgain, DeedKind::Retried]);
}

#[tokio::test]
async fn a_refused_deal_that_was_given_up_is_nobodys_task_until_it_changes() {
    let office = Office::open().await;
    let deal = office.deal("Насосы");
    office.collect().await;
    let offer = office.poll().await.remove(0);
    office.receive(rejected(&offer)).await;

    office.world.engine.give_up(Waiting::Inquiry(deal), "учебная  сделка", &ann()).await.unwrap();

    let state = office.state(deal).await;
    assert!(
        matches!(&state, InquiryState::Dropped(reason) if reason.text == "учебная сделка (Анна)"),
        "{state:?}"
    );
    let refusal = office.world.engine.give_up(Waiting::Inquiry(deal), "ещё раз", &ann()).await.unwrap_err();
    assert!(matches!(refusal, DeedError::Changed(_)), "{refusal:?}");
    assert!(office.world.engine.store().held_groups().await.unwrap().is_empty(), "nobody has to do anything");
    office.world.engine.collect_all().await.unwrap();
    office.world.pass(3600);
    assert_eq!(office.poll().await, [], "what is compared again unchanged stays given up");
    let deed = &office.deeds(deal).await[0];
    assert_eq!((deed.kind, deed.said.as_str()), (DeedKind::Dropped, "больше не передаётся: учебная сделка"));

    office.world.portal.employee().edits_deal(deal, &[("TITLE", "Насосы и трубы")]).unwrap();
    office.collect().await;
    let offer = office.poll().await.remove(0);
    assert_eq!(offer.snapshot.title, "Насосы и трубы");
    assert_eq!(office.receive(created(&offer)).await, ReceiptTaken::Settled);
    assert_eq!(office.state(deal).await, InquiryState::Still);
}

#[tokio::test]
async fn what_is_wrong_with_the_portal_cannot_be_given_up() {
    let office = Office::open().await;
    let employee = office.world.portal.employee();
    let company = employee.creates_company("Без ИНН").unwrap();
    let deal = employee.adds_deal(company, &[("TITLE", "Трубы")]).unwrap();
    office.collect().await;

    for what in [Waiting::Company(company), Waiting::Inquiry(deal), Waiting::Face(deal)] {
        let refusal = office.world.engine.give_up(what, "не нужно", &ann()).await.unwrap_err();
        assert!(matches!(refusal, DeedError::Changed(_)), "{what:?}: {refusal:?}");
    }
}

#[tokio::test]
async fn a_deal_that_waits_for_its_client_says_so_and_waits_on() {
    let office = Office::open().await;
    let employee = office.world.portal.employee();
    let company = employee.creates_company("Без ИНН").unwrap();
    let deal = employee.adds_deal(company, &[("TITLE", "Трубы")]).unwrap();
    office.collect().await;

    let (_, retried) = office.world.engine.retry(Waiting::Inquiry(deal), &ann()).await.unwrap();
    office.world.pass(1);
    let again = office.world.engine.send_deal_again(deal, &ann()).await.unwrap();

    let code = |reason: Option<&domain::Reason>| reason.map(|reason| reason.code);
    assert!(
        matches!(&retried, Retried::StillWaits(reason) if reason.code == ReasonCode::ClientWaits),
        "{retried:?}"
    );
    assert_eq!(code(again.waits.as_ref()), Some(ReasonCode::ClientWaits));
    assert_eq!(office.poll().await, []);
    let said: Vec<String> = office.deeds(deal).await.into_iter().map(|deed| deed.said).collect();
    assert_eq!(
        said,
        [
            "отправится в 1С снова, а пока ждёт: Клиент ещё не передан в 1С",
            "по-прежнему ждёт: Клиент ещё не передан в 1С",
        ]
    );
}

#[tokio::test]
async fn what_cannot_be_done_to_a_deal_is_refused_and_leaves_nothing() {
    let office = Office::open().await;
    let lost = office.deal("Потеряна");
    office.world.portal.employee().edits_deal(lost, &[("STAGE_ID", "LOSE")]).unwrap();
    office.collect().await;
    let engine = &office.world.engine;

    for refusal in [
        engine.send_deal_again(lost, &ann()).await.unwrap_err(),
        engine.send_deal_again(4711, &ann()).await.unwrap_err(),
        engine.show_deal_again(4711, &ann()).await.unwrap_err(),
        engine.retry(Waiting::Inquiry(lost), &ann()).await.unwrap_err(),
        engine.retry(Waiting::Face(lost), &ann()).await.unwrap_err(),
        engine.retry(Waiting::Face(4711), &ann()).await.unwrap_err(),
    ] {
        assert!(!matches!(refusal, DeedError::Store(_)), "{refusal:?}");
        assert!(refusal.to_string().chars().any(|letter| matches!(letter, 'а'..='я')), "{refusal}");
    }

    assert_eq!(engine.store().deeds(None, 10).await.unwrap(), []);
    assert_eq!(office.poll().await, []);
}

#[tokio::test]
async fn a_deal_is_shown_again_with_what_a_hand_has_changed_and_files_of_employees_stay() {
    let office = Office::open().await;
    let (deal, inquiry) = office.inquiry("Насосы").await;
    office.tell(invoice(1, inquiry, "a")).await;
    office.pay(payment(2, inquiry, "500")).await;
    office.show().await;
    let employee = office.world.portal.employee();
    employee.edits_deal_item(deal, &[(PAID, "9000|RUB")]).unwrap();
    employee.removes_file(deal, INVOICE, office.files(deal)[0].id).unwrap();
    employee.adds_file(deal, INVOICE, "Свой.pdf", b"%PDF own").unwrap();
    office.show().await;
    assert_eq!(office.value(deal, PAID), "9000|RUB", "nobody has noticed");

    office.world.engine.show_deal_again(deal, &ann()).await.unwrap();
    office.show().await;

    assert_eq!(office.value(deal, PAID), "500.00|RUB");
    assert_eq!(office.invoices(deal), [("Свой.pdf".to_owned(), b"%PDF own".to_vec()), named(1, "a")]);
    let writes = office.world.portal.writes();
    office.world.engine.show_deal_again(deal, &ann()).await.unwrap();
    office.show().await;
    assert_eq!(office.world.portal.writes(), writes, "nothing is wrong, nothing is written");
    assert_eq!(office.deeds(deal).await.len(), 2);
}

#[tokio::test]
async fn a_lost_answer_of_what_is_shown_again_leaves_one_file() {
    let office = Office::open().await;
    let (deal, inquiry) = office.inquiry("Насосы").await;
    office.tell(invoice(1, inquiry, "a")).await;
    office.show().await;
    for fault in [Fault::CutAfter, Fault::Html500After, Fault::HalfAnswer] {
        let file = office.files(deal)[0].id;
        office.world.portal.employee().removes_file(deal, INVOICE, file).unwrap();
        office.world.engine.show_deal_again(deal, &ann()).await.unwrap();
        office.world.portal.faults().at(2, fault.clone());
        office.show().await;
        assert_eq!(office.invoices(deal), [named(1, "a")], "{fault:?}");
    }
}

#[tokio::test]
async fn a_deal_whose_field_is_gone_is_tried_again_and_shows_what_it_should_once_the_field_is_back() {
    let office = Office::open().await;
    let (deal, inquiry) = office.inquiry("Насосы").await;
    office.show().await;
    office.world.portal.employee().deletes_deal_field(INVOICE).unwrap();
    office.world.pass(11 * 60);
    office.tell(invoice(1, inquiry, "a")).await;
    office.world.engine.show_deals().await.unwrap();
    let waits = async || office.world.engine.store().face(deal).await.unwrap().unwrap().reason;
    let reason = waits().await.expect("it waits for a person");

    let (_, retried) = office.world.engine.retry(Waiting::Face(deal), &ann()).await.unwrap();
    assert_eq!(retried, Retried::UnderWay);
    office.world.engine.show_deals().await.unwrap();
    assert_eq!(waits().await, Some(reason), "the cause is still there");

    office.world.engine.setup().await.unwrap();
    if waits().await.is_some() {
        office.world.engine.retry(Waiting::Face(deal), &ann()).await.unwrap();
    }
    office.show().await;
    assert_eq!(waits().await, None);
    assert_eq!(office.invoices(deal), [named(1, "a")]);
    let refusal = office.world.engine.retry(Waiting::Face(deal), &ann()).await.unwrap_err();
    assert!(matches!(refusal, DeedError::Changed(_)), "{refusal:?}");
}

#[tokio::test]
async fn whoever_is_killed_over_a_deed_to_a_deal_has_done_all_of_it_or_nothing() {
    let mut office = Office::open().await;
    let (deal, inquiry) = office.inquiry("Насосы").await;
    office.pay(payment(2, inquiry, "500")).await;
    office.show().await;
    let (mut sent, mut shown) = (0, 0);
    for steps in 1..40 {
        let engine = &office.world.engine;
        Mortal { steps, life: pin!(engine.send_deal_again(deal, &ann())) }.await;
        Mortal { steps, life: pin!(engine.show_deal_again(deal, &ann())) }.await;
        office.world.restart().await;
        // What was being committed when the process died is in the file, or is not, before anybody else may write.
        office.world.engine.store().begin().await.unwrap().commit().await.unwrap();

        let deeds = office.deeds(deal).await;
        let count = |kind| deeds.iter().filter(|deed| deed.kind == kind).count();
        let offered = office.poll().await;
        assert_eq!(offered.len(), count(DeedKind::SentAgain) - sent, "after {steps} steps");
        for offer in &offered {
            assert_eq!(office.receive(updated(offer)).await, ReceiptTaken::Settled);
        }
        let due = office.world.engine.store().faces_due().await.unwrap();
        let is_shown = usize::try_from(due).unwrap();
        assert_eq!(is_shown, count(DeedKind::ShownAgain) - shown, "after {steps} steps");
        (sent, shown) = (count(DeedKind::SentAgain), count(DeedKind::ShownAgain));
        office.show().await;
    }
    assert!(sent > 5 && sent < 39 && shown > 5, "some lived and some died: {sent}, {shown}");
    assert_eq!(office.value(deal, PAID), "500.00|RUB");
    assert!(office.world.engine.document_standing(guid(2)).await.is_ok());
}
