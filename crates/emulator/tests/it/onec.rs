//! The emulated 1C: what it keeps, what it makes, and how it speaks to a Parom.

mod adapter;
mod deals;
mod documents;
mod feed;
mod inquiries;
mod parom;
mod payments;
mod way_back;

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::requisites::{Account, Bik, Inn, Kpp, Ogrn, Ogrnip};
use domain::{ManualClock, Timestamp};
use emulator::onec::{
    CHUNK_MAX, Connection, ContactKind, Dates, Element, FileFormat, Format, Item, LegalStatus, OGRN, OGRNIP,
    OneC, PushError, Settings, Status,
};

use parom::{Mood, Parom};

fn clock() -> Arc<ManualClock> {
    let at: Timestamp = "2026-11-23T17:48:00Z".parse().expect("a moment");
    Arc::new(ManualClock::at(at))
}

fn generated(count: u64) -> OneC {
    OneC::generated(count, 7, clock())
}

fn with(change: impl FnOnce(&mut Settings)) -> Settings {
    let mut settings = Settings::default();
    change(&mut settings);
    settings
}

fn connect(parom: &Parom, settings: Settings) -> Connection {
    // A second test of this process finds the provider in place.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Connection::new(&parom.url(), "1c", "пароль", settings)
}

#[test]
fn every_generated_number_has_right_check_digits() {
    for element in generated(3000).elements() {
        let inn = Inn::parse(&element.inn).expect("a right ИНН");
        match element.legal_status {
            LegalStatus::Organisation => {
                assert!(inn.is_of_organisation());
                Kpp::parse(&element.kpp).expect("a right КПП");
                Ogrn::parse(element.property(OGRN)).expect("a right ОГРН");
            }
            LegalStatus::Person => {
                assert!(!inn.is_of_organisation());
                Ogrnip::parse(element.property(OGRNIP)).expect("a right ОГРНИП");
            }
        }
        for account in &element.accounts {
            let bik = Bik::parse(&account.bik).expect("a right БИК");
            let check = Account::parse(&account.number).expect("a right account").check(&bik);
            assert!(check.may_travel(), "{} does not fit {}", account.number, account.bik);
        }
    }
}

#[test]
fn no_two_generated_counterparties_share_an_inn_or_a_guid() {
    let (mut numbers, mut references) = (BTreeSet::new(), BTreeSet::new());
    for element in generated(20_000).elements() {
        assert!(numbers.insert(element.inn.clone()), "{} twice", element.inn);
        assert!(references.insert(element.reference));
    }
}

#[test]
fn the_same_seed_makes_the_same_office_and_another_seed_another_one() {
    let of_seed = |seed| OneC::generated(200, seed, clock()).elements().collect::<Vec<Element>>();

    assert_eq!(of_seed(7), of_seed(7));
    assert_ne!(of_seed(7), of_seed(8));
}

#[test]
fn the_last_of_four_million_counterparties_is_made_without_the_others() {
    let onec = generated(4_000_000);
    let last = emulator::onec::Generator::new(4_000_000, 7).element(3_999_999);

    assert_eq!(onec.find(last.reference), Some(last));
}

#[test]
fn real_entities_are_right_and_their_neighbours_are_trouble() {
    let onec = OneC::with_real_entities(clock());
    let all: Vec<Element> = onec.elements().collect();
    let inn = |element: &&Element| Inn::parse(&element.inn).is_ok();

    assert_eq!(all.len(), 29);
    assert_eq!(all.iter().take(22).filter(inn).count(), 22);
    assert_eq!(all.iter().skip(22).filter(inn).count(), 4);
    assert_eq!(all.iter().filter(|element| element.inn == all[0].inn).count(), 2);
    assert_eq!(all.iter().filter(|element| element.deletion_mark).count(), 1);
    assert_eq!(all.iter().filter(|element| element.non_resident && element.inn.is_empty()).count(), 1);
}

