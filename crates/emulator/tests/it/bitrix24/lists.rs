//! Filters, pages, order, select of the old lists.

use serde_json::{Value, json};

use super::{Rest, ids};

async fn with_companies(count: usize) -> (Rest, Vec<i64>) {
    let rest = Rest::new().await;
    let employee = rest.portal.employee();
    let made = (0..count)
        .map(|at| employee.creates_company(&format!("Компания {at}")).expect("a company"))
        .collect();
    (rest, made)
}

async fn list(rest: &Rest, params: Value) -> Vec<i64> {
    ids(&rest.ok("crm.company.list", params).await)
}

#[tokio::test]
async fn a_page_is_fifty_and_the_last_one_has_no_next() {
    let (rest, made) = with_companies(120).await;
    for (start, rows, next) in
        [(0, 50, json!(50)), (50, 50, json!(100)), (100, 20, json!(null)), (60, 50, json!(100))]
    {
        let answer = rest.call("crm.company.list", json!({"select": ["ID"], "start": start})).await;
        assert_eq!(answer.body["total"], 120);
        assert_eq!(answer.body["next"], next, "start {start}");
        assert_eq!(ids(&answer.body["result"]).len(), rows);
    }
    assert_eq!(list(&rest, json!({"start": 100})).await, made[100..]);
}

#[tokio::test]
async fn start_minus_one_counts_nothing() {
    let (rest, made) = with_companies(60).await;
    let answer = rest.call("crm.company.list", json!({"start": -1, "filter": {">ID": made[4]}})).await;
    assert_eq!(answer.body["total"], 0);
    assert!(answer.body.get("next").is_none());
    assert_eq!(ids(&answer.body["result"]), made[5..55]);
    let last = list(&rest, json!({"start": -1, "order": {"ID": "DESC"}})).await;
    assert_eq!(last[0], made[59]);
}

#[tokio::test]
async fn filters_mean_what_their_prefix_says() {
    let (rest, made) = with_companies(10).await;
    let (third, seventh) = (made[3], made[7]);
    for (filter, found) in [
        (json!({"ID": third}), vec![third]),
        (json!({"=ID": third.to_string()}), vec![third]),
        (json!({"@ID": [third, seventh, 1]}), vec![third, seventh]),
        (json!({"ID": [third, seventh]}), vec![third, seventh]),
        (json!({"!ID": third, "<ID": made[5]}), vec![made[0], made[1], made[2], made[4]]),
        (json!({"!@ID": &made[..9]}), vec![made[9]]),
        (json!({">=ID": seventh, "<ID": made[9]}), vec![seventh, made[8]]),
        (json!({"%TITLE": "НИЯ 3"}), vec![third]),
        (json!({"=%TITLE": "%7"}), vec![seventh]),
        (json!({"=%TITLE": "7%"}), vec![]),
        (json!({"TITLE": "Компания 7"}), vec![seventh]),
        (json!({"TITLE": "Компания"}), vec![]),
        (json!({"ID": ""}), vec![]),
        (json!({"logic": "OR", "0": {"ID": third}, "ID": seventh}), vec![seventh]),
    ] {
        assert_eq!(list(&rest, json!({"filter": filter})).await, found, "{filter}");
    }
}

#[tokio::test]
async fn a_filter_by_an_unknown_field_finds_everything() {
    let (rest, made) = with_companies(3).await;
    assert_eq!(list(&rest, json!({"filter": {"RQ_INN": "7707083893"}})).await, made);
}

#[tokio::test]
async fn companies_are_found_by_the_key_of_another_system() {
    let rest = Rest::new().await;
    let mut made = Vec::new();
    for (originator, origin) in [("PAROM", "g1"), ("PAROM", "g2"), ("OTHER", "g1")] {
        let fields = json!({"TITLE": "x", "ORIGINATOR_ID": originator, "ORIGIN_ID": origin});
        made.push(rest.ok("crm.company.add", json!({"fields": fields})).await.as_i64().unwrap());
    }
    let filter = json!({"ORIGINATOR_ID": "PAROM", "@ORIGIN_ID": ["g1", "g2", "g3"]});
    let params = json!({"filter": filter, "select": ["ID", "ORIGIN_ID"], "start": -1});
    let rows = rest.ok("crm.company.list", params).await;
    assert_eq!(ids(&rows), made[..2]);
    assert_eq!(rows[1], json!({"ID": made[1].to_string(), "ORIGIN_ID": "g2"}));
}

#[tokio::test]
async fn telephones_come_only_by_name() {
    let rest = Rest::new().await;
    let fields = json!({"TITLE": "x", "PHONE": [{"VALUE": "+7 495"}]});
    rest.ok("crm.company.add", json!({"fields": fields})).await;
    let shown = |select: Value| {
        let rest = &rest;
        async move { rest.ok("crm.company.list", json!({"select": select})).await[0].get("PHONE").is_some() }
    };
    assert!(!shown(json!([])).await);
    assert!(!shown(json!(["*", "UF_*"])).await);
    assert!(shown(json!(["*", "PHONE"])).await);
    assert_eq!(list(&rest, json!({"filter": {"PHONE": "+7 495"}})).await.len(), 1);
    assert_eq!(list(&rest, json!({"filter": {"%PHONE": "495"}})).await.len(), 0, "only exact matches");
}

#[tokio::test]
async fn changes_are_found_by_time_in_any_zone() {
    let (rest, made) = with_companies(2).await;
    rest.pass(60);
    rest.portal.employee().edits_company(made[1], &[("TITLE", "y")]).unwrap();
    for since in ["2026-11-23T20:49:00+03:00", "2026-11-23T17:49:00Z", "2026-11-23 20:49:00"] {
        let params = json!({"filter": {">=DATE_MODIFY": since}, "order": {"DATE_MODIFY": "ASC"}});
        assert_eq!(list(&rest, params).await, made[1..], "{since}");
    }
}

#[tokio::test]
async fn requisites_show_only_what_was_selected() {
    let rest = Rest::new().await;
    let company = rest.company("x").await;
    rest.requisite(company, "7707083893").await;
    let rows = rest.ok("crm.requisite.list", json!({"select": ["RQ_INN"]})).await;
    assert_eq!(rows, json!([{"RQ_INN": "7707083893"}]));
    let rows = rest.ok("crm.requisite.list", json!({})).await;
    assert!(rows[0].get("RQ_OGRN").is_some(), "nothing selected is everything");
}
