//! The box module: there or not, what it says of itself, and what it refuses.

use std::path::Path;

use emulator::bitrix24::BoxModule;
use serde_json::{Value, json};

use super::ear::Ear;
use super::{Rest, nameless};

const INN: &str = "7736207543";
const OTHER: &str = "7707083893";
const REFUSED: &str = "Клиент с таким ИНН уже создан";

async fn guarded() -> Rest {
    let rest = Rest::new().await;
    rest.portal.module().install(BoxModule::without_address());
    rest
}

#[tokio::test]
async fn a_portal_without_the_module_does_not_know_its_methods_and_needs_a_right_with_it() {
    let rest = Rest::with(|settings| settings.scopes.retain(|scope| scope != "parom")).await;
    let unknown = (404, json!("ERROR_METHOD_NOT_FOUND"), "Method not found!".to_owned());
    assert_eq!(rest.refused("parom.bridge.ping", json!({})).await, unknown);
    let known = rest.ok("method.get", json!({"name": "parom.bridge.ping"})).await;
    assert_eq!(known, json!({ "isExisting": false, "isAvailable": false }));

    rest.portal.module().install(BoxModule::without_address());
    let (status, error, _) = rest.refused("parom.bridge.ping", json!({})).await;
    assert_eq!((status, error), (403, json!("insufficient_scope")));

    rest.portal.module().uninstall();
    assert_eq!(rest.refused("parom.bridge.ping", json!({})).await, unknown);
}

#[tokio::test]
async fn the_module_says_who_it_is_and_how_its_queue_stands() {
    let rest = guarded().await;
    let ping = json!({
        "module": "parom.bridge", "version": "1.0.0", "protocol": 1, "guard": true, "php": "8.2.28", "main": "26.250.100",
        "outbox": { "enabled": false, "length": 0, "oldest_at": null, "last_error": "" },
        "time": "2026-11-23T20:48:00+03:00",
    });
    assert_eq!(rest.ok("parom.bridge.ping", json!({})).await, ping);

    rest.portal.module().install(BoxModule::new("http://127.0.0.1:9", "s3cr3t of the module"));
    let company = rest.company("Ромашка").await;
    let state = json!({ "entity": "company", "id": company, "waiting": 1, "last_change_at": "2026-11-23T20:48:00+03:00", "last_posted_at": null });
    assert_eq!(rest.ok("parom.bridge.state", json!({ "entity": "company", "id": company })).await, state);
    rest.refused("parom.bridge.state", json!({ "entity": "lead", "id": 1 })).await;
}

/// What the module in `adapters/bitrix24` writes; its own tests hold it to the same files.
fn sample(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../adapters/bitrix24/tests/wire");
    let text = std::fs::read(folder.join(format!("{name}.json")));
    serde_json::from_slice(&text.unwrap_or_else(|error| panic!("{name}: {error}"))).expect("JSON")
}

