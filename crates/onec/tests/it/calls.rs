//! `ping`, `hello`, `state`, and what stands at other addresses.

use domain::Clock as _;
use serde_json::json;

use crate::office::{Call, OTHER_REF, Office, REF};

#[tokio::test]
async fn ping_tells_version_and_local_time() {
    let office = Office::open();

    let heard = office.hears(Call::get("ping")).await;

    assert_eq!(heard.status, 200);
    assert_eq!(heard.header("content-type"), "application/json; charset=utf-8");
    assert_eq!(heard.json()["time"], "2026-11-23T20:48:00+03:00");
    assert_eq!(heard.json()["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(office.ferry.seen(), [office.clock.now()]);
}

#[tokio::test]
async fn ping_speaks_xml_when_asked() {
    let heard = Office::open().hears(Call::get("ping").with("accept", "application/xml")).await;

    assert_eq!(heard.header("content-type"), "application/xml; charset=utf-8");
    assert!(
        heard.text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ping><version>"),
        "{}",
        heard.text
    );
    assert!(heard.text.ends_with("<time>2026-11-23T20:48:00+03:00</time></ping>"), "{}", heard.text);
}

#[tokio::test]
async fn an_adapter_introduces_itself_alike_in_json_and_xml() {
    let office = Office::open();
    let json = json!({ "adapter": "1.0", "platform": "8.3.24.1467", "compatibility_mode": "8.2.16",
        "configuration": "КомплекснаяАвтоматизация", "configuration_version": "1.1.115.1",
        "missing": ["Документ.Запрос", "Свойство «ОГРНИП»"] });
    let xml = "<hello><adapter>1.0</adapter><platform>8.3.24.1467</platform>\
        <compatibility_mode>8.2.16</compatibility_mode><configuration>КомплекснаяАвтоматизация</configuration>\
        <configuration_version>1.1.115.1</configuration_version>\
        <missing><item>Документ.Запрос</item><item>Свойство «ОГРНИП»</item></missing></hello>";

    let heard = office.hears(Call::post("hello", json.to_string())).await;
    office.hears(Call::xml("hello", xml)).await;

    assert_eq!(heard.json()["time"], "2026-11-23T20:48:00+03:00");
    let hellos = office.ferry.hellos();
    assert_eq!(hellos.len(), 2);
    assert_eq!(hellos[0], hellos[1]);
    assert_eq!(hellos[0].missing, ["Документ.Запрос", "Свойство «ОГРНИП»"]);
    assert_eq!(hellos[0].compatibility_mode, "8.2.16");
}

#[tokio::test]
async fn an_adapter_hears_at_its_hello_whether_it_shall_show_everything_again() {
    let office = Office::open();
    let idle = office.hears(Call::post("hello", "{}")).await;

    office.ferry.wants_all();
    let in_json = office.hears(Call::post("hello", "{}")).await;
    let in_xml = office.hears(Call::xml("hello", "<hello/>").with("accept", "application/xml")).await;

    assert_eq!(idle.json()["show_all"], false);
    assert_eq!(in_json.json()["show_all"], true);
    assert!(in_xml.text.ends_with("<show_all>true</show_all></ping>"), "{}", in_xml.text);
}

#[tokio::test]
async fn a_hello_that_is_no_object_is_invalid() {
    let (slug, _) = Office::open().hears(Call::post("hello", "[1]")).await.problem(422);

    assert_eq!(slug, "invalid");
}

#[tokio::test]
async fn state_tells_what_became_of_an_object() {
    let office = Office::open();
    office.shows(&json!([{ "ref": REF, "name": "ООО «Ромашка»" }])).await;

    let known = office.hears(Call::get(&format!("state?kind=counterparty&ref={}", REF.to_uppercase()))).await;
    let unknown = office.hears(Call::get(&format!("state?kind=counterparty&ref={OTHER_REF}"))).await;

    assert_eq!(
        known.json(),
        json!({ "kind": "counterparty", "ref": REF.to_uppercase(), "state": "parked", "reason": "Нет ИНН" })
    );
    assert_eq!(unknown.json()["state"], "unknown");
}

#[tokio::test]
async fn state_tells_of_every_kind_of_objects_by_itself() {
    let office = Office::open();
    office.takes("payments", &json!({ "ref": REF })).await;
    office.takes("inquiries", &json!({ "ref": OTHER_REF })).await;

    let mut states = Vec::new();
    for (kind, object) in
        [("counterparty", REF), ("inquiry", REF), ("inquiry", OTHER_REF), ("document", REF), ("payment", REF)]
    {
        let heard = office.hears(Call::get(&format!("state?kind={kind}&ref={object}"))).await.json();
        assert_eq!((&heard["kind"], &heard["ref"]), (&json!(kind), &json!(object)));
        states.push(heard["state"].as_str().expect("a state").to_owned());
    }

    assert_eq!(states, ["unknown", "unknown", "delivered", "unknown", "waiting"]);
}

#[tokio::test]
async fn a_state_of_nothing_in_particular_is_invalid() {
    let office = Office::open();

    for query in ["", "?kind=counterparty", "?kind=deal&ref=6f9619ff-8b86-d011-b42d-00cf4fc964ff", "?ref=%FF"]
    {
        let (slug, detail) = office.hears(Call::get(&format!("state{query}"))).await.problem(422);
        assert_eq!(slug, "invalid", "{query}");
        assert!(detail.contains("Пример"), "{detail}");
    }
}

#[tokio::test]
async fn an_unknown_address_is_a_problem_in_russian() {
    let office = Office::open();

    for path in ["", "documents/1", "open-inquiries/1?after=1", "counterparties/1"] {
        let (slug, detail) = office.hears(Call::get(path)).await.problem(404);
        assert_eq!(slug, "not-found", "{path}");
        assert!(detail.contains("не обслуживается"), "{detail}");
    }
}

#[tokio::test]
async fn a_wrong_method_is_a_problem_that_names_the_right_ones() {
    let heard = Office::open().hears(Call::delete("counterparties")).await;

    let (slug, detail) = heard.problem(405);
    assert_eq!(slug, "method");
    assert!(detail.contains("DELETE") && detail.contains("/1c/v1/counterparties"), "{detail}");
    assert_eq!(heard.header("allow"), "GET,HEAD,POST");
}
