//! Lists for people, and runs of the reconciliation.

use domain::{DocumentKind, OneCRef, Reason, ReasonCode};
use store::{
    DocumentRow, DocumentShelf, InquiryRow, InquiryShelf, InquiryState, ListPlace, PaymentRow, PaymentShelf,
    RunFigure, RunFilter, RunProgress, RunRow, StoreError,
};

use crate::world::{World, on_both};

fn guid(number: u32) -> OneCRef {
    OneCRef::parse(&format!("6f9619ff-8b86-d011-b42d-{number:012x}")).expect("a GUID")
}

async fn deals(world: &World, shelf: InquiryShelf, text: &str, page: usize) -> Result<Vec<i64>, StoreError> {
    let (mut all, mut after) = (Vec::new(), None::<ListPlace>);
    loop {
        let rows = world.store.inquiries_list(shelf, text, after.as_ref(), page).await?;
        let Some(last) = rows.last() else { return Ok(all) };
        after = ListPlace::parse(&ListPlace::after_inquiry(last).to_string());
        assert!(after.is_some());
        all.extend(rows.iter().map(|row| row.deal_id));
    }
}

#[tokio::test]
async fn inquiries_are_listed_by_shelf_from_the_newest_and_found_by_their_words() {
    on_both(async |world| {
        let reason = || Reason::new(ReasonCode::NoCompany, "почему");
        let mut write = world.store.begin().await?;
        for deal in 1..=12 {
            // Two at a time are of the same moment.
            world.pass(deal % 2);
            let state = match deal % 4 {
                0 => InquiryState::Still,
                1 => InquiryState::Waits(reason()),
                2 => InquiryState::Due { since: world.now() },
                _ => InquiryState::Rejected(reason()),
            };
            let inquiry = InquiryRow {
                title: format!("Насосы {}", if deal > 6 { "большие" } else { "малые" }),
                is_closed: deal == 8,
                onec_ref: (deal % 4 == 0).then(|| guid(u32::try_from(deal).expect("small"))),
                state,
                ..InquiryRow::new(deal, world.now())
            };
            write.put_inquiry(&inquiry).await?;
        }
        write.commit().await?;

        for page in [1, 5, 100] {
            let all: Vec<i64> = (1..=12).rev().collect();
            assert_eq!(deals(world, InquiryShelf::All, "", page).await?, all);
            assert_eq!(deals(world, InquiryShelf::UnderWay, "", page).await?, [10, 6, 2]);
            assert_eq!(deals(world, InquiryShelf::Waiting, "", page).await?, [9, 5, 1]);
            assert_eq!(deals(world, InquiryShelf::Rejected, "", page).await?, [11, 7, 3]);
            assert_eq!(deals(world, InquiryShelf::Open, "", page).await?, [12, 4]);
            assert_eq!(deals(world, InquiryShelf::Closed, "", page).await?, [8]);
            assert_eq!(deals(world, InquiryShelf::Waiting, "насосы мал", page).await?, [5, 1]);
            assert_eq!(deals(world, InquiryShelf::All, "сделка 11", page).await?, [11]);
            assert_eq!(deals(world, InquiryShelf::All, "вентиляторы", page).await?, Vec::<i64>::new());
        }
        assert_eq!(ListPlace::parse("1.вчера"), None);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn documents_and_payments_are_listed_by_shelf_from_the_newest() {
    on_both(async |world| {
        let mut write = world.store.begin().await?;
        for number in 1..=6_u32 {
            world.pass(1);
            let document = DocumentRow {
                onec_ref: guid(number),
                kind: if number % 2 == 0 { DocumentKind::Invoice } else { DocumentKind::Contract },
                inquiry_ref: Some(guid(100)),
                told_deal: (number > 2).then_some(5),
                deal_id: None,
                number: format!("Д-{number}"),
                date: None,
                amount: None,
                currency: String::new(),
                file_name: "Документ.pdf".into(),
                content: Some((store::Digest::of(b"%PDF"), 4)),
                is_deleted: false,
                changed_at: None,
                seen_at: world.now(),
                placed: None,
            };
            write.put_document(&document).await?;
            let payment = PaymentRow {
                onec_ref: guid(number),
                inquiry_ref: Some(guid(100)),
                told_deal: (number > 2).then_some(5),
                deal_id: None,
                number: format!("ПП-{number}"),
                date: None,
                amount: "1".parse().expect("an amount"),
                currency: String::new(),
                is_cancelled: number == 1,
                is_left_out: number == 6,
                changed_at: None,
                seen_at: world.now(),
            };
            write.put_payment(&payment).await?;
        }
        write.commit().await?;
        let documents = async |shelf, text: &str| -> Result<Vec<String>, StoreError> {
            let mut rows = world.store.documents_list(shelf, text, None, 2).await?;
            while let Some(last) = rows.last() {
                let after = ListPlace::after_document(last);
                let more = world.store.documents_list(shelf, text, Some(&after), 2).await?;
                if more.is_empty() {
                    break;
                }
                rows.extend(more);
            }
            Ok(rows.into_iter().map(|row| row.number).collect())
        };
        assert_eq!(documents(DocumentShelf::All, "").await?, ["Д-6", "Д-5", "Д-4", "Д-3", "Д-2", "Д-1"]);
        assert_eq!(documents(DocumentShelf::Kind(DocumentKind::Invoice), "").await?, ["Д-6", "Д-4", "Д-2"]);
        assert_eq!(documents(DocumentShelf::Waiting, "").await?, ["Д-2", "Д-1"]);
        assert_eq!(documents(DocumentShelf::All, "договор Д-3").await?, ["Д-3"]);
        let payments = async |shelf, text: &str| -> Result<Vec<String>, StoreError> {
            let rows = world.store.payments_list(shelf, text, None, 10).await?;
            let after = rows.first().map(ListPlace::after_payment);
            let rest = world.store.payments_list(shelf, text, after.as_ref(), 10).await?;
            assert_eq!(rows.get(1..).unwrap_or_default(), rest);
            Ok(rows.into_iter().map(|row| row.number).collect())
        };
        assert_eq!(payments(PaymentShelf::All, "").await?, ["ПП-6", "ПП-5", "ПП-4", "ПП-3", "ПП-2", "ПП-1"]);
        assert_eq!(payments(PaymentShelf::Unplaced, "").await?, ["ПП-2"]);
        assert_eq!(payments(PaymentShelf::NotCounted, "").await?, ["ПП-6", "ПП-1"]);
        assert_eq!(payments(PaymentShelf::All, "ПП-4").await?, ["ПП-4"]);
        let waiting = world.store.documents_list(DocumentShelf::Waiting, "", None, 1).await?;
        assert_eq!(waiting[0].waits().map(|reason| reason.code), Some(ReasonCode::NoInquiry));
        Ok(())
    })
    .await;
}

fn row(kind: &str, standing: &str, needs_person: bool) -> RunRow {
    RunRow {
        position: 0,
        kind: kind.into(),
        standing: standing.into(),
        needs_person,
        link: None,
        title: "ООО «Ромашка»".into(),
        body: "{}".into(),
    }
}

#[tokio::test]
async fn a_run_of_the_reconciliation_is_followed_and_read_later() {
    on_both(async |world| {
        let began = world.now();
        let mut write = world.store.begin().await?;
        let run = write.begin_reconcile_run(true, began).await?;
        let rows = [
            row("different", "missed", true),
            row("different", "waits", true),
            row("missing", "missed", false),
        ];
        let figures = vec![RunFigure { kind: "different".into(), standing: "missed".into(), count: 1 }];
        let progress = RunProgress {
            looked: 500,
            needs_person: 2,
            found: 3,
            figures: figures.clone(),
            has_ended: false,
        };
        write.keep_reconcile_rows(run, &rows, &progress, began).await?;
        write.commit().await?;
        let known = world.store.reconcile_run(run).await?.expect("it began");
        assert_eq!((known.looked, known.found, known.kept, known.ended_at), (500, 3, 3, None));
        world.pass(9);
        let mut write = world.store.begin().await?;
        let progress = RunProgress { looked: 900, has_ended: true, ..progress };
        write.keep_reconcile_rows(run, &[row("different", "missed", false)], &progress, world.now()).await?;
        write.commit().await?;

        let known = world.store.reconcile_run(run).await?.expect("it began");
        assert_eq!((known.started_at, known.ended_at, known.kept), (began, Some(world.now()), 4));
        assert_eq!((known.heals, known.figures), (true, figures));
        let places = async |filter: RunFilter, after| -> Result<Vec<i64>, StoreError> {
            let rows = world.store.reconcile_rows(run, &filter, after, 2).await?;
            Ok(rows.into_iter().map(|row| row.position).collect())
        };
        assert_eq!(places(RunFilter::default(), 0).await?, [1, 2]);
        assert_eq!(places(RunFilter::default(), 2).await?, [3, 4]);
        let missed = RunFilter { standing: Some("missed".into()), ..RunFilter::default() };
        assert_eq!(places(missed.clone(), 1).await?, [3, 4]);
        assert_eq!(places(RunFilter { kind: Some("different".into()), ..missed.clone() }, 0).await?, [1, 4]);
        assert_eq!(places(RunFilter { needs_person: true, ..missed }, 0).await?, [1]);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn when_a_difference_is_put_right_the_figures_of_its_run_say_so() {
    on_both(async |world| {
        let mut write = world.store.begin().await?;
        let run = write.begin_reconcile_run(false, world.now()).await?;
        let figure =
            |standing: &str, count| RunFigure { kind: "different".into(), standing: standing.into(), count };
        let rows = [row("different", "missed", true), row("different", "missed", true)];
        let progress = RunProgress {
            needs_person: 2,
            found: 2,
            figures: vec![figure("missed", 2)],
            ..RunProgress::default()
        };
        write.keep_reconcile_rows(run, &rows, &progress, world.now()).await?;
        write.set_reconcile_standing(run, 1, "healed", false, "{}").await?;
        write.set_reconcile_standing(run, 777, "healed", false, "{}").await?;
        write.commit().await?;
        let known = world.store.reconcile_run(run).await?.expect("it began");
        assert_eq!((known.figures, known.needs_person), (vec![figure("missed", 1), figure("healed", 1)], 1));

        let mut write = world.store.begin().await?;
        write.set_reconcile_standing(run, 2, "waits", true, "{}").await?;
        write.commit().await?;
        let known = world.store.reconcile_run(run).await?.expect("it began");
        assert_eq!((known.figures, known.needs_person), (vec![figure("healed", 1), figure("waits", 1)], 1));
        let people = RunFilter { needs_person: true, ..RunFilter::default() };
        assert_eq!(world.store.reconcile_rows(run, &people, 0, 9).await?.len(), 1);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_newest_runs_keep_their_rows_and_of_too_many_the_first_are_kept() {
    on_both(async |world| {
        let mut runs = Vec::new();
        for _ in 0..5 {
            let mut write = world.store.begin().await?;
            let run = write.begin_reconcile_run(false, world.now()).await?;
            let progress = RunProgress { found: 1, ..RunProgress::default() };
            write
                .keep_reconcile_rows(run, &[row("different", "waits", true)], &progress, world.now())
                .await?;
            write.commit().await?;
            runs.push(run);
        }
        let known: Vec<(i64, i64)> =
            world.store.reconcile_runs(None, 10).await?.iter().map(|run| (run.id, run.kept)).collect();
        assert_eq!(known, [(runs[4], 1), (runs[3], 1), (runs[2], 1), (runs[1], 0), (runs[0], 0)]);
        let before: Vec<i64> =
            world.store.reconcile_runs(Some(runs[2]), 1).await?.iter().map(|run| run.id).collect();
        assert_eq!(before, [runs[1]]);
        assert_eq!(world.store.reconcile_rows(runs[0], &RunFilter::default(), 0, 10).await?, []);
        Ok(())
    })
    .await;
}
