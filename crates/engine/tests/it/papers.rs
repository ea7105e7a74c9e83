//! A deal becomes a «Запрос», its documents become files of the deal, what the client has paid stands in «Оплачено».

use std::collections::BTreeMap;

use domain::{
    Amount, CompletePayments, DocumentKind, InquiryOffer, OneCRef, ReasonCode, Receipt, ReceiptStatus,
    ReceiptTaken, ShownDocument, ShownInquiry, ShownPayment, Side, SignedDuration, Timestamp,
};
use emulator::bitrix24::DealFile;
use emulator::faults::Fault;
use engine::{InquirySettings, PaperStanding, Pushed, Settings};
use store::{Happened, InquiryState, Subject};

use crate::entities::{entity, guid, inn};
use crate::world::World;

pub(crate) const INVOICE: &str = "UF_CRM_PAROM_INVOICE";
pub(crate) const PAID: &str = "UF_CRM_PAROM_PAID";
const NUMBER: &str = "UF_CRM_PAROM_NUMBER";

/// A portal with the fields of `setup`, and a client whom both sides know.
pub(crate) struct Office {
    pub(crate) world: World,
    pub(crate) company: i64,
}

impl Office {
    pub(crate) async fn open() -> Self {
        Self::open_with(Settings::default()).await
    }

    pub(crate) async fn open_with(settings: Settings) -> Self {
        let mut world = World::open_with(settings).await;
        world.engine.setup().await.expect("the portal takes it");
        world.show(vec![(guid(1), entity(1))]).await;
        world.until_quiet().await;
        world.engine.collect().await.expect("the portal answers");
        let company = world.portal.companies()[0].id;
        Self { world, company }
    }

    pub(crate) fn deal(&self, title: &str) -> i64 {
        let fields = [("TITLE", title), ("OPPORTUNITY", "120000"), ("CURRENCY_ID", "RUB")];
        self.world.portal.employee().adds_deal(self.company, &fields).expect("an employee may")
    }

    pub(crate) async fn collect(&self) {
        self.world.pass(61);
        self.world.engine.collect().await.expect("the portal answers");
    }

    pub(crate) async fn poll(&self) -> Vec<InquiryOffer> {
        self.world.engine.poll_inquiries(100, SignedDuration::from_mins(4)).await.expect("the database works")
    }

    pub(crate) async fn receive(&self, receipt: Receipt) -> ReceiptTaken {
        self.world.engine.receive(vec![receipt]).await.expect("the database works")[0]
    }

    /// A deal that 1C has as «Запрос»; the deal and the GUID.
    pub(crate) async fn inquiry(&self, title: &str) -> (i64, OneCRef) {
        let deal = self.deal(title);
        self.collect().await;
        let offered = self.poll().await;
        let offer = offered.iter().find(|offer| offer.deal_id == deal).expect("the deal travels");
        assert_eq!(self.receive(created(offer)).await, ReceiptTaken::Settled);
        (deal, offer.proposed_ref)
    }

    pub(crate) async fn tell(&self, document: ShownDocument) -> Pushed {
        self.world.engine.show_documents(vec![document]).await.expect("the database works").remove(0)
    }

    pub(crate) async fn pay(&self, payment: ShownPayment) -> Pushed {
        self.world.engine.show_payments(vec![payment]).await.expect("the database works").remove(0)
    }

    /// Deals are shown what 1C told until nothing is due, whatever the weather.
    pub(crate) async fn show(&self) {
        for _ in 0..200 {
            let shown = self.world.engine.show_deals().await.expect("the database works");
            if shown.due == 0 && self.world.engine.store().faces_due().await.expect("it works") == 0 {
                return;
            }
            if shown.due == 0 || shown.again > 0 {
                self.world.pass(11);
            }
        }
        panic!("deals are never done with");
    }

    pub(crate) fn files(&self, deal: i64) -> Vec<DealFile> {
        self.world.portal.deal_files(deal, INVOICE)
    }

    /// What the field of invoices holds, by name and content.
    pub(crate) fn invoices(&self, deal: i64) -> Vec<(String, Vec<u8>)> {
        let mut files: Vec<_> =
            self.files(deal).into_iter().map(|file| (file.name, file.content.to_vec())).collect();
        files.sort();
        files
    }

