//! Every error that the vendor documents, and what it means for us.

use bitrix::{ApiError, ApiErrorKind, Args, BusyBy, CallError, Denial, Lost};
use domain::SignedDuration;
use serde_json::{Value, json};

use crate::portal::{self, Portal, now};

/// What became of a call that the portal answered so.
async fn call(status: u16, envelope: Value) -> CallError {
    let portal = Portal::answering(move |_, _| portal::json(status, &envelope)).await;
    portal.client().call("crm.company.add", &Args::new()).await.expect_err("an error")
}

async fn call_with_code(status: u16, code: &str) -> CallError {
    call(status, json!({ "error": code, "error_description": "text" })).await
}

fn denial(error: &CallError) -> Option<Denial> {
    match error {
        CallError::Denied { why, .. } => Some(*why),
        _ => None,
    }
}

#[tokio::test]
async fn a_missing_right_or_setting_stops_the_lane_and_names_its_cure() {
    for (status, code, why) in [
        (401, "NO_AUTH_FOUND", Denial::Webhook),
        (401, "INVALID_CREDENTIALS", Denial::Webhook),
        (403, "INVALID_CREDENTIALS", Denial::Webhook),
        (401, "expired_token", Denial::Expired),
        (403, "insufficient_scope", Denial::Scope),
        (403, "ACCESS_DENIED", Denial::Rights),
        (400, "ACCESS_DENIED", Denial::Rights),
        (403, "user_access_error", Denial::Rights),
        (403, "allowed_only_intranet_user", Denial::Rights),
        (404, "ERROR_METHOD_NOT_FOUND", Denial::MethodMissing),
        (404, "METHOD_NOT_FOUND", Denial::MethodMissing),
        (405, "ERROR_BATCH_METHOD_NOT_ALLOWED", Denial::NotInBatch),
        (401, "SOMETHING_NEW", Denial::Webhook),
        (403, "SOMETHING_NEW", Denial::Rights),
        (404, "ERROR_MANIFEST_IS_NOT_AVAILABLE", Denial::MethodMissing),
    ] {
        let error = call_with_code(status, code).await;
        assert_eq!(denial(&error), Some(why), "{status} {code}: {error}");
        assert!(!error.may_have_run());
        assert!(error.to_string().contains(why.cure()), "{error}");
    }
}

#[tokio::test]
async fn the_words_decide_where_the_code_says_nothing_or_too_little() {
    for (envelope, why) in [
        (json!({ "error": "", "error_description": "Access denied." }), Denial::Rights),
        (json!({ "error": 0, "error_description": "Access denied." }), Denial::Rights),
        (json!({ "error": "", "error_description": "Доступ запрещен." }), Denial::Rights),
        (
            json!({ "error": "INVALID_REQUEST", "error_description": "Https required." }),
            Denial::HttpsRequired,
        ),
        (
            json!({ "error": "ACCESS_DENIED", "error_description": "REST API is available only on commercial plans" }),
            Denial::Licence,
        ),
        (
            json!({ "error": "ACCESS_DENIED", "error_description": "Application context required" }),
            Denial::Application,
        ),
    ] {
        let error = call(400, envelope.clone()).await;
        assert_eq!(denial(&error), Some(why), "{envelope}: {error}");
    }
}

#[tokio::test]
async fn a_limit_says_until_when_to_wait() {
    let busy = |until, by| CallError::Busy { method: "crm.company.add".into(), until, by };

    let error = call_with_code(503, "QUERY_LIMIT_EXCEEDED").await;
    assert_eq!(error, busy(now() + SignedDuration::from_secs(1), BusyBy::Rate));

    let reset = now() + SignedDuration::from_secs(333);
    let time = json!({ "operating": 421.5, "operating_reset_at": reset.as_second() });
    let error =
        call(429, json!({ "error": "OPERATION_TIME_LIMIT", "error_description": "", "time": time })).await;
    assert_eq!(error, busy(reset, BusyBy::Operating));

    let error = call_with_code(429, "OPERATION_TIME_LIMIT").await;
    assert_eq!(error, busy(now() + SignedDuration::from_secs(60), BusyBy::Operating));
    assert!(!error.may_have_run());
}

#[tokio::test]
async fn an_internal_error_of_the_portal_is_an_unclear_answer() {
    for code in ["INTERNAL_SERVER_ERROR", "ERROR_UNEXPECTED_ANSWER", "SOMETHING_NEW"] {
        let error = call_with_code(500, code).await;
        let lost = Lost::Internal(ApiError::new(code, "text"));
        assert_eq!(error, CallError::Unclear { method: "crm.company.add".into(), why: lost });
        assert!(error.may_have_run());
    }
}

