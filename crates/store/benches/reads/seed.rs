//! Makes a large database quickly: rows in bulk, words of the search sorted before they are written.

use std::sync::Arc;

use domain::{
    Clock, Counterparty, DocumentKind, Field, Ids, Inquiry, InquiryPaper, LinkId, ManualClock, OneCRef,
    Reason, ReasonCode, Shown, Side, SignedDuration, Timestamp,
};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, QueryBuilder, Sqlite, SqliteConnection};
use store::{
    Conflict, Digest, DocumentRow, Happened, InquiryRow, InquiryState, Line, LineEnd, Message, NewTranscript,
    PaymentRow, PortalCompany, RunProgress, RunRow, Store, Subject,
};

/// Counterparties.
const LINKS: usize = 1_000_000;
/// Every tenth of them waits for a person.
const PARKED_EACH: usize = 10;
/// Every fiftieth waits for its turn.
const DUE_EACH: usize = 50;
/// Deals, as many documents, and as many payments.
const DEALS: i64 = 100_000;
/// Companies of the portal that do not travel.
const COMPANIES: i64 = 50_000;
/// Fields that both sides changed.
const CONFLICTS: usize = 5_000;
/// Differences of the last reconciliation.
const DIFFERENCES: usize = 100_000;
/// Rows of one statement: twelve parameters each stay below SQLite's 32766.
const TOGETHER: usize = 1_000;

/// An ИНН that one counterparty has.
pub(crate) const INN: &str = "7700500000";
/// A deal with documents and payments.
pub(crate) const DEAL: i64 = 50_000;

const FIRST: [&str; 40] = [
    "Строй",
    "Торг",
    "Пром",
    "Агро",
    "Авто",
    "Энерго",
    "Газ",
    "Нефте",
    "Транс",
    "Лес",
    "Метал",
    "Хим",
    "Тех",
    "Мед",
    "Фарм",
    "Урал",
    "Сибирь",
    "Волга",
    "Дон",
    "Балт",
    "Север",
    "Юг",
    "Восток",
    "Запад",
    "Центр",
    "Мир",
    "Свет",
    "Рос",
    "Гор",
    "Дом",
    "Сад",
    "Ромашка",
    "Василёк",
    "Берёза",
    "Каскад",
    "Вектор",
    "Альфа",
    "Омега",
    "Тензор",
    "Атлант",
];
const SECOND: [&str; 25] = [
    "Сервис",
    "Инвест",
    "Групп",
    "Комплект",
    "Монтаж",
    "Снаб",
    "Проект",
    "Ресурс",
    "Импорт",
    "Маркет",
    "Плюс",
    "Лайн",
    "Альянс",
    "Холдинг",
    "Профиль",
    "Гарант",
    "Партнёр",
    "Логистик",
    "Трейд",
    "Дизайн",
    "Механика",
    "Системы",
    "Приборы",
    "Насосы",
    "Кабель",
];
const SURNAMES: [&str; 50] = [
    "Иванов",
    "Смирнов",
    "Кузнецов",
    "Попов",
    "Васильев",
    "Петров",
    "Соколов",
    "Михайлов",
    "Новиков",
    "Фёдоров",
    "Морозов",
    "Волков",
    "Алексеев",
    "Лебедев",
    "Семёнов",
    "Егоров",
    "Павлов",
    "Козлов",
    "Степанов",
    "Николаев",
    "Орлов",
    "Андреев",
    "Макаров",
    "Никитин",
    "Захаров",
    "Зайцев",
    "Соловьёв",
    "Борисов",
    "Яковлев",
    "Григорьев",
    "Романов",
    "Воробьёв",
    "Сергеев",
    "Кузьмин",
    "Фролов",
    "Александров",
    "Дмитриев",
    "Королёв",
    "Гусев",
    "Киселёв",
    "Ильин",
    "Максимов",
    "Поляков",
    "Сорокин",
    "Виноградов",
    "Ковалёв",
    "Белов",
    "Медведев",
    "Антонов",
    "Тарасов",
];
const NAMES: [&str; 10] =
    ["Иван", "Пётр", "Сергей", "Алексей", "Дмитрий", "Андрей", "Михаил", "Николай", "Владимир", "Юрий"];
const FATHERS: [&str; 10] = [
    "Иванович",
    "Петрович",
    "Сергеевич",
    "Алексеевич",
    "Дмитриевич",
    "Андреевич",
    "Михайлович",
    "Николаевич",
    "Владимирович",
    "Юрьевич",
];
const CAUSES: [ReasonCode; 6] = [
    ReasonCode::Refused,
    ReasonCode::Refused,
    ReasonCode::Refused,
    ReasonCode::InvalidInn,
    ReasonCode::MissingInn,
    ReasonCode::DuplicateInOneC,
];

