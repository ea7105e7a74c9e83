//! What people do beside the exchange: a second run, showing everything, a thick client.

use std::cell::RefCell;
use std::rc::Rc;

use bsl::{Place as Where, Platform, Session, ka11};

use super::office::{Office, run};

#[tokio::test(flavor = "multi_thread")]
async fn a_second_exchange_at_the_same_time_is_refused_and_says_until_when() {
    let office = Office::open(Platform::V82).await;
    ka11::add_counterparty(&office.base, "ООО «Яндекс»", "7736207543", "770401001");
    let told = Rc::new(RefCell::new(Vec::new()));
    let mut session = office.session();
    let (base, parameters, seen) = (office.base.clone(), office.parameters(), told.clone());
    session.network().meanwhile(move |request| {
        if request.starts_with("POST /1c/v1/counterparties") {
            let mut second = Session::new(Platform::V82, &base);
            let step = run(&mut second, "ВыполнитьОбмен", parameters.clone()).expect("nobody has killed it");
            seen.borrow_mut().push(step);
        }
    });

    let first = office.step(&mut session).unwrap();

    assert!(first.success, "{first:#?}");
    let [second] = &told.borrow()[..] else { panic!("one second run") };
    assert!(!second.success && second.text.contains("ещё не закончен"), "{second:#?}");
    assert_eq!(second.requests, [""; 0]);
    assert!(office.exchange().success, "the lock is free again");
}

#[tokio::test(flavor = "multi_thread")]
async fn showing_everything_is_asked_for_in_parom_and_done_at_the_next_exchange() {
    let office = Office::open(Platform::V83).await;
    for (name, inn) in [("ООО «Яндекс»", "7736207543"), ("ООО «Лютик»", "7736050003")] {
        ka11::add_counterparty(&office.base, name, inn, "770401001");
    }
    assert_eq!(office.exchange().count("ПоказаноКонтрагентов"), 2);
    assert_eq!(office.exchange().count("ПоказаноКонтрагентов"), 0);

    office.place.run(&["reconcile", "--ask-1c"]);

    assert_eq!(office.exchange().count("ПоказаноКонтрагентов"), 2);
    office.until("calms down", |step| step.count("ПоказаноКонтрагентов") == 0).await;
    let step = office.call(&mut office.session(), "ПоказатьВсех").unwrap();
    assert_eq!(step.count("ПоказаноКонтрагентов"), 2, "and by hand in 1C");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thick_client_and_a_com_connection_exchange_like_a_server() {
    let office = Office::open(Platform::V82).await;
    ka11::add_counterparty(&office.base, "ООО «Яндекс»", "7736207543", "770401001");
    let mut client = Session::new(Platform::V82, &office.base).at(Where::ThickClient);
    assert_eq!(office.step(&mut client).unwrap().count("ПоказаноКонтрагентов"), 1);
    assert!(client.messages().iter().any(|text| text.contains("контрагенты")), "{:?}", client.messages());
    ka11::add_counterparty(&office.base, "ООО «Лютик»", "7736050003", "770401001");
    let mut connection = Session::new(Platform::V82, &office.base).at(Where::ExternalConnection);
    assert_eq!(office.step(&mut connection).unwrap().count("ПоказаноКонтрагентов"), 1);
}
