//! Three-way merge, field by field: what both sides should show, and which rule said so.
//!
//! The third of the three is the *base*, the values on which both sides agreed last. A side that still shows
//! the base did not change; a side that shows something else did. Everything is compared by its
//! [normal form](crate::normal), so that a side's own spelling is no change and an echo makes nothing.
//!
//! How it is used: [`merge`] gives the target, [`differs`] tells each side what to write, and after a delivery
//! was read back [`agreed`] gives the new base.

mod accounts;
mod decide;
mod explain;
#[cfg(test)]
mod properties;
mod set;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::{Counterparty, Field, Rule, Rules, Ruling, Shown, Side, normal};
use decide::{Call, Outcome};
pub use explain::{explain, explain_done, rule_title};

/// What both sides should show, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The state that both sides should have. `None` in a field: leave each side as it is.
    pub target: Counterparty,
    /// One per field on which the sides are not simply the same, in the order of [`Field::ALL`].
    pub decisions: Vec<Decision>,
}

/// Which side's value a field got, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The field.
    pub field: Field,
    /// The reason.
    pub why: Why,
}

/// Why a field got its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
    /// A person decided.
    Decided,
}

/// Merges what the two sides show.
///
/// * A side that is absent, or does not speak of a field, takes the other's value.
/// * Equal values are kept, in the spelling of Bitrix24, and need no decision.
/// * A change of one side travels, a clearing too; under [`Rule::FillIfEmpty`] only into an empty field.
/// * Both changed, or never agreed and both filled: the rule of the field. [`Rule::Newest`] compares
///   [`Shown::changed_at`] of the whole records; without both times, or with equal ones, Bitrix24 wins.
/// * Phones, e-mails and accounts are sets: additions of either side stay, removals of either side remove,
///   whatever the rule, except [`Rule::FillIfEmpty`], which leaves two filled sets apart. Elements of
///   Bitrix24 come first in its order, then those that only 1C has in its order. An account is known by its
///   number and БИК; its attributes are merged one by one by the rule of the field, and an account that one
///   side removed while the other changed it stays. At most one is the main one; a side that marks none does
///   not speak of it.
/// * [`Counterparty::deleted`] is never merged.
pub fn merge(base: &Counterparty, onec: Option<&Shown>, bitrix: Option<&Shown>, rules: &Rules) -> Merged {
    merge_with_word(base, onec, bitrix, rules, &[])
}

/// The same, with values that people chose above all rules: such a value is the target as long as the sides differ and
/// its [`Ruling`] stands.
pub fn merge_with_word(
    base: &Counterparty,
    onec: Option<&Shown>,
    bitrix: Option<&Shown>,
    rules: &Rules,
    rulings: &[Ruling],
) -> Merged {
    let silent = Counterparty::default();
    let newest = newest(onec, bitrix);
    let onec = onec.map_or(&silent, |shown| &shown.snapshot);
    let bitrix = bitrix.map_or(&silent, |shown| &shown.snapshot);
    let mut merged = Merged { target: Counterparty::default(), decisions: Vec::new() };
    for field in Field::ALL {
        let call = Call { rule: rules.of(field), newest };
        let target = &mut merged.target;
        let word = rulings.iter().find(|ruling| ruling.field == field && ruling.stands(onec, bitrix));
        if let Some(ruling) = word.filter(|_| !same(field, onec, bitrix)) {
            target.put(field, &ruling.value);
            merged.decisions.push(Decision { field, why: Why::Decided });
            continue;
        }
        let why = match field {
            Field::Kind => {
                let outcome =
                    decide::scalar(base.kind, onec.kind, bitrix.kind, call, |a, b| a == b, |_| false);
                outcome.put(&mut target.kind)
            }
            Field::Phones => texts(field, base, onec, bitrix, call).put(&mut target.phones),
            Field::Emails => texts(field, base, onec, bitrix, call).put(&mut target.emails),
            Field::BankAccounts => {
                let [base, onec, bitrix] = [base, onec, bitrix].map(|record| record.bank_accounts.as_deref());
                accounts::merge(base, onec, bitrix, call).put(&mut target.bank_accounts)
            }
            _ => text(field, base, onec, bitrix, call)
                .put(target.text_mut(field).expect("every field that is no text stands above")),
        };
        merged.decisions.extend(why.map(|why| Decision { field, why }));
    }
    merged
}