    pub(crate) fn value(&self, deal: i64, field: &str) -> String {
        let deals = self.world.portal.deals();
        deals.iter().find(|card| card.id == deal).map(|card| card.get(field).to_owned()).unwrap_or_default()
    }
}

pub(crate) fn created(offer: &InquiryOffer) -> Receipt {
    Receipt {
        delivery: offer.delivery,
        status: ReceiptStatus::Created,
        onec_ref: Some(offer.proposed_ref),
        code: None,
        number: Some("ЗПР-000001".into()),
        date: Some("2026-11-23".parse().expect("a day")),
        message: String::new(),
    }
}

pub(crate) fn pdf(text: &str) -> Vec<u8> {
    format!("%PDF-1.4\n{text}\n%%EOF").into_bytes()
}

pub(crate) fn invoice(number: u32, inquiry: OneCRef, content: &str) -> ShownDocument {
    ShownDocument {
        onec_ref: guid(number),
        kind: Some(DocumentKind::Invoice),
        inquiry: Some(inquiry),
        deal_id: None,
        number: Some(format!("СЧ-{number:04}")),
        date: Some(Some("2026-11-23".parse().expect("a day"))),
        amount: None,
        currency: None,
        file_name: Some(format!("Счёт СЧ-{number:04} от 23.11.2026.pdf")),
        content: Some(pdf(content)),
        deleted: None,
        changed_at: None,
    }
}

pub(crate) fn payment(number: u32, inquiry: OneCRef, amount: &str) -> ShownPayment {
    ShownPayment {
        onec_ref: guid(number),
        inquiry: Some(inquiry),
        deal_id: None,
        number: Some(format!("ПП-{number}")),
        date: Some(Some("2026-11-23".parse().expect("a day"))),
        amount: Some(amount.parse().expect("an amount")),
        currency: Some("RUB".into()),
        cancelled: None,
        changed_at: None,
    }
}

pub(crate) fn named(number: u32, content: &str) -> (String, Vec<u8>) {
    (format!("Счёт СЧ-{number:04} от 23.11.2026.pdf"), pdf(content))
}

#[tokio::test]
async fn inquiries_documents_and_payments_that_cross_are_counted() {
    let office = Office::open().await;
    let (_, inquiry) = office.inquiry("Насосы").await;
    office.tell(invoice(900, inquiry, "первая версия")).await;
    office.pay(payment(901, inquiry, "100")).await;
    office.pay(payment(901, inquiry, "100")).await;
    office.show().await;
    office.tell(invoice(900, inquiry, "вторая версия")).await;
    office.show().await;

    let now = office.world.clock_now();
    let days =
        office.world.engine.store().activity(now, 0, &jiff::tz::TimeZone::UTC).await.expect("it works");
    let count = |subject, side, happened| days[0].count(Some(subject), Some(side), Some(happened));
    assert_eq!(count(Subject::Inquiry, Side::OneC, Happened::Created), 1);
    assert_eq!(count(Subject::Document, Side::Bitrix, Happened::Created), 1);
    assert_eq!(count(Subject::Document, Side::Bitrix, Happened::Updated), 1, "a newer version");
    assert_eq!(count(Subject::Payment, Side::Bitrix, Happened::Created), 1, "the same again is no news");
    assert_eq!(count(Subject::Inquiry, Side::Bitrix, Happened::Parked), 0);
}

#[tokio::test]
async fn a_deal_travels_with_its_products_stage_and_people() {
    let office = Office::open().await;
    let deal = office.deal("Насосы для ЦНС");
    let employee = office.world.portal.employee();
    employee
        .writes_products(deal, &[("Насос ЦНСг 38-44", "50000", "2"), ("Доставка", "20000", "1")])
        .expect("may");
    employee
        .edits_deal(deal, &[("COMMENTS", "Нужны <b>до мая</b>"), ("STAGE_ID", "PREPARATION")])
        .expect("may");
    office.collect().await;
    let offered = office.poll().await;
    let [offer] = offered.as_slice() else { panic!("one deal: {offered:?}") };
    assert_eq!((offer.deal_id, offer.onec_ref), (deal, None));
    assert!(offer.deal_url.ends_with(&format!("/crm/deal/details/{deal}/")), "{}", offer.deal_url);
    assert_eq!(offer.client.inn, inn(1));
    let told = &offer.snapshot;
    assert_eq!((told.title.as_str(), told.stage.as_str()), ("Насосы для ЦНС", "Подготовка документов"));
    assert_eq!(told.comment, "Нужны до мая");
    assert_eq!(told.amount, Some(Amount::from_minor(12_000_000)));
    let rows: Vec<_> = told
        .products
        .iter()
        .map(|row| (row.name.as_str(), row.quantity.plain(), row.amount.to_string()))
        .collect();
    assert_eq!(
        rows,
        [
            ("Насос ЦНСг 38-44", "2".to_owned(), "100000.00".to_owned()),
            ("Доставка", "1".to_owned(), "20000.00".to_owned())
        ]
    );
    assert!(
        !told.responsible.name.is_empty() && told.responsible.email.contains('@'),
        "{:?}",
        told.responsible
    );
    assert_eq!(told.extras["pipeline"], "Общая");
}

