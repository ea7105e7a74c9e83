//! A local application as its own client on the wire sees it.

use emulator::bitrix24::LocalApplication;
use serde_json::{Value, json};

use super::{Answer, Rest};

// Identifiers of the staff.
const ADMIN: i64 = 1;
const MANAGER: i64 = 12;

struct App {
    rest: Rest,
    access: String,
    refresh: String,
}

impl App {
    async fn installed_by(user: i64) -> Self {
        let rest = Rest::new().await;
        let client_secret = "s3cr3t".to_owned();
        rest.portal.application().add(LocalApplication { client_id: "local.1".to_owned(), client_secret });
        let form = rest.portal.application().install_form(user);
        let field = |name: &str| {
            let name = format!("auth%5B{}%5D=", name.replace('_', "%5F"));
            let (_, rest) = form.split_once(&name).expect("the field");
            rest.split('&').next().expect("a value").to_owned()
        };
        let (access, refresh) = (field("access_token"), field("refresh_token"));
        Self { rest, access, refresh }
    }

    async fn call(&self, method: &str, mut params: Value) -> Answer {
        params["auth"] = json!(self.access);
        let url = format!("{}/rest/{method}", self.rest.portal.application().server_url());
        let response = self.rest.http.post(url).json(&params).send().await.expect("an answer");
        let status = response.status().as_u16();
        Answer { status, body: response.json().await.expect("JSON") }
    }

    async fn ok(&self, method: &str, params: Value) -> Value {
        let answer = self.call(method, params).await;
        assert_eq!(answer.status, 200, "{method}: {}", answer.body);
        answer.body["result"].clone()
    }

    async fn error(&self, method: &str, params: Value) -> (u16, Value) {
        let answer = self.call(method, params).await;
        (answer.status, answer.body["error"].clone())
    }

    async fn exchange(&self, form: &str) -> Answer {
        let url = format!("{}/oauth/token/?{form}", self.rest.portal.application().server_url());
        let response = self.rest.http.get(url).send().await.expect("an answer");
        let status = response.status().as_u16();
        Answer { status, body: response.json().await.expect("JSON") }
    }

    async fn subscribe(&self, event: &str) {
        self.ok("event.bind", json!({ "event": event, "event_type": "offline" })).await;
    }
}

#[tokio::test]
async fn a_token_lets_in_for_an_hour_and_a_refresh_token_is_good_once() {
    let mut app = App::installed_by(ADMIN).await;
    assert_eq!(app.ok("app.info", json!({})).await["CODE"], "local.1");
    assert_eq!(app.ok("profile", json!({})).await["ADMIN"], true);
    app.rest.pass(3600);
    assert_eq!(app.error("app.info", json!({})).await, (401, json!("expired_token")));

    let form = |secret: &str, refresh: &str| {
        format!("grant_type=refresh_token&client_id=local.1&client_secret={secret}&refresh_token={refresh}")
    };
    assert_eq!(app.exchange(&form("guess", &app.refresh)).await.body["error"], "invalid_client");
    let pair = app.exchange(&form("s3cr3t", &app.refresh)).await;
    assert_eq!((pair.status, &pair.body["expires_in"]), (200, &json!(3600)));
    assert_eq!(app.exchange(&form("s3cr3t", &app.refresh)).await.body["error"], "invalid_grant");

    app.access = pair.body["access_token"].as_str().expect("a token").to_owned();
    app.ok("app.info", json!({})).await;
    app.access = "guess".to_owned();
    assert_eq!(app.error("app.info", json!({})).await, (401, json!("NO_AUTH_FOUND")));
}

#[tokio::test]
async fn a_code_is_good_for_thirty_seconds() {
    let app = App::installed_by(ADMIN).await;
    let form = |code: &str| {
        format!("grant_type=authorization_code&client_id=local.1&client_secret=s3cr3t&code={code}")
    };
    let code = app.rest.portal.application().code(ADMIN);
    assert_eq!(app.exchange(&form(&code)).await.status, 200);
    assert_eq!(app.exchange(&form(&code)).await.body["error"], "invalid_grant");
    let late = app.rest.portal.application().code(ADMIN);
    app.rest.pass(31);
    assert_eq!(app.exchange(&form(&late)).await.body["error"], "invalid_grant");
}

