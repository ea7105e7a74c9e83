//! Where requests go and what lets them in: a webhook's path, an application's token, or the OAuth server itself.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::webhook::WebhookUrl;

/// One place to send requests to. `Display` and `Debug` show it without its secrets.
#[derive(Clone)]
pub(crate) enum Door {
    /// The path is the password.
    Webhook(WebhookUrl),
    /// `{portal}/rest/{method}`; the token travels in the body.
    Application { portal: WebhookUrl, secrets: Secrets },
    /// The server that gives tokens out.
    OAuth { server: Url, secrets: Secrets },
}

impl Door {
    /// Scheme, host and port.
    pub(crate) fn origin(&self) -> &Url {
        match self {
            Self::Webhook(portal) | Self::Application { portal, .. } => portal.origin(),
            Self::OAuth { server, .. } => server,
        }
    }

    /// Address of a method at `origin`. May hold a secret.
    pub(crate) fn method(&self, origin: &Url, method: &str) -> Url {
        match self {
            Self::Webhook(webhook) => webhook.method(origin, method),
            Self::Application { portal, .. } => portal.application_method(origin, method),
            Self::OAuth { server, .. } => {
                let mut url = server.clone();
                url.set_path(&format!("{}/{method}/", server.path().trim_end_matches('/')));
                url
            }
        }
    }

    /// Whether a redirect may be followed. The token of an application goes to the host that was set and to no other:
    /// it stands in the body, and the rule of the same path says nothing about it.
    pub(crate) fn follows_redirects(&self) -> bool {
        matches!(self, Self::Webhook(_))
    }

    /// How bodies are written here.
    pub(crate) fn content_type(&self) -> &'static str {
        match self {
            Self::Webhook(_) | Self::Application { .. } => "application/json",
            Self::OAuth { .. } => "application/x-www-form-urlencoded",
        }
    }

    /// Takes secrets out of a foreign text.
    pub(crate) fn scrub(&self, text: &str) -> String {
        match self {
            Self::Webhook(webhook) => webhook.scrub(text),
            Self::Application { portal, secrets } => secrets.scrub(&portal.scrub(text)),
            Self::OAuth { secrets, .. } => secrets.scrub(text),
        }
    }
}

impl fmt::Display for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Webhook(webhook) => webhook.fmt(f),
            Self::Application { .. } => f.write_str(self.method(self.origin(), "").as_str()),
            Self::OAuth { server, .. } => f.write_str(server.as_str()),
        }
    }
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Door({self})")
    }
}

/// Secrets that answers may repeat and nobody may see: that of the application and its last few tokens.
#[derive(Clone)]
pub(crate) struct Secrets(Arc<Mutex<Known>>);

struct Known {
    client_secret: SecretString,
    tokens: Vec<SecretString>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets")
    }
}

/// Two pairs and the code that they were given for; older tokens open nothing any more.
const TOKENS_MAX: usize = 6;

impl Secrets {
    pub(crate) fn new(client_secret: SecretString) -> Self {
        Self(Arc::new(Mutex::new(Known { client_secret, tokens: Vec::new() })))
    }

    /// From now on this token is taken out too.
    pub(crate) fn learn(&self, token: &SecretString) {
        let mut known = self.known();
        if known.tokens.iter().any(|one| one.expose_secret() == token.expose_secret()) {
            return;
        }
        if known.tokens.len() == TOKENS_MAX {
            known.tokens.remove(0);
        }
        known.tokens.push(token.clone());
    }

    fn scrub(&self, text: &str) -> String {
        let known = self.known();
        let secrets = known.tokens.iter().chain([&known.client_secret]).map(ExposeSecret::expose_secret);
        secrets
            .filter(|secret| !secret.is_empty())
            .fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().expect("no holder of the secrets panics")
    }
}
