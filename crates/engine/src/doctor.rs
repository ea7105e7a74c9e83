//! Looks at everything that Parom stands on and says what to mend.

mod adapters;

pub use adapters::misfits;

use bitrix::{Args, CallError};
use domain::{Side, SignedDuration, Timestamp};
use serde_json::Value;
use store::Lane;

use crate::code_field::{CODE_FIELD, CODE_TITLE};
use crate::engine::EngineError;
use crate::{Engine, portal, setup};

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What was looked at: «Вебхук», «Права», …
    pub subject: &'static str,
    /// What was found.
    pub text: String,
    /// What to do; empty where nothing is to be done.
    pub cure: String,
}

/// How bad a [`Finding`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// As it should be.
    Good,
    /// Works, but not as well as it could, or not yet.
    Warning,
    /// Nothing will travel until it is mended.
    Bad,
}

/// Which step on the way to a running Parom a [`Finding`] belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Whether the portal is there at all.
    Portal,
    /// What the webhook may do.
    Rights,
    /// What the portal needs to have: templates, fields, types.
    Fields,
    /// Everything that works without.
    Other,
}

/// Clocks that differ by more make «changed later» unreliable.
const CLOCK_SKEW_MAX: SignedDuration = SignedDuration::from_secs(60);
/// The scope without which nothing works.
const SCOPE: &str = "crm";
/// The scope without which employees are not notified.
const NOTICE_SCOPE: &str = "im";

pub(crate) const ADDRESS: &str = "Адрес вебхука";
const PORTAL: &str = "Битрикс24";
const WEBHOOK: &str = "Вебхук";
const RIGHTS: &str = "Права вебхука";
const KNOWN_METHODS: &str = "Методы портала";
const CLOCKS: &str = "Часы";
const TEMPLATES: &str = "Шаблоны реквизитов";
const CODE: &str = "Поле с кодом 1С";
const DEAL_FIELDS: &str = "Поля сделки";
const ADDRESS_TYPES: &str = "Типы адресов";
const LANE: &str = "Передача в Битрикс24";

/// The methods that a crossing calls.
const METHODS: &[&str] = &[
    "crm.company.add",
    "crm.company.list",
    "crm.company.update",
    "crm.deal.list",
    "crm.item.fields",
    "crm.item.list",
    "crm.item.productrow.list",
    "crm.item.update",
    "crm.status.list",
    "crm.timeline.logmessage.add",
    "crm.requisite.add",
    "crm.requisite.update",
    "crm.requisite.list",
    "crm.requisite.preset.list",
    "crm.requisite.bankdetail.add",
    "crm.requisite.bankdetail.list",
    "crm.address.add",
    "crm.address.update",
    "crm.address.list",
    "crm.timeline.comment.add",
    "crm.timeline.comment.list",
];

impl Finding {
    /// Which step it belongs to.
    pub fn theme(&self) -> Theme {
        match self.subject {
            ADDRESS | PORTAL | CLOCKS | LANE => Theme::Portal,
            WEBHOOK | RIGHTS | KNOWN_METHODS => Theme::Rights,
            TEMPLATES | CODE | DEAL_FIELDS | ADDRESS_TYPES => Theme::Fields,
            _ => Theme::Other,
        }
    }

    fn good(subject: &'static str, text: impl Into<String>) -> Self {
        Self { severity: Severity::Good, subject, text: text.into(), cure: String::new() }
    }

    fn warning(subject: &'static str, text: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, subject, text: text.into(), cure: cure.into() }
    }

    fn bad(subject: &'static str, text: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { severity: Severity::Bad, subject, text: text.into(), cure: cure.into() }
    }
}

impl Engine {
    /// All findings, good ones included. Changes nothing in the portal.
    pub async fn doctor(&self) -> Vec<Finding> {
        let mut findings = vec![self.store_finding().await];
        findings.extend(self.portal_findings().await);
        findings.extend(self.onec_findings().await);
        findings
    }

