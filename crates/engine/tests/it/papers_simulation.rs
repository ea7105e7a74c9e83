//! Deals, documents and payments under any weather and any death: in the end each deal holds exactly its current files,
//! employees' files are untouched, «Оплачено» is the sum of what 1C said last, and 1C has every deal as it is. What people ask
//! for with buttons happens, once.
//!
//! `PAROM_SIMULATION_CASES=5000 cargo test -p engine papers_simulation` tries more lists.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;

use domain::{
    Amount, CompletePayments, DocumentKind, Inquiry, InquiryOffer, OneCRef, Receipt, ReceiptStatus,
    ShownDocument, ShownInquiry, ShownPayment, SignedDuration, Timestamp,
};
use emulator::faults::{Fault, Weather};
use engine::{By, DeedError, Found, Task, Waiting, Which};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use store::{HeldKind, InquiryState, JobState};
use tokio::runtime::Runtime;

use crate::entities::{entity, guid};
use crate::simulation::Mortal;
use crate::world::World;

/// Lists tried on every run.
const CASES: u32 = 60;
/// The user of the webhook.
const PAROM: i64 = 7;
const PAID: &str = "UF_CRM_PAROM_PAID";
/// Why something was given up.
const GIVEN_UP: &str = "учебная сделка";
const REDELIVER: SignedDuration = SignedDuration::from_mins(4);

fn field(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Quotation => "UF_CRM_PAROM_QUOTATION",
        DocumentKind::Contract => "UF_CRM_PAROM_CONTRACT",
        DocumentKind::Invoice => "UF_CRM_PAROM_INVOICE",
    }
}

/// A document as 1C has it.
#[derive(Clone)]
struct Paper {
    kind: DocumentKind,
    deal: i64,
    version: u32,
    deleted: bool,
    changed_at: Timestamp,
}

/// A payment as 1C has it.
#[derive(Clone)]
struct Money {
    deal: i64,
    kopecks: i64,
    currency: &'static str,
    cancelled: bool,
}

/// What 1C does between a poll and its receipts.
#[derive(Clone, Copy, Debug)]
enum Death {
    None,
    AfterPoll,
    BeforeReceipts,
    ReceiptsTwice,
    /// It lives, and refuses what it was given.
    Refuses,
}

/// What a process may die over.
#[derive(Clone, Copy, Debug)]
enum Work {
    Show,
    Notes,
    Collect,
    Jobs,
}

/// What a person does to a deal in the console.
#[derive(Clone, Copy, Debug)]
enum Deed {
    SendAgain,
    ShowAgain,
    /// Tries the inquiry again, which waits or was refused.
    RetryInquiry,
    /// Tries again what the deal cannot show.
    RetryFace,
    /// Gives up what 1C has refused.
    GiveUp,
}

#[derive(Clone, Debug)]
enum Op {
    /// An employee makes a deal.
    Deal,
    /// An employee renames a deal, or closes and reopens it.
    Rename(usize),
    Turn(usize),
    /// 1C polls, and perhaps dies over it.
    Poll(Death),
    /// 1C prints a document, prints it anew, marks it deleted or not, gives it to another inquiry.
    Print(usize, DocumentKind),
    Reprint(usize),
    Mark(usize),
    Move(usize, usize),
    /// An old version arrives once more.
    Stale(usize),
    /// A client pays, or gets something back, in roubles or not.
    Pay(usize, i64, bool),
    Cancel(usize),
    Amend(usize, i64),
    Reassign(usize, usize),
    /// 1C sends the complete list of an inquiry, having forgotten its first payment or not.
    Complete(usize, bool),
    /// An employee adds a file of his own, removes one, or writes into «Оплачено».
    OwnFile(usize, DocumentKind),
    Tears(usize, DocumentKind),
    HandPaid(usize),
    Collect,
    Show,
    Notes,
    Killed(usize, Work),
    /// A person does something to a deal, and the process may die over it.
    Deed(usize, Deed, Option<usize>),
    /// A person has all inquiries that wait tried again, or stops that; the process may die over it.
    RetryAll(Option<usize>),
    Works,
    Stops,
    Wait(i64),
    Next(Fault),
    Storm(u8, u64),
    Clear,
}

