//! Notifications of Bitrix24, for employees.

use engine::{Engine, NotNotified};

use super::NotSaid;
use crate::message::{Letter, matter};

/// Who is notified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Portal {
    /// Numbers of employees.
    pub users: Vec<i64>,
}

pub(crate) struct PortalChannel {
    target: String,
    users: Vec<i64>,
    engine: Engine,
}

impl PortalChannel {
    /// Its word in the database.
    pub(super) const NAME: &'static str = "portal";

    pub(super) fn new(settings: Portal, engine: Engine) -> Self {
        let users: Vec<_> = settings.users.iter().map(ToString::to_string).collect();
        Self {
            target: format!("уведомления Битрикс24, сотрудники {}", users.join(", ")),
            users: settings.users,
            engine,
        }
    }

    pub(super) fn target(&self) -> &str {
        &self.target
    }

    /// A reminder takes the place of the notification before it.
    pub(super) async fn say(&self, letter: &Letter) -> Result<(), NotSaid> {
        let text = format!("{}\n{}", letter.subject, letter.body);
        let tag = format!("alert/{}", matter(&letter.topic));
        self.engine.notify(&self.users, &tag, &text).await.map_err(|error| match &error {
            NotNotified::Portal(call) if call.may_have_run() => NotSaid::perhaps(error.to_string()),
            NotNotified::Portal(_) | NotNotified::Refused(_) | NotNotified::Nobody => {
                NotSaid::surely(error.to_string())
            }
        })
    }
}
