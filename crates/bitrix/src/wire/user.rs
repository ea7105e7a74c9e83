//! People. Vendor pages: `api-reference/common/users/profile.md`, `api-reference/user/user-get.md`.

use serde::Deserialize;

use super::loose;

/// The result of `profile`: whose webhook it is. Needs no scope.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", default)]
pub struct Profile {
    /// The employee.
    #[serde(deserialize_with = "loose::int")]
    pub id: i64,
    /// Whether it is an administrator.
    #[serde(deserialize_with = "loose::flag")]
    pub admin: bool,
    /// First name.
    #[serde(deserialize_with = "loose::text")]
    pub name: String,
    /// Family name.
    #[serde(deserialize_with = "loose::text")]
    pub last_name: String,
    /// Time zone, where set.
    #[serde(deserialize_with = "loose::text")]
    pub time_zone: String,
}

/// A row of `user.get`; the scope decides which fields come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", default)]
pub struct User {
    /// The employee.
    #[serde(deserialize_with = "loose::int")]
    pub id: i64,
    /// `false` after dismissal.
    #[serde(default = "loose::yes", deserialize_with = "loose::flag_or_yes")]
    pub active: bool,
    /// First name.
    #[serde(deserialize_with = "loose::text")]
    pub name: String,
    /// Family name.
    #[serde(deserialize_with = "loose::text")]
    pub last_name: String,
    /// Patronymic.
    #[serde(deserialize_with = "loose::text")]
    pub second_name: String,
    /// E-mail; not with `user_brief`.
    #[serde(deserialize_with = "loose::text")]
    pub email: String,
}
