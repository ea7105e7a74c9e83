//! What the first start shows. Neither the webhook nor a password goes back into a page, but for a password that was made up:
//! it is shown once, when it is written.

use engine::Finding;
use maud::{DOCTYPE, Markup, html};

use super::{Answers, Tried, Typed};
use crate::assets::Asset;
use crate::pages::setup::{Setup, to_type_in};
use crate::text::PRODUCT;
use crate::ui::{Field, Stage, Step, checkbox, field, findings, steps, submit};

/// The first step: the code and the webhook. `news`: what is to be read before.
pub(super) fn portal(code: &str, news: Option<Markup>) -> Markup {
    let body = html! {
        p {
            "В Битрикс24 от имени администратора: Разработчикам → Другое → Входящий вебхук. Отметьте права «CRM (crm)» и «Чат и уведомления (im)», сохраните и "
            "скопируйте адрес целиком. Паром только спросит портал, всё ли готово, и ничего в нём не изменит."
        }
        form.narrow method="post" action="/" autocomplete="off" {
            (field("Код, который напечатал Паром", "code", "text", code, Field {
                is_required: true, is_first: code.is_empty(), max: Some(64),
                hint: Some("В окне терминала или в журнале службы, в строке «First start»."), ..Field::default()
            }))
            (field("Адрес входящего вебхука", "webhook_url", "password", "", Field {
                is_required: true, max: Some(500), hint: Some("https://портал/rest/1/код/"), ..Field::default()
            }))
            button name="deed" value="check" { "Проверить портал" }
        }
    };
    page(&html! {
        p { "Паром запущен впервые. Здесь он узнаёт портал и придумывает пароль для 1С; дальше мастер продолжится в консоли. Отведите на всё полчаса." }
        @if let Some(news) = news { (news) }
        (steps(way([Stage::Now, Stage::Later, Stage::Later], [body, later("Логин и пароль, с которыми 1С приходит в Паром."), later("Права, поля, первое обращение 1С и первая загрузка.")])))
    })
}

/// The second step: everything else, and the button that writes it.
pub(super) fn rest(tried: &Tried, typed: &Typed, has_people: bool, problem: Option<&str>) -> Markup {
    let login = if typed.onec_login.is_empty() { "1c" } else { &typed.onec_login };
    let portal = html! {
        p { "Портал " strong { (tried.host) } " отвечает. Поля, которых в нём нет, Паром создаст сам, на следующих шагах в консоли. Отметили недостающие права — проверьте ещё раз." }
        (findings("Что найдено в портале", &tried.findings))
        form method="post" action="/" {
            input type="hidden" name="code" value=(typed.code);
            button.second name="deed" value="check" { "Проверить портал снова" }
        }
        p { a href="/" { "Указать другой вебхук" } }
    };
    let onec = html! {
        form.narrow method="post" action="/" autocomplete="off" {
            input type="hidden" name="code" value=(typed.code);
            (field("Логин для 1С", "onec_login", "text", login, Field { is_required: true, max: Some(100), ..Field::default() }))
            (field("Пароль для 1С", "onec_password", "password", "", Field {
                max: Some(200), autocomplete: Some("new-password"),
                hint: Some("Оставьте пустым — Паром придумает его и покажет один раз."), ..Field::default()
            }))
            (checkbox("1С работает на другой машине: принимать её из сети", "onec_elsewhere", typed.onec_elsewhere == "yes"))
            small { "Тогда Паром будет виден в сети (listen = 0.0.0.0). Откройте его порт только для сервера 1С; людям консоль показывайте через прокси с https." }
            @if has_people {
                p.note { "Администратор консоли уже заведён." }
            } @else {
                h3 { "Первый администратор консоли" }
                p.note { "Можно и позже, на этой машине: " code { "parom user add ЛОГИН --role administrator" } ". Тогда оставьте поля пустыми." }
                (field("Логин администратора", "login", "text", &typed.login, Field { max: Some(64), autocomplete: Some("off"), ..Field::default() }))
                (field("Имя", "name", "text", &typed.name, Field { max: Some(100), autocomplete: Some("off"), ..Field::default() }))
                (field("Пароль администратора", "password", "password", "", Field {
                    max: Some(200), autocomplete: Some("new-password"), hint: Some("Не короче 10 символов."), ..Field::default()
                }))
            }
            input type="hidden" name="deed" value="save";
            (submit("Записать и запустить"))
        }
    };
    page(&html! {
        @if let Some(problem) = problem { (told(problem)) }
        (steps(way([Stage::Done, Stage::Now, Stage::Later], [portal, onec, later("Права, поля, первое обращение 1С и первая загрузка.")])))
    })
}

