//! The address of an incoming webhook. Its path is a password: who knows it acts as the employee who made it.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

/// `https://portal.example.ru/rest/1/code/`: where the calls go and the secret that lets them in.
///
/// `Debug` and `Display` show `https://portal.example.ru/rest/1/***/`. Plain `http` is taken only for loopback
/// and private addresses, because the secret travels in the path.
///
/// Vendor page: `local-integrations/local-webhooks.md`.
#[derive(Clone)]
pub struct WebhookUrl {
    origin: Url,
    prefix: String,
    user: u64,
    code: SecretString,
}

/// Why a text is no address of a webhook, and what to do about it. Never repeats the text: it may hold the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadWebhook {
    /// Not a URL at all.
    #[error(
        "адрес вебхука не похож на ссылку: скопируйте его целиком из Битрикс24 \
         («Разработчикам» → «Другое» → «Входящий вебхук»), например https://portal.example.ru/rest/1/код/"
    )]
    NotUrl,
    /// Neither `http` nor `https`.
    #[error("адрес вебхука должен начинаться с https://")]
    Scheme,
    /// `http` to a public address would show the secret to everybody on the way.
    #[error(
        "адрес вебхука начинается с http://, а портал не в локальной сети: код вебхука прочитает любой по дороге. \
         Укажите https:// (http:// допускается только для 127.0.0.1, localhost и частных адресов вида 192.168.x.x)"
    )]
    PlainHttp,
    /// No `/rest/{user}/{code}/` at the end of the path.
    #[error(
        "в адресе вебхука нет части /rest/НОМЕР/КОД/: скопируйте адрес целиком, без имени метода в конце, \
         например https://portal.example.ru/rest/1/код/"
    )]
    NoCode,
    /// A login, a query or a fragment: not what the portal shows.
    #[error(
        "в адресе вебхука есть лишнее (логин, «?» или «#»): оставьте только https://портал/rest/НОМЕР/КОД/"
    )]
    Extra,
}

impl WebhookUrl {
    /// The employee whose webhook it is; calls run with this person's rights.
    pub fn user(&self) -> u64 {
        self.user
    }

    /// Name or address of the portal, fit for logs.
    pub fn host(&self) -> &str {
        self.origin.host_str().unwrap_or_default()
    }

    /// The portal as browsers reach it, without a slash at the end: `https://portal.example.ru`.
    pub fn portal(&self) -> String {
        self.page(&self.origin, "").as_str().trim_end_matches('/').to_owned()
    }

    /// Address of a method on the portal's own origin. Holds the secret.
    pub(crate) fn method(&self, origin: &Url, method: &str) -> Url {
        let mut url = origin.clone();
        url.set_path(&format!("{}{}", self.secret_path(), method));
        url
    }

    /// Address of a method on the same portal for those who have a token.
    pub(crate) fn application_method(&self, origin: &Url, method: &str) -> Url {
        self.page(origin, &format!("rest/{method}"))
    }

    /// Address of a page of the portal, which may live below a path.
    pub(crate) fn page(&self, origin: &Url, path: &str) -> Url {
        let mut url = origin.clone();
        url.set_path(&format!("{}/{path}", self.prefix));
        url
    }

    /// Scheme, host and port, without the secret.
    pub(crate) fn origin(&self) -> &Url {
        &self.origin
    }

    /// Takes the secret out of a foreign text, such as an error description or the title of a page.
    pub(crate) fn scrub(&self, text: &str) -> String {
        text.replace(self.code.expose_secret(), "***")
    }

    fn secret_path(&self) -> String {
        format!("{}/rest/{}/{}/", self.prefix, self.user, self.code.expose_secret())
    }
}

impl FromStr for WebhookUrl {
    type Err = BadWebhook;

    fn from_str(text: &str) -> Result<Self, BadWebhook> {
        let url = Url::parse(text.trim()).map_err(|_| BadWebhook::NotUrl)?;
        match url.scheme() {
            "https" => {}
            "http" if is_private(&url) => {}
            "http" => return Err(BadWebhook::PlainHttp),
            _ => return Err(BadWebhook::Scheme),
        }
        let extra = !url.username().is_empty()
            || url.password().is_some()
            || url.query().is_some()
            || url.fragment().is_some();
        if extra {
            return Err(BadWebhook::Extra);
        }
        let (prefix, user, code) = split_path(url.path()).ok_or(BadWebhook::NoCode)?;
        let code = SecretString::from(code.to_owned());
        let prefix = prefix.to_owned();
        let mut origin = url;
        origin.set_path("/");
        Ok(Self { origin, prefix, user, code })
    }
}

