//! Who hears of a change, and how surely.

use std::time::Duration;

use domain::SignedDuration;
use emulator::bitrix24::{BoxModule, Delivered, NoticeWeather, OutgoingWebhook};
use serde_json::{Value, json};

use super::Rest;
use super::ear::Ear;

const TOKEN: &str = "t0k&n";
const SECRET: &str = "s3cr3t of the module";

async fn with_webhook() -> (Rest, Ear) {
    let (rest, ear) = (Rest::new().await, Ear::new().await);
    rest.portal.notices().set_webhook(Some(OutgoingWebhook { url: ear.url(), token: TOKEN.to_owned() }));
    (rest, ear)
}

async fn with_module() -> (Rest, Ear) {
    let (rest, ear) = (Rest::new().await, Ear::new().await);
    rest.portal.module().install(BoxModule::new(ear.url(), SECRET));
    (rest, ear)
}

async fn heard(rest: &Rest, ear: &Ear) -> Vec<String> {
    rest.portal.notices().deliver().await;
    ear.events()
}

#[tokio::test]
async fn a_notice_is_a_form_that_says_what_and_not_how() {
    let (rest, ear) = with_webhook().await;
    let company = rest.portal.employee().creates_company("Ромашка").unwrap();
    rest.pass(90);
    rest.portal.notices().deliver().await;
    let posts = ear.posts();
    assert_eq!(posts[0].content_type, "application/x-www-form-urlencoded");
    // `ts` is the moment of sending, a minute and a half after the event.
    let expected = format!(
        "event=ONCRMCOMPANYADD&data%5BFIELDS%5D%5BID%5D={company}&ts=1795456170&auth%5Bdomain%5D=portal%2Eexample%2Eru"
    );
    assert!(posts[0].body.starts_with(&expected), "{}", posts[0].body);
    assert!(posts[0].body.ends_with("&auth%5Bapplication%5Ftoken%5D=t0k%26n"), "{}", posts[0].body);
    assert!(!posts[0].body.contains("access"), "an outgoing webhook has no tokens of users");
}

#[tokio::test]
async fn a_change_of_requisites_says_nothing_of_their_company() {
    let (rest, ear) = with_webhook().await;
    let employee = rest.portal.employee();
    let company = employee.creates_company("Ромашка").unwrap();
    let requisite = employee.adds_requisite(company, "COMPANY", &[]).unwrap();
    employee.edits_requisite(requisite, &[("RQ_INN", "7707083893")]).unwrap();
    let detail = employee.adds_bank_detail(requisite, &[]).unwrap();
    employee.writes_address(requisite, 6, &[("ADDRESS_1", "a")]).unwrap();
    employee.writes_address(requisite, 6, &[("ADDRESS_1", "b")]).unwrap();
    let deal = employee.adds_deal(company, &[]).unwrap();
    let expected = [
        format!("ONCRMCOMPANYADD {company}"),
        format!("ONCRMREQUISITEADD {requisite}"),
        format!("ONCRMREQUISITEUPDATE {requisite}"),
        format!("ONCRMBANKDETAILADD {detail}"),
        format!("ONCRMADDRESSREGISTER {requisite}"),
        format!("ONCRMADDRESSREGISTER {requisite}"),
        format!("ONCRMDEALADD {deal}"),
    ];
    assert_eq!(heard(&rest, &ear).await, expected);

    employee.deletes_requisite(requisite).unwrap();
    let expected = [
        format!("ONCRMADDRESSUNREGISTER {requisite}"),
        format!("ONCRMBANKDETAILDELETE {detail}"),
        format!("ONCRMREQUISITEDELETE {requisite}"),
    ];
    assert_eq!(heard(&rest, &ear).await, expected);
}

#[tokio::test]
async fn of_a_deleted_company_one_hears_but_not_of_its_requisites() {
    let (rest, ear) = with_webhook().await;
    let employee = rest.portal.employee();
    let company = employee.creates_company("Ромашка").unwrap();
    let requisite = employee.adds_requisite(company, "COMPANY", &[]).unwrap();
    employee.adds_bank_detail(requisite, &[]).unwrap();
    heard(&rest, &ear).await;
    employee.deletes_company(company).unwrap();
    assert_eq!(heard(&rest, &ear).await, [format!("ONCRMCOMPANYDELETE {company}")]);
}

#[tokio::test]
async fn an_address_names_its_requisite_and_its_company() {
    let (rest, ear) = with_webhook().await;
    let employee = rest.portal.employee();
    let company = employee.creates_company("Ромашка").unwrap();
    let requisite = employee.adds_requisite(company, "COMPANY", &[]).unwrap();
    heard(&rest, &ear).await;
    employee.writes_address(requisite, 6, &[("ADDRESS_1", "a")]).unwrap();
    rest.portal.notices().deliver().await;
    let body = ear.posts()[0].body.replace("data%5BFIELDS%5D", "").replace("%5F", "_");
    let expected = format!(
        "event=ONCRMADDRESSREGISTER&%5BTYPE_ID%5D=6&%5BENTITY_TYPE_ID%5D=8&%5BENTITY_ID%5D={requisite}\
         &%5BANCHOR_ID%5D={company}&%5BANCHOR_TYPE_ID%5D=4&ts="
    );
    assert!(body.starts_with(&expected), "{body}");
}