#[tokio::test]
async fn a_delivery_comes_back_until_its_receipt_and_then_no_more() {
    let office = Office::open().await;
    office.deal("Насосы");
    office.collect().await;
    let first = office.poll().await;
    assert!(office.poll().await.is_empty(), "held back while 1C works");
    office.world.pass(5 * 60);
    assert_eq!(office.poll().await, first, "the same body at every redelivery");
    assert_eq!(office.receive(created(&first[0])).await, ReceiptTaken::Settled);
    office.world.pass(5 * 60);
    assert!(office.poll().await.is_empty());
    assert_eq!(
        office.receive(created(&first[0])).await,
        ReceiptTaken::Outdated,
        "a doubled receipt does no harm"
    );
    office.collect().await;
    assert!(office.poll().await.is_empty(), "and nothing of it echoes");
}

#[tokio::test]
async fn every_later_change_is_sent_again_and_the_newest_state_wins() {
    let office = Office::open().await;
    let (deal, onec_ref) = office.inquiry("Насосы").await;
    office.world.portal.employee().edits_deal(deal, &[("TITLE", "Насосы и трубы")]).expect("may");
    office.collect().await;
    let [second] = office.poll().await.try_into().expect("one");
    assert_eq!((second.onec_ref, second.number.as_deref()), (Some(onec_ref), Some("ЗПР-000001")));
    office.world.portal.employee().edits_deal(deal, &[("TITLE", "Трубы")]).expect("may");
    office.collect().await;
    let [third] = office.poll().await.try_into().expect("a newer state replaces the one that is held back");
    assert_ne!(third.delivery, second.delivery);
    let updated = |offer: &InquiryOffer| Receipt { status: ReceiptStatus::Updated, ..created(offer) };
    assert_eq!(office.receive(updated(&second)).await, ReceiptTaken::Outdated);
    assert_eq!(office.receive(updated(&third)).await, ReceiptTaken::Settled);
    // A win closes it, and a reopening opens it.
    office.world.portal.employee().edits_deal(deal, &[("STAGE_ID", "WON")]).expect("may");
    office.collect().await;
    let [won] = office.poll().await.try_into().expect("one");
    assert!(won.snapshot.closed);
    assert!(office.world.engine.open_inquiries(0, 10).await.expect("it works").is_empty());
    office.receive(updated(&won)).await;
    office.world.portal.employee().edits_deal(deal, &[("STAGE_ID", "EXECUTING")]).expect("may");
    office.collect().await;
    assert!(!office.poll().await[0].snapshot.closed);
    assert_eq!(office.world.engine.open_inquiries(0, 10).await.expect("it works").len(), 1);
}

