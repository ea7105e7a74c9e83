//! What Parom wants in 1C: how the emulated 1C takes it, and what it answers.

use std::sync::Arc;

use domain::{ManualClock, SignedDuration};
use emulator::onec::{
    Account, COMPANY_ID, Connection, ContactKind, Counters, Crash, Element, Format, Habits, LegalStatus,
    OGRN, OneC, PushError, Settings, What,
};
use serde_json::json;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::feed::offered;
use super::parom::{Mood, Parom};
use super::{clock, connect, with};

const PROPOSED: Uuid = Uuid::from_u128(0x6f96_19ff_8b86_d011_b42d_00cf_4fc9_64ff);
const INN: &str = "7736207543";

async fn friendly() -> (Parom, Connection) {
    let parom = Parom::open(Mood::Friendly).await;
    let to = connect(&parom, Settings::default());
    (parom, to)
}

fn create() -> (&'static str, Uuid) {
    ("create", PROPOSED)
}

fn with_habits(mut onec: OneC, change: impl FnOnce(&mut Habits)) -> OneC {
    let mut habits = Habits::default();
    change(&mut habits);
    onec.set_habits(habits);
    onec
}

/// An accountant makes a counterparty with this ИНН.
fn accountant_makes(onec: &mut OneC, inn: &str) -> Element {
    let reference = onec.create(|element| {
        element.name = "Яндекс".into();
        element.inn = inn.into();
        element.contacts.insert(ContactKind::OwnPhone("Приёмная".into()), "+7 495 739-70-01".into());
        element.contacts.insert(ContactKind::Fax, "+7 495 739-70-09".into());
    });
    onec.find(reference).expect("just made")
}

#[tokio::test]
async fn what_1c_does_not_have_is_created_under_the_proposed_guid_with_everything() {
    for (format, old_platform) in
        [(Format::Json, false), (Format::Json, true), (Format::Xml, false), (Format::Xml, true)]
    {
        let parom = Parom::open(Mood::Friendly).await;
        let to = connect(
            &parom,
            with(|settings| {
                settings.format = format;
                settings.old_platform = old_platform;
                settings.byte_order_mark = old_platform;
            }),
        );
        let mut onec = OneC::empty(clock());
        parom.offers(offered("D1", create(), &[]));

        let exchanged = onec.exchange(&to).await.expect("exchanged");

        let element = onec.find(PROPOSED).expect("created");
        assert_eq!(
            (element.name.as_str(), element.inn.as_str(), element.kpp.as_str()),
            ("ООО «Яндекс» & Ко", INN, "770401001")
        );
        assert_eq!((element.legal_status, element.non_resident), (LegalStatus::Organisation, false));
        assert_eq!((element.property(OGRN), element.property(COMPANY_ID)), ("1027700229193", "123"));
        assert_eq!(element.director(), "Иванов Иван Иванович");
        assert_eq!(
            element.contact(&ContactKind::LegalAddress),
            "119021, г. Москва, ул. Льва Толстого, д. 16"
        );
        assert_eq!(element.contact(&ContactKind::Phone), "+7 495 739-70-00");
        assert_eq!(element.contact(&ContactKind::OwnPhone("Телефон 2".into())), "+7 495 739-70-01");
        assert_eq!(element.contact(&ContactKind::Email), "info@example.ru");
        let [first, second] = &element.accounts[..] else { panic!("two accounts") };
        assert_eq!((first.bik.as_str(), element.main_account), ("044525225", Some(second.reference)));
        assert_eq!(element.code.len(), 9);
        assert!(element.code.chars().all(|digit| digit.is_ascii_digit()), "{}", element.code);
        assert_eq!(
            parom.receipts(),
            [
                json!({"delivery": "D1", "status": "created", "ref": PROPOSED.to_string(), "code": element.code, "message": ""})
            ]
        );
        assert_eq!((exchanged.polls, exchanged.receipts.settled, exchanged.took.len()), (2, 1, 1));
        assert_eq!(
            old_platform,
            parom.heads().iter().all(|head| head.to_lowercase().contains("x-parom-platform: 8.2"))
        );
    }
}

#[tokio::test]
async fn a_bank_that_1c_has_keeps_its_name_and_a_new_one_is_made() {
    let (parom, to) = friendly().await;
    let mut onec = OneC::empty(clock());
    parom.offers(offered("D1", create(), &[]));

    onec.exchange(&to).await.expect("created");
    onec.exchange(&to).await.expect("shown");

    let shown = &parom.known()[&PROPOSED.to_string()]["bank_accounts"];
    assert_ne!(shown[0]["bank_name"], "Чужое имя");
    assert_eq!((&shown[1]["bank_name"], &shown[1]["main"]), (&json!("Новый банк"), &json!(true)));
}

