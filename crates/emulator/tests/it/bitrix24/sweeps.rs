//! What a look at dates finds, and what it misses.

use domain::SignedDuration;
use serde_json::{Value, json};

use super::{Rest, ids};

async fn since(rest: &Rest, method: &str, condition: &str, moment: &str) -> Vec<i64> {
    let filter = json!({condition: moment});
    ids(&rest.ok(method, json!({"filter": filter, "order": {"ID": "ASC"}, "start": -1})).await)
}

#[tokio::test]
async fn a_new_requisite_is_found_by_its_creation_and_a_changed_one_by_its_change() {
    let rest = Rest::new().await;
    let company = rest.company("a").await;
    let (old, new) = (rest.requisite(company, "1").await, rest.requisite(company, "2").await);
    let detail = rest.portal.employee().adds_bank_detail(new, &[]).unwrap();
    let begun = "2026-11-23T20:48:00+03:00";
    for (method, all, changed) in
        [("crm.requisite.list", vec![old, new], new), ("crm.requisite.bankdetail.list", vec![detail], detail)]
    {
        assert_eq!(since(&rest, method, ">=DATE_MODIFY", begun).await, [0; 0], "{method}");
        assert_eq!(since(&rest, method, ">=DATE_CREATE", begun).await, all, "{method}");
        let update = method.replace("list", "update");
        rest.ok(&update, json!({"id": changed, "fields": {"SORT": 7}})).await;
        assert_eq!(since(&rest, method, ">=DATE_MODIFY", begun).await, [changed], "{method}");
    }
}

#[tokio::test]
async fn an_address_or_an_account_moves_no_date_of_its_requisite_or_company() {
    let rest = Rest::new().await;
    let company = rest.company("a").await;
    let requisite = rest.requisite(company, "1").await;
    rest.pass(60);
    let employee = rest.portal.employee();
    employee.writes_address(requisite, 6, &[("ADDRESS_1", "a")]).unwrap();
    let detail = employee.adds_bank_detail(requisite, &[]).unwrap();
    employee.edits_bank_detail(detail, &[("RQ_BIK", "1")]).unwrap();
    employee.edits_requisite(requisite, &[("RQ_KPP", "1")]).unwrap();
    rest.pass(60);
    employee.writes_address(requisite, 6, &[("ADDRESS_1", "b")]).unwrap();
    employee.deletes_bank_detail(detail).unwrap();
    let card = rest.portal.company(company).unwrap();
    assert_eq!(card.get("DATE_MODIFY"), "2026-11-23T20:48:00+03:00");
    assert_eq!(rest.portal.requisites()[0].get("DATE_MODIFY"), "2026-11-23T20:49:00+03:00");
}

#[tokio::test]
async fn a_telephone_moves_the_date_of_its_company() {
    let rest = Rest::new().await;
    let employee = rest.portal.employee_number(15);
    let company = employee.creates_company("a").unwrap();
    employee.adds_phone(company, "+74951234567").unwrap();
    rest.pass(60);
    employee.changes_phone(company, "+74951234567", "+74957654321").unwrap();
    let card = rest.portal.company(company).unwrap();
    assert_eq!(card.phones, ["+74957654321"]);
    assert_eq!((card.get("DATE_MODIFY"), card.get("MODIFY_BY_ID")), ("2026-11-23T20:49:00+03:00", "15"));
}

#[tokio::test]
async fn dates_have_whole_seconds_so_that_two_changes_share_one() {
    let rest = Rest::new().await;
    let first = rest.company("a").await;
    let at = rest.portal.company(first).unwrap().get("DATE_MODIFY").to_owned();
    rest.clock.advance(SignedDuration::from_millis(500));
    let second = rest.company("b").await;
    assert_eq!(since(&rest, "crm.company.list", ">DATE_MODIFY", &at).await, [0; 0]);
    assert_eq!(since(&rest, "crm.company.list", ">=DATE_MODIFY", &at).await, [first, second]);
}

#[tokio::test]
async fn a_portal_whose_clock_is_behind_writes_its_own_dates() {
    let rest = Rest::new().await;
    let before = rest.company("a").await;
    rest.portal.set_clock_offset(SignedDuration::from_hours(-1));
    let after = rest.company("b").await;
    assert_eq!(rest.ok("server.time", json!({})).await, "2026-11-23T19:48:00+03:00");
    assert_eq!(
        since(&rest, "crm.company.list", ">=DATE_MODIFY", "2026-11-23T20:00:00+03:00").await,
        [before]
    );
    let by_date = json!({"order": {"DATE_MODIFY": "DESC"}, "select": ["ID"]});
    assert_eq!(ids(&rest.ok("crm.company.list", by_date).await), [before, after]);
    rest.portal.set_clock_offset(SignedDuration::ZERO);
    assert_eq!(rest.ok("server.time", json!({})).await, "2026-11-23T20:48:00+03:00");
}

