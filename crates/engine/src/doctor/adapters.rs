//! What stands at either shore for Parom: the adapter of 1C and the box module of the portal.

use domain::{SignedDuration, Timestamp};
use store::{Absence, Bridge, BridgeStanding, Hello, Store, StoreError};

use super::{Finding, Severity};
use crate::Engine;
use crate::bridge::{ADAPTERS_VERSION, BRIDGE_PROTOCOL};

/// 1C that polls every five minutes and was not seen for so long is silent.
const SILENCE_MAX: SignedDuration = SignedDuration::from_mins(15);
/// What our own adapter calls itself, before its version.
const OUR_ADAPTER: &str = "Паром для 1С";
/// Older platforms can not read XML as the adapter needs it.
const PLATFORM_MIN: (u32, u32) = (8, 2);
/// Names that a line shows of those that 1C lacks.
const MISSING_SHOWN: usize = 20;
/// Changes that the module may have in its queue before that is worth a word.
const WAITING_MAX: i64 = 1_000;
/// How long the oldest may be there: the module's agent comes every minute, its pauses grow to some minutes.
const WAITING_LONG: SignedDuration = SignedDuration::from_mins(15);

const ONEC: &str = "1С";
const ADAPTER: &str = "Адаптер 1С";
const MODULE: &str = "Модуль портала";
const UPDATE_MODULE: &str =
    "Скопируйте на портал папку модуля parom.bridge из поставки этого Парома поверх прежней.";

impl Engine {
    /// Of 1C and of what it said of itself. Asks nobody but the database.
    pub async fn onec_findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let now = self.clock.now();
        let seen = self.store.seen_onec().await.ok().flatten();
        let cure =
            "Проверьте регламентное задание обмена в 1С, логин и пароль из раздела [onec] и адрес Парома.";
        findings.push(match seen {
            None => Finding::warning(ONEC, "ещё ни разу не обращалась к Парому", cure),
            Some(at) if now.duration_since(at) > SILENCE_MAX => {
                Finding::warning(ONEC, format!("молчит {}", span(now, at)), cure)
            }
            Some(at) if now.duration_since(at) < SignedDuration::from_mins(1) => {
                Finding::good(ONEC, "обращалась меньше минуты назад")
            }
            Some(at) => Finding::good(ONEC, format!("обращалась {} назад", span(now, at))),
        });
        match self.store.adapter().await {
            Ok(Some(hello)) => findings.extend(adapter_findings(&hello)),
            Ok(None) if seen.is_some() => findings.push(Finding::warning(
                ADAPTER,
                "1С обращается, но обработка ни разу не представилась (hello): её версия неизвестна",
                "Поставьте в 1С обработку «Паром» из поставки или пусть ваша начинает каждый обмен с hello.",
            )),
            Ok(None) | Err(_) => {}
        }
        findings
    }

    /// Of the box module. Without it everything else works, so nothing here is bad.
    pub(super) async fn bridge_findings(&self) -> Vec<Finding> {
        match self.ask_bridge().await {
            Ok(BridgeStanding { said: Some(bridge), absence: None, .. }) => {
                present(&bridge, self.settings.hears_module, self.clock.now())
            }
            Ok(standing) => vec![absent(&standing, self.settings.hears_module)],
            Err(error) => {
                vec![Finding::warning(
                    MODULE,
                    error.to_string(),
                    "Повторите parom doctor, когда портал ответит.",
                )]
            }
        }
    }
}

fn adapter_findings(hello: &Hello) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mode = match hello.compatibility_mode.as_str() {
        "" => String::new(),
        mode => format!(", режим совместимости {mode}"),
    };
    let text = format!(
        "{}, платформа {}{mode}, {} {}",
        hello.adapter, hello.platform, hello.configuration, hello.configuration_version
    );
    findings.push(Finding::good(ADAPTER, text));
    let is_ours = hello.adapter.starts_with(OUR_ADAPTER);
    let (ours, theirs) = (major(ADAPTERS_VERSION), major(&hello.adapter));
    if is_ours && ours != theirs {
        let cure = if theirs > ours {
            "Обновите Паром: обработка в 1С новее него.".to_owned()
        } else {
            format!("Замените обработку в 1С той, что поставляется с этим Паромом ({ADAPTERS_VERSION}).")
        };
        let text =
            format!("{} не подходит к этому Парому: с ним поставляется {ADAPTERS_VERSION}", hello.adapter);
        findings.push(Finding::warning(ADAPTER, text, cure));
    }
    if platform(&hello.platform).is_some_and(|version| version < PLATFORM_MIN) {
        findings.push(Finding::warning(
            ADAPTER,
            format!("платформа {} старше 8.2: обмен на ней не проверен", hello.platform),
            "Обновите платформу 1С до 8.2.19 или новее.",
        ));
    }
    if !hello.missing.is_empty() {
        let text = format!("не хватает: {}", few(&hello.missing));
        findings.push(Finding::warning(
            ADAPTER,
            text,
            "Поправьте эти имена в настройках обработки «Паром» в 1С: без них передаётся не всё.",
        ));
    }
    findings
}