fn start() -> Timestamp {
    "2026-10-01T00:00:00Z".parse().expect("a moment")
}

/// After everything.
pub(crate) fn end() -> Timestamp {
    start() + SignedDuration::from_hours(24 * 40)
}

/// When about half of everything had happened.
pub(crate) fn middle() -> Timestamp {
    start() + SignedDuration::from_millis(i64::try_from(LINKS).expect("small") * STEP_MILLIS / 2)
}

/// Between two counterparties.
const STEP_MILLIS: i64 = 3_000;

/// The link whose history is long.
pub(crate) async fn busiest_link(store: &Store) -> LinkId {
    let onec_ref = guid(0);
    store.link_by_ref(onec_ref).await.expect("the database works").expect("it was seeded").id
}

fn guid(number: usize) -> OneCRef {
    OneCRef::parse(&format!("6f9619ff-8b86-d011-b42d-{number:012x}")).expect("a GUID")
}

/// What the other kinds are called by.
fn paper_guid(kind: &str, number: i64) -> OneCRef {
    OneCRef::parse(&format!("{kind}9619ff-8b86-d011-b42d-{number:012x}")).expect("a GUID")
}

/// Makes the database at `sqlite://…`, which must not exist.
pub(crate) async fn fill(url: &str) {
    let clock = Arc::new(ManualClock::at(start()));
    let ids = Ids::new(Arc::clone(&clock) as Arc<dyn Clock>, 1);
    let store = Store::open(url).await.expect("a new file");
    let links = counterparties(url, &clock, &ids).await;
    eprintln!("{LINKS} links");
    history(&store, links[0]).await;
    companies(&store).await;
    conflicts(&store, &links).await;
    papers(&store).await;
    activity(&store).await;
    run(&store, &links).await;
    store.close().await;
    eprintln!(
        "{DEALS} deals with papers, {COMPANIES} companies, {CONFLICTS} conflicts, {DIFFERENCES} differences"
    );
}

/// A full legal entity or entrepreneur.
fn snapshot(number: usize) -> Counterparty {
    let name = if number % 5 < 3 {
        let (first, second) = (FIRST[number % FIRST.len()], SECOND[number / FIRST.len() % SECOND.len()]);
        format!("ООО «{first}{second} {}»", number / 1000)
    } else {
        let surname = SURNAMES[number / 3 % SURNAMES.len()];
        let (name, father) = (NAMES[number / 150 % NAMES.len()], FATHERS[number / 1500 % FATHERS.len()]);
        format!("ИП {surname} {name} {father}")
    };
    Counterparty {
        full_name: Some(name.clone()),
        name: Some(name),
        inn: Some(format!("{}", 7_700_000_000_usize + number)),
        kpp: Some("770401001".into()),
        ogrn: Some("1027700229193".into()),
        legal_address: Some(format!("119021, г. Москва, ул. Льва Толстого, д. {number}")),
        actual_address: Some(format!("101000, г. Москва, ул. Мясницкая, д. {number}")),
        director: Some("Иванов Иван Иванович".into()),
        phones: Some(vec![format!("+7 495 {:03}-{:02}-11", number / 100 % 1000, number % 100)]),
        emails: Some(vec![format!("info{number}@example.ru")]),
        ..Counterparty::default()
    }
}

/// The words as the search keeps them; these names have nothing that needs more.
fn words(name: &str, number: usize) -> String {
    let mut words: Vec<String> = name
        .to_lowercase()
        .replace('ё', "е")
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !matches!(*word, "" | "ооо" | "ип"))
        .map(str::to_owned)
        .collect();
    words.extend([format!("{}", 7_700_000_000_usize + number), format!("{number:09}"), format!("{number}")]);
    words.sort();
    words.dedup();
    serde_json::to_string(&words).expect("words have a JSON")
}

