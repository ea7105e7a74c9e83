//! Tokens, and the server that gives them out.
//! <https://apidocs.bitrix24.com/settings/oauth/index.html>

use std::collections::HashMap;

use domain::SignedDuration;
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::super::call::{Params, Refusal};
use super::super::php::{Array, record};
use super::LocalApplication;
use crate::faults::split_mix;

/// Lifetime of an access token, in seconds.
const ACCESS: i64 = 3600;
/// Lifetime of a refresh token.
const REFRESH: SignedDuration = SignedDuration::from_hours(180 * 24);
/// Lifetime of a code.
const CODE: SignedDuration = SignedDuration::from_secs(30);
/// The portal as the OAuth server knows it.
const MEMBER: &str = "a223c6b3710f85df22e9377d6c4f7553";

/// What the OAuth server keeps.
#[derive(Default)]
pub(crate) struct OAuth {
    application: Option<LocalApplication>,
    access: HashMap<String, Held>,
    refresh: HashMap<String, Held>,
    codes: HashMap<String, Held>,
    dice: u64,
    pub(crate) exchanges: u64,
    pub(crate) is_out_of_reach: bool,
}

#[derive(Clone, Copy)]
struct Held {
    user: i64,
    until: Timestamp,
}

/// Who came in with a token.
pub(crate) struct Entered {
    pub(crate) user: i64,
    pub(crate) client_id: String,
}

impl OAuth {
    pub(crate) fn add(&mut self, application: LocalApplication) {
        let dice = self.dice;
        *self = Self { application: Some(application), dice, ..Self::default() };
    }

    pub(crate) fn expire_access_tokens(&mut self) {
        for held in self.access.values_mut() {
            held.until = Timestamp::UNIX_EPOCH;
        }
    }

    pub(crate) fn code(&mut self, user: i64, now: Timestamp) -> String {
        let code = self.fresh();
        self.codes.insert(code.clone(), Held { user, until: now + CODE });
        code
    }

    pub(crate) fn install_form(&mut self, user: i64, now: Timestamp) -> String {
        let pair = self.pair(user, now);
        let text = |name: &str| Params(&pair).text(name);
        let mut fields = vec![("event".to_owned(), "ONAPPINSTALL".to_owned())];
        fields.push(("data[VERSION]".to_owned(), "1".to_owned()));
        fields.push(("data[LANGUAGE_ID]".to_owned(), "ru".to_owned()));
        fields.push(("ts".to_owned(), now.as_second().to_string()));
        for name in [
            "access_token",
            "refresh_token",
            "expires_in",
            "scope",
            "status",
            "member_id",
            "client_endpoint",
            "server_endpoint",
        ] {
            fields.push((format!("auth[{name}]"), text(name)));
        }
        fields.push(("auth[domain]".to_owned(), "portal.example.ru".to_owned()));
        fields.push(("auth[application_token]".to_owned(), "51856fefc120afa4b628cc82d3935cce".to_owned()));
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let pairs: Vec<String> =
            fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        pairs.join("&")
    }

    /// Whose token it is.
    /// <https://apidocs.bitrix24.com/error-codes.html>
    pub(crate) fn enter(&self, token: &str, now: Timestamp) -> Result<Entered, Refusal> {
        let wrong = || Refusal::coded(401, "NO_AUTH_FOUND", "Wrong authorization data");
        let held = self.access.get(token).ok_or_else(wrong)?;
        let application = self.application.as_ref().ok_or_else(wrong)?;
        if held.until <= now {
            return Err(Refusal::coded(401, "expired_token", "The access token provided has expired."));
        }
        Ok(Entered { user: held.user, client_id: application.client_id.clone() })
    }

    fn pair(&mut self, user: i64, now: Timestamp) -> Array {
        let (access, refresh) = (self.fresh(), self.fresh());
        let until = now + SignedDuration::from_secs(ACCESS);
        self.access.insert(access.clone(), Held { user, until });
        self.refresh.insert(refresh.clone(), Held { user, until: now + REFRESH });
        record! {
            "access_token" => access,
            "client_endpoint" => "https://portal.example.ru/rest/",
            "domain" => "oauth.bitrix24.tech",
            "expires" => until.as_second(),
            "expires_in" => ACCESS,
            "member_id" => MEMBER,
            "refresh_token" => refresh,
            "scope" => "crm",
            "server_endpoint" => "https://oauth.bitrix24.tech/rest/",
            "status" => "L",
            "user_id" => user,
        }
    }

    fn fresh(&mut self) -> String {
        format!("{:016x}{:016x}", split_mix(&mut self.dice), split_mix(&mut self.dice))
    }
}

/// `/oauth/token/`. <https://apidocs.bitrix24.com/settings/oauth/auto-renewal.html>,
/// <https://apidocs.bitrix24.com/settings/oauth/error-codes.html>
pub(crate) fn exchange(oauth: &mut OAuth, params: &Array, now: Timestamp) -> Result<Array, Refusal> {
    oauth.exchanges += 1;
    let text = |name: &str| Params(params).text(name);
    let is_ours = oauth.application.as_ref().is_some_and(|application| {
        application.client_id == text("client_id") && application.client_secret == text("client_secret")
    });
    let held = match text("grant_type").as_str() {
        "refresh_token" | "authorization_code" if !is_ours => {
            return Err(Refusal::coded(401, "invalid_client", "Invalid client"));
        }
        "refresh_token" => oauth.refresh.remove(&text("refresh_token")),
        "authorization_code" => oauth.codes.remove(&text("code")),
        _ => return Err(Refusal::coded(400, "invalid_request", "Invalid request")),
    };
    match held.filter(|held| held.until > now) {
        Some(held) => Ok(oauth.pair(held.user, now)),
        None => Err(Refusal::coded(400, "invalid_grant", "Invalid grant")),
    }
}