fn op() -> impl Strategy<Value = Op> {
    let nth = || 0_usize..12;
    let kind = || proptest::sample::select(DocumentKind::ALL.to_vec());
    let deaths = vec![
        Death::None,
        Death::None,
        Death::AfterPoll,
        Death::BeforeReceipts,
        Death::ReceiptsTwice,
        Death::Refuses,
    ];
    let works = vec![Work::Show, Work::Show, Work::Notes, Work::Collect, Work::Jobs];
    let deeds = vec![Deed::SendAgain, Deed::ShowAgain, Deed::RetryInquiry, Deed::RetryFace, Deed::GiveUp];
    let death = || proptest::option::weighted(0.2, 1_usize..20);
    prop_oneof![
        3 => Just(Op::Deal),
        2 => nth().prop_map(Op::Rename),
        1 => nth().prop_map(Op::Turn),
        6 => proptest::sample::select(deaths).prop_map(Op::Poll),
        6 => (nth(), kind()).prop_map(|(n, kind)| Op::Print(n, kind)),
        4 => nth().prop_map(Op::Reprint),
        2 => nth().prop_map(Op::Mark),
        1 => (nth(), nth()).prop_map(|(n, to)| Op::Move(n, to)),
        2 => nth().prop_map(Op::Stale),
        4 => (nth(), -500_000_i64..5_000_000, any::<bool>()).prop_map(|(n, kopecks, usd)| Op::Pay(n, kopecks, usd)),
        2 => nth().prop_map(Op::Cancel),
        2 => (nth(), 1_i64..5_000_000).prop_map(|(n, kopecks)| Op::Amend(n, kopecks)),
        1 => (nth(), nth()).prop_map(|(n, to)| Op::Reassign(n, to)),
        2 => (nth(), any::<bool>()).prop_map(|(n, forgets)| Op::Complete(n, forgets)),
        2 => (nth(), kind()).prop_map(|(n, kind)| Op::OwnFile(n, kind)),
        1 => (nth(), kind()).prop_map(|(n, kind)| Op::Tears(n, kind)),
        1 => nth().prop_map(Op::HandPaid),
        5 => Just(Op::Collect),
        7 => Just(Op::Show),
        2 => Just(Op::Notes),
        4 => (1_usize..60, proptest::sample::select(works)).prop_map(|(steps, work)| Op::Killed(steps, work)),
        4 => (nth(), proptest::sample::select(deeds), death()).prop_map(|(n, deed, death)| Op::Deed(n, deed, death)),
        1 => death().prop_map(Op::RetryAll),
        2 => Just(Op::Works),
        1 => Just(Op::Stops),
        3 => (1_i64..400).prop_map(Op::Wait),
        4 => proptest::sample::select(Fault::PASSING.to_vec()).prop_map(Op::Next),
        1 => (1_u8..40, any::<u64>()).prop_map(|(percent, seed)| Op::Storm(percent, seed)),
        1 => Just(Op::Clear),
    ]
}

/// Name and content.
type NamedFile = (String, Vec<u8>);

struct Story {
    world: World,
    company: i64,
    deals: Vec<i64>,
    /// What 1C has of each deal.
    inquiries: BTreeMap<i64, (OneCRef, Inquiry)>,
    papers: Vec<Paper>,
    payments: Vec<Money>,
    /// Files of employees that are there, by deal and kind: name and content.
    own: BTreeMap<(i64, DocumentKind), Vec<NamedFile>>,
    /// Deals that somebody had sent again and that 1C has not taken since.
    owed: BTreeSet<i64>,
    /// Deals that were given up as they are now.
    given_up: BTreeSet<i64>,
    /// Deals that somebody had shown again, and that no hand has touched since.
    shown: BTreeSet<i64>,
    edits: u32,
}

fn paper_ref(number: usize) -> OneCRef {
    guid(10_000 + u32::try_from(number).expect("few"))
}

fn payment_ref(number: usize) -> OneCRef {
    guid(50_000 + u32::try_from(number).expect("few"))
}

