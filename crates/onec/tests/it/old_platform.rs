//! Platform 8.2 sees neither status nor headers: it reads every answer from the body.

use serde_json::json;

use crate::office::{Call, MIB, Office, REF};

#[tokio::test]
async fn every_failure_is_a_document_with_status_200() {
    let office = Office::with_body_limit(MIB);
    let failures = [
        (Call::get("nothing"), 404),
        (Call::delete("ping"), 405),
        (Call::get("ping").without("authorization"), 401),
        (Call::post("counterparties", vec![b' '; 2 * MIB]), 413),
        (Call::post("counterparties", "["), 400),
        (Call::post("counterparties", "[]").with("content-type", "text/csv"), 415),
        (Call::get("state"), 422),
        (Call::get("inquiries?limit=all"), 422),
        (Call::get("open-inquiries?after=all"), 422),
        (Call::get("documents"), 405),
        (Call::post("documents", "[{"), 400),
        (Call::put("documents/1/content", "%PDF-1.4"), 422),
        (Call::put("documents/1/content", "%PDF-1.4").with("content-type", "text/plain"), 415),
        (Call::post("payments/complete", vec![b' '; 2 * MIB]), 413),
    ];

    for (call, status) in failures {
        let heard = office.hears(call.on_8_2()).await;
        assert_eq!(heard.status, 200);
        assert_eq!(heard.json()["problem"], true);
        assert_eq!(heard.json()["status"], status);
        assert!(heard.json()["detail"].as_str().is_some_and(|detail| !detail.is_empty()));
    }
}

#[tokio::test]
async fn a_failure_in_xml_has_the_root_problem() {
    let call = Call::xml("counterparties", "<a/>").with("accept", "application/xml").on_8_2();

    let heard = Office::open().hears(call).await;

    assert_eq!(heard.status, 200);
    let begin =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<problem><type>urn:parom:problem:unreadable</type>";
    assert!(heard.text.starts_with(begin), "{}", heard.text);
    assert!(
        heard.text.contains("<status>400</status>") && heard.text.ends_with("</problem>"),
        "{}",
        heard.text
    );
    assert!(heard.text.contains("&lt;counterparties&gt;"), "{}", heard.text);
}

#[tokio::test]
async fn good_answers_are_the_same_and_never_empty() {
    let office = Office::open();

    let taken =
        office.hears(Call::post("counterparties", json!([{ "ref": REF }]).to_string()).on_8_2()).await;
    let nothing = office.hears(Call::post("counterparties", "[]").on_8_2()).await;

    assert_eq!(taken.statuses(), ["accepted"]);
    assert_eq!(nothing.text, "[]");
    for call in ["counterparties", "inquiries", "open-inquiries"] {
        let xml = office.hears(Call::get(call).with("accept", "application/xml").on_8_2()).await.text;
        let root = call.replace('-', "_");
        assert!(xml.ends_with(&format!("<{root}/>")), "{xml}");
    }
}

#[tokio::test]
async fn a_newer_platform_hears_the_status() {
    let call = Call::get("nothing").with("x-parom-platform", "8.3").with("accept", "application/xml");

    let heard = Office::open().hears(call).await;

    assert_eq!(heard.status, 404);
    assert_eq!(heard.header("content-type"), "application/problem+xml");
    assert!(heard.text.contains("<problem xmlns=\"urn:ietf:rfc:7807\">"), "{}", heard.text);
}