#[tokio::test]
async fn the_counterparty_goes_first_and_a_deal_that_waits_says_why() {
    let office = Office::open().await;
    let employee = office.world.portal.employee();
    let nobody = employee.adds_deal(0, &[("TITLE", "Без клиента")]).expect("may");
    let newcomer = employee.creates_company("ООО «Новый»").expect("may");
    let waiting = employee.adds_deal(newcomer, &[("TITLE", "Первая")]).expect("may");
    office.collect().await;
    assert!(office.poll().await.is_empty());
    let held = office.world.engine.store().inquiries_held(0, 10).await.expect("it works");
    let why: BTreeMap<i64, ReasonCode> = held
        .iter()
        .map(|row| match &row.state {
            InquiryState::Waits(reason) => (row.deal_id, reason.code),
            other => panic!("it waits: {other:?}"),
        })
        .collect();
    assert_eq!(why, BTreeMap::from([(nobody, ReasonCode::NoCompany), (waiting, ReasonCode::ClientWaits)]));
    // What its client waits for changes, and the deal says so.
    let fields = [("RQ_INN", "7605016031"), ("RQ_COMPANY_NAME", "ООО «Новый»")];
    let requisite = employee.adds_requisite(newcomer, "COMPANY", &fields).expect("may");
    office.collect().await;
    assert!(office.poll().await.is_empty());
    let held = office.world.engine.store().inquiries_held(0, 10).await.expect("it works");
    let text = held.iter().find_map(|row| match &row.state {
        InquiryState::Waits(reason) if row.deal_id == waiting => Some(reason.text.as_str()),
        _ => None,
    });
    assert!(text.is_some_and(|text| text.contains("7605016031")), "{text:?}");
    employee.edits_requisite(requisite, &[("RQ_INN", "7605016030")]).expect("may");
    office.collect().await;
    assert!(office.poll().await.is_empty(), "its client has not been taken yet");
    let clients = office.world.engine.poll(10, SignedDuration::from_mins(4)).await.expect("it works");
    let taken = Receipt {
        delivery: clients[0].delivery,
        status: ReceiptStatus::Created,
        onec_ref: Some(clients[0].proposed_ref),
        code: Some("000000777".into()),
        number: None,
        date: None,
        message: String::new(),
    };
    assert_eq!(office.receive(taken).await, ReceiptTaken::Settled);
    let [offer] = office.poll().await.try_into().expect("now it travels");
    assert_eq!((offer.deal_id, offer.client.code.as_deref()), (waiting, Some("000000777")));
}

#[tokio::test]
async fn what_was_closed_before_parom_came_and_other_pipelines_stay_behind() {
    let pipelines = InquirySettings { pipelines: [3].into(), ..InquirySettings::default() };
    let office = Office::open_with(Settings { inquiries: pipelines, ..Settings::default() }).await;
    office.deal("Общая воронка");
    let ours = office.world.portal.employee();
    let wanted = ours.adds_deal(office.company, &[("CATEGORY_ID", "3"), ("TITLE", "Наша")]).expect("may");
    office.collect().await;
    let deals: Vec<i64> = office.poll().await.iter().map(|offer| offer.deal_id).collect();
    assert_eq!(deals, [wanted]);

    let mut world = World::open().await;
    world.show(vec![(guid(1), entity(1))]).await;
    world.until_quiet().await;
    let company = world.portal.companies()[0].id;
    let old = world.portal.employee().adds_deal(company, &[("STAGE_ID", "WON")]).expect("may");
    world.pass(60);
    world.engine.collect().await.expect("the portal answers");
    let poll =
        async || world.engine.poll_inquiries(10, SignedDuration::from_mins(4)).await.expect("it works");
    assert!(poll().await.is_empty(), "history");
    world.pass(61);
    let quick = world.portal.employee().adds_deal(company, &[("STAGE_ID", "WON")]).expect("may");
    world.engine.collect().await.expect("the portal answers");
    assert_eq!(
        poll().await.iter().map(|offer| offer.deal_id).collect::<Vec<_>>(),
        [quick],
        "a quick sale travels"
    );
    world.pass(61);
    world.portal.employee().edits_deal(old, &[("STAGE_ID", "EXECUTING")]).expect("may");
    world.engine.collect().await.expect("the portal answers");
    assert_eq!(poll().await.iter().map(|offer| offer.deal_id).collect::<Vec<_>>(), [old], "reopened");
}

#[tokio::test]
async fn a_deleted_deal_is_told_and_deletes_nothing() {
    let office = Office::open().await;
    let (deal, onec_ref) = office.inquiry("Насосы").await;
    office.world.portal.employee().unseen().deletes_deal(deal).expect("may");
    office.world.pass(25 * 60 * 60);
    office.world.engine.collect().await.expect("the portal answers");
    let [told] = office.poll().await.try_into().expect("one");
    assert_eq!((told.onec_ref, told.snapshot.closed), (Some(onec_ref), true));
    assert!(told.snapshot.stage.contains("удалена"), "{}", told.snapshot.stage);
    assert!(office.world.engine.open_inquiries(0, 10).await.expect("it works").is_empty());
}