/// The new base: where both sides speak of a field and say the same, that; elsewhere what they agreed on before.
#[must_use]
pub fn agreed(
    base: &Counterparty,
    onec: Option<&Counterparty>,
    bitrix: Option<&Counterparty>,
) -> Counterparty {
    let mut agreed = base.clone();
    let (Some(onec), Some(bitrix)) = (onec, bitrix) else { return agreed };
    for field in Field::ALL {
        if !speaks(onec, field) || !speaks(bitrix, field) || !same(field, onec, bitrix) {
            continue;
        }
        agreed.put(field, bitrix);
        if field == Field::BankAccounts {
            agreed.bank_accounts =
                accounts::with_main(bitrix.bank_accounts.as_deref(), onec.bank_accounts.as_deref());
        }
    }
    agreed
}

/// The fields in which `shown` must change to become `target`, in the order of [`Field::ALL`]. A field of
/// which the target does not speak never; one of which `shown` does not speak counts as empty.
#[must_use]
pub fn differs(shown: &Counterparty, target: &Counterparty) -> Vec<Field> {
    Field::ALL.into_iter().filter(|field| speaks(target, *field) && !same(*field, shown, target)).collect()
}

/// Whether two records say the same in a field, by normal form. Not spoken of counts as empty. Lists are the
/// same when they have the same elements, in any order and however often; accounts that a side marks as main
/// are compared only when both mark one.
#[must_use]
pub fn same(field: Field, a: &Counterparty, b: &Counterparty) -> bool {
    match field {
        Field::Kind => a.kind == b.kind,
        Field::Phones | Field::Emails => set::same(field, list(a, field), list(b, field)),
        Field::BankAccounts => accounts::same(a.bank_accounts.as_deref(), b.bank_accounts.as_deref()),
        _ => normal::equal(field, a.text(field).unwrap_or_default(), b.text(field).unwrap_or_default()),
    }
}

/// The side that changed last, Bitrix24 when the times do not tell.
fn newest(onec: Option<&Shown>, bitrix: Option<&Shown>) -> Side {
    let changed = |shown: Option<&Shown>| shown.and_then(|shown| shown.changed_at);
    match (changed(onec), changed(bitrix)) {
        (Some(onec), Some(bitrix)) if onec > bitrix => Side::OneC,
        _ => Side::Bitrix,
    }
}

fn text(
    field: Field,
    base: &Counterparty,
    onec: &Counterparty,
    bitrix: &Counterparty,
    call: Call,
) -> Outcome<String> {
    let outcome = decide::scalar(
        base.text(field),
        onec.text(field),
        bitrix.text(field),
        call,
        |a, b| normal::equal(field, a, b),
        |text| normal::text(field, text).is_empty(),
    );
    outcome.map(str::to_owned)
}

fn texts(
    field: Field,
    base: &Counterparty,
    onec: &Counterparty,
    bitrix: &Counterparty,
    call: Call,
) -> Outcome<Vec<String>> {
    set::merge(field, list(base, field), list(onec, field), list(bitrix, field), call)
}

/// The phones or e-mails of a record.
fn list(of: &Counterparty, field: Field) -> Option<&[String]> {
    if field == Field::Phones { of.phones.as_deref() } else { of.emails.as_deref() }
}

/// Whether a record says anything of a field, be it that the field is empty.
pub fn speaks(of: &Counterparty, field: Field) -> bool {
    match field {
        Field::Kind => of.kind.is_some(),
        Field::Phones => of.phones.is_some(),
        Field::Emails => of.emails.is_some(),
        Field::BankAccounts => of.bank_accounts.is_some(),
        _ => of.text(field).is_some(),
    }
}
