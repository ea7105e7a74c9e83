//! E-mail by SMTP: one recipient, one connection, one mail.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use domain::Timestamp;
use lettre::Message;
use lettre::message::header::{ContentType, MessageId};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;

use super::{BadAddress, NotSaid};
use crate::message::{Letter, matter};

/// The mail server and who writes to whom.
#[derive(Clone, Debug)]
pub struct Email {
    /// Recipients.
    pub to: Vec<Mailbox>,
    /// The sender.
    pub from: Mailbox,
    /// Where mails are handed over.
    pub server: SmtpServer,
    /// How the connection is kept private.
    pub security: SmtpSecurity,
    /// With whose name the server lets us in; nobody's where it is `None`.
    pub login: Option<String>,
    /// The password beside it.
    pub password: Option<SecretString>,
}

/// An address of e-mail, with a name or without: `Паром <parom@example.ru>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox(lettre::message::Mailbox);

impl FromStr for Mailbox {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        const BAD: BadAddress = BadAddress("ожидается адрес почты, например \"admin@example.ru\"");
        let mailbox: lettre::message::Mailbox = text.trim().parse().map_err(|_| BAD)?;
        let is_plain = AsRef::<str>::as_ref(&mailbox.email).is_ascii();
        if is_plain { Ok(Self(mailbox)) } else { Err(BAD) }
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.email.fmt(f)
    }
}

/// A name or address of a host, and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmtpServer {
    host: String,
    port: u16,
}

impl FromStr for SmtpServer {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        const BAD: BadAddress = BadAddress("ожидается сервер с портом, например \"mail.example.ru:587\"");
        let (host, port) = text.trim().rsplit_once(':').ok_or(BAD)?;
        let port = port.parse().map_err(|_| BAD)?;
        let is_host = !host.is_empty() && !host.contains(['/', '@', ' ']);
        if is_host && port > 0 { Ok(Self { host: host.to_owned(), port }) } else { Err(BAD) }
    }
}

impl fmt::Display for SmtpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// How the connection to the mail server is kept private.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SmtpSecurity {
    /// By TLS from the first byte, as on port 465.
    Tls,
    /// By TLS that is begun by `STARTTLS`, as on port 587. A server that does not offer it gets nothing.
    #[default]
    StartTls,
    /// Not at all: for a server on this machine or in one's own network.
    None,
}

/// Connecting, `STARTTLS` and the login take no longer.
const CONNECT_MAX: Duration = Duration::from_secs(20);
/// From the sender to the server's receipt of the mail.
const HAND_OVER_MAX: Duration = Duration::from_secs(40);
/// Saying good-bye.
const QUIT_MAX: Duration = Duration::from_secs(2);

/// The way to one recipient.
pub(crate) struct EmailChannel {
    name: String,
    target: String,
    to: Mailbox,
    settings: Email,
}