#[tokio::test]
async fn what_1c_rejects_waits_with_its_words_until_the_deal_is_changed() {
    let office = Office::open().await;
    let deal = office.deal("Насосы");
    office.collect().await;
    let [offer] = office.poll().await.try_into().expect("one");
    let refusal = Receipt {
        status: ReceiptStatus::Rejected,
        message: "не заполнена организация".into(),
        ..created(&offer)
    };
    assert_eq!(office.receive(refusal).await, ReceiptTaken::Settled);
    office.world.pass(60 * 60);
    assert!(office.poll().await.is_empty());
    let [row] =
        office.world.engine.store().inquiries(&[deal]).await.expect("it works").try_into().expect("one");
    assert!(
        matches!(&row.state, InquiryState::Rejected(reason) if reason.text.contains("не заполнена организация"))
    );
    office.world.engine.tell().await.expect("the portal answers");
    assert!(
        office.world.portal.notifications().iter().any(|told| told.text.contains("не заполнена организация"))
    );
    office.world.portal.employee().edits_deal(deal, &[("TITLE", "Насосы 2")]).expect("may");
    office.collect().await;
    assert_eq!(office.poll().await.len(), 1);
}

#[tokio::test]
async fn number_date_and_status_of_1c_stand_in_the_deal() {
    let office = Office::open().await;
    let (deal, onec_ref) = office.inquiry("Насосы").await;
    office.show().await;
    assert_eq!(office.value(deal, NUMBER), "ЗПР-000001");
    assert!(office.value(deal, "UF_CRM_PAROM_DATE").starts_with("2026-11-23"));
    let told = ShownInquiry {
        onec_ref,
        deal_id: Some(deal),
        number: Some("ЗПР-000002".into()),
        date: None,
        status: Some("В работе".into()),
        deleted: Some(true),
        changed_at: Some("2026-11-23T10:00:00Z".parse().expect("a moment")),
    };
    let tell = async |told: &ShownInquiry| {
        office.world.engine.show_inquiries(vec![told.clone()]).await.expect("it works").remove(0)
    };
    assert_eq!(tell(&told).await, Pushed::Accepted(String::new()));
    assert_eq!(tell(&told).await, Pushed::Unchanged);
    let older = ShownInquiry {
        status: Some("Новый".into()),
        changed_at: Some("2026-11-23T09:00:00Z".parse().expect("a moment")),
        ..told.clone()
    };
    assert_eq!(tell(&older).await, Pushed::Unchanged, "an older telling brings nothing back");
    let stranger = ShownInquiry { onec_ref: guid(99), deal_id: None, ..told.clone() };
    assert!(matches!(tell(&stranger).await, Pushed::Rejected(why) if why.contains("deal_id")));
    let second = ShownInquiry { onec_ref: guid(98), ..told };
    assert!(matches!(tell(&second).await, Pushed::Rejected(why) if why.contains("уже есть запрос")));
    office.show().await;
    assert_eq!(office.value(deal, NUMBER), "ЗПР-000002");
    assert_eq!(office.value(deal, "UF_CRM_PAROM_STATUS"), "В работе (помечен на удаление)");
    let requests = office.world.portal.counters().http_requests;
    office.show().await;
    assert_eq!(office.world.portal.counters().http_requests, requests, "nothing due, nothing asked");
}