#[tokio::test]
async fn a_counterparty_with_the_inn_is_updated_and_not_made_twice() {
    let (parom, to) = friendly().await;
    let mut onec = OneC::empty(clock());
    let known = accountant_makes(&mut onec, &format!(" {INN} "));
    let mut marked = known.clone();
    marked.reference = Uuid::from_u128(9);
    marked.deletion_mark = true;
    onec.add(marked);
    parom.offers(offered("D1", create(), &[]));

    let exchanged = onec.exchange(&to).await.expect("exchanged");

    let What::Updated(fields) = &exchanged.took[0].what else { panic!("{exchanged:?}") };
    assert!(fields.contains(&"kpp") && fields.contains(&"phones") && !fields.contains(&"kind"), "{fields:?}");
    assert_eq!(onec.find(PROPOSED), None);
    let element = onec.find(known.reference).expect("still there");
    assert_eq!((element.code.as_str(), element.kpp.as_str()), (known.code.as_str(), "770401001"));
    assert_eq!(
        element.contact(&ContactKind::OwnPhone("Приёмная".into())),
        "+7 495 739-70-01",
        "what stays keeps its kind"
    );
    assert_eq!(element.contact(&ContactKind::Fax), "+7 495 739-70-09");
    let receipt = &parom.receipts()[0];
    assert_eq!(
        (&receipt["status"], &receipt["ref"]),
        (&json!("updated"), &json!(known.reference.to_string()))
    );
    assert_eq!(receipt["code"], known.code.as_str());
}

#[tokio::test]
async fn a_counterparty_that_is_as_it_should_be_is_answered_unchanged() {
    let (parom, to) = friendly().await;
    let mut onec = OneC::empty(clock());
    parom.offers(offered("D1", create(), &[]));
    onec.exchange(&to).await.expect("created");
    let before = onec.find(PROPOSED);
    parom.offers(offered("D2", create(), &[]));
    parom.offers(offered(
        "D3",
        ("update", PROPOSED),
        &[("changed", json!(["phones", "bank_accounts", "kind"]))],
    ));

    let exchanged = onec.exchange(&to).await.expect("exchanged");

    assert!(exchanged.took.iter().all(|took| took.what == What::Unchanged), "{exchanged:?}");
    assert_eq!(onec.find(PROPOSED), before);
    assert_eq!(onec.changed().count(), 0, "nothing to show");
}

#[tokio::test]
async fn several_with_the_inn_are_rejected_and_named() {
    let (parom, to) = friendly().await;
    let mut onec = OneC::empty(clock());
    let codes = [accountant_makes(&mut onec, INN).code, accountant_makes(&mut onec, INN).code];
    parom.offers(offered("D1", create(), &[]));

    onec.exchange(&to).await.expect("exchanged");

    let receipt = &parom.receipts()[0];
    assert_eq!(receipt["status"], "rejected");
    assert_eq!(receipt.get("ref"), None);
    let message = receipt["message"].as_str().expect("why");
    assert!(message.contains("несколько контрагентов с ИНН 7736207543"), "{message}");
    assert!(codes.iter().all(|code| message.contains(code)), "{message}");
    assert_eq!(onec.elements().count(), 2);
}

#[tokio::test]
async fn an_empty_inn_finds_nobody() {
    let (parom, to) = friendly().await;
    let mut onec = OneC::empty(clock());
    accountant_makes(&mut onec, "");
    parom.offers(offered("D1", create(), &[("inn", json!("")), ("kind", json!("foreign"))]));

    let exchanged = onec.exchange(&to).await.expect("exchanged");

    assert_eq!(exchanged.took[0].what, What::Created);
    assert!(onec.find(PROPOSED).expect("created").non_resident);
}

#[tokio::test]
async fn an_update_writes_only_what_parom_names_as_changed() {
    let (parom, to) = friendly().await;
    let mut onec = OneC::generated(30, 7, clock());
    let before = onec.elements().nth(20).expect("thirty of them");
    let changes = [
        ("changed", json!(["director", "phones", "legal_address", "kind"])),
        ("phones", json!([])),
        ("legal_address", json!("")),
        ("kind", json!("person")),
    ];
    parom.offers(offered("D1", ("update", before.reference), &changes));

    let exchanged = onec.exchange(&to).await.expect("exchanged");

    assert!(matches!(exchanged.took[0].what, What::Updated(_)), "{exchanged:?}");
    let after = onec.find(before.reference).expect("still there");
    assert_eq!(after.director(), "Иванов Иван Иванович");
    assert_eq!((after.contact(&ContactKind::Phone), after.contact(&ContactKind::LegalAddress)), ("", ""));
    assert_eq!(after.legal_status, LegalStatus::Person);
    assert_eq!((&after.name, &after.inn, &after.accounts), (&before.name, &before.inn, &before.accounts));
    assert_eq!(after.code, before.code);
}

