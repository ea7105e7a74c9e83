//! 1C shows documents, and brings their files.

use std::future::IntoFuture as _;
use std::net::SocketAddr;

use axum::body::{Body, Bytes};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{Amount, DocumentKind, OneCRef, ShownDocument};
use futures::stream;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::office::{Call, DOCUMENT_LIMIT, MIB, MemoryFerry, OTHER_REF, Office, REF, read_xml, to_xml};

const INQUIRY: &str = "8f9619ff-8b86-d011-b42d-00cf4fc964ff";

fn guid(text: &str) -> OneCRef {
    OneCRef::parse(text).expect("a GUID")
}

/// A file that begins as a PDF, with every byte in it.
fn pdf(length: usize) -> Vec<u8> {
    b"%PDF-1.4\n".iter().copied().chain((0..=255).cycle()).take(length).collect()
}

fn document(content: &Value) -> Value {
    json!({ "ref": REF, "kind": "invoice", "inquiry": INQUIRY, "number": "СЧ-0042", "date": "2026-11-23",
        "amount": "120 000,00", "currency": "руб.", "file_name": "Счёт СЧ-0042 от 23.11.2026.pdf",
        "content": content, "deleted": false, "changed_at": "2026-11-23T20:48:00" })
}

/// As «Base64Строка» of 1C writes it.
fn in_lines(file: &[u8]) -> String {
    let text = STANDARD.encode(file);
    let lines: Vec<_> =
        text.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).expect("ASCII")).collect();
    lines.join("\r\n")
}

#[tokio::test]
async fn a_document_with_its_file_is_taken_as_shown() {
    let office = Office::open();
    let file = pdf(1000);

    let heard = office.takes("documents", &document(&json!(STANDARD.encode(&file)))).await;

    assert_eq!(heard.json(), json!([{ "ref": REF, "status": "accepted", "message": "" }]));
    let expected = ShownDocument {
        onec_ref: guid(REF),
        kind: Some(DocumentKind::Invoice),
        inquiry: Some(guid(INQUIRY)),
        deal_id: None,
        number: Some("СЧ-0042".into()),
        date: Some(Some("2026-11-23".parse().expect("a day"))),
        amount: Some(Some(Amount::from_minor(12_000_000))),
        currency: Some("RUB".into()),
        file_name: Some("Счёт СЧ-0042 от 23.11.2026.pdf".into()),
        content: Some(file),
        deleted: Some(false),
        changed_at: Some("2026-11-23T17:48:00Z".parse().expect("a moment")),
    };
    assert_eq!(MemoryFerry::only_of(&office.ferry.documents), expected);
}

#[tokio::test]
async fn a_document_is_the_same_in_xml_from_platform_8_2_with_line_breaks_in_its_base64() {
    let office = Office::open();
    let file = pdf(1000);

    office.takes("documents", &document(&json!(in_lines(&file)))).await;
    let xml = to_xml("documents", &json!([document(&json!(in_lines(&file)))]));
    let heard = office.hears(Call::xml("documents", xml).with("accept", "application/xml").on_8_2()).await;

    assert_eq!(read_xml(&heard.text), json!([{ "ref": REF, "status": "accepted", "message": "" }]));
    let taken = office.ferry.documents.lock().expect("no panic");
    assert_eq!(taken.len(), 2);
    assert_eq!(taken[0], taken[1]);
    assert_eq!(taken[0].content.as_deref(), Some(file.as_slice()));
}

#[tokio::test]
async fn a_document_without_its_file_waits_for_it() {
    let office = Office::open();
    let mut absent = document(&json!(null));
    absent.as_object_mut().expect("an object").remove("content");
    let xml = to_xml("documents", &json!([document(&json!(null))]));

    let calls = [
        Call::post("documents", json!([absent]).to_string()),
        Call::post("documents", json!([document(&json!(null))]).to_string()),
        Call::xml("documents", xml),
    ];

    for call in calls {
        assert_eq!(office.hears(call).await.statuses(), ["awaiting-content"]);
    }
    assert!(office.ferry.documents.lock().expect("no panic").iter().all(|shown| shown.content.is_none()));
}