async fn counterparties(url: &str, clock: &ManualClock, ids: &Ids) -> Vec<LinkId> {
    let options: SqliteConnectOptions = url.parse().expect("the address of a file");
    let mut database = options.connect().await.expect("the file is there");
    // What is lost in a crash is made again. Words are written at the end, in their order.
    let trigger = definition(&mut database, "search_entry_in").await;
    execute(&mut database, "pragma synchronous = off").await;
    execute(&mut database, "pragma cache_size = -500000").await;
    execute(&mut database, "drop trigger search_entry_in").await;
    let mut links = Vec::with_capacity(LINKS);
    for first in (0..LINKS).step_by(TOGETHER) {
        execute(&mut database, "begin").await;
        let mut rows = Vec::with_capacity(TOGETHER);
        for number in first..(first + TOGETHER).min(LINKS) {
            clock.advance(SignedDuration::from_millis(STEP_MILLIS));
            let (id, delivery) = (ids.link(), ids.delivery());
            links.push(id);
            rows.push(LinkSeed {
                number,
                id: id.to_string(),
                delivery: delivery.to_string(),
                at: clock.now(),
            });
        }
        put(&mut database, &rows).await;
        execute(&mut database, "commit").await;
    }
    execute(
        &mut database,
        "insert into search_word (kind, word, key)
         select e.kind, j.value, e.key from search_entry e, json_each(e.words) j order by 1, 2, 3",
    )
    .await;
    execute(&mut database, &trigger).await;
    execute(
        &mut database,
        "insert into counter (name, value)
         select 'links', count(*) from link
          union all select 'linked', count(*) from link where company_id is not null
          union all select 'settled/bitrix/created', count(*) from delivery where state = 'settled'",
    )
    .await;
    execute(&mut database, "pragma wal_checkpoint(truncate)").await;
    database.close().await.expect("nobody else writes");
    links
}

struct LinkSeed {
    number: usize,
    id: String,
    delivery: String,
    at: Timestamp,
}

async fn put(database: &mut SqliteConnection, rows: &[LinkSeed]) {
    let mut link = QueryBuilder::<Sqlite>::new(
        "insert into link (id, title, onec_ref, onec_code, onec_print, company_id, requisite_id, onec, bitrix, base,
                           remarks, remark_count) ",
    );
    link.push_values(rows, |mut row, seed| {
        let snapshot = snapshot(seed.number);
        let is_parked = seed.number % PARKED_EACH == 0;
        let shown = Shown { snapshot: snapshot.clone(), changed_at: None, seen_at: seed.at };
        let shown = serde_json::to_string(&shown).expect("a snapshot has a JSON");
        let company = (!is_parked).then(|| i64::try_from(seed.number).expect("small") + 1);
        let is_noted = seed.number % 200 == 1;
        row.push_bind(&seed.id)
            .push_bind(snapshot.name.clone())
            .push_bind(guid(seed.number).to_string())
            .push_bind(format!("{:09}", seed.number))
            .push_bind(format!("print {}", seed.number))
            .push_bind(company)
            .push_bind(company)
            .push_bind(shown.clone())
            .push_bind((!is_parked).then_some(shown))
            .push_bind(serde_json::to_string(&snapshot).expect("a snapshot has a JSON"))
            .push_bind(if is_noted {
                r#"[{"field":"emails","text":"адрес не принят"}]"#
            } else {
                "[]"
            })
            .push_bind(i64::from(is_noted));
    });
    link.build().execute(&mut *database).await.expect("the database works");

    let mut entry = QueryBuilder::<Sqlite>::new("insert into search_entry (kind, key, title, hint, words) ");
    entry.push_values(rows, |mut row, seed| {
        let name = snapshot(seed.number).name.unwrap_or_default();
        row.push_bind("link")
            .push_bind(&seed.id)
            .push_bind(name.clone())
            .push_bind(format!("ИНН {}, код {:09}", 7_700_000_000_usize + seed.number, seed.number))
            .push_bind(words(&name, seed.number));
    });
    entry.build().execute(&mut *database).await.expect("the database works");

    let mut change =
        QueryBuilder::<Sqlite>::new("insert into change (link_id, side, source, seen_at, snapshot, note) ");
    change.push_values(rows, |mut row, seed| {
        let snapshot = Counterparty { name: snapshot(seed.number).name, ..Counterparty::default() };
        row.push_bind(&seed.id)
            .push_bind("onec")
            .push_bind("push")
            .push_bind(seed.at.as_microsecond())
            .push_bind(serde_json::to_string(&snapshot).expect("a snapshot has a JSON"))
            .push_bind("");
    });
    change.build().execute(&mut *database).await.expect("the database works");

    let mut delivery = QueryBuilder::<Sqlite>::new(
        "insert into delivery (id, link_id, side, state, at, version, fence, attempts, reason_code, reason_text,
                               outcome) ",
    );
    delivery.push_values(rows, |mut row, seed| {
        let state = match seed.number {
            number if number % PARKED_EACH == 0 => "parked",
            number if number % DUE_EACH == 1 => "due",
            _ => "settled",
        };
        let cause = CAUSES[seed.number / PARKED_EACH % CAUSES.len()];
        row.push_bind(&seed.delivery)
            .push_bind(&seed.id)
            .push_bind(Side::Bitrix.as_str())
            .push_bind(state)
            .push_bind(seed.at.as_microsecond())
            .push_bind(1_i64)
            .push_bind(0_i64)
            .push_bind(0_i64)
            .push_bind((state == "parked").then(|| cause.as_str()))
            .push_bind((state == "parked").then_some("Битрикс24 отказал: исправьте карточку в 1С."))
            .push_bind((state == "settled").then_some("created"));
    });
    delivery.build().execute(database).await.expect("the database works");
}

