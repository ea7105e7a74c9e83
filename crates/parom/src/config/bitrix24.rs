//! `[bitrix24]`: the portal and how it may be called.

use bitrix::WebhookUrl;
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
        Self {
            webhook_url: section.take_secret("webhook_url", |secret| {
                secret.expose().parse::<WebhookUrl>().map_err(|error| error.to_string())
            }),
            application_token: section.take_secret("application_token", Ok),
            module_secret: section.take_secret("module_secret", Ok),
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

    pub(super) fn idle_keys(&self) -> Vec<&'static str> {
        [(!self.pipelines.is_empty(), "bitrix24.pipelines")]
            .into_iter()
            .filter_map(|(set, key)| set.then_some(key))
            .collect()
    }
}
