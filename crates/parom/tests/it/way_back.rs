//! What employees do in Bitrix24 reaches a living 1C that polls, through the binary.

use std::time::Duration;

use bitrix::SystemClock;
use emulator::onec::{Connection, Crash, Element, Exchanged, Format, Habits, OneC, Settings, What};

use crate::support::{PASSWORD, Place, Running, really_wait};

/// Sweeps and redelivery in seconds, so that nobody waits.
async fn place() -> Place {
    let place = Place::open().await;
    let file = place.folder.path().join("parom.toml");
    let settings = std::fs::read_to_string(&file).expect("the folder is ours");
    let settings = settings.replace("[onec]", "sweep_every = \"1s\"\n[onec]\nredeliver_after = \"1s\"");
    std::fs::write(&file, settings).expect("the folder is ours");
    place
}

/// Exchanges until 1C was given something (or the session was killed over it).
async fn until_something_comes(onec: &mut OneC, connection: &Connection) -> Exchanged {
    for _ in 0..300 {
        let exchanged = onec.exchange(connection).await.expect("the service answers");
        if !exchanged.took.is_empty() || exchanged.crashed {
            return exchanged;
        }
        really_wait(Duration::from_millis(100)).await;
    }
    panic!("nothing came");
}

fn with_inn(onec: &OneC, inn: &str) -> Vec<Element> {
    onec.elements().filter(|element| element.inn == inn).collect()
}

/// A client with everything, whom 1C does not know; the requisite.
fn employee_makes_a_client(place: &Place) -> (i64, i64) {
    let employee = place.portal.employee();
    let company = employee.creates_company("Сбербанк").expect("employees may");
    let fields = [
        ("RQ_INN", "7707083893"),
        ("RQ_KPP", "773601001"),
        ("RQ_OGRN", "1027700132195"),
        ("RQ_COMPANY_NAME", "ПАО Сбербанк"),
        ("RQ_DIRECTOR", "Греф Герман Оскарович"),
    ];
    let requisite = employee.adds_requisite(company, "COMPANY", &fields).expect("employees may");
    employee
        .writes_address(requisite, 6, &[("ADDRESS_1", "117312, г. Москва, ул. Вавилова, д. 19")])
        .expect("employees may");
    employee
        .adds_bank_detail(
            requisite,
            &[
                ("RQ_BIK", "044525225"),
                ("RQ_BANK_NAME", "ПАО Сбербанк"),
                ("RQ_ACC_NUM", "40702810938000000001"),
                ("RQ_COR_ACC_NUM", "30101810400000000225"),
            ],
        )
        .expect("employees may");
    employee.adds_phone(company, "+7 495 500-55-50").expect("employees may");
    employee.adds_deal(company, &[("TITLE", "Насосы")]).expect("employees may");
    (company, requisite)
}

