//! HTTP in both generations, and what goes wrong on the way.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use bsl::{Fault, Platform, Session};

use crate::support::{base, exception_in, shown_in};

/// Answers one request after another with `<ok/>` and tells what it got.
fn server() -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("the loopback works");
    let port = listener.local_addr().expect("the loopback works").port();
    let (sender, requests) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("the loopback works");
            let mut reader = BufReader::new(stream.try_clone().expect("the loopback works"));
            let (mut told, mut length) = (String::new(), 0);
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).expect("the loopback works");
                if let Some((_, value)) = line.to_lowercase().split_once("content-length:") {
                    length = value.trim().parse().expect("the loopback works");
                }
                if line.trim().is_empty() {
                    break;
                }
                told.push_str(&line);
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).expect("the loopback works");
            told.push_str(&String::from_utf8_lossy(&body));
            sender.send(told).expect("the loopback works");
            stream
                .write_all(b"HTTP/1.1 422 No\r\nContent-Length: 5\r\nConnection: close\r\n\r\n<ok/>")
                .expect("the loopback works");
        }
    });
    (port, requests)
}

fn by_request(port: u16) -> String {
    format!(
        "С = Новый HTTPСоединение(\"127.0.0.1\", {port}, \"1c\", \"пароль\", , 5); З = Новый HTTPЗапрос(\"/1c/v1/hello\");\n\
        З.Заголовки.Вставить(\"Content-Type\", \"application/xml\"); З.УстановитьТелоИзСтроки(\"<hello/>\", КодировкаТекста.UTF8);\n\
        О = С.ОтправитьДляОбработки(З); Возврат О.ПолучитьТелоКакСтроку(КодировкаТекста.UTF8) + О.КодСостояния;"
    )
}

fn by_files(port: u16) -> String {
    format!(
        "С = Новый HTTPСоединение(\"127.0.0.1\", {port}); О = ПолучитьИмяВременногоФайла(\"xml\");\n\
        С.Получить(\"/1c/v1/ping\", О, \"X-Parom-Platform: 8.2\"); Ч = Новый ЧтениеТекста(О, КодировкаТекста.UTF8); Т = Ч.Прочитать();\n\
        Ч.Закрыть(); УдалитьФайлы(О); Если Т = Неопределено Тогда Т = \"пусто\"; КонецЕсли; Возврат Т;"
    )
}

#[test]
fn a_request_of_8_3_has_headers_a_password_and_a_status() {
    let (port, requests) = server();
    let mut session = Session::new(Platform::V83, &base());
    assert_eq!(shown_in(&mut session, &by_request(port)), "<ok/>422");
    let told = requests.recv().unwrap();
    assert!(told.starts_with("POST /1c/v1/hello HTTP/1.1") && told.ends_with("\u{feff}<hello/>"), "{told}");
    assert!(told.to_lowercase().contains("authorization: basic mwm6"), "{told}");
}

#[test]
fn a_request_of_8_2_goes_by_files_and_no_status_comes_back() {
    let (port, requests) = server();
    let mut session = Session::new(Platform::V82, &base());
    assert_eq!(shown_in(&mut session, &by_files(port)), "<ok/>");
    assert!(requests.recv().unwrap().to_lowercase().contains("x-parom-platform: 8.2"));
    let told = exception_in(&mut session, "А = Вычислить(\"Новый HTTPЗапрос(\"\"/\"\")\"); Возврат А;");
    assert!(told.contains("Тип не определен (HTTPЗапрос)"), "{told}");
    assert!(session.left_files().is_empty());
}

#[test]
fn the_way_may_break_before_the_work_or_after_it() {
    let (port, requests) = server();
    let mut session = Session::new(Platform::V82, &base());
    session.network().meet(0, Fault::Refused);
    assert!(exception_in(&mut session, &by_files(port)).contains("Couldn't connect"));
    assert!(requests.try_recv().is_err(), "nothing was asked");
    session.network().meet(0, Fault::LostAnswer);
    assert!(exception_in(&mut session, &by_files(port)).contains("Timeout"));
    assert!(requests.recv().is_ok(), "it was asked all the same");
    session.network().meet(0, Fault::CutInHalf);
    assert_eq!(shown_in(&mut session, &by_files(port)), "<o");
    session.network().meet(0, Fault::Empty);
    assert_eq!(shown_in(&mut session, &by_files(port)), "пусто");
    session.network().meet(0, Fault::ProxyPage);
    assert!(shown_in(&mut session, &by_files(port)).starts_with("<html>"));
    session.network().meet(1, Fault::Refused);
    assert_eq!(shown_in(&mut session, &by_files(port)), "<ok/>", "the second is meant");
    assert!(exception_in(&mut session, &by_files(port)).contains("Couldn't connect"));
}

#[test]
fn http_inside_a_transaction_is_told() {
    let (port, _requests) = server();
    let mut session = Session::new(Platform::V83, &base());
    shown_in(
        &mut session,
        &format!(
            "НачатьТранзакцию(); {}",
            by_request(port).replace("Возврат", "ЗафиксироватьТранзакцию(); Возврат")
        ),
    );
    assert_eq!(session.complaints(), ["запрос HTTP внутри транзакции: POST /1c/v1/hello"]);
}