/// What of the adapter of 1C and of the box module does not fit or is gone, a sentence each with its cure. Only what
/// somebody has to act on: a module that was never there, or a switch that is off, is a choice.
pub async fn misfits(store: &Store, now: Timestamp) -> Result<Vec<String>, StoreError> {
    let mut findings = Vec::new();
    if let Some(hello) = store.adapter().await? {
        findings.extend(adapter_findings(&hello));
    }
    match store.bridge().await? {
        Some(BridgeStanding { said: Some(bridge), absence: None, .. }) => {
            findings.extend(version_finding(&bridge));
            findings.extend(queue_finding(&bridge, now));
        }
        Some(standing) if standing.said.is_some() => findings.push(absent(&standing, true)),
        Some(_) | None => {}
    }
    let told = |finding: Finding| format!("{}: {}. {}", finding.subject, finding.text, finding.cure);
    Ok(findings.into_iter().filter(|finding| finding.severity != Severity::Good).map(told).collect())
}

fn present(bridge: &Bridge, hears_module: bool, now: Timestamp) -> Vec<Finding> {
    let mut findings = Vec::new();
    let guard = if bridge.guard {
        "повторный ИНН не сохраняется"
    } else {
        "проверка ИНН выключена"
    };
    let outbox = if bridge.outbox {
        "об изменениях сообщает сразу"
    } else {
        "об изменениях не сообщает"
    };
    findings.push(Finding::good(
        MODULE,
        format!(
            "parom.bridge {}, главный модуль {}, PHP {}; {guard}, {outbox}",
            bridge.version, bridge.main, bridge.php
        ),
    ));
    findings.extend(version_finding(bridge));
    let mut warn = |text: String, cure: &str| findings.push(Finding::warning(MODULE, text, cure));
    if !bridge.guard {
        warn(
            "проверка повторного ИНН выключена: сотрудник узнает о повторе не при сохранении, а позже, из уведомления"
                .to_owned(),
            "Настройки → Настройки продукта → Настройки модулей → «Паром: обмен с 1С»: включите «Не давать сохранить клиента с ИНН, \
             который уже есть у другой компании».",
        );
    }
    match (bridge.outbox, hears_module) {
        (false, _) => warn(
            "модуль не сообщает об изменениях: Паром находит их обходом, раз в минуту".to_owned(),
            "В настройках модуля «Паром: обмен с 1С» впишите адрес Парома и секрет не короче 16 знаков и включите «Сообщать Парому \
             об изменениях в компаниях и сделках».",
        ),
        (true, false) => warn(
            "модуль сообщает об изменениях, но Паром не знает его секрета и уведомлений не принимает"
                .to_owned(),
            "Впишите секрет модуля в [bitrix24].module_secret; забыли его — «Создать новый секрет» в настройках модуля.",
        ),
        (true, true) => {}
    }
    findings.extend(queue_finding(bridge, now));
    findings
}

fn version_finding(bridge: &Bridge) -> Option<Finding> {
    if bridge.protocol == BRIDGE_PROTOCOL && major(&bridge.version) == major(ADAPTERS_VERSION) {
        return None;
    }
    let is_newer = bridge.protocol > BRIDGE_PROTOCOL || major(&bridge.version) > major(ADAPTERS_VERSION);
    let cure = if is_newer {
        "Обновите Паром: модуль на портале новее него."
    } else {
        UPDATE_MODULE
    };
    let text = format!(
        "parom.bridge {} (протокол {}) не подходит к этому Парому: с ним поставляется {ADAPTERS_VERSION} (протокол \
         {BRIDGE_PROTOCOL})",
        bridge.version, bridge.protocol
    );
    Some(Finding::warning(MODULE, text, cure))
}