#[tokio::test]
async fn what_comes_over_rest_is_noticed_as_well_and_what_changes_nothing_is_not() {
    let (rest, ear) = with_webhook().await;
    let company = rest.company("Ромашка").await;
    rest.ok("crm.item.update", json!({"entityTypeId": 4, "id": company, "fields": {"title": "Ромашка"}}))
        .await;
    rest.ok("crm.company.list", json!({})).await;
    rest.refused("crm.company.update", json!({"id": 1, "fields": {}})).await;
    assert_eq!(heard(&rest, &ear).await, [format!("ONCRMCOMPANYADD {company}")]);
}

#[tokio::test]
async fn work_that_nobody_sees_is_told_to_nobody() {
    let (rest, ear) = with_webhook().await;
    rest.portal.module().install(BoxModule::new(ear.url(), SECRET));
    let company = rest.portal.employee().unseen().creates_company("Ромашка").unwrap();
    assert!(rest.portal.company(company).is_some());
    assert_eq!(rest.portal.notices().waiting(), 0);
}

#[tokio::test]
async fn a_notice_that_nobody_takes_is_gone() {
    let (rest, ear) = with_webhook().await;
    ear.answers(None);
    rest.portal.employee().creates_company("Ромашка").unwrap();
    assert_eq!(rest.portal.notices().deliver().await, Delivered { taken: 0, failed: 1 });
    ear.answers(Some(""));
    assert_eq!(rest.portal.notices().deliver().await, Delivered::default());
    assert_eq!((rest.portal.notices().lost(), ear.posts().len()), (1, 1));
}

#[tokio::test]
async fn notices_get_lost_double_come_late_and_in_any_order() {
    let (rest, ear) = with_webhook().await;
    let (employee, notices) = (rest.portal.employee(), rest.portal.notices());
    let ten = || -> Vec<String> {
        let company = |_| employee.creates_company("x").map(|id| format!("ONCRMCOMPANYADD {id}")).unwrap();
        (0..10).map(company).collect()
    };
    let weather = |lose, double| NoticeWeather { lose, double, seed: 7, ..NoticeWeather::default() };

    notices.set_weather(weather(100, 0));
    ten();
    assert_eq!((heard(&rest, &ear).await.len(), notices.lost()), (0, 10));

    notices.set_weather(weather(0, 100));
    let made = ten();
    let doubled = heard(&rest, &ear).await;
    assert_eq!(doubled.len(), 20);
    assert!(made.iter().all(|one| doubled.iter().filter(|heard| *heard == one).count() == 2));

    notices.set_weather(NoticeWeather { shuffle: true, seed: 7, ..NoticeWeather::default() });
    let made = ten();
    let mut shuffled = heard(&rest, &ear).await;
    assert_ne!(shuffled, made);
    shuffled.sort();
    assert_eq!(shuffled, made);

    notices.set_weather(NoticeWeather { delay: SignedDuration::from_mins(5), ..NoticeWeather::default() });
    let made = ten();
    assert_eq!(heard(&rest, &ear).await, [""; 0]);
    rest.pass(300);
    assert_eq!(heard(&rest, &ear).await, made);
}