    /// Of the local application, where there is one. Its token may have to be exchanged for that. Without it everything
    /// else works, so nothing here is bad.
    async fn application_finding(&self) -> Option<Finding> {
        const SUBJECT: &str = "Офлайн-события";
        const CURE: &str = "Обходы работают и без них. Как подключить приложение — parom setup.";
        Some(match self.application()?.unsubscribed().await {
            Ok(missing) if missing.is_empty() => Finding::good(SUBJECT, "приложение подключено и подписано"),
            Ok(missing) => {
                let text = format!("приложение подключено, но не подписано на {} событий", missing.len());
                Finding::warning(SUBJECT, text, "parom setup подпишет его.")
            }
            Err(error) => Finding::warning(SUBJECT, error.to_string(), CURE),
        })
    }

    async fn store_finding(&self) -> Finding {
        match self.store.ping().await {
            Ok(()) => Finding::good("База Парома", "открывается и отвечает"),
            Err(error) => {
                Finding::bad("База Парома", error.to_string(), "Проверьте [store].url и место на диске.")
            }
        }
    }

    /// What of it concerns the portal. Changes nothing there, and asks it some thirty questions.
    pub async fn portal_findings(&self) -> Vec<Finding> {
        let mut findings = match self.webhook_findings().await {
            Ok(findings) => findings,
            Err(unreachable) => return vec![unreachable],
        };
        findings.extend(self.application_finding().await);
        findings.extend(self.bridge_findings().await);
        if let Ok(Lane::Stopped { reason, since }) = self.store.lane(Side::Bitrix).await {
            let cure = "Устраните причину: передача возобновится сама.";
            findings.push(Finding::bad(LANE, format!("остановлена с {since}: {reason}"), cure));
        }
        findings
    }

    /// What the webhook alone tells; keeps nothing. An error: the portal does not answer at all.
    pub(crate) async fn webhook_findings(&self) -> Result<Vec<Finding>, Finding> {
        let profile: Value =
            self.client.call_as("profile", &Args::new()).await.map_err(|error| unreachable(&error))?;
        Ok(vec![
            webhook_owner(&profile),
            self.scope_finding().await.unwrap_or_else(|error| unanswered(RIGHTS, &error)),
            self.methods_finding().await.unwrap_or_else(|error| unanswered(KNOWN_METHODS, &error)),
            self.clock_finding().await.unwrap_or_else(|error| unanswered(CLOCKS, &error)),
            self.template_finding().await,
            self.code_field_finding().await.unwrap_or_else(|error| unanswered(CODE, &error)),
            self.deal_fields_finding().await.unwrap_or_else(|error| unanswered(DEAL_FIELDS, &error)),
            self.address_finding().await.unwrap_or_else(|error| unanswered(ADDRESS_TYPES, &error)),
        ])
    }

    async fn scope_finding(&self) -> Result<Finding, CallError> {
        let scopes: Vec<String> = self.client.call_as("scope", &Args::new()).await?;
        let has = |wanted: &str| scopes.iter().any(|scope| scope == wanted);
        Ok(if has(SCOPE) && !has(NOTICE_SCOPE) {
            Finding::warning(
                RIGHTS,
                "нет права «Чат и уведомления (im)»: сотрудник не узнает о повторном ИНН из уведомления, только из \
                 ленты карточки",
                "Откройте вебхук: Разработчикам → Другое → Входящий вебхук, добавьте право «Чат и уведомления».",
            )
        } else if has(SCOPE) {
            Finding::good(RIGHTS, format!("есть доступ к CRM ({})", scopes.join(", ")))
        } else {
            Finding::bad(
                RIGHTS,
                "нет права «CRM (crm)»",
                "Откройте вебхук: Разработчикам → Другое → Входящий вебхук, добавьте право «CRM» и сохраните.",
            )
        })
    }

    async fn methods_finding(&self) -> Result<Finding, CallError> {
        let mut missing = Vec::new();
        for method in METHODS {
            let known: Value = self.client.call_as("method.get", &Args::new().set("name", *method)).await?;
            if known.get("isAvailable").and_then(Value::as_bool) == Some(false) {
                missing.push(*method);
            }
        }
        Ok(if missing.is_empty() {
            Finding::good(KNOWN_METHODS, format!("все {} нужных методов доступны", METHODS.len()))
        } else {
            Finding::bad(
                KNOWN_METHODS,
                format!("недоступны: {}", missing.join(", ")),
                "Обновите модули crm и rest коробки и проверьте права пользователя вебхука.",
            )
        })
    }