fn queue_finding(bridge: &Bridge, now: Timestamp) -> Option<Finding> {
    let is_stuck = bridge.waiting_since.is_some_and(|since| now.duration_since(since) > WAITING_LONG);
    let is_bad = is_stuck || bridge.waiting > WAITING_MAX || !bridge.last_error.is_empty();
    if !bridge.outbox || bridge.waiting == 0 || !is_bad {
        return None;
    }
    let since = match bridge.waiting_since {
        Some(since) => format!(", самое старое {}", span(now, since)),
        None => String::new(),
    };
    let error = match bridge.last_error.as_str() {
        "" => String::new(),
        error => format!("; последняя ошибка: {error}"),
    };
    Some(Finding::warning(
        MODULE,
        format!("в очереди модуля ждут изменения: {}{since}{error}", bridge.waiting),
        "Нажмите «Проверить связь» в настройках модуля «Паром: обмен с 1С»: там сказано, что мешает. Если связь есть, проверьте, \
         что агенты портала выполняются (cron).",
    ))
}

fn absent(standing: &BridgeStanding, hears_module: bool) -> Finding {
    let since = standing.absent_since.map(|since| format!(" с {since}")).unwrap_or_default();
    match (&standing.absence, &standing.said) {
        (Some(Absence::NoRight), _) => Finding::warning(
            MODULE,
            "модуль parom.bridge на портале есть, но у вебхука нет права «parom»: не видно, работает ли проверка ИНН и сколько \
             изменений ждёт",
            "Откройте вебхук: Разработчикам → Другое → Входящий вебхук, добавьте право «parom» и сохраните.",
        ),
        (Some(Absence::NotAdmitted), _) => Finding::warning(
            MODULE,
            "модуль parom.bridge на портале есть, но владельцу вебхука не отвечает: он не администратор и не технический \
             пользователь модуля",
            "Впишите номер владельца вебхука в настройки модуля «Паром: обмен с 1С», поле «Номер (ID) технического пользователя».",
        ),
        (Some(Absence::Broken(why)), _) => Finding::warning(
            MODULE,
            format!("на вопрос о себе ответил ошибкой{since}: {why}"),
            "Посмотрите журнал портала и обновите модуль parom.bridge.",
        ),
        // It answered before: nobody uninstalls a module by deleting its folder on purpose, and the portal says nothing.
        (_, Some(said)) => Finding::warning(
            MODULE,
            format!(
                "parom.bridge {} отвечал {}, а теперь портал не знает его методов: модуль удалён или стёрта его папка. \
                 Повторный ИНН при сохранении больше не отклоняется, об изменениях портал не сообщает",
                said.version, said.at
            ),
            "Верните на портал папку /local/modules/parom.bridge. Если модуль удалён нарочно, уберите \
             [bitrix24].module_secret: остальное работает без модуля.",
        ),
        (_, None) if hears_module => Finding::warning(
            MODULE,
            "задан [bitrix24].module_secret, но модуль parom.bridge на портале не отвечает",
            "Установите модуль (Marketplace → Установленные решения) или уберите module_secret.",
        ),
        (_, None) => Finding::warning(
            MODULE,
            "parom.bridge не установлен. Без него всё передаётся: изменения Паром находит обходом, а о повторном ИНН сотрудник \
             узнаёт из уведомления и ленты карточки, но не при сохранении",
            "Чтобы повторный ИНН не сохранялся, установите модуль parom.bridge из поставки.",
        ),
    }
}

/// The first number of the version at the end of a text: 1 of «Паром для 1С 1.0.0»; 0 where there is none.
fn major(text: &str) -> u32 {
    let version = text.rsplit(' ').next().unwrap_or_default();
    version.split('.').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// The two first numbers of a platform.
fn platform(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split('.').map(str::parse::<u32>);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

fn few(names: &[String]) -> String {
    let shown = names.iter().take(MISSING_SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(MISSING_SHOWN) {
        0 => shown,
        more => format!("{shown} и ещё {more}"),
    }
}

/// How long ago, roughly.
fn span(now: Timestamp, since: Timestamp) -> String {
    let minutes = now.duration_since(since).as_mins();
    match minutes {
        ..120 => format!("{minutes} мин"),
        120..2880 => format!("{} ч", minutes / 60),
        _ => format!("{} дн.", minutes / 60 / 24),
    }
}
