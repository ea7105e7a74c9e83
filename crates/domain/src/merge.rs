//! Three-way merge, field by field.

use crate::{Counterparty, Field, Rule, Rules, Shown, Side};

/// What both sides should show, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The state that both sides should have. `None` in a field: leave each side as it is.
    pub target: Counterparty,
    /// One per field on which the sides are not simply the same.
    pub decisions: Vec<Decision>,
}

/// Which side's value a field got, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The field.
    pub field: Field,
    /// The reason.
    pub why: Why,
}

/// Why a field got its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Only this side changed it since the base, or only this side has a value.
    OnlyChangedBy(Side),
    /// Both sides' changes of a set fit together.
    Joined,
    /// Both changed it; the rule named this side.
    Rule(Rule, Side),
    /// Both changed it and the rule leaves each side as it is.
    KeptApart,
    /// Both changed it and a person has to decide.
    Conflict,
}

/// Merges what the two sides show. Placeholder signature.
pub fn merge(_base: &Counterparty, _onec: Option<&Shown>, _bitrix: Option<&Shown>, _rules: &Rules) -> Merged {
    Merged { target: Counterparty::default(), decisions: Vec::new() }
}
