//! The emulated portal, as a client on the wire sees it.

mod addresses;
mod application;
mod batches;
mod bridge;
mod cards;
mod ear;
mod faults;
mod files;
mod inside;
mod items;
mod lists;
mod merges;
mod notices;
mod people;
mod requisites;
mod setup;
mod sweeps;
mod wire;

use std::sync::Arc;

use domain::{ManualClock, SignedDuration, Timestamp};
use emulator::bitrix24::{Portal, PortalSettings};
use serde_json::{Value, json};

/// A portal, a clock in the hand and a plain HTTP client. None of Parom's own client takes part.
struct Rest {
    portal: Portal,
    clock: Arc<ManualClock>,
    http: reqwest::Client,
}

/// An answer with its status.
#[derive(Debug, PartialEq)]
struct Answer {
    status: u16,
    body: Value,
}

impl Rest {
    async fn new() -> Self {
        Self::with(|_| ()).await
    }

    async fn with(change: impl FnOnce(&mut PortalSettings)) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let at: Timestamp = "2026-11-23T17:48:00.4Z".parse().expect("a moment");
        let clock = Arc::new(ManualClock::at(at));
        let mut settings = PortalSettings::new(clock.clone());
        change(&mut settings);
        let portal = Portal::start(settings).await.expect("a free port");
        let http =
            reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        Self { portal, clock, http }
    }

    fn pass(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    /// A call that may break on the way.
    async fn send(&self, method: &str, params: &Value) -> Result<Answer, reqwest::Error> {
        let url = format!("{}{method}", self.portal.webhook_url());
        let response = self.http.post(url).json(params).send().await?;
        let status = response.status().as_u16();
        let text = response.text().await?;
        Ok(Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) })
    }

    async fn call(&self, method: &str, params: Value) -> Answer {
        self.send(method, &params).await.expect("an answer")
    }

    /// A call that has to work; its `result`.
    async fn ok(&self, method: &str, params: Value) -> Value {
        let answer = self.call(method, params).await;
        assert_eq!(answer.status, 200, "{method}: {}", answer.body);
        answer.body["result"].clone()
    }

    /// A call that has to be refused; status, `error` and text.
    async fn refused(&self, method: &str, params: Value) -> (u16, Value, String) {
        let answer = self.call(method, params).await;
        assert!(answer.body.get("error").is_some(), "{method} was not refused: {}", answer.body);
        let text = answer.body["error_description"].as_str().unwrap_or_default().to_owned();
        (answer.status, answer.body["error"].clone(), text)
    }

    async fn company(&self, title: &str) -> i64 {
        self.ok("crm.company.add", json!({"fields": {"TITLE": title}})).await.as_i64().expect("an id")
    }

    async fn requisite(&self, company: i64, inn: &str) -> i64 {
        let preset = self.portal.presets()[0].0;
        let fields = json!({
            "ENTITY_TYPE_ID": 4, "ENTITY_ID": company, "PRESET_ID": preset, "NAME": "Реквизит", "RQ_INN": inn,
        });
        self.ok("crm.requisite.add", json!({"fields": fields})).await.as_i64().expect("an id")
    }
}

/// `(400, "", text)`: what most old methods answer.
fn nameless(text: &str) -> (u16, Value, String) {
    (400, json!(""), text.to_owned())
}

/// Ids of a list's rows.
fn ids(rows: &Value) -> Vec<i64> {
    let rows = rows.as_array().expect("a list");
    let id = |row: &Value| row["ID"].as_str().and_then(|id| id.parse().ok()).or(row["id"].as_i64());
    rows.iter().map(|row| id(row).expect("an id")).collect()
}
