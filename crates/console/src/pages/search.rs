//! One box for everything: ИНН, name, code, deal, number of a document.

use axum::extract::State;
use axum_extra::extract::Query;
use axum_extra::routing::TypedPath;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use store::{Hit, HitKey, Hits, Rank};

use crate::failure::Failure;
use crate::guard::Viewer;
use crate::page::{Page, QUESTION_MAX, question};
use crate::pages::inquiries::Inquiry;
use crate::pages::records::Record;
use crate::routes::Routes;
use crate::state::Console;
use crate::ui::{Column, State as Stands, badge, empty, search, submit, table};

/// What was found.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/search")]
pub(crate) struct Search;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Wanted {
    #[serde(default)]
    q: String,
}

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.page(found)
}

async fn found(
    _: Search,
    _viewer: Viewer,
    State(console): State<Console>,
    Query(wanted): Query<Wanted>,
) -> Result<Page, Failure> {
    let question = question(&wanted.q);
    let hits = if question.is_empty() { Vec::new() } else { console.store.search(&question).await? };
    Ok(Page::beside("Поиск", body(&console, &question, &hits)))
}

/// The box of the header; `/` goes there.
pub(crate) fn bar() -> Markup {
    search(
        &Search,
        html! {
            label {
                span.hidden { "Поиск: ИНН, название, код 1С, сделка, номер документа" }
                input type="search" name="q" maxlength=(QUESTION_MAX) data-search
                    placeholder="ИНН, название, код, сделка, документ" autocomplete="off";
            }
            button.hidden type="submit" { "Найти" }
        },
    )
}

fn body(console: &Console, question: &str, hits: &[Hits]) -> Markup {
    html! {
        (search(&Search, html! {
            label.field {
                span { "Что найти" }
                input type="search" name="q" value=(question) maxlength=(QUESTION_MAX) autofocus[question.is_empty()];
                small { "ИНН или его начало, слово из названия, код 1С, GUID, номер компании или сделки, номер документа или оплаты" }
            }
            (submit("Найти"))
        }))
        @if question.is_empty() {
            (empty("Введите, что ищете. Клавиша «/» открывает поиск на любой странице."))
        } @else if hits.is_empty() {
            (empty("Ничего не найдено. Проверьте цифры или возьмите меньше слов."))
        }
        @for found in hits {
            h2 { (found.kind.title()) }
            (table(found.kind.title(), &[Column::Text("Название"), Column::Text("Примета"), Column::Text("Где")], html! {
                @for hit in &found.hits { (row(console, hit)) }
            }))
            @if found.has_more { p.note { "Показаны первые " (found.hits.len()) ". Уточните, что ищете." } }
        }
    }
}

fn row(console: &Console, hit: &Hit) -> Markup {
    html! {
        tr {
            td {
                @match own_page(hit) {
                    Some(href) => a href=(href) { (hit.title) },
                    None => (hit.title),
                }
                @if hit.rank == Rank::Exact { " " (badge(Stands::Good, "точно")) }
            }
            td { (hit.hint) }
            td {
                @match hit.key {
                    HitKey::Company(company) => a href=(console.company(company)) rel="noreferrer" { "компания в Битрикс24" },
                    HitKey::Deal(deal) => a href=(console.deal(deal)) rel="noreferrer" { "сделка в Битрикс24" },
                    HitKey::Counterparty(_) | HitKey::Document(_) | HitKey::Payment(_) => {},
                }
            }
        }
    }
}

/// The page of the console that shows it.
fn own_page(hit: &Hit) -> Option<String> {
    match hit.key {
        HitKey::Counterparty(id) => Some(Record { id }.to_string()),
        HitKey::Deal(deal) => Some(Inquiry { deal }.to_string()),
        HitKey::Document(_) | HitKey::Payment(_) => hit.deal_id.map(|deal| Inquiry { deal }.to_string()),
        HitKey::Company(_) => None,
    }
}