fn content(number: usize, version: u32) -> Vec<u8> {
    format!("%PDF-1.4\nдокумент {number}, версия {version}\n%%EOF").into_bytes()
}

fn name(number: usize) -> String {
    format!("Документ {number}.pdf")
}

impl Story {
    async fn begin() -> Self {
        let mut world = World::open().await;
        world.engine.setup().await.expect("the portal takes it");
        world.show(vec![(guid(1), entity(1))]).await;
        world.until_quiet().await;
        world.engine.collect().await.expect("the portal answers");
        let company = world.portal.companies()[0].id;
        Self {
            world,
            company,
            deals: Vec::new(),
            inquiries: BTreeMap::new(),
            papers: Vec::new(),
            payments: Vec::new(),
            own: BTreeMap::new(),
            owed: BTreeSet::new(),
            given_up: BTreeSet::new(),
            shown: BTreeSet::new(),
            edits: 0,
        }
    }

    fn deal(&self, nth: usize) -> Option<i64> {
        (!self.deals.is_empty()).then(|| self.deals[nth % self.deals.len()])
    }

    /// A deal that 1C has, so that an accountant can print for it.
    fn known_deal(&self, nth: usize) -> Option<i64> {
        let known: Vec<i64> = self.inquiries.keys().copied().collect();
        (!known.is_empty()).then(|| known[nth % known.len()])
    }

    async fn obey(&mut self, op: Op) {
        self.edits += 1;
        match op {
            Op::Deal => {
                let fields = [("TITLE", "Новая"), ("OPPORTUNITY", "120000"), ("CURRENCY_ID", "RUB")];
                let deal =
                    self.world.portal.employee().adds_deal(self.company, &fields).expect("employees may");
                self.deals.push(deal);
            }
            Op::Rename(nth) => {
                let title = format!("Сделка {}", self.edits);
                self.edit(nth, &[("TITLE", &title)]);
            }
            Op::Turn(nth) => {
                let stage = if self.edits.is_multiple_of(2) { "WON" } else { "EXECUTING" };
                self.edit(nth, &[("STAGE_ID", stage)]);
            }
            Op::Poll(death) => self.poll(death).await,
            Op::Print(nth, kind) => {
                if let Some(deal) = self.known_deal(nth) {
                    let changed_at = self.world.clock_now();
                    self.papers.push(Paper { kind, deal, version: 1, deleted: false, changed_at });
                    self.push_paper(self.papers.len() - 1).await;
                }
            }
            Op::Reprint(nth) => self.change_paper(nth, |paper| paper.version += 1).await,
            Op::Mark(nth) => self.change_paper(nth, |paper| paper.deleted = !paper.deleted).await,
            Op::Move(nth, to) => {
                if let Some(deal) = self.known_deal(to) {
                    self.change_paper(nth, |paper| paper.deal = deal).await;
                }
            }
            Op::Stale(nth) => self.push_stale(nth).await,
            Op::Pay(nth, kopecks, dollars) => {
                if let Some(deal) = self.known_deal(nth) {
                    let currency = if dollars { "USD" } else { "RUB" };
                    self.payments.push(Money { deal, kopecks, currency, cancelled: false });
                    self.push_payment(self.payments.len() - 1).await;
                }
            }
            Op::Cancel(nth) => self.change_payment(nth, |money| money.cancelled = !money.cancelled).await,
            Op::Amend(nth, kopecks) => self.change_payment(nth, |money| money.kopecks = kopecks).await,
            Op::Reassign(nth, to) => {
                if let Some(deal) = self.known_deal(to) {
                    self.change_payment(nth, |money| money.deal = deal).await;
                }
            }
            Op::Complete(nth, forgets) => self.complete(nth, forgets).await,
            Op::OwnFile(nth, kind) => self.own_file(nth, kind),
            Op::Tears(nth, kind) => self.tears(nth, kind),
            Op::HandPaid(nth) => {
                if let Some(deal) = self.deal(nth) {
                    let employee = self.world.portal.employee();
                    employee.edits_deal_item(deal, &[(PAID, "1|RUB")]).expect("employees may");
                    self.shown.remove(&deal);
                }
            }
            // An outage is no failure: the next look finds it.
            Op::Collect => drop(self.world.engine.collect().await),
            Op::Show => drop(self.world.engine.show_deals().await.expect("the database works")),
            Op::Notes => drop(self.world.engine.write_notes().await),
            Op::Killed(steps, work) => {
                let engine = &self.world.engine;
                match work {
                    Work::Show => Mortal { steps, life: pin!(engine.show_deals()) }.await,
                    Work::Notes => Mortal { steps, life: pin!(engine.write_notes()) }.await,
                    Work::Collect => Mortal { steps, life: pin!(engine.collect()) }.await,
                    Work::Jobs => Mortal { steps, life: pin!(engine.work()) }.await,
                }
                self.world.restart().await;
            }
            Op::Deed(nth, deed, None) => self.does(nth, deed).await,
            Op::Deed(nth, deed, Some(steps)) => {
                Mortal { steps, life: pin!(self.does(nth, deed)) }.await;
                self.world.restart().await;
            }
            Op::RetryAll(None) => self.retry_all().await,
            Op::RetryAll(Some(steps)) => {
                Mortal { steps, life: pin!(self.retry_all()) }.await;
                self.world.restart().await;
            }
            Op::Works => drop(self.world.engine.work().await.expect("the database works")),
            Op::Stops => {
                let open = self.world.engine.open_jobs().await.expect("the database works");
                if let Some(oldest) = open.first() {
                    self.world.engine.cancel(oldest.id, &By::user("Борис")).await.expect("it is open");
                }
            }
            Op::Wait(seconds) => self.world.pass(seconds),
            Op::Next(fault) => self.world.portal.faults().next(fault),
            Op::Storm(percent, seed) => self.world.portal.faults().random(seed, percent, &Fault::PASSING),
            Op::Clear => self.world.portal.faults().clear(),
        }
    }