#[tokio::test]
async fn a_field_of_a_document_that_is_empty_is_not_one_that_is_absent() {
    let office = Office::open();
    let empty = json!({ "ref": REF, "kind": "", "inquiry": "", "deal_id": "1 777", "number": null, "date": "", "amount": "",
        "currency": "", "file_name": "", "deleted": true });

    office.hears(Call::post("documents", json!([{ "ref": REF }, empty]).to_string())).await;

    let absent = ShownDocument {
        onec_ref: guid(REF),
        kind: None,
        inquiry: None,
        deal_id: None,
        number: None,
        date: None,
        amount: None,
        currency: None,
        file_name: None,
        content: None,
        deleted: None,
        changed_at: None,
    };
    let cleared = ShownDocument {
        deal_id: Some(1777),
        number: Some(String::new()),
        date: Some(None),
        amount: Some(None),
        currency: Some(String::new()),
        file_name: Some(String::new()),
        deleted: Some(true),
        ..absent.clone()
    };
    assert_eq!(*office.ferry.documents.lock().expect("no panic"), [absent, cleared]);
}

#[tokio::test]
async fn a_wrong_file_is_rejected_with_what_to_do_and_stops_nobody() {
    let office = Office::open();
    let wrong = [
        (json!(""), "поле content (файл): файл пуст"),
        (json!(" \r\n "), "файл пуст"),
        (json!(STANDARD.encode("PK\u{3}\u{4}word/document.xml")), "похоже на документ Word или Excel"),
        (json!(STANDARD.encode("<html>Ошибка</html>")), "похоже на HTML или XML"),
        (json!(STANDARD.encode(format!("\n{}", "%PDF-1.4"))), "файл должен начинаться с %PDF-"),
        (json!(STANDARD.encode("%PDF")), "это не PDF"),
        (json!(STANDARD.encode(STANDARD.encode(pdf(100)))), "передан текст Base64"),
        (
            json!(format!("data:application/pdf;base64,{}", STANDARD.encode(pdf(100)))),
            "уберите начало «data:…;base64,»",
        ),
        (json!("JVBERi0x*LjQ="), "знак 9 (без пробелов и переносов) не из его алфавита"),
        (json!("JVBERi0xLjQ"), "текст обрезан или не дополнен знаками «=»"),
        (json!(STANDARD.encode(pdf(DOCUMENT_LIMIT + 1))), "файл больше 65536 байт"),
        (json!(["JVBERi0xLjQ="]), "нужна строка Base64"),
        (json!(17), "нужна строка Base64"),
    ];
    let mut records: Vec<_> = wrong.iter().map(|(content, _)| document(content)).collect();
    records.push(document(&json!(STANDARD.encode(pdf(DOCUMENT_LIMIT)))));

    let heard = office.hears(Call::post("documents", json!(records).to_string())).await;

    let results = heard.json();
    for (number, (content, expected)) in wrong.iter().enumerate() {
        let message = results[number]["message"].as_str().expect("a message");
        assert_eq!(results[number]["status"], "rejected", "{content}");
        assert!(message.starts_with("Документ «СЧ-0042» не принят: поле content (файл): "), "{message}");
        assert!(message.contains(expected), "{expected}: {message}");
    }
    assert_eq!(results[wrong.len()]["status"], "accepted");
    let content = MemoryFerry::only_of(&office.ferry.documents).content;
    assert_eq!(content, Some(pdf(DOCUMENT_LIMIT)));
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_document_is_said_at_once() {
    let record = json!({ "kind": "счёт", "inquiry": 17, "deal_id": -1, "date": "вчера", "amount": "много",
        "currency": "XX", "file_name": ".pdf", "deleted": "?" });

    let message = Office::open().rejects("documents", &record).await;

    for part in [
        "kind (вид документа): вид «счёт» не известен; бывает quotation, contract, invoice",
        "inquiry (запрос): передано число",
        "deal_id (сделка): «-1» не номер сделки",
        "date (дата): «вчера» не дата",
        "amount (сумма): «много» не сумма",
        "currency (валюта): «XX» не валюта",
        "file_name (имя файла): «.pdf» не имя файла",
        "deleted (пометка удаления): «?»",
        "нет поля ref: укажите GUID документа в 1С",
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
}

/// An office that knows the document and waits for its file.
async fn waiting_office() -> Office {
    let office = Office::open();
    office.takes("documents", &document(&json!(null))).await;
    office
}

fn path() -> String {
    format!("documents/{}/content", REF.to_uppercase())
}

/// A body that announces no length and comes in pieces of so many bytes.
fn pieces(file: &[u8], size: usize) -> Body {
    let pieces: Vec<_> =
        file.chunks(size).map(|piece| Ok::<_, std::io::Error>(Bytes::copy_from_slice(piece))).collect();
    Body::from_stream(stream::iter(pieces))
}

#[tokio::test]
async fn a_file_comes_as_a_raw_body() {
    let office = waiting_office().await;

    let first = office.hears(Call::put(&path(), pdf(1000))).await;
    let again =
        office.hears(Call::put(&path(), pdf(1000)).with("content-type", "application/octet-stream")).await;
    let state = office.hears(Call::get(&format!("state?kind=document&ref={REF}"))).await;

    assert_eq!(first.json(), json!([{ "ref": REF.to_uppercase(), "status": "accepted", "message": "" }]));
    assert_eq!(again.statuses(), ["unchanged"]);
    assert_eq!(office.ferry.file(), Some(pdf(1000)));
    assert_eq!(state.json()["reason"], "Ждёт файл");
}

#[tokio::test]
async fn a_file_is_passed_on_as_it_arrives_in_pieces_of_any_size() {
    for (size, expected) in [(1, 996), (4, 249), (5, 200), (300, 4), (1000, 1)] {
        let office = waiting_office().await;

        let heard = office.hears(Call::put(&path(), pieces(&pdf(1000), size))).await;

        assert_eq!(heard.statuses(), ["accepted"], "{size}");
        assert_eq!(office.ferry.file_with_pieces(), Some((pdf(1000), expected)), "{size}");
    }
}

#[tokio::test]
async fn a_raw_body_that_is_no_pdf_is_rejected_and_leaves_the_file_as_it_was() {
    let office = waiting_office().await;
    office.hears(Call::put(&path(), pdf(1000))).await;
    let wrong: [(Vec<u8>, &str); 5] = [
        (Vec::new(), "файл пуст"),
        (b"%PDF".to_vec(), "это не PDF"),
        (b"\xEF\xBB\xBF%PDF-1.4".to_vec(), "метка UTF-8 (BOM)"),
        (STANDARD.encode(pdf(100)).into_bytes(), "нужны сами байты"),
        (
            pdf(DOCUMENT_LIMIT + 1),
            "файл больше 65536 байт; уменьшите его или увеличьте [onec].document_limit",
        ),
    ];

    for (file, expected) in wrong {
        for body in [Body::from(file.clone()), pieces(&file, 1), pieces(&file, 3000)] {
            let heard = office.hears(Call::put(&path(), body)).await;
            assert_eq!(heard.statuses(), ["rejected"], "{expected}");
            assert!(heard.text.contains("Содержимое документа не принято"), "{}", heard.text);
            assert!(heard.text.contains(expected), "{expected}: {}", heard.text);
        }
    }
    assert_eq!(office.ferry.file(), Some(pdf(1000)));
}

#[tokio::test]
async fn the_longest_file_is_taken_without_an_announced_length_too() {
    let office = waiting_office().await;

    let heard = office.hears(Call::put(&path(), pieces(&pdf(DOCUMENT_LIMIT), 4096))).await;

    assert_eq!(heard.statuses(), ["accepted"]);
    assert_eq!(office.ferry.file(), Some(pdf(DOCUMENT_LIMIT)));
}

#[tokio::test]
async fn a_file_that_is_announced_too_long_is_refused_before_anybody_looks_at_it() {
    let office = waiting_office().await;
    let call = Call::put(&path(), pdf(10)).with("content-length", &(DOCUMENT_LIMIT + 1).to_string());

    let heard = office.hears(call).await;

    assert_eq!(heard.statuses(), ["rejected"]);
    assert!(heard.text.contains("файл больше 65536 байт"), "{}", heard.text);
    assert_eq!(office.ferry.contents_asked(), 0);
}

#[tokio::test]
async fn a_connection_that_breaks_changes_nothing_and_asks_for_the_same_again() {
    let office = waiting_office().await;
    let broken = || [Ok(Bytes::from(pdf(100))), Err(std::io::Error::other("reset"))];

    let heard = office.hears(Call::put(&path(), Body::from_stream(stream::iter(broken())))).await;
    let on_8_2 = office.hears(Call::put(&path(), Body::from_stream(stream::iter(broken()))).on_8_2()).await;

    assert_eq!(heard.problem(400).0, "cut-short");
    assert_eq!((on_8_2.status.as_u16(), &on_8_2.json()["status"]), (200, &json!(400)));
    assert_eq!(office.ferry.file(), None);
}

#[tokio::test]
async fn a_file_of_a_document_that_was_never_shown_is_rejected() {
    let heard =
        waiting_office().await.hears(Call::put(&format!("documents/{OTHER_REF}/content"), pdf(100))).await;

    assert_eq!(
        heard.json(),
        json!([{ "ref": OTHER_REF, "status": "rejected", "message": "Документ ещё не показан." }])
    );
}

#[tokio::test]
async fn a_file_of_no_document_in_particular_is_a_problem() {
    let office = Office::open();

    for wrong in ["СЧ-0042", "00000000-0000-0000-0000-000000000000", "%FF"] {
        let wrong = wrong.replace("СЧ", "%D0%A1%D0%A7");
        let (slug, detail) =
            office.hears(Call::put(&format!("documents/{wrong}/content"), pdf(9))).await.problem(422);
        assert_eq!(slug, "invalid", "{wrong}");
        assert!(detail.contains("Пример: /1c/v1/documents/"), "{detail}");
    }
    assert_eq!(office.ferry.contents_asked(), 0);
}

#[tokio::test]
async fn a_file_says_what_it_is_unless_platform_8_2_sends_it() {
    let office = waiting_office().await;
    let untyped = || Call::put(&path(), pdf(100)).without("content-type");

    for call in [
        untyped(),
        Call::put(&path(), pdf(100)).with("content-type", "application/json"),
        Call::put(&path(), pdf(100)).with("content-encoding", "gzip"),
    ] {
        assert_eq!(office.hears(call).await.problem(415).0, "format");
    }
    assert_eq!(office.ferry.file(), None);

    let call = untyped().on_8_2().with("accept", "application/xml");
    let heard = office.hears(call).await;
    assert_eq!(
        read_xml(&heard.text),
        json!([{ "ref": REF.to_uppercase(), "status": "accepted", "message": "" }])
    );
    assert_eq!(office.ferry.file(), Some(pdf(100)));
}

#[tokio::test]
async fn a_file_needs_the_password_and_a_store_that_works() {
    let office = waiting_office().await;

    let stranger = office.hears(Call::put(&path(), pdf(100)).with_password("1c", "не тот")).await;
    office.ferry.goes_out_of_service();
    let closed = office.hears(Call::put(&path(), pdf(100))).await;

    assert_eq!(stranger.problem(401).0, "unauthorized");
    assert_eq!(closed.header("retry-after"), "30");
    assert_eq!(closed.problem(503).0, "unavailable");
    assert_eq!(office.ferry.file(), None);
}

/// Sends a file of 8 MiB over a real connection, to its last byte, before it listens.
async fn stubborn_client(office: Office, framing: &str, pieces: impl Iterator<Item = Vec<u8>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let server =
        axum::serve(listener, office.into_router().into_make_service_with_connect_info::<SocketAddr>());
    let client = async {
        let mut wire = TcpStream::connect(address).await.expect("a connection");
        // «1c:пароль»
        let request = format!(
            "PUT /1c/v1/documents/{REF}/content HTTP/1.1\r\nHost: parom\r\nConnection: close\r\n\
             Authorization: Basic MWM60L/QsNGA0L7Qu9GM\r\nContent-Type: application/pdf\r\n{framing}\r\n\r\n"
        );
        wire.write_all(request.as_bytes()).await.expect("the head is taken");
        for piece in pieces {
            wire.write_all(&piece).await.expect("the body is taken to its end");
        }
        let mut heard = String::new();
        wire.read_to_string(&mut heard).await.expect("an answer");
        heard
    };
    tokio::select! {
        end = server.into_future() => panic!("the server has ended: {end:?}"),
        heard = client => heard,
    }
}

#[tokio::test]
async fn a_client_that_is_still_sending_hears_that_its_file_is_no_pdf() {
    let chunk = || [&b"100000\r\n"[..], &vec![b' '; MIB], b"\r\n"].concat();
    let body = (0..8).map(|_| chunk()).chain([b"0\r\n\r\n".to_vec()]);

    let heard = stubborn_client(waiting_office().await, "Transfer-Encoding: chunked", body).await;

    assert!(heard.starts_with("HTTP/1.1 200 "), "{heard}");
    assert!(heard.contains("\"status\":\"rejected\"") && heard.contains("это не PDF"), "{heard}");
}

#[tokio::test]
async fn a_client_that_is_still_sending_hears_that_its_file_was_announced_too_long() {
    let body = (0..8).map(|_| vec![b' '; MIB]);

    let heard = stubborn_client(waiting_office().await, "Content-Length: 8388608", body).await;

    assert!(heard.starts_with("HTTP/1.1 200 "), "{heard}");
    assert!(heard.contains("\"status\":\"rejected\"") && heard.contains("файл больше 65536 байт"), "{heard}");
}