#[tokio::test]
async fn documents_stand_side_by_side_and_a_new_version_replaces_its_own_file_only() {
    let office = Office::open().await;
    let (deal, inquiry) = office.inquiry("Насосы").await;
    let own = office.world.portal.employee().adds_file(deal, INVOICE, "скан.pdf", b"%PDF own").expect("may");
    assert_eq!(office.tell(invoice(1, inquiry, "a")).await, Pushed::Accepted(String::new()));
    office.tell(invoice(2, inquiry, "b")).await;
    office.show().await;
    let own_file = ("скан.pdf".to_owned(), b"%PDF own".to_vec());
    assert_eq!(office.invoices(deal), [named(1, "a"), named(2, "b"), own_file.clone()]);
    let kept = office.files(deal).iter().find(|file| file.name.contains("0002")).map(|file| file.id);

    office.tell(invoice(1, inquiry, "a, second version")).await;
    office.show().await;
    assert_eq!(office.invoices(deal), [named(1, "a, second version"), named(2, "b"), own_file.clone()]);
    let ids: Vec<i64> = office.files(deal).iter().map(|file| file.id).collect();
    assert!(ids.contains(&own) && ids.contains(&kept.expect("it was there")), "others are not written anew");
    assert_eq!(office.tell(invoice(1, inquiry, "a, second version")).await, Pushed::Unchanged);

    office.tell(ShownDocument { deleted: Some(true), content: None, ..invoice(1, inquiry, "") }).await;
    office.show().await;
    assert_eq!(office.invoices(deal), [named(2, "b"), own_file]);
    assert_eq!(office.world.engine.document_standing(guid(2)).await.expect("it works"), PaperStanding::Shown);
    office.world.engine.write_notes().await.expect("the portal answers");
    let notes: Vec<String> = office.world.portal.timeline().into_iter().map(|record| record.text).collect();
    assert!(notes.contains(&"Счёт СЧ-0001 от 23.11.2026 загружен из 1С".to_owned()), "{notes:?}");
}

#[tokio::test]
async fn a_document_costs_one_request_with_its_content_and_one_reading_back() {
    let office = Office::open().await;
    let mut deals = Vec::new();
    for number in 1..=6 {
        let (deal, inquiry) = office.inquiry(&format!("Сделка {number}")).await;
        office.tell(invoice(number, inquiry, &format!("счёт {number}"))).await;
        deals.push(deal);
    }
    office.show().await;
    office.world.engine.write_notes().await.expect("the portal answers");
    let more = guid(50);
    for (number, deal) in (1..).zip(&deals) {
        let told = ShownDocument {
            inquiry: None,
            deal_id: Some(*deal),
            onec_ref: guid(50 + number),
            ..invoice(number, more, &format!("ещё {number}"))
        };
        office.tell(told).await;
    }
    let before = office.world.portal.counters().http_requests;
    let shown = office.world.engine.show_deals().await.expect("the portal answers");
    assert_eq!(shown.files, 6);
    let requests = office.world.portal.counters().http_requests - before;
    assert_eq!(requests, 13, "one reading of all deals, six uploads, six readings back");
}

#[tokio::test]
async fn requests_and_answers_of_a_deal_are_kept_without_secrets_and_without_the_contents_of_files() {
    let office = Office::open().await;
    let (deal, inquiry) = office.inquiry("Насосы").await;
    office.tell(invoice(1, inquiry, &"счёт на насосы ".repeat(100))).await;
    office.pay(payment(2, inquiry, "60000.00")).await;
    office.show().await;
    office.world.engine.write_notes().await.expect("the portal answers");
    office.world.engine.show_codes().await.expect("the portal answers");

    let transcripts = office.world.engine.store().transcripts_of_deal(deal, None, 100).await.unwrap();
    let methods: Vec<&str> =
        transcripts.iter().rev().flat_map(|one| &one.what.lines).map(|line| line.method.as_str()).collect();
    let expected = ["GET inquiries", "POST receipts", "crm.item.update", "crm.timeline.logmessage.add"];
    for method in expected {
        assert!(methods.contains(&method), "{method}: {methods:?}");
    }
    let lines: Vec<_> = transcripts.iter().flat_map(|one| &one.what.lines).collect();
    let upload =
        lines.iter().find(|line| line.asked.contains("Счёт СЧ-0001 от 23.11.2026.pdf")).expect("an upload");
    assert!(upload.asked.contains("байт"), "{}", upload.asked);
    let paid = lines.iter().find(|line| line.asked.contains("60000.00|RUB"));
    assert!(paid.is_some(), "{lines:?}");

    let bytes = office.world.database_bytes();
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("crm.item.update"), "the file that is searched is the one that is written");
    let code = office.world.portal.webhook_url();
    let code = code.trim_end_matches('/').rsplit('/').next().expect("the code of the webhook");
    assert!(!holds(code), "the code of the webhook is in the database");
    // `%PDF-` in Base64.
    assert!(!holds("JVBERi"), "the body of an upload is in the database");
}