async fn agreed(place: &Place, service: &Running, onec: &mut OneC, connection: &Connection) {
    onec.push_all(connection).await.expect("the service answers");
    place.arrives().await;
    assert!(place.status()["stopped"].is_null(), "{service:?}", service = service.address);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_an_employee_becomes_a_counterparty_and_later_edits_follow_both_ways() {
    let place = place().await;
    let service = place.serve();
    let connection = service.connection();
    let mut onec = OneC::generated(20, 5, std::sync::Arc::new(SystemClock));
    agreed(&place, &service, &mut onec, &connection).await;
    let known = with_inn(&onec, "7707083893").len();
    assert_eq!(known, 0, "the test wants a client that 1C does not have");

    let (company, requisite) = employee_makes_a_client(&place);
    let exchanged = until_something_comes(&mut onec, &connection).await;

    assert_eq!(exchanged.took.len(), 1, "{exchanged:?}");
    assert_eq!(exchanged.took[0].what, What::Created);
    let [element] = &with_inn(&onec, "7707083893")[..] else { panic!("one element") };
    assert_eq!((element.name.as_str(), element.kpp.as_str()), ("ПАО Сбербанк", "773601001"));
    assert_eq!(element.director(), "Греф Герман Оскарович");
    assert_eq!(element.accounts[0].number, "40702810938000000001");
    assert_eq!(element.property(emulator::onec::COMPANY_ID), company.to_string());

    // What 1C registers of its own writing comes back as an echo and makes nothing.
    let writes = place.portal.writes();
    let echo = onec.exchange(&connection).await.unwrap();
    place.arrives().await;
    assert_eq!((echo.pushed.sent, echo.took.len(), place.portal.writes()), (1, 0, writes));

    place.portal.employee().edits_requisite(requisite, &[("RQ_KPP", "997950001")]).unwrap();
    let exchanged = until_something_comes(&mut onec, &connection).await;
    assert_eq!(exchanged.took[0].what, What::Updated(vec!["kpp"]));

    onec.edit(element.reference, |element| element.set_director("Иванов Иван Иванович"));
    onec.exchange(&connection).await.unwrap();
    place.arrives().await;
    let card = place.portal.requisites_of(company).remove(0);
    assert_eq!((card.get("RQ_DIRECTOR"), card.get("RQ_KPP")), ("Иванов Иван Иванович", "997950001"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_1c_that_dies_between_writing_and_receipt_has_one_counterparty() {
    for (crash, habits) in [
        (Crash::AfterPoll, Habits::default()),
        (Crash::AfterWriting(1), Habits::default()),
        (Crash::AfterReceipts, Habits { own_guids: true, ..Habits::default() }),
        (
            Crash::AfterWriting(1),
            Habits { own_guids: true, registers_own_writes: false, ..Habits::default() },
        ),
    ] {
        let place = place().await;
        let service = place.serve();
        let settings = Settings { format: Format::Xml, old_platform: true, ..Settings::default() };
        let connection = Connection::new(&format!("http://{}", service.address), "1c", PASSWORD, settings);
        let mut onec = OneC::empty(std::sync::Arc::new(SystemClock));
        onec.set_habits(habits);
        employee_makes_a_client(&place);

        onec.crash_next(crash);
        let dead = until_something_comes(&mut onec, &connection).await;
        assert!(dead.crashed);
        // What was not confirmed comes back; what 1C has written meanwhile it shows by itself.
        for _ in 0..3 {
            really_wait(Duration::from_millis(1200)).await;
            onec.exchange(&connection).await.unwrap();
        }
        let silent = onec.exchange(&connection).await.unwrap();

        assert_eq!(silent.took, [], "{crash:?}: settled");
        assert_eq!(with_inn(&onec, "7707083893").len(), 1, "{crash:?}");
        assert_eq!(place.status()["onec"]["waiting"], 0, "{crash:?}");
        assert_eq!(place.portal.company_count(), 1, "{crash:?}: the echo made no second company");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_counterparties_with_the_inn_in_1c_are_named_to_the_employee() {
    let place = place().await;
    let service = place.serve();
    let connection = service.connection();
    let mut onec = OneC::empty(std::sync::Arc::new(SystemClock));
    onec.set_habits(Habits { registers_own_writes: false, ..Habits::default() });
    let (company, _) = employee_makes_a_client(&place);
    until_something_comes(&mut onec, &connection).await;
    // Somebody in 1C makes a second one by hand.
    let mut twin = with_inn(&onec, "7707083893").remove(0);
    twin.reference = uuid::Uuid::from_u128(7);
    twin.code = "000000007".into();
    onec.add(twin);
    let exchanged = onec.exchange(&connection).await.unwrap();

    assert_eq!(exchanged.pushed.sent, 1);
    let parked = place.run(&["parked", "list"]);
    assert_eq!(parked.code, Some(3));
    assert!(parked.out.contains("000000007") || parked.out.contains("Сбербанк"), "{}", parked.out);
    assert_eq!(place.portal.company(company).unwrap().get("TITLE"), "Сбербанк");
    assert_eq!(place.portal.company_count(), 1);
}