impl TryFrom<String> for WebhookUrl {
    type Error = BadWebhook;

    fn try_from(text: String) -> Result<Self, BadWebhook> {
        text.parse()
    }
}

impl fmt::Display for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = self.origin.as_str().trim_end_matches('/');
        write!(f, "{origin}{}/rest/{}/***/", self.prefix, self.user)
    }
}

impl fmt::Debug for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebhookUrl({self})")
    }
}

/// `/portal/rest/1/code/` → (`/portal`, 1, `code`).
fn split_path(path: &str) -> Option<(&str, u64, &str)> {
    let (prefix, tail) = path.rsplit_once("/rest/")?;
    let mut parts = tail.trim_end_matches('/').split('/');
    let user = parts.next()?.parse().ok()?;
    let code = parts.next().filter(|code| !code.is_empty())?;
    let plain = code.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte));
    (parts.next().is_none() && plain).then_some((prefix, user, code))
}

/// Whether the address cannot leave the local network: loopback, RFC 1918, link-local, unique local IPv6.
pub(crate) fn is_private(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => is_local_name(name),
        Some(Host::Ipv4(ip)) => is_private_ip(IpAddr::V4(ip)),
        Some(Host::Ipv6(ip)) => is_private_ip(ip.to_ipv4_mapped().map_or(IpAddr::V6(ip), IpAddr::V4)),
        None => false,
    }
}

/// Whether the address is this very machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => is_local_name(name),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
}

fn is_private_ip(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, BadWebhook>) {
        let seen = text.parse::<WebhookUrl>().map(|webhook| webhook.to_string());
        assert_eq!(seen, expected.map(str::to_owned), "{text}");
    }

    #[test]
    fn an_address_as_the_portal_shows_it_is_taken_and_shown_without_its_code() {
        check("https://portal.ru/rest/1/abc123/", Ok("https://portal.ru/rest/1/***/"));
        check("https://portal.ru/rest/17/abc123", Ok("https://portal.ru/rest/17/***/"));
        check(" https://portal.ru:8443/b24/rest/1/x/ \n", Ok("https://portal.ru:8443/b24/rest/1/***/"));
    }

    #[test]
    fn plain_http_stays_inside_the_local_network() {
        check("http://127.0.0.1:8030/rest/1/x/", Ok("http://127.0.0.1:8030/rest/1/***/"));
        check("http://localhost/rest/1/x/", Ok("http://localhost/rest/1/***/"));
        check("http://[::1]:80/rest/1/x/", Ok("http://[::1]/rest/1/***/"));
        check("http://192.168.1.5/rest/1/x/", Ok("http://192.168.1.5/rest/1/***/"));
        check("http://10.0.0.1/rest/1/x/", Ok("http://10.0.0.1/rest/1/***/"));
        check("http://172.32.0.1/rest/1/x/", Err(BadWebhook::PlainHttp));
        check("http://8.8.8.8/rest/1/x/", Err(BadWebhook::PlainHttp));
        check("http://portal.ru/rest/1/x/", Err(BadWebhook::PlainHttp));
        check("http://localhost.portal.ru/rest/1/x/", Err(BadWebhook::PlainHttp));
    }

    #[test]
    fn what_is_no_webhook_is_refused_with_its_reason() {
        check("portal.ru/rest/1/x/", Err(BadWebhook::NotUrl));
        check("ftp://portal.ru/rest/1/x/", Err(BadWebhook::Scheme));
        check("https://portal.ru/", Err(BadWebhook::NoCode));
        check("https://portal.ru/rest/1/", Err(BadWebhook::NoCode));
        check("https://portal.ru/rest/one/x/", Err(BadWebhook::NoCode));
        check("https://portal.ru/rest/1/x/crm.company.list", Err(BadWebhook::NoCode));
        check("https://portal.ru/rest/1/x/?auth=y", Err(BadWebhook::Extra));
        check("https://u:p@portal.ru/rest/1/x/", Err(BadWebhook::Extra));
    }

    #[test]
    fn a_refusal_does_not_repeat_the_secret() {
        for text in
            ["ftp://portal.ru/rest/1/s3cr3t/", "http://portal.ru/rest/1/s3cr3t/", "https://p/rest/x/s3cr3t/"]
        {
            let refusal = text.parse::<WebhookUrl>().expect_err("no webhook");
            assert!(!format!("{refusal} {refusal:?}").contains("s3cr3t"));
        }
    }
}