#[tokio::test]
async fn an_update_of_what_1c_does_not_have_is_rejected() {
    let (parom, to) = friendly().await;
    let mut onec = OneC::empty(clock());
    parom.offers(offered("D1", ("update", PROPOSED), &[]));

    onec.exchange(&to).await.expect("exchanged");

    assert_eq!(parom.receipts()[0]["message"], format!("В 1С нет контрагента с GUID {PROPOSED}"));
}

#[tokio::test]
async fn a_session_that_is_killed_makes_one_element_wherever_it_dies() {
    for (crash, created) in [(Crash::AfterPoll, 0), (Crash::AfterWriting(1), 1), (Crash::AfterReceipts, 2)] {
        let (parom, to) = friendly().await;
        let mut onec = OneC::empty(clock());
        // Without an ИНН there is nothing but the GUID to know it by.
        let nameless = [("inn", json!("")), ("name", json!("Касса"))];
        parom.offers(offered("D1", create(), &nameless));
        parom.offers(offered("D2", ("create", Uuid::from_u128(2)), &[]));

        onec.crash_next(crash);
        let dead = onec.exchange(&to).await.expect("it is no error of Parom");
        assert!(dead.crashed);
        assert_eq!((dead.took.len(), onec.elements().count()), (created, created), "{crash:?}");
        assert_eq!(parom.receipts().len(), if crash == Crash::AfterReceipts { 2 } else { 0 });
        parom.redelivers();
        onec.exchange(&to).await.expect("lives again");

        assert_eq!(onec.elements().count(), 2, "{crash:?}");
        let counters = onec.counters();
        assert_eq!((counters.created, counters.crashes, counters.exchanges), (2, 1, 2), "{crash:?}");
        assert_eq!(parom.receipts().len(), 2, "{crash:?}");
        let made = |reference| {
            onec.history()
                .iter()
                .filter(move |took| took.what == What::Created && took.reference == Some(reference))
                .count()
        };
        assert_eq!((made(PROPOSED), made(Uuid::from_u128(2))), (1, 1), "{crash:?}");
    }
}

#[tokio::test]
async fn what_was_written_before_a_crash_is_taken_even_beside_a_twin() {
    let (parom, to) = friendly().await;
    let mut onec = OneC::empty(clock());
    parom.offers(offered("D1", create(), &[]));
    onec.crash_next(Crash::AfterWriting(1));
    onec.exchange(&to).await.expect("killed");
    accountant_makes(&mut onec, INN);
    parom.redelivers();

    let exchanged = onec.exchange(&to).await.expect("lives again");

    assert_eq!((&exchanged.took[0].what, exchanged.took[0].reference), (&What::Unchanged, Some(PROPOSED)));
}

#[tokio::test]
async fn a_1c_may_create_under_a_guid_of_its_own() {
    let (parom, to) = friendly().await;
    let mut onec = with_habits(OneC::empty(clock()), |habits| habits.own_guids = true);
    parom.offers(offered("D1", create(), &[]));

    onec.exchange(&to).await.expect("exchanged");

    let element = onec.elements().next().expect("created");
    assert_ne!(element.reference, PROPOSED);
    assert_eq!(parom.receipts()[0]["ref"], element.reference.to_string());
}

#[tokio::test]
async fn everything_is_taken_poll_by_poll_until_nothing_is_left() {
    let (parom, to) = friendly().await;
    let mut onec = with_habits(OneC::empty(clock()), |habits| habits.limit = 10);
    for number in 1..=25_u128 {
        let inn = [("inn", json!(format!("77362{number:05}")))];
        parom.offers(offered(&format!("D{number}"), ("create", Uuid::from_u128(number)), &inn));
    }

    let exchanged = onec.exchange(&to).await.expect("exchanged");

    assert_eq!((exchanged.polls, exchanged.took.len(), exchanged.receipts.settled), (4, 25, 25));
    let counters = Counters { exchanges: 1, polls: 4, received: 25, created: 25, ..Counters::default() };
    assert_eq!(onec.counters(), counters);
    let codes: std::collections::BTreeSet<String> = onec.elements().map(|element| element.code).collect();
    assert_eq!(codes.len(), 25);
}