impl EmailChannel {
    pub(super) fn all_of(settings: &Email) -> Vec<Self> {
        let one = |to: &Mailbox| Self {
            name: format!("email:{to}"),
            target: format!("почта {to}"),
            to: to.clone(),
            settings: settings.clone(),
        };
        settings.to.iter().map(one).collect()
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn target(&self) -> &str {
        &self.target
    }

    pub(super) async fn say(&self, letter: &Letter, now: Timestamp) -> Result<(), NotSaid> {
        let mail = self.mail(letter, now)?;
        let silent =
            || NotSaid::surely(format!("почтовый сервер {} долго не отвечает", self.settings.server));
        let mut connection = timeout(CONNECT_MAX, self.connect()).await.map_err(|_elapsed| silent())??;
        // Whatever comes after the last byte of the mail is not known to be a refusal.
        let handed_over = timeout(HAND_OVER_MAX, self.hand_over(&mut connection, &mail)).await;
        // Whether the server heard a good-bye changes nothing.
        let _ = timeout(QUIT_MAX, connection.abort()).await;
        handed_over.unwrap_or_else(|_elapsed| {
            Err(NotSaid::perhaps(format!("почтовый сервер {} не подтвердил приём", self.settings.server)))
        })
    }

    /// The identifier is that of the topic: a mail that was sent twice is shown once by most programs.
    fn mail(&self, letter: &Letter, now: Timestamp) -> Result<Vec<u8>, NotSaid> {
        let Email { from, .. } = &self.settings;
        let domain = from.0.email.domain();
        let thread = format!("<parom.{}@{domain}>", matter(&letter.topic));
        let mail = Message::builder()
            .from(from.0.clone())
            .to(self.to.0.clone())
            .subject(letter.subject.as_str())
            .header(MessageId::from(format!("<parom.{}@{domain}>", letter.topic)))
            .in_reply_to(thread.clone())
            .references(thread)
            .date(SystemTime::try_from(now).unwrap_or(SystemTime::UNIX_EPOCH))
            .header(ContentType::TEXT_PLAIN)
            .body(letter.body.clone());
        mail.map(|mail| mail.formatted())
            .map_err(|error| NotSaid::surely(format!("письмо не составлено: {error}")))
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, NotSaid> {
        let Email { server, security, login, password, .. } = &self.settings;
        let failed = |error: lettre::transport::smtp::Error| self.refused("не удалось соединиться", &error);
        let hello = ClientId::Domain(self.settings.from.0.email.domain().to_owned());
        let tls = || TlsParameters::new(server.host.clone());
        let at_once = match security {
            SmtpSecurity::Tls => Some(tls().map_err(failed)?),
            SmtpSecurity::StartTls | SmtpSecurity::None => None,
        };
        let address = (server.host.as_str(), server.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(address, Some(CONNECT_MAX), &hello, at_once, None)
                .await
                .map_err(failed)?;
        if *security == SmtpSecurity::StartTls {
            connection.starttls(tls().map_err(failed)?, &hello).await.map_err(failed)?;
        }
        if let Some(login) = login {
            let password = password.as_ref().map(ExposeSecret::expose_secret).unwrap_or_default();
            let credentials = Credentials::new(login.clone(), password.to_owned());
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            connection
                .auth(&mechanisms, &credentials)
                .await
                .map_err(|error| self.refused("не принят вход", &error))?;
        }
        Ok(connection)
    }

    async fn hand_over(&self, connection: &mut AsyncSmtpConnection, mail: &[u8]) -> Result<(), NotSaid> {
        let from = Mail::new(Some(self.settings.from.0.email.clone()), Vec::new());
        connection.command(from).await.map_err(|error| self.refused("не принят отправитель", &error))?;
        let to = Rcpt::new(self.to.0.email.clone(), Vec::new());
        connection.command(to).await.map_err(|error| self.refused("не принят получатель", &error))?;
        connection.command(Data).await.map_err(|error| self.refused("не принято письмо", &error))?;
        match connection.message(mail).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() || error.is_transient() => {
                Err(self.refused("не принято письмо", &error))
            }
            Err(error) => {
                let server = &self.settings.server;
                Err(NotSaid::perhaps(format!(
                    "почтовый сервер {server} не подтвердил приём: {}",
                    cause(&error)
                )))
            }
        }
    }

    fn refused(&self, what: &str, error: &lettre::transport::smtp::Error) -> NotSaid {
        NotSaid::surely(format!("почтовый сервер {}: {what}: {}", self.settings.server, cause(error)))
    }
}

/// The innermost cause: the wrapping is about the library.
fn cause(error: &lettre::transport::smtp::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    match error.status() {
        Some(code) => format!("{code} {innermost}"),
        None => innermost.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_of_mail() {
        assert_eq!("admin@example.ru".parse::<Mailbox>().unwrap().to_string(), "admin@example.ru");
        assert_eq!("Паром <parom@example.ru>".parse::<Mailbox>().unwrap().to_string(), "parom@example.ru");
        for wrong in ["", "admin", "@example.ru", "a@b@c", "почта@пример.рф"] {
            assert!(wrong.parse::<Mailbox>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_server_has_a_port() {
        assert_eq!("mail.example.ru:587".parse::<SmtpServer>().unwrap().to_string(), "mail.example.ru:587");
        for wrong in ["mail.example.ru", "smtp://mail:25", ":25", "mail:0", "mail:x", "a@mail:25"] {
            assert!(wrong.parse::<SmtpServer>().is_err(), "{wrong}");
        }
    }
}
