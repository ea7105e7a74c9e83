//! What the network does to an exchange.

use bsl::{Fault, Platform, ka11};

use super::office::Office;

#[tokio::test(flavor = "multi_thread")]
async fn any_fault_in_any_request_loses_nothing_and_doubles_nothing() {
    for platform in [Platform::V82, Platform::V83] {
        let (office, deal, inquiry) = Office::with_an_inquiry(platform).await;
        let client = office.with_inn("7707083893").remove(0);
        let company = office.place.portal.companies()[0].get("ID").parse().unwrap();
        let requisite = office.place.portal.requisites()[0].get("ID").parse().unwrap();
        let mut nth = 0;
        for fault in Fault::ALL {
            for request in 0..7 {
                nth += 1;
                let kpp = format!("7736010{nth:02}");
                let name = format!("Публичное общество Сбербанк {nth}");
                if request % 2 == 0 {
                    office.place.portal.employee().edits_requisite(requisite, &[("RQ_KPP", &kpp)]).unwrap();
                } else {
                    office.base.edit(&client, &[("НаименованиеПолное", name.as_str().into())]);
                }
                let mut session = office.session();
                session.network().meet(request, fault);
                // One fault is nothing: the call is made again at once.
                assert!(office.step(&mut session).unwrap().success, "{fault:?} in request {request}");
            }
        }
        office.until_silent().await;
        let card = office.place.portal.requisites_of(company).remove(0);
        assert_eq!(card.get("RQ_KPP"), office.text(&client, "КПП"));
        assert_eq!(card.get("RQ_COMPANY_FULL_NAME"), office.text(&client, "НаименованиеПолное"));
        assert_eq!((office.with_inn("7707083893").len(), office.place.portal.company_count()), (1, 1));
        assert_eq!(office.inquiry(deal), Some(inquiry));
        assert_eq!(office.errors(), [""; 0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parom_that_is_gone_in_the_middle_ends_the_step_with_advice_and_the_next_goes_on() {
    for platform in [Platform::V82, Platform::V83] {
        for after in 0..4 {
            let office = Office::open(platform).await;
            ka11::add_counterparty(&office.base, "ООО «Яндекс»", "7736207543", "770401001");
            let mut session = office.session();
            for _ in 0..3 {
                session.network().meet(after, Fault::Refused);
            }

            let step = office.step(&mut session).unwrap();

            assert!(!step.success && step.text.contains("Паром не ответил"), "{after}: {step:#?}");
            assert!(step.text.contains("Проверьте адрес, сеть и службу Паром"), "{step:#?}");
            assert!(!office.errors().is_empty());
            office.until_silent().await;
            assert_eq!(office.place.inns(), ["7736207543"]);
            assert!(office.exchange().success);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_was_killed_is_waited_for_in_vain_three_times_and_then_found_again() {
    let mut office = Office::open(Platform::V83).await;
    ka11::add_counterparty(&office.base, "ООО «Яндекс»", "7736207543", "770401001");
    office.service.take().expect("it runs").kill();
    let step = office.exchange();
    assert!(!step.success && step.requests.len() == 3, "{step:#?}");
    office.service = Some(office.place.serve());
    assert!(office.exchange().success);
    office.place.arrives().await;
    assert_eq!(office.place.inns(), ["7736207543"]);
}