#[tokio::test]
async fn what_the_exchange_wrote_is_shown_like_an_edit_unless_the_adapter_knows_better() {
    for (registers_own_writes, echoes) in [(true, 1), (false, 0)] {
        let (parom, to) = friendly().await;
        let mut onec =
            with_habits(OneC::empty(clock()), |habits| habits.registers_own_writes = registers_own_writes);
        parom.offers(offered("D1", create(), &[]));
        onec.exchange(&to).await.expect("created");

        let next = onec.exchange(&to).await.expect("exchanged");

        assert_eq!((next.pushed.sent, parom.known().len()), (echoes, echoes));
    }
}

#[tokio::test]
async fn what_an_accountant_changes_during_an_exchange_is_shown_in_any_case() {
    let (parom, to) = friendly().await;
    let mut onec = with_habits(OneC::empty(clock()), |habits| habits.registers_own_writes = false);
    let reference = accountant_makes(&mut onec, INN).reference;
    onec.exchange(&to).await.expect("shown");
    parom.offers(offered("D1", ("update", reference), &[("changed", json!(["director"]))]));
    onec.meanwhile(move |onec| {
        onec.edit(reference, |element| element.kpp = "781001001".into());
    });

    onec.exchange(&to).await.expect("both write");
    let next = onec.exchange(&to).await.expect("shown");

    assert_eq!(next.pushed.sent, 1);
    let shown = &parom.known()[&reference.to_string()];
    assert_eq!((&shown["kpp"], &shown["director"]), (&json!("781001001"), &json!("Иванов Иван Иванович")));
}

#[tokio::test]
async fn edits_marks_and_new_elements_of_accountants_go_with_the_next_exchange() {
    let (parom, to) = friendly().await;
    let mut onec = OneC::generated(10, 7, clock());
    let [edited, marked] = [3, 5].map(|number| onec.elements().nth(number).expect("ten of them").reference);
    let made = accountant_makes(&mut onec, INN).reference;
    onec.edit(edited, |element| {
        element.accounts.push(Account {
            reference: Uuid::from_u128(1),
            number: "40702810400000012345".into(),
            bik: "044525225".into(),
        });
    });
    assert!(onec.mark_for_deletion(marked));
    assert!(!onec.mark_for_deletion(Uuid::from_u128(404)));

    let first = onec.exchange(&to).await.expect("exchanged");
    assert!(onec.unmark(marked));
    let second = onec.exchange(&to).await.expect("exchanged");

    assert_eq!((first.pushed.sent, second.pushed.sent), (3, 1));
    let known = parom.known();
    assert!(known.contains_key(&made.to_string()) && known.contains_key(&edited.to_string()));
    assert_eq!(known[&marked.to_string()]["deleted"], false);
    assert_eq!(onec.changed().count(), 0);
}

#[tokio::test]
async fn everything_is_shown_when_parom_asks_for_it_and_only_then() {
    for format in [Format::Json, Format::Xml] {
        let parom = Parom::open(Mood::Friendly).await;
        let to = connect(
            &parom,
            with(|settings| {
                settings.format = format;
                settings.chunk = 40;
            }),
        );
        let mut onec = OneC::generated(100, 7, clock());

        let silent = onec.exchange(&to).await.expect("exchanged");
        parom.wants_all(true);
        let asked = onec.exchange(&to).await.expect("exchanged");
        parom.wants_all(false);
        let again = onec.exchange(&to).await.expect("exchanged");

        assert_eq!((silent.showed_all, silent.pushed.sent), (false, 0));
        assert_eq!((asked.showed_all, asked.pushed.sent), (true, 100));
        assert_eq!((again.showed_all, again.pushed.sent), (false, 0));
        assert_eq!(parom.chunks(), [40, 40, 20]);
    }
}

#[tokio::test]
async fn a_lost_answer_to_a_poll_or_a_receipt_costs_nothing_but_time() {
    // By their place in line 3 and 7 hit the receipts, 6 a poll that brings something and its receipts later.
    for lose_every in [3, 6, 7] {
        let parom = Parom::open(Mood::Friendly).await;
        let to = connect(&parom, with(|settings| settings.lose_every = lose_every));
        let mut onec = OneC::empty(clock());
        onec.exchange(&to).await.expect("nothing yet");
        parom.offers(offered("D1", create(), &[]));

        for _ in 0..3 {
            onec.exchange(&to).await.expect("exchanged at last");
            parom.redelivers();
        }

        assert_eq!((onec.elements().count(), onec.counters().created), (1, 1), "every {lose_every}.");
        let receipts = parom.receipts();
        assert_eq!(receipts.len(), 2, "every {lose_every}.");
        assert_eq!(receipts[0], receipts[1], "the same bytes again");
    }
}

