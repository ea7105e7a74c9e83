//! Duplicates become one company.

use serde_json::json;

use super::Rest;
use super::ear::Ear;
use emulator::bitrix24::OutgoingWebhook;

const INN: &str = "7707083893";

/// Two companies with the same ИНН, the second with more in it.
async fn duplicates(rest: &Rest) -> (i64, i64, i64, i64) {
    let (main, other) = (rest.company("Ромашка").await, rest.company("ООО Ромашка").await);
    let (ours, theirs) = (rest.requisite(main, INN).await, rest.requisite(other, INN).await);
    let employee = rest.portal.employee();
    employee.edits_requisite(theirs, &[("RQ_KPP", "773601001")]).expect("an employee may");
    for requisite in [ours, theirs] {
        employee
            .adds_bank_detail(requisite, &[("RQ_ACC_NUM", "40702810900000000001")])
            .expect("an employee may");
    }
    employee.adds_bank_detail(theirs, &[("RQ_ACC_NUM", "40702810900000000002")]).expect("an employee may");
    employee.writes_address(ours, 6, &[("ADDRESS_1", "ours")]).expect("an employee may");
    employee.writes_address(theirs, 6, &[("ADDRESS_1", "theirs")]).expect("an employee may");
    employee.writes_address(theirs, 1, &[("ADDRESS_1", "theirs")]).expect("an employee may");
    employee.adds_phone(main, "+74951234567").expect("an employee may");
    employee.adds_phone(other, "+74951234567").expect("an employee may");
    employee.adds_phone(other, "+74957654321").expect("an employee may");
    (main, other, ours, theirs)
}

#[tokio::test]
async fn one_stays_with_everything_and_the_other_is_gone() {
    let rest = Rest::new().await;
    let (main, other, ours, theirs) = duplicates(&rest).await;
    let employee = rest.portal.employee();
    let deal = employee.adds_deal(other, &[]).unwrap();
    rest.pass(60);
    employee.merges_companies(main, &[other]).unwrap();

    let portal = &rest.portal;
    assert!(portal.company(other).is_none());
    let card = portal.company(main).unwrap();
    assert_eq!((card.get("TITLE"), card.phones.len()), ("Ромашка", 2));
    assert_eq!(card.get("DATE_MODIFY"), "2026-11-23T20:49:00+03:00");
    let requisites = portal.requisites();
    assert_eq!((requisites.len(), requisites[0].id, requisites[0].get("RQ_KPP")), (1, ours, "773601001"));
    assert!(portal.requisites().iter().all(|requisite| requisite.id != theirs));
    assert_eq!(portal.bank_details_of(ours).len(), 2, "the same account once");
    let lines: Vec<_> = portal.addresses_of(ours).iter().map(|one| one.get("ADDRESS_1").to_owned()).collect();
    assert_eq!(lines, ["theirs", "ours"], "actual of theirs, legal of ours");
    assert!(portal.addresses().iter().all(|address| address.get("ANCHOR_ID") == main.to_string()));
    let deals = portal.deals();
    assert_eq!(
        (deals[0].id, deals[0].owner, deals[0].get("DATE_MODIFY")),
        (deal, main, "2026-11-23T20:48:00+03:00")
    );
}

#[tokio::test]
async fn a_requisite_of_another_branch_moves_without_a_word() {
    let (rest, ear) = (Rest::new().await, Ear::new().await);
    let (main, other) = (rest.company("a").await, rest.company("a").await);
    let (ours, theirs) = (rest.requisite(main, INN).await, rest.requisite(other, INN).await);
    let employee = rest.portal.employee();
    employee.edits_requisite(ours, &[("RQ_KPP", "773601001")]).unwrap();
    employee.edits_requisite(theirs, &[("RQ_KPP", "784001001")]).unwrap();
    employee.writes_address(theirs, 6, &[("ADDRESS_1", "a")]).unwrap();
    let before = rest.portal.requisites()[1].get("DATE_MODIFY").to_owned();
    rest.pass(60);
    rest.portal.notices().set_webhook(Some(OutgoingWebhook { url: ear.url(), token: String::new() }));
    employee.merges_companies(main, &[other]).unwrap();
    rest.portal.notices().deliver().await;
    assert_eq!(ear.events(), [format!("ONCRMCOMPANYDELETE {other}"), format!("ONCRMCOMPANYUPDATE {main}")]);
    let moved = &rest.portal.requisites()[1];
    assert_eq!((moved.id, moved.owner, moved.get("DATE_MODIFY")), (theirs, main, before.as_str()));
    let anchored = json!({"filter": {"ENTITY_TYPE_ID": 8, "ANCHOR_TYPE_ID": 4, "ANCHOR_ID": main}});
    assert_eq!(rest.ok("crm.address.list", anchored).await.as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn over_rest_a_difference_is_a_conflict() {
    let rest = Rest::new().await;
    let (main, other, ..) = duplicates(&rest).await;
    let merge = |ids: Vec<i64>| json!({"params": {"entityTypeId": 4, "entityIds": ids}});
    let titles = rest.ok("crm.entity.mergeBatch", merge(vec![main, other])).await;
    assert_eq!(titles, json!({"STATUS": "CONFLICT", "ENTITY_IDS": []}));
    rest.ok("crm.company.update", json!({"id": other, "fields": {"TITLE": "Ромашка"}})).await;
    let merged = rest.ok("crm.entity.mergeBatch", merge(vec![main, other])).await;
    assert_eq!(merged, json!({"STATUS": "SUCCESS", "ENTITY_IDS": [other]}));
    assert_eq!(rest.portal.company_count(), 1);
    for (ids, text) in [
        (vec![], "The parameter entityIds does not contains valid elements."),
        (vec![main], "The parameter entityIds must contains at least two elements."),
        (vec![main, other], "Owner was not found"),
    ] {
        assert_eq!(rest.refused("crm.entity.mergeBatch", merge(ids)).await, (400, json!(0), text.to_owned()));
    }
}
