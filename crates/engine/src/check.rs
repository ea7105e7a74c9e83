//! An address of a webhook that a person has just typed is tried before anything is kept.

use std::sync::Arc;

use bitrix::{Client, WebhookUrl};
use domain::{Clock, Ids};
use store::Store;

use crate::{Engine, Finding, Parts, Settings, Severity, doctor};

/// Tries the address: whether it is one, whether the portal answers, who owns it, its rights and scopes, fields and clocks.
/// Changes nothing in the portal and keeps nothing. No finding repeats the secret.
pub async fn check_webhook(
    address: &str,
    store: &Store,
    clock: &Arc<dyn Clock>,
    ids: &Arc<Ids>,
) -> Vec<Finding> {
    let bad = |text: String, cure: &str| {
        vec![Finding { severity: Severity::Bad, subject: doctor::ADDRESS, text, cure: cure.to_owned() }]
    };
    let webhook: WebhookUrl = match address.parse() {
        Ok(webhook) => webhook,
        Err(error) => return bad(format!("{error}"), "Исправьте адрес и проверьте его ещё раз."),
    };
    let client = match Client::new(&bitrix::Settings::new(webhook), Arc::clone(clock)) {
        Ok(client) => client,
        Err(error) => {
            return bad(format!("соединение не подготовлено: {error}"), "Перезапустите Паром и повторите.");
        }
    };
    let parts = Parts {
        store: store.clone(),
        client,
        clock: Arc::clone(clock),
        ids: Arc::clone(ids),
        settings: Settings::default(),
    };
    Engine::new(parts).webhook_findings().await.unwrap_or_else(|unreachable| vec![unreachable])
}
