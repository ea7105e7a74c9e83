//! Telegram: one `POST sendMessage`. <https://core.telegram.org/bots/api#sendmessage>

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use domain::SignedDuration;
use reqwest::{Client, Url, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::{BadAddress, NotSaid};
use crate::message::Letter;

/// The bot and the chats that it writes to.
#[derive(Clone, Debug)]
pub struct Telegram {
    /// Numbers of chats, or `@names` of channels.
    pub chats: Vec<String>,
    /// Of the bot.
    pub token: SecretString,
    /// Where the bot interface is.
    pub api: TelegramApi,
}

/// The address of the bot interface: Telegram's own, or one's own server of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TelegramApi(Url);

impl Default for TelegramApi {
    fn default() -> Self {
        Self(Url::parse("https://api.telegram.org").expect("the address is one"))
    }
}

impl FromStr for TelegramApi {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        const BAD: BadAddress = BadAddress(
            "ожидается адрес интерфейса ботов, например \"https://api.telegram.org\"; http — только внутри своей сети",
        );
        let url = Url::parse(text.trim()).map_err(|_| BAD)?;
        let is_whole = url.host_str().is_some() && url.query().is_none() && url.username().is_empty();
        let is_private = match url.scheme() {
            "https" => true,
            "http" => is_near(&url),
            _ => false,
        };
        if is_whole && is_private { Ok(Self(url)) } else { Err(BAD) }
    }
}

/// This machine, a private address, or a name without dots: the token stands in the path.
fn is_near(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    match host.trim_matches(['[', ']']).parse() {
        Ok(IpAddr::V4(address)) => address.is_loopback() || address.is_private(),
        Ok(IpAddr::V6(address)) => address.is_loopback() || address.is_unique_local(),
        Err(_) => !host.is_empty() && !host.contains('.'),
    }
}

impl fmt::Display for TelegramApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

const CONNECT_MAX: Duration = Duration::from_secs(15);
const ANSWER_MAX: Duration = Duration::from_secs(30);
/// An answer is a few hundred bytes.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// What Telegram takes at most, in UTF-16 units; the rest is cut off.
const TEXT_MAX: usize = 4096;
/// The longest pause that is taken for meant.
const PAUSE_MAX: u64 = 3600;

/// The way to one chat.
pub(crate) struct TelegramChannel {
    name: String,
    target: String,
    chat: String,
    api: TelegramApi,
    token: SecretString,
    /// A machine on which TLS cannot be set up says so at every attempt, and everything else goes on.
    http: Result<Client, String>,
}

impl TelegramChannel {
    pub(super) fn all_of(settings: &Telegram) -> Vec<Self> {
        let http = client(&settings.api);
        let one = |chat: &String| Self {
            name: format!("telegram:{chat}"),
            target: format!("Telegram {chat}"),
            chat: chat.clone(),
            api: settings.api.clone(),
            token: settings.token.clone(),
            http: http.clone(),
        };
        settings.chats.iter().map(one).collect()
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn target(&self) -> &str {
        &self.target
    }

    pub(super) async fn say(&self, letter: &Letter) -> Result<(), NotSaid> {
        let http = self.http.as_ref().map_err(NotSaid::surely)?;
        let text = cut(&format!("{}\n\n{}", letter.subject, letter.body));
        let body = SendMessage {
            chat_id: &self.chat,
            text: &text,
            link_preview_options: LinkPreview { is_disabled: true },
        };
        let mut response =
            http.post(self.url()).json(&body).send().await.map_err(|error| self.lost(error))?;
        let status = response.status().as_u16();
        let mut answer = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.lost(error))? {
            if answer.len() + chunk.len() > ANSWER_BYTES_MAX {
                return Err(NotSaid::perhaps(format!("{}: ответ слишком длинный", self.api)));
            }
            answer.extend_from_slice(&chunk);
        }
        self.judge(status, serde_json::from_slice(&answer).ok())
    }

    fn url(&self) -> Url {
        let mut url = self.api.0.clone();
        let path =
            format!("{}/bot{}/sendMessage", url.path().trim_end_matches('/'), self.token.expose_secret());
        url.set_path(&path);
        url
    }