async fn execute(database: &mut SqliteConnection, sql: &str) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(database).await.expect("the database works");
}

async fn definition(database: &mut SqliteConnection, name: &str) -> String {
    let (sql,): (String,) = sqlx::query_as("select sql from sqlite_master where name = $1")
        .bind(name)
        .fetch_one(database)
        .await
        .expect("the schema has it");
    sql
}

/// Two thousand entries of every kind in the history of one link.
async fn history(store: &Store, link: LinkId) {
    let clock = Arc::new(ManualClock::at(start()));
    let ids = Ids::new(Arc::clone(&clock) as Arc<dyn Clock>, 2);
    let mut write = store.begin().await.expect("the database works");
    let mut known = write.link(link).await.expect("the database works").expect("it was seeded");
    known.company_id = Some(9_000_000);
    write.save_link(&known).await.expect("the database works");
    for number in 0..500 {
        clock.advance(SignedDuration::from_mins(1));
        let now = clock.now();
        let snapshot = Counterparty { kpp: Some(format!("{number}")), ..snapshot(0) };
        let change = store::NewChange {
            link,
            side: if number % 2 == 0 { Side::OneC } else { Side::Bitrix },
            source: "push",
            changed_at: None,
            seen_at: now,
            snapshot: &snapshot,
            note: "",
        };
        write.record(&change).await.expect("the database works");
        write.offer(&ids, link, Side::OneC, now).await.expect("the database works");
        write.drop_delivery(link, Side::OneC, "заменена", now).await.expect("the database works");
        let topic = format!("topic {number}");
        write.tell(&topic, 9_000_000, &Message::default(), now).await.expect("the database works");
        let said = NewTranscript {
            side: Side::Bitrix,
            link: Some(link),
            deal: None,
            delivery: None,
            at: now,
            took: None,
            lines: vec![Line {
                method: "crm.company.get".into(),
                asked: "{}".into(),
                end: LineEnd::Done,
                answered: String::new(),
            }],
        };
        write.keep_transcripts(&[said], i64::MAX).await.expect("the database works");
    }
    write.commit().await.expect("the database works");
}

async fn companies(store: &Store) {
    let mut write = store.begin().await.expect("the database works");
    let waiting: Vec<PortalCompany> = (0..COMPANIES)
        .map(|number| {
            let code = [ReasonCode::MissingInn, ReasonCode::NoDeal, ReasonCode::DuplicateInPortal]
                [usize::try_from(number % 3).expect("small")];
            let at = start() + SignedDuration::from_mins(number);
            PortalCompany {
                company_id: 5_000_000 + number,
                title: format!(
                    "Компания {} {number}",
                    SECOND[usize::try_from(number).expect("small") % SECOND.len()]
                ),
                responsible_id: Some(1),
                created_by: Some(1),
                modified_by: Some(1),
                has_deal: number % 2 == 0,
                fingerprint: "f".into(),
                waits: Some(Reason::new(code, "что делать")),
                waits_inn: None,
                waits_since: Some(at),
                seen_at: at,
            }
        })
        .collect();
    write.put_portal_companies(&waiting).await.expect("the database works");
    write.commit().await.expect("the database works");
}

async fn conflicts(store: &Store, links: &[LinkId]) {
    let mut write = store.begin().await.expect("the database works");
    for (link, minute) in links.iter().skip(1).step_by(7).take(CONFLICTS).zip(0..) {
        let conflict = Conflict {
            link: *link,
            field: Field::Kpp,
            base: Some("770401001".into()),
            onec: Some("770402001".into()),
            bitrix: Some("770403001".into()),
            onec_changed_at: None,
            bitrix_changed_at: None,
            bitrix_changed_by: Some(1),
            since: start() + SignedDuration::from_mins(minute),
        };
        write.set_conflicts(*link, &[conflict]).await.expect("the database works");
    }
    write.commit().await.expect("the database works");
}

