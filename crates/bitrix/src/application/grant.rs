//! What the portal hands over when an administrator connects the application.

use domain::{SignedDuration, Timestamp};
use secrecy::SecretString;

use super::TokenPair;
use crate::notices::Form;

/// A longer request for connecting is not read. A real one has less than four kilobytes.
pub const GRANT_BYTES_MAX: usize = 64 * 1024;
/// How long an access token is good for where the form does not say, in seconds.
const HOUR: i64 = 3600;

/// The first key to the portal. Anybody can post one: only [`Application::connect`](super::Application::connect)
/// tells whether it is good. Hosts that a request names are not even read.
#[derive(Clone, Debug)]
pub enum Grant {
    /// `ONAPPINSTALL` of a local application without pages, or `AUTH_ID` and `REFRESH_ID` of one with pages.
    /// Vendor pages: `api-reference/common/events/on-app-install.md`, `settings/app-installation/local-apps`.
    Tokens(TokenPair),
    /// `?code=…`, to which `{portal}/oauth/authorize/` sends an administrator's browser; good for 30 seconds.
    /// Vendor page: `settings/oauth/index.md`.
    Code(SecretString),
}

impl Grant {
    /// Reads the query of the page or the form that was posted to it; `None` where there is neither tokens nor code.
    pub fn read(form: &[u8], now: Timestamp) -> Option<Self> {
        if form.len() > GRANT_BYTES_MAX {
            return None;
        }
        let form = Form::read(form);
        let secret = |names: [&str; 2]| {
            let text = names.iter().map(|name| form.text(name)).find(|text| !text.is_empty())?;
            Some(SecretString::from(text.to_owned()))
        };
        let access = secret(["auth[access_token]", "AUTH_ID"]);
        let refresh = secret(["auth[refresh_token]", "REFRESH_ID"]);
        if let (Some(access), Some(refresh)) = (access, refresh) {
            let seconds =
                ["auth[expires_in]", "AUTH_EXPIRES"].iter().find_map(|name| form.text(name).parse().ok());
            let seconds = seconds.unwrap_or(HOUR).clamp(0, HOUR);
            let expires_at = now + SignedDuration::from_secs(seconds);
            return Some(Self::Tokens(TokenPair { access, refresh, expires_at }));
        }
        secret(["code", "CODE"]).map(Self::Code)
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    fn read(form: &str) -> Option<Grant> {
        Grant::read(form.as_bytes(), Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn tokens_are_read_from_either_form_and_shown_by_none() {
        let event =
            "event=ONAPPINSTALL&auth[access_token]=acc3ss&auth[refresh_token]=r3fresh&auth[expires_in]=60";
        let page =
            "AUTH_ID=acc3ss&AUTH_EXPIRES=60&REFRESH_ID=r3fresh&member_id=x&status=L&DOMAIN=evil.example";
        for form in [event, page] {
            let Some(Grant::Tokens(pair)) = read(form) else { panic!("{form}") };
            assert_eq!(pair.access.expose_secret(), "acc3ss");
            assert_eq!(pair.refresh.expose_secret(), "r3fresh");
            assert_eq!(pair.expires_at.as_second(), 60);
            let shown = format!("{:?}", read(form));
            assert!(!shown.contains("acc3ss") && !shown.contains("r3fresh"), "{shown}");
        }
    }

    #[test]
    fn a_code_is_read_and_anything_else_is_nothing() {
        let Some(Grant::Code(code)) = read("code=c0de&state=&domain=portal.example.ru") else {
            panic!("no code")
        };
        assert_eq!(code.expose_secret(), "c0de");
        for form in
            ["", "AUTH_ID=x", "auth[refresh_token]=x", "code=", "event=ONCRMCOMPANYADD&data[FIELDS][ID]=1"]
        {
            assert!(read(form).is_none(), "{form}");
        }
        assert!(Grant::read(&vec![b'a'; GRANT_BYTES_MAX + 1], Timestamp::UNIX_EPOCH).is_none());
    }
}
