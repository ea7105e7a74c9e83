//! `[alerts]`: what people are told of, and where.

use alerts::{
    Channels, Email, Mailbox, Portal, Rules, SmtpSecurity, SmtpServer, Telegram, TelegramApi, WorkingHours,
};
use jiff::civil::Time;

use super::reader::Section;
use super::setting::{Setting, nearest};
use super::units::Size;
use super::{Config, Place, Secret};

/// Whom to tell, and from when on something is wrong.
#[derive(Clone, Debug, Default)]
pub(crate) struct Alerts {
    /// What this section says of it.
    rules: Rules,
    email: Option<EmailKeys>,
    telegram: Option<TelegramKeys>,
    portal_users: Vec<u32>,
}

#[derive(Clone, Debug)]
struct EmailKeys {
    to: Vec<Mailbox>,
    from: Mailbox,
    server: SmtpServer,
    security: SmtpSecurity,
    login: Option<String>,
    password: Option<Secret>,
}

#[derive(Clone, Debug)]
struct TelegramKeys {
    chats: Vec<String>,
    token: Secret,
    api: TelegramApi,
}

impl Alerts {
    pub(super) fn read(section: &mut Section<'_, '_>) -> Self {
        let default = Rules::default();
        Self {
            email: read_email(section),
            telegram: read_telegram(section),
            portal_users: section.take_list("portal_users"),
            rules: Rules {
                parked_above: section.take_or_off("parked_above", default.parked_above),
                differences_above: section.take_or_off("differences_above", default.differences_above),
                onec_silent_after: section.take_or_off("onec_silent_after", default.onec_silent_after),
                portal_silent_after: section.take_or_off("portal_silent_after", default.portal_silent_after),
                disk_free_below: section
                    .take_or_off("disk_free_below", default.disk_free_below.map(Size::of_bytes))
                    .map(Size::to_bytes),
                working_hours: section.take_optional("working_hours"),
                remind_after: section.take("remind_after", default.remind_after),
                digest_at: section.take_optional("digest_at"),
                address: default.address,
                zone: default.zone,
            },
        }
    }

    /// From when on something is wrong, with what other sections say of it. A portal that is asked once an hour is not silent
    /// after a quarter of one.
    pub(crate) fn rules(&self, config: &Config) -> Rules {
        let at_least = config.bitrix24.sweep_every * 2;
        Rules {
            zone: config.onec.time_zone.clone(),
            portal_silent_after: self.rules.portal_silent_after.map(|limit| limit.max(at_least)),
            address: config.server.public_url.as_ref().map(ToString::to_string),
            ..self.rules.clone()
        }
    }

    /// Where messages go.
    pub(crate) fn channels(&self) -> Channels {
        let secret = |secret: &Secret| secret.to_secret_string();
        Channels {
            email: self.email.as_ref().map(|keys| Email {
                to: keys.to.clone(),
                from: keys.from.clone(),
                server: keys.server.clone(),
                security: keys.security,
                login: keys.login.clone(),
                password: keys.password.as_ref().map(secret),
            }),
            telegram: self.telegram.as_ref().map(|keys| Telegram {
                chats: keys.chats.clone(),
                token: secret(&keys.token),
                api: keys.api.clone(),
            }),
            portal: (!self.portal_users.is_empty())
                .then(|| Portal { users: self.portal_users.iter().copied().map(i64::from).collect() }),
        }
    }
}

fn read_email(section: &mut Section<'_, '_>) -> Option<EmailKeys> {
    let to: Vec<Mailbox> = section.take_list("email_to");
    let from: Option<Mailbox> = section.take_optional("email_from");
    let server: Option<SmtpServer> = section.take_optional("smtp_server");
    let security = section.take("smtp_security", SmtpSecurity::default());
    let login: Option<String> = section.take_optional("smtp_login");
    let password = section.take_secret("smtp_password", Ok);
    if to.is_empty() {
        return None;
    }
    for (key, is_set) in [("email_from", from.is_some()), ("smtp_server", server.is_some())] {
        if !is_set {
            section.complain(Place::Whole, format!("в разделе [alerts] есть `email_to`, но нет `{key}`"));
        }
    }
    if login.is_some() != password.is_some() {
        section.complain(Place::Whole, "в разделе [alerts] задайте `smtp_login` и `smtp_password` вместе");
    }
    Some(EmailKeys { to, from: from?, server: server?, security, login, password })
}

fn read_telegram(section: &mut Section<'_, '_>) -> Option<TelegramKeys> {
    let chats: Vec<String> = section.take_list("telegram_chats");
    let token = section.take_secret("telegram_token", token);
    let api = section.take("telegram_api", TelegramApi::default());
    match (chats.is_empty(), token) {
        (false, Some(token)) => Some(TelegramKeys { chats, token, api }),
        (true, None) => None,
        (true, Some(_)) => {
            section.complain(
                Place::Whole,
                "в разделе [alerts] есть `telegram_token`, но нет `telegram_chats`: напишите боту и впишите номер чата",
            );
            None
        }
        (false, None) => {
            section.complain(
                Place::Whole,
                "в разделе [alerts] есть `telegram_chats`, но нет `telegram_token`: его выдаёт @BotFather",
            );
            None
        }
    }
}

/// Digits, a colon, letters: anything else would leave the path of the address.
fn token(secret: Secret) -> Result<Secret, String> {
    let is_token = |text: &str| {
        text.split_once(':').is_some_and(|(bot, code)| {
            bot.bytes().all(|byte| byte.is_ascii_digit())
                && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        })
    };
    if is_token(secret.expose()) {
        Ok(secret)
    } else {
        Err("ожидается токен бота, например \"123456:ABC-def\"".to_owned())
    }
}

impl Setting for Mailbox {
    const EXPECTED: &'static str = "адрес почты в кавычках, например \"admin@example.ru\"";

    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Setting for SmtpServer {
    const EXPECTED: &'static str = "почтовый сервер с портом в кавычках, например \"mail.example.ru:587\"";

    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Setting for SmtpSecurity {
    const EXPECTED: &'static str = "\"starttls\", \"tls\" или \"none\"";

    fn parse(text: &str) -> Option<Self> {
        match text {
            "starttls" => Some(Self::StartTls),
            "tls" => Some(Self::Tls),
            "none" => Some(Self::None),
            _ => None,
        }
    }

    fn nearest(text: &str) -> Option<String> {
        nearest(text, ["starttls", "tls", "none"]).map(str::to_owned)
    }
}

impl Setting for TelegramApi {
    const EXPECTED: &'static str = "адрес интерфейса ботов в кавычках: \"https://api.telegram.org\" или свой; http — только внутри своей сети";

    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Setting for WorkingHours {
    const EXPECTED: &'static str = "дни и часы в кавычках, например \"пн-пт 09:00-18:00\"";

    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Setting for Time {
    const EXPECTED: &'static str = "время в кавычках, например \"09:00\"";

    fn parse(text: &str) -> Option<Self> {
        Self::strptime("%H:%M", text).ok()
    }
}