    /// A person does something to a deal; a refusal is an answer like any other.
    async fn does(&mut self, nth: usize, deed: Deed) {
        let Some(deal) = self.deal(nth) else { return };
        let (engine, by) = (&self.world.engine, By::user("Анна"));
        let done = match deed {
            Deed::SendAgain => engine.send_deal_again(deal, &by).await.map(|_| {
                self.given_up.remove(&deal);
                self.owed.insert(deal)
            }),
            Deed::ShowAgain => engine.show_deal_again(deal, &by).await.map(|_| self.shown.insert(deal)),
            Deed::RetryInquiry => engine.retry(Waiting::Inquiry(deal), &by).await.map(|_| true),
            Deed::RetryFace => engine.retry(Waiting::Face(deal), &by).await.map(|_| true),
            Deed::GiveUp => {
                let given_up = engine.give_up(Waiting::Inquiry(deal), GIVEN_UP, &by).await;
                given_up.map(|_| self.given_up.insert(deal))
            }
        };
        if let Err(DeedError::Store(error)) = done {
            panic!("the database works: {error}");
        }
    }

    async fn send_what_was_given_up(&mut self) {
        let rows = self.world.engine.store().inquiries(&self.deals).await.expect("the database works");
        for row in rows.iter().filter(|row| matches!(row.state, InquiryState::Dropped(_))) {
            let again = self.world.engine.send_deal_again(row.deal_id, &By::user("Анна")).await;
            if again.is_ok() {
                self.owed.insert(row.deal_id);
            }
        }
        self.given_up.clear();
    }

    async fn retry_all(&self) {
        for kind in [HeldKind::Inquiry, HeldKind::InquiryWaiting] {
            let which = Which { kind: Some(kind.as_str().to_owned()), ..Which::default() };
            let started = self.world.engine.start(Task::Retry(which), &By::user("Анна")).await;
            started.expect("retrying may be asked for at any time");
        }
    }

    fn edit(&mut self, nth: usize, fields: &[(&str, &str)]) {
        if let Some(deal) = self.deal(nth) {
            self.given_up.remove(&deal);
            self.world.pass(1);
            self.world.portal.employee().edits_deal(deal, fields).expect("employees may");
        }
    }

