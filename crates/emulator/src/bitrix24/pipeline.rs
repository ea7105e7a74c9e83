//! Pipelines of deals and their stages.
//! <https://apidocs.bitrix24.com/api-reference/crm/universal/category/index.html>

use super::DEAL;
use super::catalog::Catalog;
use super::php::{Array, record};
use super::table::Row;

/// A pipeline (воронка).
pub(crate) struct Pipeline {
    pub(crate) id: i64,
    pub(crate) name: &'static str,
    pub(crate) sort: i64,
}

/// The one that every portal has and one more.
pub(crate) const PIPELINES: [Pipeline; 2] =
    [Pipeline { id: 0, name: "Общая", sort: 300 }, Pipeline { id: 3, name: "Запросы", sort: 400 }];

/// A stage, the same in every pipeline.
pub(crate) struct Stage {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    /// `P` in work, `S` won, `F` lost.
    pub(crate) semantics: &'static str,
}

/// The first one is where a deal begins.
pub(crate) const STAGES: [Stage; 5] = [
    Stage { code: "NEW", name: "Новая", semantics: "P" },
    Stage { code: "PREPARATION", name: "Подготовка документов", semantics: "P" },
    Stage { code: "EXECUTING", name: "В работе", semantics: "P" },
    Stage { code: "WON", name: "Сделка успешна", semantics: "S" },
    Stage { code: "LOSE", name: "Сделка провалена", semantics: "F" },
];

impl Pipeline {
    /// `NEW` in pipeline 0, `C3:NEW` in pipeline 3.
    pub(crate) fn status(&self, stage: &Stage) -> String {
        if self.id == 0 { stage.code.to_owned() } else { format!("C{}:{}", self.id, stage.code) }
    }

    /// `DEAL_STAGE`, `DEAL_STAGE_3`.
    pub(crate) fn directory(&self) -> String {
        if self.id == 0 { "DEAL_STAGE".to_owned() } else { format!("DEAL_STAGE_{}", self.id) }
    }

    pub(crate) fn to_php(&self) -> Array {
        record! {
            "id" => self.id, "name" => self.name, "sort" => self.sort, "entityTypeId" => DEAL,
            "isDefault" => if self.id == 0 { "Y" } else { "N" },
        }
    }
}

/// Puts a deal onto a stage of its pipeline: an unknown pipeline is the general one, a stage of another pipeline the
/// first of this. What the stage means goes with it.
pub(crate) fn settle(catalog: &Catalog, row: &mut Row) {
    let at = |name: &str| catalog.index_of(name);
    let text = |row: &Row, name: &str| at(name).and_then(|at| row.cell(at)).unwrap_or_default().to_owned();
    let wanted: i64 = text(row, "CATEGORY_ID").parse().unwrap_or(0);
    let pipeline = PIPELINES.iter().find(|one| one.id == wanted).unwrap_or(&PIPELINES[0]);
    let status = text(row, "STAGE_ID");
    let stage = STAGES.iter().find(|stage| pipeline.status(stage) == status).unwrap_or(&STAGES[0]);
    for (name, value) in [
        ("CATEGORY_ID", pipeline.id.to_string()),
        ("STAGE_ID", pipeline.status(stage)),
        ("STAGE_SEMANTIC_ID", stage.semantics.to_owned()),
        ("CLOSED", if stage.semantics == "P" { "N" } else { "Y" }.to_owned()),
    ] {
        if let Some(at) = at(name) {
            row.set_cell(at, Some(&value));
        }
    }
}