#[tokio::test]
async fn a_closed_portal_is_left_alone_for_ten_minutes() {
    for (status, code) in [(500, "PORTAL_DELETED"), (503, "OVERLOAD_LIMIT")] {
        let CallError::Closed { until, error, .. } = call_with_code(status, code).await else {
            panic!("{code} must close the lane");
        };
        assert_eq!((until, error.code.as_str()), (now() + SignedDuration::from_mins(10), code));
    }
}

#[tokio::test]
async fn data_that_the_portal_does_not_like_is_refused_with_its_words() {
    use ApiErrorKind::{
        BadEmail, BadValue, BatchTooLong, DiskFull, Duplicate, NotFound, Other, RepeatedInn, Required,
    };
    for (code, words, kind) in [
        (json!(""), "TypeAddress exists.", Duplicate),
        (json!(""), "TypeAddress not found", NotFound),
        (json!(""), "Company is not found", NotFound),
        (json!(""), "Not found", NotFound),
        (json!(""), "Entity not found.", NotFound),
        (json!(""), "The Requisite with ID '7' is not found", NotFound),
        (json!(""), "The RequisiteBankDetail with ID '7' is not found", NotFound),
        (json!(""), "ENTITY_ID is not defined or invalid.", BadValue),
        (json!(""), "Parameter 'fields' must be array", BadValue),
        (json!(""), "The 'FIELD_NAME' field is not found.", Required),
        (json!(""), "Disk resource exhausted", DiskFull),
        (json!(""), "Клиент с таким ИНН уже создан", RepeatedInn),
        (json!("TERMINATED_BY_EVENT_COMPATIBLE"), "Клиент с таким ИНН уже создан", RepeatedInn),
        (json!("ERROR_CORE"), "The field E-mail contains an invalid address", BadEmail),
        (json!("ERROR_CORE"), "Поле «E-mail» содержит некорректный адрес", BadEmail),
        (json!("ERROR_CORE"), "Something else", Other),
        (json!("NOT_FOUND"), "", NotFound),
        (json!("CRM_FIELD_ERROR_REQUIRED"), "", Required),
        (json!("CRM_FIELD_ERROR_VALUE_NOT_VALID"), "", BadValue),
        (json!("INVALID_ARG_VALUE"), "", BadValue),
        (json!("ENTITY_TYPE_NOT_SUPPORTED"), "", BadValue),
        (json!("100"), "Expected iterable value", BadValue),
        (json!(100), "Expected iterable value", BadValue),
        (json!("ERROR_BATCH_LENGTH_EXCEEDED"), "Max batch length exceeded", BatchTooLong),
        (json!("Communication type is not defined"), "", BadValue),
        (json!(""), "", Other),
        (json!(null), "Failed to get list. General error", Other),
    ] {
        let error = call(400, json!({ "error": code, "error_description": words })).await;
        let CallError::Refused { error: api, .. } = &error else { panic!("{code} {words}: {error}") };
        assert_eq!(api.kind(), kind, "{code} {words}");
        assert!(error.to_string().contains(words), "the portal's words are passed on: {error}");
        assert!(!error.may_have_run());
    }
}

#[tokio::test]
async fn an_error_within_http_200_is_still_an_error() {
    let error =
        call(200, json!({ "error": "", "error_description": "TypeAddress exists.", "result": [] })).await;
    assert_eq!(error.api().map(ApiError::kind), Some(ApiErrorKind::Duplicate));
}

#[tokio::test]
async fn a_write_that_answers_false_did_not_happen() {
    let error = call(200, json!({ "result": false })).await;
    assert_eq!(error.api().map(ApiError::kind), Some(ApiErrorKind::SaidNo));

    let portal = Portal::answering(|_, _| portal::json(200, &json!({ "result": false }))).await;
    let answer = portal.client().call("crm.settings.mode.get", &Args::new()).await.expect("an answer");
    assert_eq!(answer.result, json!(false), "what is asked for may be false");
}

#[test]
fn every_denial_has_a_cure_of_its_own() {
    let mut cures: Vec<&str> = Denial::ALL.iter().map(|denial| denial.cure()).collect();
    cures.sort_unstable();
    cures.dedup();
    assert_eq!(cures.len(), Denial::ALL.len());
}
