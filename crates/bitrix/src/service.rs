//! Questions about the portal itself: is it there, who are we, what does it know.
//! Vendor pages: `api-reference/common/**`.

use domain::Timestamp;
use serde_json::Value;

use crate::args::Args;
use crate::client::Client;
use crate::error::{CallError, Lost};
use crate::wire::Profile;

impl Client {
    /// Whose webhook it is, and whether that is an administrator.
    pub async fn profile(&self) -> Result<Profile, CallError> {
        self.call_as("profile", &Args::new()).await
    }

    /// The scopes that the webhook was given.
    pub async fn scopes(&self) -> Result<Vec<String>, CallError> {
        self.call_as("scope", &Args::new()).await
    }

    /// The portal's clock.
    pub async fn server_time(&self) -> Result<Timestamp, CallError> {
        self.call_as("server.time", &Args::new()).await
    }

    /// Whether this portal has the method and this webhook may call it.
    pub async fn has_method(&self, name: &str) -> Result<bool, CallError> {
        // The method wants the name in lower case.
        let answer = self.call("method.get", &Args::new().set("name", name.to_ascii_lowercase())).await?;
        let says = |key: &str| answer.result.get(key).and_then(Value::as_bool);
        match (says("isExisting"), says("isAvailable")) {
            (Some(exists), Some(available)) => Ok(exists && available),
            _ => Err(CallError::Unclear {
                method: "method.get".to_owned(),
                why: Lost::NoResult { status: 200 },
            }),
        }
    }
}