#[tokio::test]
async fn folders_stay_at_home() {
    let parom = Parom::open(Mood::Friendly).await;
    let mut onec = OneC::with_real_entities(clock());
    let folders: Vec<String> = onec
        .items()
        .iter()
        .filter_map(|item| match item {
            Item::Folder(folder) => Some(folder.reference.to_string()),
            Item::Element(_) => None,
        })
        .collect();

    let report = onec.push_all(&connect(&parom, Settings::default())).await.expect("taken");

    assert_eq!(folders.len(), 2);
    assert_eq!(report.sent, 29);
    let known = parom.known();
    assert_eq!(known.len(), 29);
    assert!(folders.iter().all(|folder| !known.contains_key(folder)));
}

#[tokio::test]
async fn json_and_xml_tell_the_same() {
    let mut told = Vec::new();
    for format in [Format::Json, Format::Xml] {
        let parom = Parom::open(Mood::Friendly).await;
        let to = connect(&parom, with(|settings| settings.format = format));
        generated(300).push_all(&to).await.expect("taken");
        OneC::with_real_entities(clock()).push_all(&to).await.expect("taken");
        told.push(parom.known());
    }

    assert_eq!(told[0].len(), 329);
    assert_eq!(told[0], told[1]);
}

#[tokio::test]
async fn no_call_carries_more_records_than_the_contract_takes() {
    let parom = Parom::open(Mood::Friendly).await;
    let to = connect(&parom, with(|settings| settings.chunk = 5000));

    let report = generated(2300).push_all(&to).await.expect("taken");

    assert_eq!(parom.chunks(), [CHUNK_MAX, CHUNK_MAX, 300]);
    assert_eq!((report.sent, report.accepted, report.requests), (2300, 2300, 3));
}

#[tokio::test]
async fn a_second_push_of_the_same_records_changes_nothing() {
    let parom = Parom::open(Mood::Friendly).await;
    let to = connect(&parom, Settings::default());
    let mut onec = generated(700);
    onec.push_all(&to).await.expect("taken");

    let second = onec.push_all(&to).await.expect("taken");

    assert_eq!((second.accepted, second.unchanged), (0, 700));
}

#[tokio::test]
async fn a_chunk_that_is_sent_twice_is_noticed_when_it_is_taken_twice() {
    let twice = || with(|settings| settings.send_twice = true);
    let faithful = Parom::open(Mood::Friendly).await;
    let forgetful = Parom::open(Mood::Forgetful).await;

    let good = generated(30).push_all(&connect(&faithful, twice())).await.expect("taken");
    let bad = generated(30).push_all(&connect(&forgetful, twice())).await.expect("taken");

    assert_eq!((good.requests, good.sent, good.taken_twice), (2, 30, 0));
    assert_eq!(bad.taken_twice, 30);
}

#[tokio::test]
async fn a_connection_cut_after_the_work_is_answered_by_the_same_bytes_again() {
    let parom = Parom::open(Mood::CutsFirst(2)).await;
    let to = connect(&parom, Settings::default());

    let report = generated(40).push_all(&to).await.expect("taken at last");

    assert_eq!(report.requests, 3);
    assert_eq!((report.accepted, report.unchanged), (0, 40));
    let bodies = parom.bodies();
    assert!(bodies.iter().all(|body| *body == bodies[0]));
}

#[tokio::test]
async fn an_answer_lost_on_the_way_is_asked_for_again() {
    let parom = Parom::open(Mood::Friendly).await;
    let to = connect(
        &parom,
        with(|settings| {
            settings.chunk = 10;
            settings.lose_every = 3;
        }),
    );

    let report = generated(100).push_all(&to).await.expect("taken");

    assert_eq!(report.sent, 100);
    assert_eq!(report.requests, 14);
    assert_eq!(parom.known().len(), 100);
}

#[tokio::test]
async fn a_wrong_password_is_not_tried_again() {
    let parom = Parom::open(Mood::Refuses).await;
    for old_platform in [false, true] {
        let to = connect(&parom, with(|settings| settings.old_platform = old_platform));

        let error = generated(1).push_all(&to).await.expect_err("refused");

        let PushError::Refused(problem) = error else { panic!("{error}") };
        assert_eq!((problem.status, problem.title.as_str()), (401, "Неверный логин или пароль"));
    }
    assert_eq!(parom.bodies().len(), 2);
}