    async fn clock_finding(&self) -> Result<Finding, CallError> {
        let before = self.clock.now();
        let told: String = self.client.call_as("server.time", &Args::new()).await?;
        let Ok(portal) = told.parse::<Timestamp>() else {
            return Ok(Finding::warning(
                CLOCKS,
                format!("портал показал время «{told}»"),
                "Проверьте часы портала.",
            ));
        };
        let skew = portal.duration_since(before).abs();
        Ok(if skew > CLOCK_SKEW_MAX {
            Finding::warning(
                CLOCKS,
                format!("часы портала и Парома расходятся на {} с", skew.as_secs()),
                "Включите синхронизацию времени (NTP) на обоих серверах.",
            )
        } else {
            Finding::good(CLOCKS, "часы портала и Парома идут вместе")
        })
    }

    async fn template_finding(&self) -> Finding {
        match setup::template_gaps(&self.client).await {
            Ok(gaps) if gaps.is_empty() => Finding::good(TEMPLATES, "«Организация» и «ИП» на месте"),
            Ok(gaps) => Finding::warning(
                TEMPLATES,
                gaps.join("; "),
                "Выполните parom setup: без поля в шаблоне значение хранится, но в карточке не видно.",
            ),
            Err(EngineError::Setup(text)) => Finding::bad(TEMPLATES, text, ""),
            Err(error) => {
                let cure = "Дайте пользователю вебхука право читать компании и контакты.";
                Finding::bad(TEMPLATES, error.to_string(), cure)
            }
        }
    }

    async fn deal_fields_finding(&self) -> Result<Finding, CallError> {
        let gaps = self.deal_field_gaps().await?;
        Ok(if gaps.is_empty() {
            Finding::good(DEAL_FIELDS, "все поля, которые заполняет 1С, на месте")
        } else {
            Finding::warning(
                DEAL_FIELDS,
                gaps.join("; "),
                "Без этих полей документы, оплаты и номер запроса в сделке не видны: они дождутся полей и появятся сами.",
            )
        })
    }

    async fn code_field_finding(&self) -> Result<Finding, CallError> {
        Ok(if self.is_code_field_there().await? {
            Finding::good(CODE, format!("поле компании «{CODE_TITLE}» на месте"))
        } else {
            Finding::warning(
                CODE,
                format!("у компаний нет поля «{CODE_TITLE}» ({CODE_FIELD})"),
                "Выполните parom setup: без поля код контрагента в карточке не виден, остальное работает.",
            )
        })
    }

    async fn address_finding(&self) -> Result<Finding, CallError> {
        let missing = portal::missing_address_types(&self.client).await?;
        Ok(if missing.is_empty() {
            Finding::good(ADDRESS_TYPES, "юридический и фактический адреса есть")
        } else {
            Finding::bad(
                ADDRESS_TYPES,
                format!("в портале нет типов адреса: {}", missing.join(", ")),
                "Обновите модуль crm: типы 1 и 6 есть в каждом стандартном портале.",
            )
        })
    }
}

fn webhook_owner(profile: &Value) -> Finding {
    let text = |key: &str| profile.get(key).and_then(Value::as_str).unwrap_or_default();
    let name = format!("{} {}", text("NAME"), text("LAST_NAME"));
    let is_admin = match profile.get("ADMIN") {
        Some(Value::Bool(admin)) => *admin,
        Some(Value::String(admin)) => admin == "Y" || admin == "1",
        _ => false,
    };
    if is_admin {
        Finding::good(WEBHOOK, format!("портал отвечает, владелец вебхука: {} (администратор)", name.trim()))
    } else {
        Finding::warning(
            WEBHOOK,
            format!("владелец вебхука {} не администратор портала", name.trim()),
            "Создайте входящий вебхук от имени администратора: иначе часть компаний не будет видна.",
        )
    }
}

/// One question had no answer: the portal is away, or it does not let the webhook ask.
fn unanswered(subject: &'static str, error: &CallError) -> Finding {
    match error {
        CallError::Denied { .. } => Finding::bad(
            subject,
            error.to_string(),
            "Отметьте вебхуку право «CRM» и проверьте права его владельца в портале.",
        ),
        _ => unreachable(error),
    }
}

fn unreachable(error: &CallError) -> Finding {
    Finding::bad(
        PORTAL,
        error.to_string(),
        "Проверьте [bitrix24].webhook_url и доступ к порталу с этого сервера.",
    )
}
