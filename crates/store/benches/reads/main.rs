//! What pages read, beside 1,000,000 links and 100,000 parked records: `cargo bench -p store`. The numbers of
//! docs/performance.md come from here.
//!
//! `cargo bench -p store -- seed sqlite:///path/to/file.db` only makes such a database and leaves it there, for other
//! benchmarks and for looking at pages; with `PAROM_BENCH_URL=sqlite:///path/to/file.db` it is measured instead of a new one.

mod seed;

use std::future::Future;
use std::sync::OnceLock;

use divan::Bencher;
use domain::{DocumentKind, LinkId, ReasonCode, Side, Timestamp};
use jiff::tz::TimeZone;
use store::{DocumentShelf, HeldFilter, HeldKind, InquiryShelf, PaymentShelf, RunFilter, Store, StoreError};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// A page of a list.
const PAGE: usize = 50;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "seed") {
        let url = arguments.get(at + 1).expect("seed sqlite:///path/to/file.db");
        return runtime().block_on(seed::fill(url));
    }
    divan::main();
    if let Some(World { runtime, store, .. }) = WORLD.get() {
        runtime.block_on(store.close());
    }
    if let Some(folder) = FOLDER.get() {
        std::fs::remove_dir_all(folder.path()).expect("nobody has it open");
    }
}

/// The database that is measured.
struct World {
    runtime: Runtime,
    store: Store,
    /// A link with a long history.
    link: LinkId,
    /// A moment after everything that was seeded.
    now: Timestamp,
    /// A run of the reconciliation.
    run: i64,
    /// A deal with documents and payments.
    deal: i64,
}

static WORLD: OnceLock<World> = OnceLock::new();
/// Where it is, if it was made for this run.
static FOLDER: OnceLock<TempDir> = OnceLock::new();

fn runtime() -> Runtime {
    Runtime::new().expect("a runtime")
}

fn world() -> &'static World {
    WORLD.get_or_init(|| {
        let runtime = runtime();
        let url = std::env::var("PAROM_BENCH_URL").unwrap_or_else(|_| {
            let folder = FOLDER.get_or_init(|| tempfile::tempdir().expect("a temporary folder"));
            let url = format!("sqlite://{}", folder.path().join("parom.db").display());
            runtime.block_on(seed::fill(&url));
            url
        });
        let (store, link, run) = runtime.block_on(async {
            let store = Store::open(&url).await.expect("what was seeded opens");
            let link = seed::busiest_link(&store).await;
            let runs = store.reconcile_runs(None, 1).await.expect("the database works");
            (store, link, runs.first().expect("it was seeded").id)
        });
        World { runtime, store, link, now: seed::end(), run, deal: seed::DEAL }
    })
}

fn read<F, T>(bencher: Bencher<'_, '_>, read: impl Fn(&'static World) -> F + Sync)
where
    F: Future<Output = Result<T, StoreError>>,
{
    let world = world();
    bencher.bench_local(|| world.runtime.block_on(read(world)).expect("the database works"));
}

macro_rules! reads {
    ($($name:ident: |$world:ident| $read:expr;)*) => {
        $(
            #[divan::bench(sample_count = 100, sample_size = 1)]
            fn $name(bencher: Bencher<'_, '_>) {
                read(bencher, |$world: &'static World| async move { $read.await });
            }
        )*
    };
}

reads! {
    figures: |world| world.store.tallies();
    figures_of_status: |world| world.store.summary();
    queues: |world| world.store.queues();
    activity_of_30_days: |world| async { world.store.activity(world.now, 30, &TimeZone::UTC).await };
    parked_groups: |world| world.store.held_groups();
    parked_page_first: |world| async { world.store.held(&refused(), None, PAGE).await };
    parked_page_deep: |world| async {
        let middle = HeldFilter { until: Some(seed::middle()), ..refused() };
        world.store.held(&middle, None, PAGE).await
    };
    parked_page_with_a_rare_word: |world| async { world.store.held(&of_word("Кузнецов Пётр"), None, PAGE).await };
    parked_page_with_a_common_word: |world| async { world.store.held(&of_word("Строй"), None, PAGE).await };
    parked_page_with_an_inn: |world| async { world.store.held(&of_word("7700"), None, PAGE).await };
    parked_count_since: |world| async {
        let since = HeldFilter { since: Some(seed::middle()), ..refused() };
        world.store.held_count(&since).await
    };
    search_inn: |world| world.store.search(seed::INN);
    search_inn_beginning: |world| world.store.search("7700");
    search_code: |world| world.store.search("000123456");
    search_common_word: |world| world.store.search("строй");
    search_one_letter: |world| world.store.search("с");
    search_person: |world| world.store.search("Кузнецов Пётр Сергеевич");
    search_words_of_many_without_a_hit: |world| world.store.search("Строй Кузнецов Торг");
    search_number_of_document: |world| world.store.search("СЧ00-050000");
    search_nothing: |world| world.store.search("абракадабра");
    record_of_a_counterparty: |world| world.store.link_record(world.link);
    history_of_a_counterparty: |world| world.store.link_history(world.link, None, PAGE);
    record_of_a_deal: |world| world.store.deal_record(world.deal);
    inquiries_all: |world| world.store.inquiries_list(InquiryShelf::All, "", None, PAGE);
    inquiries_open: |world| world.store.inquiries_list(InquiryShelf::Open, "", None, PAGE);
    inquiries_under_way: |world| world.store.inquiries_list(InquiryShelf::UnderWay, "", None, PAGE);
    inquiries_rejected: |world| world.store.inquiries_list(InquiryShelf::Rejected, "", None, PAGE);
    inquiries_with_a_common_word: |world| world.store.inquiries_list(InquiryShelf::All, "насосы", None, PAGE);
    inquiries_with_a_rare_word: |world| world.store.inquiries_list(InquiryShelf::All, "ЗПР-050000", None, PAGE);
    documents_all: |world| world.store.documents_list(DocumentShelf::All, "", None, PAGE);
    documents_of_a_kind: |world| {
        world.store.documents_list(DocumentShelf::Kind(DocumentKind::Contract), "", None, PAGE)
    };
    documents_waiting: |world| world.store.documents_list(DocumentShelf::Waiting, "", None, PAGE);
    payments_all: |world| world.store.payments_list(PaymentShelf::All, "", None, PAGE);
    payments_unplaced: |world| world.store.payments_list(PaymentShelf::Unplaced, "", None, PAGE);
    conflicts_page: |world| async {
        world.store.held(&HeldFilter::group(HeldKind::Conflict, ReasonCode::Conflict), None, PAGE).await
    };
    companies_page: |world| async {
        world.store.held(&HeldFilter::group(HeldKind::Company, ReasonCode::MissingInn), None, PAGE).await
    };
    runs: |world| world.store.reconcile_runs(None, PAGE);
    rows_of_a_run: |world| async { world.store.reconcile_rows(world.run, &RunFilter::default(), 50_000, PAGE).await };
    rows_of_a_run_of_a_kind: |world| async {
        let filter = RunFilter {
            kind: Some("missing-in-bitrix24".into()),
            standing: Some("waits".into()),
            needs_person: false,
        };
        world.store.reconcile_rows(world.run, &filter, 0, PAGE).await
    };
    pulse: |world| world.store.pulse();
    next_due: |world| world.store.next_due(Side::Bitrix);
}

fn refused() -> HeldFilter {
    HeldFilter::group(HeldKind::ToBitrix, ReasonCode::Refused)
}

fn of_word(text: &str) -> HeldFilter {
    HeldFilter { text: text.to_owned(), ..refused() }
}