/// Everything is written. `here` is this machine as the browser calls it.
pub(super) fn written(answers: &Answers, here: &str, has_people: bool) -> Markup {
    let port = here.rsplit_once(':').map_or("", |(_, port)| port);
    let address = if answers.listens_to_network {
        format!("http://имя-этой-машины:{port}")
    } else {
        format!("http://{here}")
    };
    let portal = html! { p { "Проверен и записан." } };
    let onec = html! {
        p { strong { "Пароль показан один раз." } " Впишите это в настройки обработки «Паром» в 1С сейчас или сохраните; он записан и в файле настроек Парома." }
        (to_type_in(&address, &answers.onec_login, Some(&answers.onec_password)))
    };
    let rest = html! {
        p role="status" { "Настройки записаны, Паром запускается: это занимает несколько секунд." }
        @if has_people {
            p { "Войдите в консоль как администратор: мастер продолжится там." }
        } @else {
            p { "Заведите первого администратора консоли командой на этой машине, в той же папке:" }
            pre tabindex="0" { code { "parom user add ЛОГИН --role administrator" } }
            p { "Команда спросит пароль. Потом войдите: мастер продолжится в консоли." }
        }
        p { a.button href=(Setup) { "Продолжить в консоли" } }
    };
    page(&steps(way([Stage::Done, Stage::Done, Stage::Now], [portal, onec, rest])))
}

pub(super) fn told(text: &str) -> Markup {
    html! { div.flash.problem role="alert" { (text) } }
}

/// What is wrong with a webhook.
pub(super) fn found(found: &[Finding]) -> Markup {
    html! {
        (told("С этим вебхуком Паром работать не сможет. Исправьте найденное и проверьте ещё раз."))
        (findings("Что найдено в портале", found))
    }
}

/// For whoever comes by another name than this machine's.
pub(super) fn elsewhere() -> Markup {
    page(&told(
        "Первый запуск настраивается только с этой машины: откройте http://127.0.0.1 с портом Парома.",
    ))
}

/// For whoever asks for anything else.
pub(super) fn not_yet() -> Markup {
    page(&html! {
        p { "Паром ещё не настроен." }
        p { a href="/" { "К первому запуску" } }
    })
}

fn later(text: &str) -> Markup {
    html! { p.note { (text) } }
}

fn way(stages: [Stage; 3], bodies: [Markup; 3]) -> impl Iterator<Item = Step> {
    let titles = ["Портал Битрикс24", "1С и администратор", "Дальше в консоли"];
    stages.into_iter().zip(titles).zip(bodies).map(|((stage, title), body)| Step {
        stage,
        title,
        is_open: true,
        body,
    })
}

fn page(body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="ru" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Первый запуск — " (PRODUCT) }
                link rel="icon" type="image/svg+xml" href=(Asset::Icon.href());
                link rel="stylesheet" href=(Asset::Style.href());
            }
            body {
                header.top { a.brand href="/" { (PRODUCT) } }
                main #main tabindex="-1" {
                    h1 { "Первый запуск" }
                    (body)
                }
            }
        }
    }
}
