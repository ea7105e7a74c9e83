//! What was set, who wins where both sides changed a field, and what the doctor finds.

use axum::extract::State;
use axum_extra::routing::TypedPath;
use domain::merge::rule_title;
use domain::{Field, Role};
use engine::{Explained, Finding, Severity};
use maud::{Markup, html};
use serde::Deserialize;

use crate::audit::{Act, Acted};
use crate::failure::Failure;
use crate::guard::{Operator, Viewer};
use crate::nav::Tab;
use crate::page::Page;
use crate::pages::records::Record;
use crate::pages::setup::Setup;
use crate::routes::Routes;
use crate::state::{Console, Origin, Setting, SettingValue};
use crate::ui::{Column, State as Stands, badge, empty, findings, form, submit, table, word};

/// The settings.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/settings")]
pub(crate) struct Settings;

/// Has everything looked at.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/settings/doctor")]
pub(crate) struct Doctor;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.page(settings).action(doctor)
}

/// Among so many of the oldest counterparties an example is looked for.
const EXAMPLES: usize = 50;

async fn settings(_: Settings, viewer: Viewer, State(console): State<Console>) -> Result<Page, Failure> {
    let example = example(&console).await?;
    Ok(Page::new(Tab::Settings, Tab::Settings.title(), body(&console, &viewer, example.as_ref())))
}

/// A real counterparty of both sides, the one that says most.
async fn example(console: &Console) -> Result<Option<Explained>, Failure> {
    let links = console.store.links_page(None, EXAMPLES).await?;
    let said = |link: &domain::Link| {
        let sides = [&link.onec, &link.bitrix];
        let spoken = |snapshot: &domain::Counterparty| {
            Field::ALL.into_iter().filter(|field| domain::merge::speaks(snapshot, *field)).count()
        };
        sides.into_iter().flatten().map(|shown| spoken(&shown.snapshot)).sum::<usize>()
    };
    let both = links.iter().filter(|link| link.onec.is_some() && link.bitrix.is_some());
    match both.max_by_key(|link| said(link)) {
        Some(link) => Ok(console.engine.explain(link.id).await?),
        None => Ok(None),
    }
}

fn body(console: &Console, viewer: &Viewer, example: Option<&Explained>) -> Markup {
    html! {
        p.note {
            "Настройки меняют в файле или переменными окружения на машине Парома; здесь их только видно. После правки перезапустите службу."
        }
        h2 { "Всё ли в порядке" }
        p { "Проверка смотрит права вебхука, поля и шаблоны реквизитов, часы, адаптер 1С и модуль портала. Она ничего не меняет." }
        @if viewer.may(Role::Operator) {
            (form(&viewer.csrf, &Doctor, submit("Проверить")))
        } @else {
            p.note { "Запустить её может оператор или администратор." }
        }
        @if viewer.may(Role::Administrator) {
            p { a href=(Setup) { "Мастер первого запуска" } " ведёт по шагам: портал, права, поля, 1С, первая загрузка." }
        }
        h2 { "Кто прав, если поле изменили с обеих сторон" }
        (rules(console, example))
        h2 { "Что настроено" }
        @if console.settings.is_empty() { (empty("Настройки неизвестны.")) }
        @for section in sections(&console.settings) {
            h3 { "[" (section) "]" }
            (table(section, &[Column::Text("Ключ"), Column::Text("Значение"), Column::Text("Откуда")], html! {
                @for setting in console.settings.iter().filter(|setting| setting.section == section) { (row(setting)) }
            }))
        }
    }
}

fn rules(console: &Console, example: Option<&Explained>) -> Markup {
    let columns = [
        Column::Text("Поле"),
        Column::Text("Правило"),
        Column::Text("Пример: в 1С"),
        Column::Text("Пример: в Битрикс24"),
    ];
    let of =
        |field: Field| example.and_then(|example| example.fields.iter().find(|known| known.field == field));
    let value = |value: Option<&String>| {
        value.filter(|value| !value.is_empty()).cloned().unwrap_or_else(|| "—".to_owned())
    };
    html! {
        (table("Правила полей", &columns, html! {
            @for field in Field::ALL {
                tr {
                    th scope="row" { (field.title()) }
                    td { (rule_title(console.engine.rules().of(field))) }
                    td { (value(of(field).and_then(|field| field.onec.as_ref()))) }
                    td { (value(of(field).and_then(|field| field.bitrix.as_ref()))) }
                }
            }
        }))
        @match example {
            Some(example) => p.note { "Пример взят из " a href=(Record { id: example.link.id }) { "этой записи" } ". Изменение одной стороны передаётся всегда; правило решает, когда изменили обе." },
            None => p.note { "Примера пока нет: ни одного контрагента ещё нет на обеих сторонах." },
        }
    }
}

/// Names of sections in the order of the file.
fn sections(settings: &[Setting]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for setting in settings {
        if !names.contains(&setting.section.as_str()) {
            names.push(&setting.section);
        }
    }
    names
}

fn row(setting: &Setting) -> Markup {
    html! {
        tr {
            td { code { (setting.key) } }
            td {
                @match &setting.value {
                    SettingValue::Text(text) if text.is_empty() => span.note { "пусто" },
                    SettingValue::Text(text) => (text),
                    SettingValue::Hidden => { (badge(Stands::Calm, "скрыто")) },
                    SettingValue::Unset => span.note { "не задано" },
                }
            }
            td {
                @match setting.origin {
                    Origin::Default => span.note { "по умолчанию" },
                    Origin::File => "файл настроек",
                    Origin::Variable => "переменная окружения",
                    Origin::SecretFile => "файл с секретом",
                }
            }
        }
    }
}

/// Asks the portal many things, so it is an action of operators and not a page that anybody reloads.
async fn doctor(_: Doctor, operator: Operator, State(console): State<Console>) -> Result<Acted, Failure> {
    let audit = operator.begin(&console, Act::Examined, "портал, 1С и настройки").await?;
    let found = console.engine.doctor().await;
    let worst = found.iter().map(|finding| finding.severity).max().unwrap_or(Severity::Good);
    audit.done_with(word(worst).1, Page::new(Tab::Settings, "Всё ли в порядке", told(&found))).await
}

fn told(found: &[Finding]) -> Markup {
    html! {
        p { a href=(Settings) { "К настройкам" } }
        (findings("Находки", found))
    }
}