    async fn poll(&mut self, death: Death) {
        let offered = self.world.engine.poll_inquiries(100, REDELIVER).await.expect("the database works");
        for offer in &offered {
            assert!(!self.given_up.contains(&offer.deal_id), "given up, and offered: deal {}", offer.deal_id);
        }
        if matches!(death, Death::AfterPoll) {
            return;
        }
        let answer = |offer| match death {
            Death::Refuses => refuse(&offer),
            _ => self.take(offer),
        };
        let receipts: Vec<Receipt> = offered.into_iter().map(answer).collect();
        let times = match death {
            Death::None | Death::Refuses => 1,
            Death::ReceiptsTwice => 2,
            Death::AfterPoll | Death::BeforeReceipts => 0,
        };
        for _ in 0..times {
            self.world.engine.receive(receipts.clone()).await.expect("the database works");
        }
    }

    fn take(&mut self, offer: InquiryOffer) -> Receipt {
        let known = self.inquiries.get(&offer.deal_id).map(|(onec_ref, _)| *onec_ref);
        if let (Some(known), Some(named)) = (known, offer.onec_ref) {
            assert_eq!(known, named, "Parom names another inquiry than 1C has");
        }
        let onec_ref = known.unwrap_or(offer.proposed_ref);
        self.inquiries.insert(offer.deal_id, (onec_ref, offer.snapshot));
        self.owed.remove(&offer.deal_id);
        Receipt {
            delivery: offer.delivery,
            status: if known.is_some() { ReceiptStatus::Updated } else { ReceiptStatus::Created },
            onec_ref: Some(onec_ref),
            code: None,
            number: Some(format!("ЗПР-{}", offer.deal_id)),
            date: None,
            message: String::new(),
        }
    }

    async fn change_paper(&mut self, nth: usize, change: impl FnOnce(&mut Paper)) {
        if self.papers.is_empty() {
            return;
        }
        let place = nth % self.papers.len();
        // 1C's clock has whole seconds; an edit within one of them has the same time.
        self.papers[place].changed_at = self.world.clock_now().max(self.papers[place].changed_at);
        change(&mut self.papers[place]);
        self.push_paper(place).await;
    }

    async fn push_paper(&self, place: usize) {
        let paper = &self.papers[place];
        let told = self.told(place, paper, paper.changed_at);
        // A lost answer: 1C sends the same again.
        let times = 1 + usize::from(self.edits.is_multiple_of(3));
        for _ in 0..times {
            self.world.engine.show_documents(vec![told.clone()]).await.expect("the database works");
        }
    }

    fn told(&self, place: usize, paper: &Paper, changed_at: Timestamp) -> ShownDocument {
        ShownDocument {
            onec_ref: paper_ref(place),
            kind: Some(paper.kind),
            inquiry: Some(self.inquiries[&paper.deal].0),
            deal_id: None,
            number: Some(format!("{place}")),
            date: None,
            amount: None,
            currency: None,
            file_name: Some(name(place)),
            content: Some(content(place, paper.version)),
            deleted: Some(paper.deleted),
            changed_at: Some(changed_at),
        }
    }

    /// What was sent once and got lost on the way comes after all, when a newer version is long there.
    async fn push_stale(&self, nth: usize) {
        if self.papers.is_empty() {
            return;
        }
        let place = nth % self.papers.len();
        let old = Paper { version: 0, deleted: false, ..self.papers[place].clone() };
        let before = old.changed_at - SignedDuration::from_secs(1);
        let told = self.told(place, &old, before);
        self.world.engine.show_documents(vec![told]).await.expect("the database works");
    }

    async fn change_payment(&mut self, nth: usize, change: impl FnOnce(&mut Money)) {
        if !self.payments.is_empty() {
            let place = nth % self.payments.len();
            change(&mut self.payments[place]);
            self.push_payment(place).await;
        }
    }

    async fn push_payment(&self, place: usize) {
        let told = self.told_payment(place);
        self.world.engine.show_payments(vec![told]).await.expect("the database works");
    }

