//! Records and bodies that are wrong, each in its own way.

use std::future::IntoFuture as _;
use std::net::SocketAddr;

use axum::body::{Body, Bytes};
use futures::stream;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::office::{Call, MIB, Office, REF};

#[tokio::test]
async fn a_record_without_a_ref_is_rejected() {
    let office = Office::open();

    let message = office.is_rejected(&json!({ "name": "ООО «Ромашка»" })).await;

    assert_eq!(message, "Контрагент ООО «Ромашка» не принят: нет поля ref: укажите GUID контрагента в 1С.");
}

#[tokio::test]
async fn a_ref_that_is_no_guid_is_rejected_and_echoed() {
    let office = Office::open();

    for wrong in ["000000123", "00000000-0000-0000-0000-000000000000", "6f9619ff-8b86-d011-b42d"] {
        let heard = office.shows(&json!([{ "ref": wrong }])).await;
        assert_eq!(heard.json()[0]["ref"], wrong);
        assert_eq!(heard.json()[0]["status"], "rejected");
    }
}

#[tokio::test]
async fn an_unknown_kind_is_rejected_with_the_known_ones() {
    let message = Office::open().is_rejected(&json!({ "ref": REF, "kind": "ООО" })).await;

    assert!(message.contains("kind (вид контрагента)"), "{message}");
    assert!(
        message.contains("«ООО»") && message.contains("legal, entrepreneur, person, foreign"),
        "{message}"
    );
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_record_is_said_at_once() {
    let record = json!({ "kind": "?", "inn": 7_736_207_543_u64, "name": "А".repeat(256), "phones": "нет",
        "deleted": "может быть", "changed_at": "вчера", "bank_accounts": [{ "bik": ["044525225"] }] });

    let message = Office::open().is_rejected(&record).await;

    for fault in [
        "поле kind",
        "поле inn (ИНН)",
        "поле name",
        "256 знаков",
        "поле phones",
        "поле deleted",
        "«вчера» не дата",
        "bank_accounts (банковские счета): bik:",
        "нет поля ref",
    ] {
        assert!(message.contains(fault), "{fault}: {message}");
    }
}

#[tokio::test]
async fn a_field_given_twice_is_rejected_in_json_and_in_xml() {
    let office = Office::open();
    let json = format!(r#"[{{ "ref": "{REF}", "inn": "7736207543", "inn": "" }}]"#);
    let xml = format!(
        "<counterparties><counterparty><ref>{REF}</ref><inn>7736207543</inn><inn/></counterparty></counterparties>"
    );

    for call in [Call::post("counterparties", json), Call::xml("counterparties", xml)] {
        let heard = office.hears(call).await;
        assert_eq!(heard.statuses(), ["rejected"]);
        assert!(heard.text.contains("inn (ИНН) указано дважды"), "{}", heard.text);
    }
}

#[tokio::test]
async fn lists_longer_than_any_card_are_rejected() {
    let phones: Vec<_> = (0..101).map(|number| number.to_string()).collect();

    let message = Office::open().is_rejected(&json!({ "ref": REF, "phones": phones })).await;

    assert!(message.contains("101 значений, а допустимо 100"), "{message}");
}

#[tokio::test]
async fn broken_json_is_told_with_line_and_column() {
    let office = Office::open();

    for (body, place) in [
        ("[\n{\"ref\": \"x\"\n\"name\": 1}]", "строка 3, столбец 1: нарушен синтаксис JSON"),
        ("[{\"ref\": \"x\"", "JSON оборван"),
        ("\u{feff}\n\n[}", "строка 3, столбец 2"),
        ("[] []", "строка 1, столбец 4"),
        ("{\"ref\": \"x\"}", "массив записей"),
        ("\"текст\"", "массив записей"),
    ] {
        let (slug, detail) = office.hears(Call::post("counterparties", body)).await.problem(400);
        assert_eq!(slug, "unreadable", "{body}");
        assert!(detail.contains(place), "{body}: {detail}");
    }
}

#[tokio::test]
async fn broken_xml_is_told_with_line_and_column() {
    let office = Office::open();

    for (body, place) in [
        ("<counterparties>\n<counterparty>\n</counterparties>", "строка 3"),
        ("<counterparties><counterparty>", "XML оборван"),
        ("<counterparties/><more/>", "после корневого элемента"),
        ("<root/>", "ожидался корень <counterparties>, а стоит <root>"),
        ("<counterparties><phone/></counterparties>", "ожидался элемент <counterparty>, а стоит <phone>"),
        ("<counterparties>текст</counterparties>", "а стоит текст"),
        ("<counterparties><counterparty>А<inn/></counterparty></counterparties>", "рядом с элементами"),
        ("[]", "ожидался корень"),
        ("<counterparties><counterparty><a b=></counterparty>", "строка 1"),
    ] {
        let (slug, detail) = office.hears(Call::xml("counterparties", body)).await.problem(400);
        assert_eq!(slug, "unreadable", "{body}");
        assert!(detail.contains(place), "{body}: {detail}");
    }
}

#[tokio::test]
async fn dtd_and_entities_are_refused() {
    let office = Office::open();

    for body in [
        "<!DOCTYPE counterparties [<!ENTITY a \"b\">]><counterparties/>",
        "<!DOCTYPE counterparties SYSTEM \"file:///etc/passwd\"><counterparties/>",
    ] {
        let (_, detail) = office.hears(Call::xml("counterparties", body)).await.problem(400);
        assert!(detail.contains("DTD"), "{detail}");
    }
    let body = "<counterparties><counterparty><name>&company;</name></counterparty></counterparties>";
    let (_, detail) = office.hears(Call::xml("counterparties", body)).await.problem(400);
    assert!(detail.contains("&company;"), "{detail}");
}

#[tokio::test]
async fn a_bottomless_document_is_refused() {
    let office = Office::open();
    let json = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let xml = format!("<counterparties><counterparty>{}", "<a>".repeat(100_000));

    let (_, in_json) = office.hears(Call::post("counterparties", json)).await.problem(400);
    let (_, in_xml) = office.hears(Call::xml("counterparties", xml)).await.problem(400);

    assert!(in_json.contains("вложенность больше 16"), "{in_json}");
    assert!(in_xml.contains("вложенность больше 16"), "{in_xml}");
}

#[tokio::test]
async fn one_record_cannot_fill_the_memory() {
    let office = Office::open();
    let json = format!("[{{\"x\": [{}1]}}]", "1,".repeat(20_000));
    let xml = format!("<counterparties><counterparty>{}", "<a/>".repeat(20_001));

    for call in [Call::post("counterparties", json), Call::xml("counterparties", xml)] {
        let (_, detail) = office.hears(call).await.problem(400);
        assert!(detail.contains("больше 20000 значений"), "{detail}");
    }
}

#[tokio::test]
async fn a_body_in_windows_1251_is_recognised() {
    // «[{"name":"Ромашка"}]»
    let body = b"[{\"name\":\"\xD0\xEE\xEC\xE0\xF8\xEA\xE0\"}]".to_vec();

    let (slug, detail) = Office::open().hears(Call::post("counterparties", body)).await.problem(400);

    assert_eq!(slug, "encoding");
    assert!(detail.starts_with("Кодировка тела не UTF-8") && detail.contains("windows-1251"), "{detail}");
}

#[tokio::test]
async fn another_encoding_is_refused_by_its_name_too() {
    let office = Office::open();
    let named = "<?xml version=\"1.0\" encoding=\"windows-1251\"?><counterparties/>";

    let (_, detail) = office.hears(Call::xml("counterparties", named)).await.problem(400);
    assert!(detail.contains("кодировка windows-1251"), "{detail}");
    let call =
        Call::post("counterparties", "[]").with("content-type", "application/json; charset=windows-1251");
    let (slug, detail) = office.hears(call).await.problem(400);
    assert_eq!(slug, "encoding");
    assert!(detail.contains("кодировка"), "{detail}");
}

#[tokio::test]
async fn an_empty_body_is_told_so() {
    let (slug, detail) = Office::open().hears(Call::post("counterparties", " \u{feff} ")).await.problem(400);

    assert_eq!((slug.as_str(), detail.as_str()), ("unreadable", "Тело запроса пусто."));
}

#[tokio::test]
async fn neither_json_nor_xml_is_a_problem() {
    let office = Office::open();
    let csv = Call::post("counterparties", "ref;inn").with("content-type", "text/csv");
    let gzip = Call::post("counterparties", "[]").with("content-encoding", "gzip");

    assert_eq!(office.hears(csv).await.problem(415).0, "format");
    assert_eq!(office.hears(gzip).await.problem(415).0, "format");
    let unnamed = office.hears(Call::post("counterparties", "[]").without("content-type")).await;
    assert_eq!(unnamed.text, "[]", "without a Content-Type the body is JSON");
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_before_it_is_read() {
    let call = Call::post("counterparties", vec![b' '; 65 * MIB]);

    let (slug, detail) = Office::open().hears(call).await.problem(413);

    assert_eq!(slug, "too-large");
    assert!(detail.contains("67108864 байт"), "{detail}");
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_whatever_its_content_length_says() {
    let endless = || {
        let piece = Bytes::from(vec![b' '; MIB]);
        Body::from_stream(stream::iter((0..65).map(move |_| Ok::<_, std::io::Error>(piece.clone()))))
    };
    let office = Office::open();

    let chunked = office.hears(Call::post("counterparties", endless())).await;
    let lying = office.hears(Call::post("counterparties", endless()).with("content-length", "2")).await;

    assert_eq!(chunked.problem(413).0, "too-large");
    assert_eq!(lying.problem(413).0, "too-large");
}

#[tokio::test]
async fn an_absurd_content_length_takes_no_memory() {
    let office = Office::with_body_limit(usize::MAX);
    let call = Call::post("counterparties", "[]").with("content-length", "18446744073709551615");

    let heard = office.hears(call).await;

    assert_eq!(heard.text, "[]");
}

#[tokio::test]
async fn a_body_that_breaks_off_changes_nothing() {
    let pieces = [Ok(Bytes::from("[{}")), Err(std::io::Error::other("reset"))];
    let office = Office::open();

    let call = Call::post("counterparties", Body::from_stream(stream::iter(pieces)));
    let (slug, _) = office.hears(call).await.problem(400);

    assert_eq!(slug, "cut-short");
    assert_eq!(office.ferry.shown(), []);
}

#[tokio::test]
async fn a_client_that_is_still_sending_hears_that_its_body_is_too_large() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = Office::with_body_limit(MIB).into_router();
    let server = axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>());
    let client = async {
        let mut wire = TcpStream::connect(address).await.expect("a connection");
        // «1c:пароль»
        let request = "POST /1c/v1/counterparties HTTP/1.1\r\nHost: parom\r\nConnection: close\r\n\
            Authorization: Basic MWM60L/QsNGA0L7Qu9GM\r\nContent-Length: 8388608\r\n\r\n";
        wire.write_all(request.as_bytes()).await.expect("the head is taken");
        wire.write_all(&vec![b' '; 8 * MIB]).await.expect("the body is taken to its end");
        let mut heard = String::new();
        wire.read_to_string(&mut heard).await.expect("an answer");
        heard
    };

    let heard = tokio::select! {
        end = server.into_future() => panic!("the server has ended: {end:?}"),
        heard = client => heard,
    };

    assert!(heard.starts_with("HTTP/1.1 413 "), "{heard}");
    assert!(heard.contains("urn:parom:problem:too-large"), "{heard}");
}