/// Names within names; of a list those of every element.
fn names(value: &Value) -> Vec<String> {
    match value {
        Value::Object(map) => {
            let below = |(name, value): (&String, &Value)| {
                let below = names(value).into_iter().map(move |below| format!("{name}.{below}"));
                [name.clone()].into_iter().chain(below.collect::<Vec<_>>())
            };
            map.iter().flat_map(below).collect()
        }
        Value::Array(items) => items.iter().flat_map(names).collect(),
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn it_says_the_same_fields_as_the_module_of_the_box() {
    let (rest, ear) = (Rest::new().await, Ear::new().await);
    rest.portal.module().install(BoxModule::new(ear.url(), "s3cr3t of the module"));
    let employee = rest.portal.employee();
    let company = employee.creates_company("Ромашка").unwrap();
    ear.answers(Some(r#"{"accepted_up_to":1}"#));
    rest.portal.notices().deliver().await;
    ear.posts();
    employee.adds_requisite(company, "COMPANY", &[("RQ_INN", INN)]).unwrap();
    let deal = employee.adds_deal(company, &[]).unwrap();
    assert_eq!(names(&rest.ok("parom.bridge.ping", json!({})).await), names(&sample("ping")));
    let state = rest.ok("parom.bridge.state", json!({ "entity": "deal", "id": deal })).await;
    assert_eq!(names(&state), names(&sample("state")));
    rest.portal.notices().deliver().await;
    let posted: Value = serde_json::from_str(&ear.posts()[0].body).unwrap();
    assert_eq!(names(&posted), names(&sample("changes")));

    let second = rest.company("Лютик").await;
    let fields = json!({
        "ENTITY_TYPE_ID": 4, "ENTITY_ID": second, "PRESET_ID": rest.portal.presets()[0].0, "NAME": "Реквизит", "RQ_INN": INN,
    });
    assert_eq!(rest.call("crm.requisite.add", json!({ "fields": fields })).await.body, sample("refusal"));
}

#[tokio::test]
async fn a_folder_that_somebody_deleted_takes_the_methods_and_the_guard_with_it_silently() {
    let rest = guarded().await;
    let (first, second) = (rest.company("Ромашка").await, rest.company("Лютик").await);
    rest.requisite(first, INN).await;
    rest.portal.module().set_folder(false);
    rest.refused("parom.bridge.ping", json!({})).await;
    rest.requisite(second, INN).await;
    rest.portal.module().set_folder(true);
    assert_eq!(rest.ok("parom.bridge.ping", json!({})).await["guard"], true);
}

#[tokio::test]
async fn a_repeated_inn_is_refused_over_rest_with_an_empty_code() {
    let rest = guarded().await;
    let (first, second) = (rest.company("Ромашка").await, rest.company("Лютик").await);
    rest.requisite(first, INN).await;
    let fields = json!({
        "ENTITY_TYPE_ID": 4, "ENTITY_ID": second, "PRESET_ID": rest.portal.presets()[0].0, "NAME": "Реквизит",
        "RQ_INN": " 7736 207543 ",
    });
    assert_eq!(rest.refused("crm.requisite.add", json!({ "fields": fields })).await, nameless(REFUSED));
    let other = rest.requisite(second, OTHER).await;
    let update = json!({ "id": other, "fields": { "RQ_INN": INN } });
    assert_eq!(rest.refused("crm.requisite.update", update).await, nameless(REFUSED));
    assert_eq!(rest.portal.requisites_with_inn(INN).len(), 1);
}

#[tokio::test]
async fn an_employee_reads_the_refusal_and_the_card_stays_as_it_was() {
    let rest = guarded().await;
    let employee = rest.portal.employee();
    let first = employee.creates_company("Ромашка").unwrap();
    employee.adds_requisite(first, "COMPANY", &[("RQ_INN", INN)]).unwrap();
    let second = employee.creates_company("Лютик").unwrap();
    let refused = employee.adds_requisite(second, "COMPANY", &[("RQ_INN", INN)]).unwrap_err();
    assert_eq!((refused.error.as_str(), refused.description.as_str()), ("", REFUSED));
    assert_eq!(rest.portal.requisites_of(second).len(), 0);
}

#[tokio::test]
async fn what_changes_no_inn_passes() {
    let rest = guarded().await;
    let employee = rest.portal.employee();
    let first = employee.creates_company("Ромашка").unwrap();
    let requisite = employee.adds_requisite(first, "COMPANY", &[("RQ_INN", INN)]).unwrap();
    // A branch is a requisite of the same company.
    employee.adds_requisite(first, "COMPANY", &[("RQ_INN", INN), ("RQ_KPP", "997950001")]).unwrap();
    // There since before the module was.
    let second = employee.creates_company("Лютик").unwrap();
    let twin = rest.portal.employee().unseen().adds_requisite(second, "COMPANY", &[("RQ_INN", INN)]).unwrap();
    for one in [requisite, twin] {
        employee.edits_requisite(one, &[("RQ_INN", INN), ("RQ_KPP", "770401001")]).unwrap();
        employee.edits_requisite(one, &[("RQ_DIRECTOR", "Иванов Иван Иванович")]).unwrap();
    }
}

#[tokio::test]
async fn branches_pass_by_another_kpp_if_the_option_says_so() {
    let rest = Rest::new().await;
    rest.portal.module().install(BoxModule { branches: true, ..BoxModule::without_address() });
    let employee = rest.portal.employee();
    let [head, branch, nobody] =
        ["Головная", "Филиал", "Ещё одна"].map(|title| employee.creates_company(title).unwrap());
    employee.adds_requisite(head, "COMPANY", &[("RQ_INN", INN), ("RQ_KPP", "770401001")]).unwrap();
    employee.adds_requisite(branch, "COMPANY", &[("RQ_INN", INN), ("RQ_KPP", "997950001")]).unwrap();
    employee.adds_requisite(nobody, "COMPANY", &[("RQ_INN", INN)]).unwrap_err();
    employee.adds_requisite(nobody, "COMPANY", &[("RQ_INN", INN), ("RQ_KPP", "770401001")]).unwrap_err();
}

#[tokio::test]
async fn a_merge_is_not_stood_in_the_way_of() {
    let rest = Rest::new().await;
    let employee = rest.portal.employee();
    let [main, other] = ["Ромашка", "Ромашка (2)"].map(|title| employee.creates_company(title).unwrap());
    employee.adds_requisite(main, "COMPANY", &[("RQ_INN", INN)]).unwrap();
    employee.adds_requisite(other, "COMPANY", &[("RQ_INN", INN), ("RQ_KPP", "770401001")]).unwrap();
    rest.portal.module().install(BoxModule::without_address());
    employee.merges_companies(main, &[other]).unwrap();
    let left = rest.portal.requisites_with_inn(INN);
    assert_eq!(
        left.iter().map(|requisite| (requisite.owner, requisite.get("RQ_KPP"))).collect::<Vec<_>>(),
        [(main, "770401001")]
    );
}

#[tokio::test]
async fn what_paroms_own_user_writes_over_rest_is_not_told_back() {
    let rest = Rest::new().await;
    let own = BoxModule { technical_user: 7, ..BoxModule::new("http://127.0.0.1:9", "s3cr3t of the module") };
    rest.portal.module().install(own);
    rest.company("Ромашка").await;
    assert_eq!(rest.portal.module().waiting(), 0);
    rest.portal.employee_number(7).creates_company("Лютик").unwrap();
    assert_eq!(rest.portal.module().waiting(), 1);
}
