//! What people read at the first start, before there are any settings.

use std::sync::{Arc, Mutex};

use axum::http::{Method as Verb, StatusCode};
use console::{Answers, FirstStart, Promise};
use engine::{Finding, Severity};
use insta::assert_snapshot;

use crate::browser::{Answer, Browser};

const CODE: &str = "ABCD2345EFGH6789";

/// A portal that answers as told, and a disk that keeps what was written.
#[derive(Default)]
struct Disk {
    is_bad: bool,
    has_people: bool,
    /// Login of 1C and of the administrator, whether 1C comes from elsewhere.
    written: Mutex<Vec<(String, Option<String>, bool)>>,
}

impl FirstStart for Disk {
    fn check<'a>(&'a self, _: &'a str) -> Promise<'a, Vec<Finding>> {
        let finding = |severity, subject, text: &str, cure: &str| Finding {
            severity,
            subject,
            text: text.to_owned(),
            cure: cure.to_owned(),
        };
        let findings = if self.is_bad {
            vec![finding(Severity::Bad, "Права вебхука", "нет права «CRM (crm)»", "Добавьте право.")]
        } else {
            vec![
                finding(Severity::Good, "Вебхук", "портал отвечает", ""),
                finding(
                    Severity::Warning,
                    "Поле с кодом 1С",
                    "у компаний нет поля",
                    "Выполните parom setup.",
                ),
            ]
        };
        Box::pin(async { findings })
    }

    fn has_people(&self) -> Promise<'_, Result<bool, String>> {
        Box::pin(async { Ok(self.has_people) })
    }

    fn save<'a>(&'a self, answers: &'a Answers) -> Promise<'a, Result<(), String>> {
        let login = answers.administrator.as_ref().map(|administrator| administrator.login.clone());
        let written = (answers.onec_login.clone(), login, answers.listens_to_network);
        self.written.lock().expect("nobody panics").push(written);
        Box::pin(async { Ok(()) })
    }
}

fn newcomer(disk: &Arc<Disk>) -> Browser {
    let first = Arc::clone(disk) as Arc<dyn FirstStart>;
    let mut browser = Browser::new(console::first_start(first, CODE));
    browser.host = "127.0.0.1:8024";
    browser
}

async fn sends(browser: &mut Browser, fields: &str) -> Answer {
    browser.asks(Verb::POST, "/", Some(format!("code={CODE}&{fields}"))).await
}

const CHECK: &str = "deed=check&webhook_url=https%3A%2F%2Fportal.example.ru%2Frest%2F1%2Fs3cr3t%2F";

#[tokio::test]
async fn the_page_asks_for_the_code_and_the_webhook() {
    let mut browser = newcomer(&Arc::default());
    let page = browser.opens("/").await;

    assert_snapshot!(page.text());
    for asset in page.attributes("href").into_iter().filter(|href| href.starts_with("/assets/")) {
        assert_eq!(browser.opens(&asset).await.status, StatusCode::OK, "{asset}");
    }
    assert!(!page.body.contains("<script"), "it needs none");
}

#[tokio::test]
async fn a_portal_that_lacks_something() {
    let disk = Arc::new(Disk { is_bad: true, ..Disk::default() });
    let page = sends(&mut newcomer(&disk), CHECK).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_snapshot!(page.text());
}

#[tokio::test]
async fn the_portal_is_right_and_1c_is_next() {
    let page = sends(&mut newcomer(&Arc::default()), CHECK).await;
    assert_snapshot!(page.text());
    assert!(!page.body.contains("s3cr3t"));
}

#[tokio::test]
async fn an_administrator_who_is_there_already_is_not_asked_for() {
    let disk = Arc::new(Disk { has_people: true, ..Disk::default() });
    let mut browser = newcomer(&disk);
    let page = sends(&mut browser, CHECK).await;
    assert!(page.text().contains("уже заведён") && !page.body.contains("name=\"login\""), "{}", page.text());

    // Nor made by whoever sends the fields all the same.
    let fields = "deed=save&onec_login=1c&login=mallory&password=кот на крыше";
    assert_eq!(sends(&mut browser, fields).await.status, StatusCode::OK);
    assert_eq!(*disk.written.lock().expect("nobody panics"), [("1c".to_owned(), None, false)]);
}

#[tokio::test]
async fn everything_is_written_once_and_the_password_is_shown() {
    let disk = Arc::new(Disk::default());
    let mut browser = newcomer(&disk);
    sends(&mut browser, CHECK).await;
    let fields = "deed=save&onec_login=1c&onec_password=пароль <1С> %26 ко&onec_elsewhere=yes&login=anna&password=кот на крыше";

    let page = sends(&mut browser, fields).await;

    assert_snapshot!(page.text());
    let again = sends(&mut browser, fields).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.text());
    let written = disk.written.lock().expect("nobody panics").clone();
    assert_eq!(written, [("1c".to_owned(), Some("anna".to_owned()), true)]);
}

#[tokio::test]
async fn without_an_administrator_the_command_is_told() {
    let mut browser = newcomer(&Arc::default());
    sends(&mut browser, CHECK).await;
    let page = sends(&mut browser, "deed=save&onec_login=1c&onec_password=пароль для 1С").await;
    assert!(page.text().contains("parom user add ЛОГИН --role administrator"), "{}", page.text());
}
