//! Stages and pipelines. Vendor pages: `api-reference/crm/status/crm-status-list.md`,
//! `api-reference/crm/universal/category/crm-category-list.md`.

use serde::Deserialize;

use super::loose;

/// A row of `crm.status.list`; a stage of a pipeline is one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", default)]
pub struct Status {
    /// The directory: `DEAL_STAGE`, `DEAL_STAGE_1`.
    #[serde(deserialize_with = "loose::text")]
    pub entity_id: String,
    /// `NEW`, `C1:NEW`.
    #[serde(deserialize_with = "loose::text")]
    pub status_id: String,
    /// As employees read it.
    #[serde(deserialize_with = "loose::text")]
    pub name: String,
}

/// A row of `crm.category.list`: a pipeline (воронка).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Category {
    /// 0 is the one that every portal has.
    #[serde(deserialize_with = "loose::int")]
    pub id: i64,
    /// As employees read it.
    #[serde(deserialize_with = "loose::text")]
    pub name: String,
}