#[tokio::test]
async fn deals_are_found_by_company_and_by_change() {
    let rest = Rest::new().await;
    let employee = rest.portal.employee();
    let companies: Vec<i64> = (0..3).map(|_| employee.creates_company("x").unwrap()).collect();
    let deals: Vec<i64> =
        companies.iter().map(|company| employee.adds_deal(*company, &[]).unwrap()).collect();
    rest.pass(60);
    employee.edits_deal(deals[1], &[("TITLE", "y")]).unwrap();
    let list = async |filter: Value| ids(&rest.ok("crm.deal.list", json!({"filter": filter})).await);
    assert_eq!(list(json!({"@COMPANY_ID": [companies[0], companies[2]]})).await, [deals[0], deals[2]]);
    assert_eq!(list(json!({"@ID": deals, ">ID": deals[0]})).await, [deals[1], deals[2]]);
    assert_eq!(list(json!({">=DATE_MODIFY": "2026-11-23T20:49:00+03:00"})).await, [deals[1]]);
    let items = json!({"entityTypeId": 2, "filter": {"@companyId": [companies[0]], ">=createdTime": "2026-11-23T20:48:00+03:00"}});
    assert_eq!(ids(&rest.ok("crm.item.list", items).await["items"]), [deals[0]]);
}

#[tokio::test]
async fn a_deal_changes_its_pipeline_only_by_the_universal_method() {
    let rest = Rest::new().await;
    let company = rest.company("x").await;
    let deal = rest.portal.employee().adds_deal(company, &[("CATEGORY_ID", "3")]).unwrap();
    let card = || rest.portal.deals().remove(0);
    assert_eq!(
        (card().get("STAGE_ID").to_owned(), card().get("CLOSED").to_owned()),
        ("C3:NEW".into(), "N".into())
    );
    rest.ok("crm.deal.update", json!({"id": deal, "fields": {"CATEGORY_ID": 0, "STAGE_ID": "C3:WON"}})).await;
    assert_eq!(
        (card().get("CATEGORY_ID").to_owned(), card().get("STAGE_ID").to_owned()),
        ("3".into(), "C3:WON".into())
    );
    assert_eq!(
        (card().get("CLOSED").to_owned(), card().get("STAGE_SEMANTIC_ID").to_owned()),
        ("Y".into(), "S".into())
    );
    let moved = json!({"entityTypeId": 2, "id": deal, "fields": {"categoryId": 0, "stageId": "EXECUTING"}});
    assert_eq!(rest.ok("crm.item.update", moved).await["item"]["stageId"], "EXECUTING");
    assert_eq!(card().get("CLOSED"), "N");
    let stages = rest.ok("crm.status.list", json!({"filter": {"ENTITY_ID": "DEAL_STAGE_3"}})).await;
    assert_eq!((&stages[0]["STATUS_ID"], stages.as_array().map(Vec::len)), (&json!("C3:NEW"), Some(5)));
    let pipelines = rest.ok("crm.category.list", json!({"entityTypeId": 2})).await;
    assert_eq!(
        (&pipelines["categories"][1]["id"], &pipelines["categories"][1]["name"]),
        (&json!(3), &json!("Запросы"))
    );
}

#[tokio::test]
async fn what_was_read_and_what_was_written_is_counted_by_method() {
    let rest = Rest::new().await;
    let company = rest.company("x").await;
    let before = rest.portal.counters();
    rest.ok("batch", json!({"cmd": {
        "a": "crm.company.list", "b": format!("crm.requisite.list?filter[ENTITY_ID]={company}"),
        "c": format!("crm.company.update?id={company}&fields[TITLE]=y"), "d": "crm.company.update?id=1&fields[TITLE]=z",
    }}))
    .await;
    let cost = rest.portal.counters().since(&before);
    assert_eq!((cost.http_requests, cost.commands, cost.reads(), cost.writes), (1, 4, 2, 1));
    assert_eq!((cost.of("crm.company.update"), cost.writes_by_method["crm.company.update"]), (2, 1));
    assert_eq!(cost.of("crm.company.add"), 0);
}