#[tokio::test]
async fn a_lost_answer_after_an_upload_leaves_one_file() {
    let office = Office::open().await;
    let (deal, inquiry) = office.inquiry("Насосы").await;
    office.show().await;
    for fault in [Fault::CutAfter, Fault::Html500After, Fault::HalfAnswer] {
        let number = 10 + u32::try_from(office.files(deal).len()).expect("few");
        office.tell(invoice(number, inquiry, &format!("{fault:?}"))).await;
        // The reading goes well, the answer of the upload is lost.
        office.world.portal.faults().at(2, fault.clone());
        office.show().await;
        let copies = office.files(deal).iter().filter(|file| file.name == named(number, "").0).count();
        assert_eq!(copies, 1);
    }
    assert_eq!(office.files(deal).len(), 3);
}

#[tokio::test]
async fn a_document_that_comes_before_its_inquiry_waits_for_it() {
    let office = Office::open().await;
    let deal = office.deal("Насосы");
    office.collect().await;
    let [offer] = office.poll().await.try_into().expect("one");
    let answer = office.tell(invoice(1, offer.proposed_ref, "a")).await;
    assert!(matches!(answer, Pushed::Accepted(why) if why.contains("не известен запрос")));
    office.pay(payment(2, offer.proposed_ref, "500")).await;
    office.show().await;
    assert!(office.files(deal).is_empty());
    office.receive(created(&offer)).await;
    office.show().await;
    assert_eq!(office.invoices(deal), [named(1, "a")]);
    assert_eq!(office.value(deal, PAID), "500.00|RUB");
}

#[tokio::test]
async fn a_content_may_come_by_itself() {
    let office = Office::open().await;
    let (deal, inquiry) = office.inquiry("Насосы").await;
    let bare = ShownDocument { content: None, ..invoice(1, inquiry, "") };
    assert_eq!(office.tell(bare.clone()).await, Pushed::AwaitingContent);
    office.show().await;
    assert!(office.files(deal).is_empty(), "without its content it is not shown");
    let put = async |content: Vec<u8>| {
        let pieces: Vec<Result<_, std::convert::Infallible>> =
            content.chunks(100_000).map(|piece| Ok(piece.to_vec().into())).collect();
        office
            .world
            .engine
            .take_content(guid(1), futures::stream::iter(pieces))
            .await
            .expect("the database takes it")
    };
    let big = [pdf("a"), vec![b'x'; 700_000]].concat();
    assert_eq!(put(big.clone()).await, Pushed::Accepted(String::new()));
    assert_eq!(put(big.clone()).await, Pushed::Unchanged);
    assert_eq!(office.tell(bare).await, Pushed::Unchanged, "its content is here");
    office.show().await;
    assert_eq!(office.invoices(deal), [(named(1, "").0, big)]);
    let broken: Vec<Result<_, &str>> = vec![Ok(pdf("b").into()), Err("cut")];
    assert!(office.world.engine.take_content(guid(1), futures::stream::iter(broken)).await.is_err());
    office.show().await;
    assert_eq!(office.files(deal).len(), 1, "nothing of it is kept");
}

#[tokio::test]
async fn an_older_version_that_comes_late_brings_nothing_back() {
    let office = Office::open().await;
    let (deal, inquiry) = office.inquiry("Насосы").await;
    let at = |hour: i8| -> Option<Timestamp> { format!("2026-11-23T{hour:02}:00:00Z").parse().ok() };
    office.tell(ShownDocument { changed_at: at(12), ..invoice(1, inquiry, "new") }).await;
    assert_eq!(
        office.tell(ShownDocument { changed_at: at(11), ..invoice(1, inquiry, "old") }).await,
        Pushed::Unchanged
    );
    office.show().await;
    assert_eq!(office.invoices(deal), [named(1, "new")]);
}