    fn judge(&self, status: u16, answer: Option<Answer>) -> Result<(), NotSaid> {
        match answer {
            Some(Answer { ok: true, .. }) => Ok(()),
            Some(Answer { description, parameters, .. }) if status < 500 => {
                let seconds = parameters.and_then(|parameters| parameters.retry_after).unwrap_or_default();
                let pause =
                    SignedDuration::from_secs(i64::try_from(seconds.min(PAUSE_MAX)).unwrap_or_default());
                let why =
                    format!("Telegram отказал ({status}): {}", self.scrub(&description.unwrap_or_default()));
                Err(NotSaid::Surely { why, pause })
            }
            // Something between us and Telegram answers, or Telegram is out of order: who knows.
            Some(_) | None if status >= 500 => {
                Err(NotSaid::perhaps(format!("{} отвечает ошибкой {status}", self.api)))
            }
            Some(_) | None => {
                Err(NotSaid::surely(format!("{} отвечает не как Telegram (код {status})", self.api)))
            }
        }
    }

    fn lost(&self, error: reqwest::Error) -> NotSaid {
        // reqwest tells the whole address in its errors, and the token stands in it.
        let error = error.without_url();
        let why = self.scrub(&innermost(&error));
        if error.is_connect() || error.is_builder() {
            NotSaid::surely(format!("{}: не удалось соединиться: {why}", self.api))
        } else {
            NotSaid::perhaps(format!("{}: ответ потерян: {why}", self.api))
        }
    }

    fn scrub(&self, text: &str) -> String {
        text.replace(self.token.expose_secret(), "***")
    }
}

fn client(api: &TelegramApi) -> Result<Client, String> {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // An error means that another thread was faster.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
    let build = |without_roots: bool| {
        let mut builder = Client::builder()
            .user_agent(concat!("Parom/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT_MAX)
            .timeout(ANSWER_MAX)
            .referer(false);
        if is_near(&api.0) {
            builder = builder.no_proxy();
        }
        if without_roots {
            builder = builder.tls_certs_only([]);
        }
        builder.build()
    };
    // A machine without root certificates can still talk to a server in its own network over http.
    let client =
        build(false).or_else(|error| if api.0.scheme() == "http" { build(true) } else { Err(error) });
    client.map_err(|error| format!("не удалось подготовить TLS: {}", innermost(&error.without_url())))
}

/// Without what Telegram would not take.
fn cut(text: &str) -> String {
    let mut room = TEXT_MAX;
    text.chars()
        .take_while(|letter| {
            let fits = room >= letter.len_utf16();
            room = room.saturating_sub(letter.len_utf16());
            fits
        })
        .collect()
}

fn innermost(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

#[derive(Serialize)]
struct SendMessage<'a> {
    chat_id: &'a str,
    text: &'a str,
    link_preview_options: LinkPreview,
}

#[derive(Serialize)]
struct LinkPreview {
    is_disabled: bool,
}

/// <https://core.telegram.org/bots/api#making-requests>
#[derive(Deserialize)]
struct Answer {
    ok: bool,
    description: Option<String>,
    parameters: Option<Parameters>,
}

#[derive(Deserialize)]
struct Parameters {
    retry_after: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interface_is_spoken_to_in_secret_or_nearby() {
        for right in [
            "https://api.telegram.org",
            "https://bots.example.ru/tg/",
            "http://127.0.0.1:8081",
            "http://bots",
        ] {
            assert!(right.parse::<TelegramApi>().is_ok(), "{right}");
        }
        for wrong in
            ["", "api.telegram.org", "http://api.telegram.org", "ftp://bots", "https://a:b@c", "https://a/?b"]
        {
            assert!(wrong.parse::<TelegramApi>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_text_is_cut_where_telegram_would_not_take_more() {
        assert_eq!(cut("коротко"), "коротко");
        assert_eq!(cut(&"я".repeat(5000)).chars().count(), 4096);
        assert_eq!(cut(&"🛥".repeat(5000)).chars().count(), 2048);
    }

    #[test]
    fn a_channel_shows_nothing_of_its_token() {
        let settings = Telegram {
            chats: vec!["-100".to_owned()],
            token: "123:s3cr3t".to_owned().into(),
            api: TelegramApi::default(),
        };
        assert!(!format!("{settings:?}").contains("s3cr3t"));
        let channel = &TelegramChannel::all_of(&settings)[0];
        assert!(channel.url().as_str().ends_with("/bot123:s3cr3t/sendMessage"));
        assert_eq!(channel.scrub("no bot123:s3cr3t"), "no bot***");
    }
}
