//! The page of the way.

use std::net::SocketAddr;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum_extra::extract::Query;
use engine::{Progress, Severity, Theme};
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use url::Url;

use super::way::Way;
use super::{LookAgain, MakeFields, Setup, to_type_in};
use crate::failure::Failure;
use crate::guard::Administrator;
use crate::nav::Tab;
use crate::page::{HxRequest, Page, link};
use crate::pages::jobs::{self, Job};
use crate::pages::load::Load;
use crate::pages::overview::Overview;
use crate::pages::people::People;
use crate::state::{Console, SettingValue};
use crate::ui::{Stage, Step, ago, findings, form, steps, submit};

/// What the page has already shown, so that it loads itself anew when something has changed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Seen {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    seen: String,
}

/// The box that asks how things are.
const NOW: &str = "now";

pub(super) async fn setup(
    _: Setup,
    admin: Administrator,
    State(console): State<Console>,
    Query(Seen { seen }): Query<Seen>,
    hx: HxRequest,
    headers: HeaderMap,
) -> Result<Page, Failure> {
    let way = Way::read(&console).await?;
    let is_told = hx.target.as_deref() != Some(NOW) || seen == way.print();
    let sight = Sight {
        console: &console,
        admin: &admin,
        stages: way.stages(),
        way,
        address: address(&console, &headers),
    };
    let body = html! {
        div #setup {
            (sight.now(is_told))
            (steps(sight.steps()))
        }
    };
    Ok(Page::new(Tab::Setup, Tab::Setup.title(), body))
}

/// Under which address 1C reaches Parom: as the proxy says, else as this browser does.
fn address(console: &Console, headers: &HeaderMap) -> String {
    let public = console.public_url.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned());
    let here = || {
        let host = headers.get(header::HOST)?.to_str().ok()?;
        Some(Url::parse(&format!("http://{host}/")).ok()?.origin().ascii_serialization())
    };
    public.or_else(here).unwrap_or_else(|| "http://сервер:8024".to_owned())
}

struct Sight<'s> {
    console: &'s Console,
    admin: &'s Administrator,
    way: Way,
    stages: [Stage; super::way::STEPS],
    address: String,
}