#[tokio::test]
async fn the_module_repeats_its_queue_until_it_is_taken() {
    let (rest, ear) = with_module().await;
    let (employee, notices) = (rest.portal.employee(), rest.portal.notices());
    let company = employee.creates_company("Ромашка").unwrap();
    let requisite = employee.adds_requisite(company, "COMPANY", &[]).unwrap();
    let detail = employee.adds_bank_detail(requisite, &[]).unwrap();
    employee.deletes_bank_detail(detail).unwrap();

    // Of the two rows of the bank detail the newer is left after the first failure.
    for useless in [None, Some(""), Some(r#"{"accepted_up_to":0}"#)] {
        ear.answers(useless);
        notices.deliver().await;
        assert_eq!((ear.posts().len(), notices.waiting()), (1, 3), "{useless:?}");
        rest.pass(15 * 60);
    }
    ear.answers(Some(r#"{"accepted_up_to":2}"#));
    notices.deliver().await;
    assert_eq!(notices.waiting(), 1);
    ear.posts();
    ear.answers(Some(r#"{"accepted_up_to":4}"#));
    rest.pass(60);
    notices.deliver().await;
    let body: Value = serde_json::from_str(&ear.posts()[0].body).unwrap();
    let entry = json!({ "id": 4, "entity": "bankdetail", "entity_id": detail, "owner_id": company, "event": "delete", "at": "2026-11-23T17:48:00Z" });
    assert_eq!(body, json!({ "changes": [entry] }));
    assert_eq!(notices.waiting(), 0);
}

#[tokio::test]
async fn the_module_waits_longer_after_every_post_that_failed_and_says_why_it_did() {
    let (rest, ear) = with_module().await;
    let notices = rest.portal.notices();
    rest.portal.employee().creates_company("Ромашка").unwrap();
    ear.answers(None);
    for (pause, posts) in
        [(0, 1), (59, 0), (1, 1), (119, 0), (1, 1), (239, 0), (1, 1), (480, 1), (899, 0), (1, 1), (900, 1)]
    {
        rest.pass(pause);
        notices.deliver().await;
        assert_eq!(ear.posts().len(), posts, "after {pause} s");
    }
    let outbox = rest.ok("parom.bridge.ping", json!({})).await["outbox"].take();
    assert_eq!((&outbox["length"], &outbox["oldest_at"]), (&json!(1), &json!("2026-11-23T20:48:00+03:00")));
    assert_eq!(outbox["last_error"], "Паром сейчас не может принять изменения. Ответ: 503");

    ear.answers(Some(r#"{"accepted_up_to":1}"#));
    rest.pass(900);
    notices.deliver().await;
    let outbox = rest.ok("parom.bridge.ping", json!({})).await["outbox"].take();
    assert_eq!(outbox, json!({ "enabled": true, "length": 0, "oldest_at": null, "last_error": "" }));
}

#[tokio::test]
async fn the_module_signs_what_it_posts() {
    let (rest, ear) = with_module().await;
    rest.portal.employee().creates_company("Ромашка").unwrap();
    rest.portal.notices().deliver().await;
    let post = ear.posts().remove(0);
    let body = r#"{"changes":[{"id":1,"entity":"company","entity_id":2901,"event":"add","at":"2026-11-23T17:48:00Z","owner_id":2901}]}"#;
    assert_eq!((post.body.as_str(), post.content_type.as_str()), (body, "application/json"));
    // printf %s "$body" | openssl dgst -sha256 -hmac "$SECRET"
    assert_eq!(post.signature, "sha256=c3564c159f7f745ed198ce4b586b057dc2d9ef3642cd0bda2f4a3896eedebb6d");
}

#[tokio::test]
async fn a_long_queue_goes_in_parts_and_a_lost_part_comes_again() {
    let (rest, ear) = with_module().await;
    let notices = rest.portal.notices();
    for _ in 0..1_500 {
        rest.portal.employee().creates_company("x").unwrap();
    }
    ear.answers(Some(r#"{"accepted_up_to":1000}"#));
    notices.set_weather(NoticeWeather { lose: 100, ..NoticeWeather::default() });
    notices.deliver().await;
    assert_eq!((ear.posts().len(), notices.waiting()), (0, 1_500));
    notices.set_weather(NoticeWeather::default());
    rest.pass(60);
    notices.deliver().await;
    let ids = |body: &str| -> Vec<u64> {
        let body: Value = serde_json::from_str(body).unwrap();
        body["changes"].as_array().unwrap().iter().map(|change| change["id"].as_u64().unwrap()).collect()
    };
    let parts: Vec<_> = ear.posts().iter().map(|post| ids(&post.body)).collect();
    // The second part was not taken, so there is no third.
    assert_eq!(parts, [(1..=1_000).collect::<Vec<_>>(), (1_001..=1_500).collect()]);
}

#[tokio::test]
async fn a_portal_from_a_backup_counts_its_queue_and_its_companies_anew() {
    let (rest, ear) = with_module().await;
    let (employee, notices) = (rest.portal.employee(), rest.portal.notices());
    let backup = rest.portal.backup();
    let lost = employee.creates_company("Ромашка").unwrap();
    ear.answers(Some(r#"{"accepted_up_to":1}"#));
    notices.deliver().await;
    rest.portal.restore(&backup);
    assert!(rest.portal.company(lost).is_none());
    assert_eq!(employee.creates_company("Лютик").unwrap(), lost);
    notices.deliver().await;
    let ids: Vec<Value> = ear
        .posts()
        .iter()
        .map(|post| serde_json::from_str::<Value>(&post.body).unwrap()["changes"][0]["id"].clone())
        .collect();
    assert_eq!(ids, [1, 1]);
}

#[tokio::test]
async fn notices_leave_by_themselves_when_told_to() {
    let (rest, ear) = with_webhook().await;
    rest.portal.notices().deliver_by_themselves();
    rest.portal.notices().deliver_by_themselves();
    rest.portal.employee().creates_company("Ромашка").unwrap();
    let mut heard = Vec::new();
    for _ in 0..500 {
        heard.extend(ear.posts());
        if !heard.is_empty() {
            break;
        }
        #[expect(clippy::disallowed_methods, reason = "the portal's own task works in real time")]
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    rest.portal.stop().await;
    heard.extend(ear.posts());
    assert_eq!(heard.len(), 1);
}
