//! Who wins when both shores changed the same field.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Field;

/// What happens to a field that both sides changed since they last agreed (or on which they differ at their
/// first meeting). A change of one side only always travels, except under [`Rule::FillIfEmpty`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// 1C wins.
    Onec,
    /// Bitrix24 wins.
    #[default]
    Bitrix,
    /// The later change wins; without both times, Bitrix24.
    Newest,
    /// An empty side is filled, a filled one is never overwritten.
    FillIfEmpty,
    /// Nobody wins: a person decides.
    Ask,
}

/// The rule of every field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rules(BTreeMap<Field, Rule>);

impl Rules {
    /// The rule of one field; [`Rule::Bitrix`] where the configuration is silent.
    pub fn of(&self, field: Field) -> Rule {
        self.0.get(&field).copied().unwrap_or_default()
    }

    /// These rules with another one for `field`.
    #[must_use]
    pub fn with(mut self, field: Field, rule: Rule) -> Self {
        self.0.insert(field, rule);
        self
    }
}
