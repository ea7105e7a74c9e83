use std::collections::BTreeSet;

use super::decide::{Call, Outcome};
use super::{Side, Why};
use crate::{Field, Rule, normal};

/// Merges phones or e-mails. What is in the base stays only if both sides still have it; what is not stays if
/// either has it.
pub(super) fn merge(
    field: Field,
    base: Option<&[String]>,
    onec: Option<&[String]>,
    bitrix: Option<&[String]>,
    call: Call,
) -> Outcome<Vec<String>> {
    let (Some(onec), Some(bitrix)) = (onec, bitrix) else {
        let only = onec.map(|list| (list, Side::OneC)).or(bitrix.map(|list| (list, Side::Bitrix)));
        let Some((list, side)) = only else { return Outcome::new(None, None) };
        let list = distinct(field, list);
        let why = (!list.is_empty()).then_some(Why::OnlyChangedBy(side));
        return Outcome::new(Some(texts(list)), why);
    };
    let (onec, bitrix) = (distinct(field, onec), distinct(field, bitrix));
    let (in_onec, in_bitrix) = (keys(&onec), keys(&bitrix));
    if call.rule == Rule::FillIfEmpty && in_onec != in_bitrix && !in_onec.is_empty() && !in_bitrix.is_empty()
    {
        return Outcome::new(None, Some(Why::KeptApart));
    }
    let base = match base {
        // An empty side is filled, be it that somebody emptied it.
        Some(base) if call.rule != Rule::FillIfEmpty => keys(&distinct(field, base)),
        _ => BTreeSet::new(),
    };
    let stays = |key: &String| {
        let (left, right) = (in_onec.contains(key), in_bitrix.contains(key));
        if base.contains(key) { left && right } else { left || right }
    };
    let only_onec = onec.iter().filter(|(key, _)| !in_bitrix.contains(key));
    let joined: Vec<_> = bitrix.iter().chain(only_onec).filter(|(key, _)| stays(key)).cloned().collect();
    let why = why(&keys(&joined), &in_onec, &in_bitrix);
    Outcome::new(Some(texts(joined)), why)
}

/// The reason of a merged set: whose set it is, or that it is neither's.
fn why(joined: &BTreeSet<String>, onec: &BTreeSet<String>, bitrix: &BTreeSet<String>) -> Option<Why> {
    match (joined == onec, joined == bitrix) {
        (true, true) => None,
        (true, false) => Some(Why::OnlyChangedBy(Side::OneC)),
        (false, true) => Some(Why::OnlyChangedBy(Side::Bitrix)),
        (false, false) => Some(Why::Joined),
    }
}

/// Whether two lists have the same elements.
pub(super) fn same(field: Field, a: Option<&[String]>, b: Option<&[String]>) -> bool {
    let set = |list: Option<&[String]>| keys(&distinct(field, list.unwrap_or_default()));
    a == b || set(a) == set(b)
}

type Keyed = (String, String);

/// The elements with their normal forms: without blanks, and every form once, as first written.
fn distinct(field: Field, list: &[String]) -> Vec<Keyed> {
    let mut seen = BTreeSet::new();
    let keyed = list.iter().map(|text| (normal::text(field, text), text.clone()));
    keyed.filter(|(key, _)| !key.is_empty() && seen.insert(key.clone())).collect()
}

fn keys(list: &[Keyed]) -> BTreeSet<String> {
    list.iter().map(|(key, _)| key.clone()).collect()
}

fn texts(list: Vec<Keyed>) -> Vec<String> {
    list.into_iter().map(|(_, text)| text).collect()
}
