//! `[bitrix24]`: the portal and how it may be called.

use bitrix::{ApplicationSettings, OAuthServer, WebhookUrl};
use domain::SignedDuration;

use super::reader::Section;
use super::{Place, Problem, Secret};

/// The portal.
#[derive(Clone, Debug)]
pub(crate) struct Bitrix24 {
    /// The incoming webhook; what needs it asks [`Bitrix24::webhook`].
    pub(crate) webhook_url: Option<WebhookUrl>,
    /// Of the outgoing webhook or local application.
    pub(crate) application_token: Option<Secret>,
    /// Of the box module.
    pub(crate) module_secret: Option<Secret>,
    /// Of the local application whose offline events are fetched; nothing is fetched without.
    pub(crate) client_id: Option<String>,
    /// The secret beside it.
    pub(crate) client_secret: Option<Secret>,
    /// Who exchanges the tokens of the application.
    pub(crate) oauth_server: OAuthServer,
    /// How often offline events are fetched.
    pub(crate) offline_every: SignedDuration,
    /// How often modified cards are read.
    pub(crate) sweep_every: SignedDuration,
    /// How often everything is read.
    pub(crate) full_compare_every: SignedDuration,
    /// HTTP requests per second; 0 means as fast as the portal answers well.
    pub(crate) requests_per_second: u32,
    /// Pipelines whose deals travel; empty means all.
    pub(crate) pipelines: Vec<u32>,
}

impl Default for Bitrix24 {
    fn default() -> Self {
        Self {
            webhook_url: None,
            application_token: None,
            module_secret: None,
            client_id: None,
            client_secret: None,
            oauth_server: OAuthServer::default(),
            offline_every: SignedDuration::from_secs(15),
            sweep_every: SignedDuration::from_secs(60),
            full_compare_every: SignedDuration::from_hours(24),
            requests_per_second: 0,
            pipelines: Vec::new(),
        }
    }
}

impl Bitrix24 {
    pub(super) fn read(section: &mut Section<'_, '_>) -> Self {
        let default = Self::default();
        let client_id: Option<String> = section.take_optional("client_id");
        let client_secret = section.take_secret("client_secret", Ok);
        match (&client_id, &client_secret) {
            (Some(_), None) => section.complain(
                Place::Whole,
                "в разделе [bitrix24] есть `client_id`, но нет `client_secret`: оба показывает карточка локального \
                 приложения",
            ),
            (None, Some(_)) => section.complain(
                Place::Whole,
                "в разделе [bitrix24] есть `client_secret`, но нет `client_id`: оба показывает карточка локального \
                 приложения",
            ),
            (Some(_), Some(_)) | (None, None) => {}
        }
        Self {
            webhook_url: section.take_secret("webhook_url", |secret| {
                secret.expose().parse::<WebhookUrl>().map_err(|error| error.to_string())
            }),
            application_token: section.take_secret("application_token", Ok),
            module_secret: section.take_secret("module_secret", Ok),
            client_id,
            client_secret,
            oauth_server: section.take("oauth_server", default.oauth_server),
            offline_every: section.take("offline_every", default.offline_every),
            sweep_every: section.take("sweep_every", default.sweep_every),
            full_compare_every: section.take("full_compare_every", default.full_compare_every),
            requests_per_second: section.take("requests_per_second", default.requests_per_second),
            pipelines: section.take_list("pipelines"),
        }
    }

    /// The webhook, for commands that cannot do without.
    pub(crate) fn webhook(&self) -> Result<&WebhookUrl, Problem> {
        self.webhook_url.as_ref().ok_or_else(|| {
            let text = "в разделе [bitrix24] нет `webhook_url`: создайте в Битрикс24 входящий вебхук с правами «CRM» \
                        (Разработчикам → Другое → Входящий вебхук) и вставьте его адрес в этот ключ, в файл из \
                        `webhook_url_file` или в переменную PAROM_BITRIX24__WEBHOOK_URL";
            Problem::new(Place::Whole, text)
        })
    }

    /// The local application, where one was set.
    pub(crate) fn application(&self) -> Option<ApplicationSettings> {
        Some(ApplicationSettings {
            client_id: self.client_id.clone()?,
            client_secret: self.client_secret.as_ref()?.to_secret_string(),
            oauth_server: self.oauth_server.clone(),
        })
    }
}