#[tokio::test]
async fn the_queue_has_one_row_for_an_event_of_an_object_and_reserved_rows_are_hidden() {
    let app = App::installed_by(ADMIN).await;
    app.subscribe("ONCRMCOMPANYADD").await;
    app.subscribe("onCrmCompanyUpdate").await;
    let employee = app.rest.portal.employee();
    let company = employee.creates_company("Ромашка").expect("employees may");
    employee.creates_company("Лютик").expect("employees may");
    for title in ["Ромашка 1", "Ромашка 2"] {
        app.rest.ok("crm.company.update", json!({ "id": company, "fields": { "TITLE": title } })).await;
    }
    assert_eq!(app.rest.portal.application().queued(), (3, 0));

    let taken = app.ok("event.offline.get", json!({ "clear": 0, "limit": 2 })).await;
    let process = taken["process_id"].as_str().expect("a parcel");
    assert_eq!(taken["events"][0]["EVENT_NAME"], "ONCRMCOMPANYADD");
    assert_eq!(taken["events"][0]["EVENT_DATA"], json!({ "FIELDS": { "ID": company.to_string() } }));
    let other = app.ok("event.offline.get", json!({ "clear": 0 })).await;
    assert_eq!(other["events"].as_array().map(Vec::len), Some(1), "parallel parcels do not overlap");
    let again = app.ok("event.offline.get", json!({ "clear": 0, "process_id": process })).await;
    assert_eq!(again, taken);
    // An event of a reserved row is a new row.
    app.rest.ok("crm.company.update", json!({ "id": company, "fields": { "TITLE": "Ромашка 3" } })).await;
    assert_eq!(app.rest.portal.application().queued(), (1, 3));

    let reserved = app.ok("event.offline.list", json!({ "filter": { ">PROCESS_ID": "" } })).await;
    assert_eq!(reserved.as_array().map(Vec::len), Some(3));
    app.ok("event.offline.clear", json!({ "process_id": process, "id": [taken["events"][0]["ID"]] })).await;
    assert_eq!(app.rest.portal.application().queued(), (1, 2));
    app.ok("event.offline.clear", json!({ "process_id": process })).await;
    assert_eq!(app.rest.portal.application().queued(), (1, 1));

    let taken = app.ok("event.offline.get", json!({})).await;
    assert_eq!(taken["process_id"], Value::Null);
    assert_eq!(app.rest.portal.application().queued(), (0, 1));
}

#[tokio::test]
async fn what_the_pages_forbid_is_refused() {
    let app = App::installed_by(ADMIN).await;
    let bind = json!({ "event": "ONCRMCOMPANYADD", "event_type": "offline" });
    app.ok("event.bind", bind.clone()).await;
    assert_eq!(app.error("event.bind", bind.clone()).await, (400, json!("ERROR_CORE")));
    assert_eq!(
        app.error("event.bind", json!({ "event": "ONX" })).await,
        (400, json!("ERROR_EVENT_NOT_FOUND"))
    );
    for wrong in [
        json!({ "filter": { "!ID": 1 } }),
        json!({ "filter": { "PROCESS_ID": "x" } }),
        json!({ "filter": "ID" }),
        json!({ "order": { "ID": "UP" } }),
        json!({ "limit": 0 }),
    ] {
        assert_eq!(
            app.error("event.offline.get", wrong.clone()).await,
            (400, json!("ERROR_ARGUMENT")),
            "{wrong}"
        );
    }
    assert_eq!(app.error("event.offline.clear", json!({})).await, (400, json!("ERROR_ARGUMENT")));
    app.rest.portal.application().set_extended(false);
    assert_eq!(app.error("event.offline.get", json!({ "clear": 0 })).await, (403, json!("WRONG_LICENSE")));

    let app = App::installed_by(MANAGER).await;
    assert_eq!(app.error("event.bind", bind).await, (403, json!("ACCESS_DENIED")));
    assert_eq!(app.error("event.offline.get", json!({})).await, (403, json!("ACCESS_DENIED")));
}
