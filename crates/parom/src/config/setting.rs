//! How each kind of value is written.

use std::net::SocketAddr;

use bitrix::OAuthServer;
use domain::{MatchBy, Rule};
use jiff::tz::TimeZone;
use url::Url;

/// A value that a person writes as text.
pub(super) trait Setting: Sized {
    /// What a right value is, with an example; goes on after «ожидается».
    const EXPECTED: &'static str;

    /// Whether TOML wants it in quotes.
    const QUOTED: bool = true;

    /// Reads the text.
    fn parse(text: &str) -> Option<Self>;

    /// The right value that `text` was probably meant to be.
    fn nearest(_text: &str) -> Option<String> {
        None
    }
}

impl Setting for String {
    const EXPECTED: &'static str = "непустой текст в кавычках";

    fn parse(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| text.to_owned())
    }
}

/// A text that may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Text(pub(super) String);

impl Setting for Text {
    const EXPECTED: &'static str = "текст в кавычках";

    fn parse(text: &str) -> Option<Self> {
        Some(Self(text.to_owned()))
    }
}

/// A user field of the portal; empty for none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct UserField(pub(super) String);

impl Setting for UserField {
    const EXPECTED: &'static str =
        "имя поля сделки в кавычках, например \"UF_CRM_PAROM_PAID\", или пустая строка";

    fn parse(text: &str) -> Option<Self> {
        (text.is_empty() || text.starts_with("UF_CRM_")).then(|| Self(text.to_owned()))
    }
}

impl Setting for OAuthServer {
    const EXPECTED: &'static str = "адрес сервера авторизации в кавычках: \"https://oauth.bitrix24.tech\" или \"https://oauth.bitrix.info\"";

    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Setting for u32 {
    const EXPECTED: &'static str = "целое число, 0 или больше";
    const QUOTED: bool = false;

    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Setting for bool {
    const EXPECTED: &'static str = "true или false";
    const QUOTED: bool = false;

    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Setting for SocketAddr {
    const EXPECTED: &'static str = "адрес с портом в кавычках, например \"127.0.0.1:8024\"";

    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Setting for Url {
    const EXPECTED: &'static str = "адрес консоли в браузере без пути, например \"https://parom.example.ru\"";

    fn parse(text: &str) -> Option<Self> {
        let url = Self::parse(text).ok()?;
        let is_plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        (matches!(url.scheme(), "http" | "https") && is_plain && url.username().is_empty()).then_some(url)
    }
}

impl Setting for TimeZone {
    const EXPECTED: &'static str = "название часового пояса, например \"Europe/Moscow\"";

    fn parse(text: &str) -> Option<Self> {
        Self::get(text).ok()
    }

    fn nearest(text: &str) -> Option<String> {
        let names: Vec<_> = jiff::tz::db().available().map(|name| name.to_string()).collect();
        nearest(text, names.iter().map(String::as_str)).map(str::to_owned)
    }
}

impl Setting for MatchBy {
    const EXPECTED: &'static str = "\"inn\" или \"inn+kpp\"";

    fn parse(text: &str) -> Option<Self> {
        match text {
            "inn" => Some(Self::Inn),
            "inn+kpp" => Some(Self::InnKpp),
            _ => None,
        }
    }

    fn nearest(text: &str) -> Option<String> {
        nearest(text, ["inn", "inn+kpp"]).map(str::to_owned)
    }
}

impl Setting for Rule {
    const EXPECTED: &'static str = "\"onec\", \"bitrix\", \"newest\", \"fill-if-empty\" или \"ask\"";

    fn parse(text: &str) -> Option<Self> {
        match text {
            "onec" => Some(Self::Onec),
            "bitrix" => Some(Self::Bitrix),
            "newest" => Some(Self::Newest),
            "fill-if-empty" => Some(Self::FillIfEmpty),
            "ask" => Some(Self::Ask),
            _ => None,
        }
    }

    fn nearest(text: &str) -> Option<String> {
        nearest(text, ["onec", "bitrix", "newest", "fill-if-empty", "ask"]).map(str::to_owned)
    }
}

/// The word most like `text`, if any is like it at all.
pub(super) fn nearest<'w>(text: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    /// Below this two words only look alike to a machine: two or three wrong letters of six.
    const ALIKE: f64 = 0.6;

    let text = text.to_lowercase();
    words
        .into_iter()
        .map(|word| (strsim::normalized_damerau_levenshtein(&text, &word.to_lowercase()), word))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, word)| word)
}
