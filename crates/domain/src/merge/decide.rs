use super::Why;
use crate::{Rule, Side};

/// Who is called when both sides changed a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call {
    /// The rule of the field.
    pub(super) rule: Rule,
    /// The side that [`Rule::Newest`] means.
    pub(super) newest: Side,
}

/// What becomes of a value. `value: None`: each side stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outcome<T> {
    pub(super) value: Option<T>,
    pub(super) why: Option<Why>,
}

impl<T> Outcome<T> {
    pub(super) fn new(value: Option<T>, why: Option<Why>) -> Self {
        Self { value, why }
    }

    pub(super) fn map<U>(self, f: impl FnOnce(T) -> U) -> Outcome<U> {
        Outcome { value: self.value.map(f), why: self.why }
    }

    /// Puts the value in its place and hands on the reason.
    pub(super) fn put(self, place: &mut Option<T>) -> Option<Why> {
        *place = self.value;
        self.why
    }
}

/// Merges one value. `equal` must be an equivalence in which all empty values are equal.
pub(super) fn scalar<T: Copy>(
    base: Option<T>,
    onec: Option<T>,
    bitrix: Option<T>,
    call: Call,
    equal: impl Fn(T, T) -> bool,
    is_empty: impl Fn(T) -> bool,
) -> Outcome<T> {
    let (onec, bitrix) = match (onec, bitrix) {
        (None, None) => return Outcome::new(None, None),
        (Some(only), None) => return one_sided(only, Side::OneC, is_empty(only)),
        (None, Some(only)) => return one_sided(only, Side::Bitrix, is_empty(only)),
        (Some(onec), Some(bitrix)) if equal(onec, bitrix) => return Outcome::new(Some(bitrix), None),
        (Some(onec), Some(bitrix)) => (onec, bitrix),
    };
    let won_by = |side, why| Outcome::new(Some(if side == Side::OneC { onec } else { bitrix }), Some(why));
    let only = |side| won_by(side, Why::OnlyChangedBy(side));
    match base {
        // This rule knows no changes, only empty and filled.
        _ if call.rule == Rule::FillIfEmpty => {}
        Some(base) if equal(base, bitrix) => return only(Side::OneC),
        Some(base) if equal(base, onec) => return only(Side::Bitrix),
        // Both changed it, be it that one of them cleared it.
        Some(_) => return by_rule(call, won_by),
        None => {}
    }
    if is_empty(bitrix) {
        only(Side::OneC)
    } else if is_empty(onec) {
        only(Side::Bitrix)
    } else {
        by_rule(call, won_by)
    }
}

fn one_sided<T>(value: T, side: Side, is_empty: bool) -> Outcome<T> {
    Outcome::new(Some(value), (!is_empty).then_some(Why::OnlyChangedBy(side)))
}

fn by_rule<T>(call: Call, won_by: impl Fn(Side, Why) -> Outcome<T>) -> Outcome<T> {
    let wins = |side| won_by(side, Why::Rule(call.rule, side));
    match call.rule {
        Rule::Onec => wins(Side::OneC),
        Rule::Bitrix => wins(Side::Bitrix),
        Rule::Newest => wins(call.newest),
        Rule::FillIfEmpty => Outcome::new(None, Some(Why::KeptApart)),
        Rule::Ask => Outcome::new(None, Some(Why::Conflict)),
    }
}