    fn told_payment(&self, place: usize) -> ShownPayment {
        let money = &self.payments[place];
        ShownPayment {
            onec_ref: payment_ref(place),
            inquiry: Some(self.inquiries[&money.deal].0),
            deal_id: None,
            number: None,
            date: None,
            amount: Some(Amount::from_minor(money.kopecks)),
            currency: Some(money.currency.to_owned()),
            cancelled: Some(money.cancelled),
            changed_at: None,
        }
    }

    /// 1C says which payments an inquiry has. One that it forgets is cancelled for it.
    async fn complete(&mut self, nth: usize, forgets: bool) {
        let Some(deal) = self.known_deal(nth) else { return };
        let mut places: Vec<usize> =
            (0..self.payments.len()).filter(|place| self.payments[*place].deal == deal).collect();
        if forgets && !places.is_empty() {
            let forgotten = places.remove(0);
            self.payments[forgotten].cancelled = true;
        }
        let inquiry = self.inquiries[&deal].0;
        let payments = places.into_iter().map(|place| self.told_payment(place)).collect();
        let list = CompletePayments { inquiry, payments };
        self.world.engine.complete_payments(vec![list]).await.expect("the database works");
    }

    fn own_file(&mut self, nth: usize, kind: DocumentKind) {
        let Some(deal) = self.deal(nth) else { return };
        let (name, content) =
            (format!("Свой {}.pdf", self.edits), format!("%PDF own {}", self.edits).into_bytes());
        let employee = self.world.portal.employee();
        employee.adds_file(deal, field(kind), &name, &content).expect("employees may");
        self.own.entry((deal, kind)).or_default().push((name, content));
    }

    /// An employee removes the first file of a field, be it his own or not.
    fn tears(&mut self, nth: usize, kind: DocumentKind) {
        let Some(deal) = self.deal(nth) else { return };
        let files = self.world.portal.deal_files(deal, field(kind));
        let Some(first) = files.first() else { return };
        self.world.portal.employee().removes_file(deal, field(kind), first.id).expect("employees may");
        self.shown.remove(&deal);
        if first.by != PAROM {
            let own = self.own.entry((deal, kind)).or_default();
            own.retain(|(name, _)| *name != first.name);
        }
    }

    /// Fair weather, and everything comes to its end.
    async fn end(mut self) {
        self.world.portal.faults().clear();
        self.world.portal.faults().set_weather(Weather::Fair);
        self.settle().await;
        // What 1C has refused waits for a person, and is taken now; so is what was given up, since people think again.
        self.retry_all().await;
        self.send_what_was_given_up().await;
        self.settle().await;
        for deal in &self.shown {
            self.check_shown(*deal);
        }
        self.world.pass(25 * 3600);
        self.settle().await;
        self.check();
        self.check_deeds().await;
        let requests = self.world.portal.counters().http_requests;
        self.world.engine.show_deals().await.expect("the database works");
        self.world.engine.write_notes().await.expect("the portal answers");
        assert_eq!(self.world.portal.counters().http_requests, requests, "then it is silent");
        let notes: Vec<String> = self.world.portal.timeline().into_iter().map(|record| record.text).collect();
        for deal in self.world.portal.deals() {
            let shown = self.world.engine.store().face(deal.id).await.expect("it works");
            assert!(shown.is_none_or(|face| face.reason.is_none()), "nothing waits for a person: {notes:?}");
        }
    }

    async fn settle(&mut self) {
        let mut last = (0, 0, 0, 0);
        for _ in 0..300 {
            self.world.pass(61);
            self.world.engine.collect().await.expect("the portal answers");
            self.poll(Death::None).await;
            let shown = self.world.engine.show_deals().await.expect("the database works");
            let notes = self.world.engine.write_notes().await.expect("the portal answers");
            while self.world.engine.work().await.expect("the database works") {}
            let store = self.world.engine.store();
            let under_way = store.inquiry_figures().await.expect("it works").under_way;
            let due = store.faces_due().await.expect("it works")
                + store.deal_notes_waiting().await.expect("it works");
            let left = (shown.due, notes, under_way, due);
            if left == (0, 0, 0, 0) {
                return;
            }
            last = left;
        }
        panic!(
            "it never comes to an end: {last:?} of faces taken, notes, inquiries under way and faces due are left"
        );
    }

