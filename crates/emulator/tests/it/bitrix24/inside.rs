//! What a test may do from inside, and how long and how large things get.

use std::time::Duration;

use serde_json::json;

use super::{Rest, ids};

#[tokio::test]
async fn a_link_to_a_card_leads_to_what_the_portal_keeps() {
    let rest = Rest::new().await;
    let employee = rest.portal.employee();
    let company = employee.creates_company("ООО <b>Ромашка</b>").unwrap();
    employee.adds_phone(company, "+74951234567").unwrap();
    let requisite = employee.adds_requisite(company, "COMPANY", &[("RQ_INN", "7707083893")]).unwrap();
    employee.writes_address(requisite, 1, &[("ADDRESS_1", "Садовая, 1")]).unwrap();
    let deal = employee.adds_deal(company, &[("TITLE", "Насос")]).unwrap();
    let address = rest.portal.address();
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let page = async |path: String| {
        let answer = http.get(format!("http://{address}{path}")).send().await.expect("the portal answers");
        (answer.status().as_u16(), answer.text().await.expect("a page"))
    };

    let (status, text) = page(format!("/crm/company/details/{company}/")).await;
    assert_eq!(status, 200);
    for part in [
        "ООО &lt;b&gt;Ромашка&lt;/b&gt;",
        "+74951234567",
        "<th align=\"left\">ИНН</th><td>7707083893",
        "Садовая, 1",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(page(format!("/crm/deal/details/{deal}/")).await.1.contains("Насос"));
    assert_eq!(page("/crm/company/details/1/".to_owned()).await.0, 404);
    assert_eq!(page("/crm/lead/details/1/".to_owned()).await.0, 404);
}

#[tokio::test]
async fn an_employee_works_by_hand_and_is_not_counted() {
    let rest = Rest::new().await;
    let employee = rest.portal.employee();
    let company = employee.creates_company("Ромашка").unwrap();
    employee.adds_phone(company, "+74951234567").unwrap();
    employee.adds_email(company, "a@example.ru").unwrap();
    let requisite = employee.adds_requisite(company, "COMPANY", &[("RQ_INN", "7707083893")]).unwrap();
    employee.edits_requisite(requisite, &[("RQ_KPP", "773601001")]).unwrap();
    employee.writes_address(requisite, 1, &[("ADDRESS_1", "a")]).unwrap();
    employee.writes_address(requisite, 1, &[("ADDRESS_1", "b")]).unwrap();
    let detail = employee.adds_bank_detail(requisite, &[("RQ_BIK", "044525225")]).unwrap();
    employee.edits_bank_detail(detail, &[("RQ_ACC_NUM", "1")]).unwrap();
    let deal = employee.adds_deal(company, &[("TITLE", "Насос")]).unwrap();
    let portal = &rest.portal;
    let card = portal.company(company).unwrap();
    assert_eq!(
        (card.phones.as_slice(), card.get("CREATED_BY_ID")),
        (["+74951234567".to_owned()].as_slice(), "12")
    );
    assert_eq!(portal.requisites_of(company)[0].get("RQ_KPP"), "773601001");
    assert_eq!(portal.addresses_of(requisite)[0].get("ADDRESS_1"), "b");
    assert_eq!(portal.bank_details_of(requisite)[0].get("RQ_ACC_NUM"), "1");
    assert_eq!((portal.deals()[0].id, portal.deals()[0].owner), (deal, company));
    assert_eq!((portal.http_requests(), portal.commands(), portal.writes()), (0, 0, 0));
    employee.removes_phone(company, "+74951234567").unwrap();
    employee.deletes_address(requisite, 1).unwrap();
    employee.deletes_bank_detail(detail).unwrap();
    employee.deletes_requisite(requisite).unwrap();
    employee.deletes_deal(deal).unwrap();
    employee.deletes_company(company).unwrap();
    assert_eq!(portal.companies(), []);
    assert_eq!(employee.deletes_company(company).unwrap_err().description, "Company is not found");
}

#[tokio::test]
async fn ids_never_come_back_and_kinds_do_not_share_them() {
    let rest = Rest::new().await;
    let first = rest.company("a").await;
    rest.portal.employee().deletes_company(first).unwrap();
    let second = rest.company("b").await;
    let requisite = rest.requisite(second, "1").await;
    assert!(second > first && requisite != second);
}

#[tokio::test]
async fn a_reset_portal_is_empty_at_the_same_address() {
    let rest = Rest::new().await;
    let address = rest.portal.webhook_url();
    rest.company("a").await;
    rest.portal.reset();
    assert_eq!((rest.portal.company_count(), rest.portal.http_requests()), (0, 0));
    rest.company("b").await;
    assert_eq!(rest.portal.webhook_url(), address);
    assert_eq!(rest.portal.counters().of("crm.company.ADD"), 1);
}

#[tokio::test]
async fn a_stopped_portal_lets_go_of_its_port() {
    let rest = Rest::new().await;
    rest.company("a").await;
    rest.portal.stop().await;
    assert!(rest.send("profile", &json!({})).await.is_err());
    let taken = tokio::net::TcpListener::bind(rest.portal.address()).await;
    assert!(taken.is_ok(), "{taken:?}");
}

#[tokio::test]
async fn latency_is_felt_by_request_and_by_command() {
    let wait = |millis| Duration::from_millis(millis);
    let rest = Rest::with(|settings| *settings = settings.clone().with_latency(wait(40), wait(10))).await;
    #[expect(clippy::disallowed_methods, reason = "the emulated latency is real time")]
    let begun = std::time::Instant::now();
    rest.ok("batch", json!({"cmd": ["profile", "profile", "profile"]})).await;
    assert!(begun.elapsed() >= wait(70), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn look_ups_in_a_large_portal_do_not_read_it_all() {
    let rest = Rest::new().await;
    let employee = rest.portal.employee();
    let mut last = 0;
    for at in 0..20_000 {
        last = employee.creates_company("x").unwrap();
        employee.adds_requisite(last, "COMPANY", &[("RQ_INN", &format!("{at:010}"))]).unwrap();
    }
    #[expect(clippy::disallowed_methods, reason = "how long the emulator itself takes")]
    let begun = std::time::Instant::now();
    for at in 0..100 {
        let inns: Vec<String> = (0..50).map(|next| format!("{:010}", at * 50 + next)).collect();
        let params = json!({"filter": {"@RQ_INN": inns}, "start": -1, "select": ["ID"]});
        assert_eq!(ids(&rest.ok("crm.requisite.list", params).await).len(), 50);
        let window = json!({"filter": {">ID": last - 50, "<=ID": last}, "start": -1});
        assert_eq!(ids(&rest.ok("crm.company.list", window).await).len(), 50);
    }
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}