impl Sight<'_> {
    /// What is waited for, in a sentence. Asks every two seconds, and has the whole page loaded when something has changed.
    fn now(&self, is_told: bool) -> Markup {
        let step = self.stages.iter().position(|stage| *stage == Stage::Now);
        let (color, sentence) = match step {
            None => ("green", "Настройка закончена: 1С и Битрикс24 соединены.".to_owned()),
            Some(_) if self.way.is_looking => ("yellow", "Паром спрашивает портал…".to_owned()),
            Some(step) => (
                "yellow",
                format!(
                    "Шаг {} из {}. Страницу можно закрыть и вернуться позже.",
                    step + 1,
                    self.stages.len()
                ),
            ),
        };
        let seen = link(Setup, Seen { seen: self.way.print() });
        html! {
            @if step.is_none() && is_told {
                p.verdict.(color) id=(NOW) { (sentence) " " a href=(Overview) { "К обзору" } }
            } @else if is_told {
                p.verdict.(color) id=(NOW) hx-get=(seen) hx-trigger="every 2s" hx-select={ "#" (NOW) } hx-swap="outerHTML" hx-target="this" {
                    (sentence)
                    noscript { " " a href=(Setup) { "Обновить" } }
                }
            } @else {
                p.verdict.(color) id=(NOW) hx-get=(Setup) hx-trigger="load" hx-select="#setup" hx-swap="outerHTML" hx-target="#setup" { (sentence) }
            }
        }
    }

    fn steps(&self) -> [Step; super::way::STEPS] {
        let [portal, rights, fields, password, hello, people, plan, load] = self.stages;
        let step = |stage, title, body| Step { stage, title, is_open: false, body };
        let of =
            |stage, title, theme, body| Step { is_open: self.has_remarks(theme), ..step(stage, title, body) };
        [
            of(portal, "Портал Битрикс24", Theme::Portal, self.portal()),
            of(rights, "Права вебхука", Theme::Rights, self.rights()),
            of(fields, "Поля компаний и сделок", Theme::Fields, self.fields()),
            step(password, "Адрес и пароль для 1С", self.password()),
            step(hello, "Первое обращение 1С", self.hello()),
            step(people, "Администратор и люди", people_too()),
            step(plan, "План первой загрузки", self.plan()),
            step(load, "Первая загрузка", self.load()),
        ]
    }

    fn has_remarks(&self, theme: Theme) -> bool {
        self.way.found(theme).iter().any(|finding| finding.severity != Severity::Good)
    }

    /// Beside the step of the portal that is to be done now, or beside the first.
    fn again(&self, step: usize) -> Markup {
        let now = self.stages[..3].iter().position(|stage| *stage == Stage::Now).unwrap_or(0);
        html! {
            @if step == now {
                (form(&self.admin.csrf, &LookAgain, html! { button.second type="submit" { "Проверить портал снова" } }))
            }
        }
    }

    fn portal(&self) -> Markup {
        html! {
            p { "Портал: " a href={ (self.console.portal) "/" } rel="noreferrer" { (self.console.portal) } "." }
            (self.found("Портал", Theme::Portal))
            @if self.stages[0] != Stage::Done && !self.way.is_looking {
                p.note { "Адрес вебхука меняют в файле настроек, ключ webhook_url раздела [bitrix24]; потом Паром перезапускают." }
            }
            (self.again(0))
        }
    }

    fn rights(&self) -> Markup {
        html! {
            p {
                "Права отмечают в портале: Разработчикам → Другое → Входящий вебхук → «Настройка прав». Нужны «CRM (crm)» и «Чат и уведомления (im)»; "
                "владелец вебхука — администратор портала. Отметили — сохраните вебхук и проверьте портал снова."
            }
            (self.found("Права", Theme::Rights))
            (self.again(1))
        }
    }

    fn fields(&self) -> Markup {
        html! {
            p {
                "Чтобы реквизиты, код контрагента, документы и оплаты были видны в карточках, порталу нужны поля. Паром создаёт только те, которых нет; "
                "то же делает команда " code { "parom setup" } "."
            }
            (self.found("Поля", Theme::Fields))
            @if self.has_remarks(Theme::Fields) {
                (form(&self.admin.csrf, &MakeFields, submit("Создать недостающее")))
            }
            (self.again(2))
        }
    }

    fn found(&self, caption: &str, theme: Theme) -> Markup {
        let found = self.way.found(theme);
        html! {
            @if !found.is_empty() { (findings(caption, found)) }
            @else if self.way.is_looking { p.note { "Проверяется…" } }
            @else if self.way.look.is_some() { p.note { "Проверить не удалось: портал не ответил." } }
        }
    }

    fn password(&self) -> Markup {
        let login = self.setting("onec", "login").unwrap_or("1c");
        let listen = self.setting("server", "listen");
        let loopback = listen
            .and_then(|listen| listen.parse::<SocketAddr>().ok())
            .filter(|listen| listen.ip().is_loopback());
        let is_hidden = self.console.public_url.is_none() && loopback.is_some();
        let port = loopback.map_or(0, |listen| listen.port());
        html! {
            p { "Их вписывают в настройки обработки «Паром» в 1С. Как её поставить — docs/1c-setup.ru.md из поставки." }
            (to_type_in(&self.address, login, None))
            @if is_hidden {
                p {
                    strong { "Сейчас Парома не видно с других машин" } " (listen = " code { (listen.unwrap_or_default()) } "). Если 1С работает не здесь, поставьте в разделе [server] настроек "
                    code { "listen = \"0.0.0.0:" (port) "\"" } ", откройте этот порт для сервера 1С и перезапустите Паром; в адресе вместо 127.0.0.1 будет имя этой машины."
                }
            } @else if self.address.starts_with("http://127.") || self.address.starts_with("http://localhost") {
                p { "Если 1С работает на другой машине, вместо " code { (self.address) } " впишите имя или адрес этой машины с тем же портом." }
            }
        }
    }

    fn setting(&self, section: &str, key: &str) -> Option<&str> {
        let setting =
            self.console.settings.iter().find(|setting| setting.section == section && setting.key == key)?;
        match &setting.value {
            SettingValue::Text(text) => Some(text),
            SettingValue::Hidden | SettingValue::Unset => None,
        }
    }

    fn hello(&self) -> Markup {
        let (console, now) = (self.console, self.console.now());
        html! {
            @if self.way.has_met_onec() {
                (findings("1С", &self.way.onec))
            } @else {
                p { "В 1С вызовите у обработки «Паром» " code { "ЗапомнитьБазу" } ", " code { "Проверить" } " и " code { "ВыполнитьОбмен" } ". Как только 1С представится, это будет видно здесь." }
                @if let Some(at) = self.way.refused_at {
                    p role="alert" { strong { "К Парому обратились с неверным логином или паролем" } " " (ago(at, now, &console.zone)) ": сверьте их с шагом 4." }
                }
                @if self.way.facts.onec_seen.is_some() {
                    p { "1С обращалась и пароль подошёл, но ещё не представилась: обмен начинается с " code { "hello" } "." }
                }
                p { "Если ничего не происходит, проверьте по порядку:" }
                ul {
                    li { "на машине, где идёт обмен, адрес " code { (self.address) "/1c/v1/ping" } " в браузере спрашивает логин и пароль; если нет — дело в сети, порте или listen;" }
                    li { "с логином и паролем из шага 4 тот же адрес отвечает версией; если нет — в 1С и в Пароме они разные;" }
                    li { "в этой базе вызвали " code { "ЗапомнитьБазу" } ": из копии базы обмен не начинается;" }
                    li { "в журнале регистрации 1С, события «Паром.…», сказано, что помешало;" }
                    li { "регламентное задание включено и его пользователь может исполнять обработку." }
                }
            }
        }
    }

    fn plan(&self) -> Markup {
        html! {
            p {
                "Выгрузите контрагентов из 1С в файл и загрузите его на странице " a href=(Load) { "«Загрузка»" } ": план скажет, сколько компаний будет создано, "
                "связано и изменено, и ничего не изменит. Можно и без файла: обработка «Паром» при первых обменах покажет всех контрагентов сама."
            }
            (self.job(self.way.plan.as_ref()))
        }
    }

    fn load(&self) -> Markup {
        html! {
            @if self.way.has_loaded() {
                p { "Первые контрагенты есть и в 1С, и в Битрикс24. Сколько всего и кто ждёт человека — " a href=(Overview) { "в обзоре" } "." }
            } @else {
                p { "Посмотрели план — нажмите на его странице «Загрузить по этому плану». Прервать можно в любой миг: принятое не потеряется. Показ из самой 1С виден на странице " a href=(Load) { "«Загрузка»" } "." }
            }
            (self.job(self.way.load.as_ref()))
        }
    }

    fn job(&self, job: Option<&Progress>) -> Markup {
        html! {
            @if let Some(job) = job {
                p { a href=(Job { id: job.id }) { (job.title()) } " " (jobs::standing(job)) " " (ago(job.asked_at, self.console.now(), &self.console.zone)) }
            }
        }
    }
}

fn people_too() -> Markup {
    html! {
        p {
            "Первого администратора заводят при первом запуске или командой на сервере Парома: " code { "parom user add ЛОГИН --role administrator" }
            ". Вы уже вошли как администратор. Остальных заведите на странице " a href=(People) { "«Люди»" } "."
        }
    }
}