    fn check(&self) {
        for card in &self.world.portal.deals() {
            let deal = card.id;
            let Some((_, taken)) = self.inquiries.get(&deal) else {
                // Lost before 1C heard of it, or won: a deal that is open always travels.
                assert_ne!(card.get("CLOSED"), "N", "1C never got deal {deal}");
                continue;
            };
            assert_eq!(taken.title, card.get("TITLE"), "1C has another title of deal {deal}");
            assert_eq!(
                taken.closed,
                card.get("CLOSED") == "Y",
                "1C does not know whether deal {deal} is closed"
            );
            self.check_shown(deal);
        }
    }

    /// The deal shows exactly what 1C told, beside what employees put there.
    fn check_shown(&self, deal: i64) {
        for kind in DocumentKind::ALL {
            let (mut parom, mut own) = (Vec::new(), Vec::new());
            for file in self.world.portal.deal_files(deal, field(kind)) {
                let place = if file.by == PAROM { &mut parom } else { &mut own };
                place.push((file.name, file.content.to_vec()));
            }
            let mut current: Vec<_> = self
                .papers
                .iter()
                .enumerate()
                .filter(|(_, paper)| paper.deal == deal && paper.kind == kind && !paper.deleted)
                .map(|(place, paper)| (name(place), content(place, paper.version)))
                .collect();
            parom.sort();
            current.sort();
            assert_eq!(parom, current, "the files of deal {deal}, {kind:?}");
            let kept = self.own.get(&(deal, kind)).cloned().unwrap_or_default();
            assert_eq!(own, kept, "files of employees in deal {deal}, {kind:?}");
        }
        let of_deal = || self.payments.iter().filter(|money| money.deal == deal);
        let sum: i64 = of_deal()
            .filter(|money| !money.cancelled && money.currency == "RUB")
            .map(|money| money.kopecks)
            .sum();
        let cards = self.world.portal.deals();
        let shown = cards.iter().find(|card| card.id == deal).expect("nobody deletes deals").get(PAID);
        let number = shown.split('|').next().unwrap_or_default();
        if of_deal().next().is_some() {
            assert_eq!(
                number.parse::<Amount>().ok(),
                Some(Amount::from_minor(sum)),
                "«Оплачено» of {deal}: {shown}"
            );
        }
    }

    /// What people asked for has happened.
    async fn check_deeds(&self) {
        assert!(self.owed.is_empty(), "sent again, and 1C never got it: {:?}", self.owed);
        let engine = &self.world.engine;
        for job in engine.jobs(None, None, 1000).await.expect("the database works") {
            assert!(matches!(job.state, JobState::Done | JobState::Cancelled), "{job:#?}");
            assert!(job.state == JobState::Cancelled || job.total == Some(job.done), "{job:#?}");
            let Found::Bulk(found) = &job.found else {
                assert_eq!(job.done, 0, "{job:#?}");
                continue;
            };
            let became = found.under_way + found.still_wait + found.needless + found.passed_over;
            assert_eq!(became, job.done, "{job:#?}");
        }
        for row in engine.store().inquiries(&self.deals).await.expect("the database works") {
            assert_eq!(row.state, InquiryState::Still, "deal {}", row.deal_id);
        }
    }
}

fn refuse(offer: &InquiryOffer) -> Receipt {
    Receipt {
        delivery: offer.delivery,
        status: ReceiptStatus::Rejected,
        onec_ref: None,
        code: None,
        number: None,
        date: None,
        message: "Не заполнена организация".into(),
    }
}

fn cases() -> u32 {
    std::env::var("PAROM_SIMULATION_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(CASES)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: cases(),
        max_shrink_iters: 2000,
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..ProptestConfig::default()
    })]

    #[test]
    fn each_deal_ends_with_its_current_files_and_the_sum_of_its_payments(
        ops in proptest::collection::vec(op(), 5..60)
    ) {
        Runtime::new().expect("a runtime").block_on(async {
            let mut story = Box::pin(Story::begin()).await;
            for op in ops {
                story.obey(op).await;
            }
            Box::pin(story.end()).await;
        });
    }
}