async fn papers(store: &Store) {
    for first in (1..=DEALS).step_by(10_000) {
        let mut write = store.begin().await.expect("the database works");
        for deal in first..first + 10_000 {
            write.put_inquiry(&inquiry(deal)).await.expect("the database works");
            write.put_document(&document(deal)).await.expect("the database works");
            write.put_payment(&payment(deal)).await.expect("the database works");
            if deal % 100 == 0 {
                write.want_face(deal, start()).await.expect("the database works");
            }
        }
        write.commit().await.expect("the database works");
    }
}

fn inquiry(deal: i64) -> InquiryRow {
    let at = start() + SignedDuration::from_secs(deal * 30);
    let reason = Reason::new(ReasonCode::RejectedByOneC, "1С отклонила: исправьте сделку.");
    let client = Reason::new(ReasonCode::ClientWaits, "Клиент ещё не передан в 1С.");
    InquiryRow {
        title: format!(
            "{} для {}",
            ["Насосы", "Трубы", "Кабель", "Краны"][usize::try_from(deal % 4).expect("small")],
            deal
        ),
        company_id: Some(deal * 7 + 1),
        responsible_id: Some(1),
        snapshot: Some(Inquiry {
            title: "Насосы".into(),
            stage: "В работе".into(),
            currency: "RUB".into(),
            ..Inquiry::default()
        }),
        is_closed: deal % 3 == 0,
        onec_ref: (deal % 50 > 3).then(|| paper_guid("1f", deal)),
        paper: Some(InquiryPaper { number: format!("ЗПР-{deal:06}"), ..InquiryPaper::default() }),
        state: match deal % 50 {
            1 => InquiryState::Waits(client),
            2 => InquiryState::Rejected(reason),
            3 => InquiryState::Due { since: at },
            _ => InquiryState::Still,
        },
        ..InquiryRow::new(deal, at)
    }
}

fn document(deal: i64) -> DocumentRow {
    DocumentRow {
        onec_ref: paper_guid("2f", deal),
        kind: [DocumentKind::Quotation, DocumentKind::Contract, DocumentKind::Invoice]
            [usize::try_from(deal % 3).expect("small")],
        inquiry_ref: Some(paper_guid("1f", deal)),
        told_deal: None,
        deal_id: None,
        number: format!("СЧ00-{deal:06}"),
        date: Some("2026-11-23".parse().expect("a day")),
        amount: Some("120000".parse().expect("an amount")),
        currency: "RUB".into(),
        file_name: "Счёт.pdf".into(),
        content: (deal % 40 > 0).then(|| (Digest::of(b"%PDF"), 4)),
        is_deleted: false,
        changed_at: None,
        seen_at: start() + SignedDuration::from_secs(deal * 30),
        placed: None,
    }
}

fn payment(deal: i64) -> PaymentRow {
    PaymentRow {
        onec_ref: paper_guid("3f", deal),
        inquiry_ref: Some(paper_guid("1f", deal)),
        told_deal: None,
        deal_id: None,
        number: format!("ПП-{deal:06}"),
        date: Some("2026-11-23".parse().expect("a day")),
        amount: "15000".parse().expect("an amount"),
        currency: "RUB".into(),
        is_cancelled: deal % 30 == 0,
        is_left_out: false,
        changed_at: None,
        seen_at: start() + SignedDuration::from_secs(deal * 30),
    }
}

/// Every hour of forty days has everything that may happen.
async fn activity(store: &Store) {
    let mut write = store.begin().await.expect("the database works");
    for hour in 0..24 * 40 {
        let at = start() + SignedDuration::from_hours(hour);
        for subject in Subject::ALL {
            for side in [Side::OneC, Side::Bitrix] {
                for happened in Happened::ALL {
                    write.happened(subject, side, happened, at);
                }
            }
        }
    }
    write.commit().await.expect("the database works");
}

async fn run(store: &Store, links: &[LinkId]) {
    let mut write = store.begin().await.expect("the database works");
    let run = write.begin_reconcile_run(true, start()).await.expect("the database works");
    let rows: Vec<RunRow> = links
        .iter()
        .step_by(PARKED_EACH)
        .take(DIFFERENCES)
        .zip(0_usize..)
        .map(|(link, number)| RunRow {
            position: 0,
            kind: if number % 100 == 0 { "missing-in-bitrix24" } else { "different" }.into(),
            standing: "waits".into(),
            needs_person: true,
            link: Some(*link),
            title: format!("ООО «Ромашка {number}»"),
            body: format!(r#"{{"text":"{}"}}"#, "что делать ".repeat(40)),
        })
        .collect();
    let progress = RunProgress { has_ended: true, ..RunProgress::default() };
    write.keep_reconcile_rows(run, &rows, &progress, end()).await.expect("the database works");
    write.commit().await.expect("the database works");
}
