//! `[onec]`: the contract with 1C.

use domain::{MatchBy, SignedDuration};
use jiff::tz::TimeZone;

use super::reader::Section;
use super::units::Size;
use super::{Place, Problem, Secret};

/// The side of 1C.
#[derive(Clone, Debug)]
pub(crate) struct OneC {
    /// HTTP Basic.
    pub(crate) login: String,
    /// HTTP Basic; what needs it asks [`OneC::password`].
    pub(crate) password: Option<Secret>,
    /// What makes two counterparties the same.
    pub(crate) match_by: MatchBy,
    /// How long a polled delivery waits for its receipt before it is offered again.
    pub(crate) redeliver_after: SignedDuration,
    /// Whether a deletion mark in 1C deletes the company in Bitrix24. Off: the mark is only shown.
    pub(crate) delete_marked: bool,
    /// The longest PDF.
    pub(crate) document_limit: Size,
    /// Where dates without an offset belong.
    pub(crate) time_zone: TimeZone,
}

impl Default for OneC {
    fn default() -> Self {
        Self {
            login: "1c".to_owned(),
            password: None,
            match_by: MatchBy::default(),
            redeliver_after: SignedDuration::from_mins(4),
            delete_marked: false,
            document_limit: Size::mebibytes(32),
            time_zone: TimeZone::get("Europe/Moscow").expect("the zone is in the built-in database"),
        }
    }
}

impl OneC {
    pub(super) fn read(section: &mut Section<'_, '_>) -> Self {
        let default = Self::default();
        Self {
            login: section.take("login", default.login),
            password: section.take_secret("password", Ok),
            match_by: section.take("match", default.match_by),
            redeliver_after: section.take("redeliver_after", default.redeliver_after),
            delete_marked: section.take("delete_marked", default.delete_marked),
            document_limit: section.take("document_limit", default.document_limit),
            time_zone: section.take("time_zone", default.time_zone),
        }
    }

    /// The password, for commands that cannot do without.
    pub(crate) fn password(&self) -> Result<&Secret, Problem> {
        self.password.as_ref().ok_or_else(|| {
            let text = "в разделе [onec] нет `password`: придумайте пароль для 1С и впишите его в этот ключ, в файл из \
                        `password_file` или в переменную PAROM_ONEC__PASSWORD";
            Problem::new(Place::Whole, text)
        })
    }
}