#[tokio::test]
async fn a_busy_parom_is_asked_again_until_patience_ends() {
    let parom = Parom::open(Mood::Busy).await;
    let to = connect(&parom, Settings::default());

    let error = generated(1).push_all(&to).await.expect_err("never answered");

    let PushError::Unreachable { attempts, .. } = error else { panic!("{error}") };
    assert_eq!(parom.bodies().len(), usize::try_from(attempts).expect("few"));
}

#[tokio::test]
async fn an_old_platform_begins_with_a_byte_order_mark_and_says_who_it_is() {
    let parom = Parom::open(Mood::Friendly).await;
    let to = connect(
        &parom,
        with(|settings| {
            settings.format = Format::Xml;
            settings.old_platform = true;
            settings.byte_order_mark = true;
        }),
    );

    let report = generated(5).push_all(&to).await.expect("taken");

    assert_eq!(report.accepted, 5);
    assert!(parom.bodies()[0].starts_with('\u{feff}'));
    assert!(parom.heads()[0].to_lowercase().contains("x-parom-platform: 8.2"));
}

#[tokio::test]
async fn only_edited_records_go_with_the_next_exchange_and_only_once() {
    let parom = Parom::open(Mood::Friendly).await;
    let to = connect(&parom, Settings::default());
    let mut onec = generated(50);
    onec.push_all(&to).await.expect("taken");
    let target = onec.elements().nth(17).expect("fifty of them").reference;

    assert!(onec.edit(target, |element| {
        element.contacts.insert(ContactKind::Phone, "+7 495 000-00-00".into());
    }));
    let first = onec.push_changed(&to).await.expect("taken");
    let second = onec.push_changed(&to).await.expect("nothing to do");

    assert_eq!((first.sent, first.accepted), (1, 1));
    assert_eq!((second.sent, second.requests), (0, 0));
    assert_eq!(onec.answers()[&target].status, Status::Accepted);
    let known = &parom.known()[&target.to_string()];
    assert_eq!(known["phones"][0], "+7 495 000-00-00");
    assert_eq!(known["changed_at"], "2026-11-23T20:48:00");
}

#[tokio::test]
async fn dates_carry_an_offset_when_they_are_told_to() {
    let parom = Parom::open(Mood::Friendly).await;
    let to = connect(&parom, with(|settings| settings.dates = Dates::WithOffset));
    let mut onec = generated(1);
    let target = onec.elements().next().expect("one").reference;
    onec.edit(target, |element| element.deletion_mark = true);

    onec.push_changed(&to).await.expect("taken");

    assert_eq!(parom.known()[&target.to_string()]["changed_at"], "2026-11-23T20:48:00+03:00");
}

#[tokio::test]
async fn rejected_records_are_kept_with_what_parom_said() {
    let parom = Parom::open(Mood::RejectsWithoutInn).await;
    let mut onec = OneC::with_real_entities(clock());

    let report = onec.push_all(&connect(&parom, Settings::default())).await.expect("taken");

    assert_eq!((report.accepted, report.rejected.len()), (27, 2));
    let reference = report.rejected[0].reference;
    assert_eq!(onec.answers()[&reference].message, "нет ИНН");
}

#[test]
fn the_three_files_hold_every_counterparty() {
    let folder = std::env::temp_dir().join(format!("parom-emulator-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let onec = OneC::with_real_entities(clock());
    let written = |name: &str, format| {
        let path = folder.join(name);
        onec.write_file(&path, format).expect("written");
        std::fs::read_to_string(path).expect("UTF-8")
    };

    let lines = written("all.jsonl", FileFormat::Jsonl);
    let xml = written("all.xml", FileFormat::Xml);
    let table = written("all.csv", FileFormat::Csv);
    std::fs::remove_dir_all(&folder).expect("nobody else's folder");

    let json: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).expect("a record")).collect();
    assert_eq!(json.len(), 29);
    assert_eq!(parom::records_of_xml(&xml), json);
    let mut table = csv::Reader::from_reader(table.as_bytes());
    let rows: Vec<csv::StringRecord> = table.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), 29);
    assert!(rows.iter().zip(&json).all(|(row, record)| row[0] == record["ref"] && row[5] == record["inn"]));
}