#[tokio::test]
async fn the_total_is_summed_up_anew_whatever_happens_to_payments() {
    let office = Office::open().await;
    let (deal, inquiry) = office.inquiry("Насосы").await;
    let (other, other_inquiry) = office.inquiry("Трубы").await;
    office.show().await;
    assert_eq!(office.value(deal, PAID), "", "nobody has paid yet");
    office.pay(payment(1, inquiry, "15000.10")).await;
    office.pay(payment(2, inquiry, "0.20")).await;
    office.pay(ShownPayment { currency: Some("USD".into()), ..payment(3, inquiry, "1000") }).await;
    office.show().await;
    assert_eq!(office.value(deal, PAID), "15000.30|RUB", "other currencies are listed and not added");
    office.pay(payment(4, inquiry, "-5000")).await;
    office.show().await;
    assert_eq!(office.value(deal, PAID), "10000.30|RUB");
    office.pay(ShownPayment { cancelled: Some(true), ..payment(2, inquiry, "0.20") }).await;
    office.pay(payment(1, other_inquiry, "15000.10")).await;
    office.show().await;
    assert_eq!(office.value(deal, PAID), "-5000.00|RUB", "one was cancelled, one moved");
    assert_eq!(office.value(other, PAID), "15000.10|RUB");
    let list = CompletePayments { inquiry, payments: vec![payment(5, inquiry, "7")] };
    let complete = async |list: &CompletePayments| {
        office.world.engine.complete_payments(vec![list.clone()]).await.expect("it works").remove(0)
    };
    assert_eq!(complete(&list).await, Pushed::Accepted(String::new()));
    assert_eq!(complete(&list).await, Pushed::Unchanged);
    office.show().await;
    assert_eq!(office.value(deal, PAID), "7.00|RUB", "what is not in the list no longer counts");
    complete(&CompletePayments { inquiry, payments: vec![] }).await;
    office.show().await;
    assert_eq!(office.value(deal, PAID), "0.00|RUB");
}

#[tokio::test]
async fn payments_of_many_deals_travel_in_one_batch() {
    let office = Office::open().await;
    let mut inquiries = Vec::new();
    for number in 0..20 {
        inquiries.push(office.inquiry(&format!("Сделка {number}")).await);
    }
    office.show().await;
    for (number, (_, inquiry)) in (100..).zip(&inquiries) {
        office.pay(payment(number, *inquiry, "100")).await;
    }
    let before = office.world.portal.counters().http_requests;
    office.show().await;
    assert_eq!(office.world.portal.counters().http_requests - before, 1);
    assert!(inquiries.iter().all(|(deal, _)| office.value(*deal, PAID) == "100.00|RUB"));
}

#[tokio::test]
async fn what_somebody_changes_by_hand_the_full_compare_restores_and_says_so() {
    let office = Office::open().await;
    let (deal, inquiry) = office.inquiry("Насосы").await;
    office.tell(invoice(1, inquiry, "a")).await;
    office.pay(payment(2, inquiry, "500")).await;
    office.show().await;
    let employee = office.world.portal.employee();
    employee.edits_deal_item(deal, &[(PAID, "9000|RUB")]).expect("may");
    employee.removes_file(deal, INVOICE, office.files(deal)[0].id).expect("may");
    office.world.pass(25 * 60 * 60);
    office.world.engine.collect().await.expect("the portal answers");
    office.show().await;
    assert_eq!(office.value(deal, PAID), "500.00|RUB");
    assert_eq!(office.invoices(deal), [named(1, "a")]);
    office.world.engine.write_notes().await.expect("the portal answers");
    assert!(office.world.portal.timeline().iter().any(|record| record.text.contains("изменили вручную")));
}

#[tokio::test]
async fn a_field_that_somebody_deleted_is_noticed_and_what_belongs_into_it_waits() {
    let office = Office::open().await;
    let (deal, inquiry) = office.inquiry("Насосы").await;
    office.show().await;
    office.world.portal.employee().deletes_deal_field(INVOICE).expect("may");
    office.world.pass(11 * 60);
    office.tell(invoice(1, inquiry, "a")).await;
    let shown = office.world.engine.show_deals().await.expect("the portal answers");
    assert_eq!((shown.done, shown.again), (0, 1));
    let standing = office.world.engine.document_standing(guid(1)).await.expect("it works");
    assert!(matches!(standing, PaperStanding::Waiting(why) if why.contains("parom setup")));
    let findings = office.world.engine.doctor().await;
    assert!(findings.iter().any(|finding| finding.text.contains(INVOICE)), "{findings:?}");
    let report = office.world.engine.setup().await.expect("the portal takes it");
    assert_eq!(report.made.len(), 1, "{report:?}");
    office.show().await;
    assert_eq!(office.invoices(deal), [named(1, "a")]);
    assert!(
        office.world.engine.setup().await.expect("it answers").made.is_empty(),
        "doing it twice does nothing"
    );
}