#[tokio::test]
async fn the_scheduled_job_comes_every_five_minutes_of_the_clock() {
    let (parom, to) = friendly().await;
    let clock: Arc<ManualClock> = clock();
    let mut onec = OneC::empty(Arc::<ManualClock>::clone(&clock));
    let mut came = Vec::new();
    for step in [0, 299, 1, 300, 10, -3600, 1] {
        clock.advance(SignedDuration::from_secs(step));
        came.push(onec.exchange_if_due(&to).await.expect("exchanged").is_some());
    }

    assert_eq!(came, [true, false, true, true, false, true, false]);
    assert_eq!(parom.polls(), 4);
}

#[tokio::test]
async fn a_running_1c_exchanges_until_it_is_stopped() {
    let (parom, to) = friendly().await;
    let clock = clock();
    let begun = domain::Clock::now(&*clock);
    let mut onec = OneC::empty(Arc::<ManualClock>::clone(&clock));
    let stop = CancellationToken::new();
    let mut exchanges = 0;

    onec.run(&to, &stop, |outcome| {
        outcome.expect("exchanged");
        exchanges += 1;
        if exchanges == 3 {
            stop.cancel();
        }
    })
    .await;

    assert_eq!((exchanges, parom.polls()), (3, 3));
    assert_eq!(domain::Clock::now(&*clock).duration_since(begun), SignedDuration::from_mins(10));
}

#[tokio::test]
async fn an_answer_that_is_not_of_the_contract_ends_the_exchange_before_anything_is_written() {
    let (parom, to) = friendly().await;
    let wrong = [
        ("delivery", json!(null), "no `delivery`"),
        ("company_id", json!(null), "no `company_id`"),
        ("requisite_id", json!("45"), "`requisite_id` is no whole number"),
        ("changed", json!(null), "no `changed`"),
        ("changed", json!(["inn", "shoe_size"]), "`shoe_size`"),
        ("action", json!("delete"), "the action `delete`"),
        ("proposed_ref", json!(null), "no `proposed_ref`"),
        ("proposed_ref", json!("6f9619ff"), "`proposed_ref` is no GUID"),
        ("ref", json!(PROPOSED.to_string()), "has a `ref`"),
        ("kind", json!("ООО"), "the kind `ООО`"),
        ("ogrnip", json!(null), "no `ogrnip`"),
        ("kpp", json!(770_401_001), "`kpp` is no text"),
        ("phones", json!("+7 495 739-70-00"), "`phones` is no list"),
        ("emails", json!([""]), "`emails` is no list of texts"),
        ("bank_accounts", json!([{"number": "1"}]), "no `bank_name`"),
        ("deleted", json!("false"), "`deleted` is neither true nor false"),
        ("changed_at", json!("вчера"), "`changed_at` is no moment"),
    ];
    for (name, value, told) in wrong {
        let mut onec = OneC::empty(clock());
        let good = offered("D1", ("create", Uuid::from_u128(1)), &[]);
        let bad = offered("D2", create(), &[(name, value)]);
        parom.answers_polls_with(&json!([good, bad]).to_string());

        let error = onec.exchange(&to).await.expect_err(told);

        let PushError::Unexpected(text) = error else { panic!("{error}") };
        assert!(text.contains(told), "{name}: {text}");
        assert_eq!((onec.elements().count(), parom.receipts().len()), (0, 0), "{name}");
    }
    let twice = offered("D1", create(), &[]);
    for (answer, told) in [
        (json!({"counterparties": []}), "not answered with an array"),
        (json!([twice, twice]), "the delivery D1 twice"),
    ] {
        parom.answers_polls_with(&answer.to_string());
        let error = OneC::empty(clock()).exchange(&to).await.expect_err(told);
        assert!(error.to_string().contains(told), "{error}");
    }
}

#[tokio::test]
async fn more_than_was_asked_for_and_xml_of_other_names_are_refused() {
    let parom = Parom::open(Mood::Friendly).await;
    let to = connect(&parom, with(|settings| settings.format = Format::Xml));
    let mut onec = with_habits(OneC::empty(clock()), |habits| habits.limit = 1);
    for (answer, told) in [
        ("<counterparties><item/></counterparties>", "has the item `item`"),
        ("<counterparties><counterparty/><counterparty/></counterparties>", "for 1 records brought 2"),
        ("<counterparty/>", "not answered with an array"),
    ] {
        parom.answers_polls_with(answer);
        let error = onec.exchange(&to).await.expect_err(told);
        assert!(error.to_string().contains(told), "{error}");
    }
}