/// «Done when» of inquiries: so many deals, documents with new versions and payments with reversals, under faults.
#[tokio::test]
async fn two_hundred_deals_six_hundred_documents_and_a_thousand_payments_under_faults_end_exact() {
    let mut story = Box::pin(Story::begin()).await;
    story.world.portal.faults().random(23, 5, &Fault::PASSING);
    let mut dice: u64 = 7;
    let mut roll = |bound: usize| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(dice >> 33).expect("31 bits") % bound
    };
    for nth in 0..200 {
        story.obey(Op::Deal).await;
        if nth % 40 == 39 {
            story.obey(Op::Wait(61)).await;
            story.obey(Op::Collect).await;
            story.obey(Op::Poll(Death::ReceiptsTwice)).await;
        }
    }
    while story.inquiries.len() < 200 {
        story.obey(Op::Wait(300)).await;
        story.obey(Op::Collect).await;
        story.obey(Op::Poll(Death::None)).await;
    }
    for nth in 0..600 {
        story.obey(Op::Print(nth, DocumentKind::ALL[roll(3)])).await;
        if nth % 3 == 0 {
            story.obey(Op::Reprint(roll(600))).await;
            story.obey(Op::Stale(roll(600))).await;
            story.obey(Op::OwnFile(roll(200), DocumentKind::ALL[roll(3)])).await;
        }
        if nth % 50 == 0 {
            story.obey(Op::Show).await;
            story.obey(Op::Killed(1 + roll(400), Work::Show)).await;
        }
    }
    for nth in 0..1000 {
        let kopecks = i64::try_from(roll(5_000_000)).expect("small") - 500_000;
        story.obey(Op::Pay(nth, kopecks, nth % 10 == 0)).await;
        if nth % 4 == 0 {
            story.obey(Op::Cancel(roll(1000))).await;
            story.obey(Op::Reassign(roll(1000), roll(200))).await;
        }
        if nth % 50 == 0 {
            story.obey(Op::Complete(roll(200), nth % 100 == 0)).await;
            story.obey(Op::Show).await;
        }
    }
    Box::pin(story.end()).await;
}

/// Found by the simulation.
#[tokio::test]
async fn several_new_deals_and_a_hand_come_to_an_end() {
    let mut story = Box::pin(Story::begin()).await;
    for op in [Op::Deal, Op::HandPaid(0), Op::Deal, Op::Deal, Op::Deal] {
        story.obey(op).await;
    }
    Box::pin(story.end()).await;
}

/// 1C tells of a «Запрос» before Parom has read its deal: that is no reason to lose it.
#[tokio::test]
async fn an_inquiry_that_1c_names_first_is_found_by_its_deal() {
    let story = Box::pin(Story::begin()).await;
    let deal = story.world.portal.employee().unseen().adds_deal(story.company, &[]).expect("employees may");
    let told = ShownInquiry {
        onec_ref: guid(77),
        deal_id: Some(deal),
        number: Some("ЗПР-77".into()),
        date: None,
        status: None,
        deleted: None,
        changed_at: None,
    };
    story.world.engine.show_inquiries(vec![told]).await.expect("the database works");
    story.world.engine.show_deals().await.expect("the database works");
    story.world.pass(61);
    story.world.engine.collect().await.expect("the portal answers");
    story.world.pass(61);
    story.world.engine.show_deals().await.expect("the database works");
    let cards = story.world.portal.deals();
    let card = cards.iter().find(|card| card.id == deal).expect("it is there");
    assert_eq!(card.get("UF_CRM_PAROM_NUMBER"), "ЗПР-77");
    let offered = story.world.engine.poll_inquiries(10, REDELIVER).await.expect("the database works");
    assert_eq!(offered.iter().map(|offer| offer.onec_ref).collect::<Vec<_>>(), [Some(guid(77))]);
}
