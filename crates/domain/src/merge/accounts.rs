use std::collections::BTreeMap;

use super::decide::{Call, Outcome, scalar};
use super::{Side, Why};
use crate::normal::{self, code};
use crate::{BankAccount, Rule};

/// What makes an account the same one: number and БИК.
type Key = (String, String);
type List<'a> = Option<&'a [BankAccount]>;

/// Accounts of one side, every one once, and which of them is the main one.
struct Accounts<'a> {
    order: Vec<(Key, &'a BankAccount)>,
    by_key: BTreeMap<Key, &'a BankAccount>,
    main: Option<Key>,
}

impl<'a> Accounts<'a> {
    fn of(list: &'a [BankAccount]) -> Self {
        let mut accounts = Self { order: Vec::new(), by_key: BTreeMap::new(), main: None };
        for account in list {
            let key = (code(&account.number), code(&account.bik));
            if key.0.is_empty() && key.1.is_empty() {
                continue;
            }
            if account.main && accounts.main.is_none() {
                accounts.main = Some(key.clone());
            }
            if !accounts.by_key.contains_key(&key) {
                accounts.by_key.insert(key.clone(), account);
                accounts.order.push((key, account));
            }
        }
        accounts
    }

    fn says_the_same_as(&self, other: &Self) -> bool {
        let mains = !matches!((&self.main, &other.main), (Some(a), Some(b)) if a != b);
        mains
            && self.by_key.len() == other.by_key.len()
            && self.by_key.iter().all(|(key, a)| other.by_key.get(key).is_some_and(|b| same_attributes(a, b)))
    }

    fn into_list(self) -> Vec<BankAccount> {
        let main = self.main;
        let marked = |(key, account): (Key, &BankAccount)| BankAccount {
            main: main.as_ref() == Some(&key),
            ..account.clone()
        };
        self.order.into_iter().map(marked).collect()
    }
}

fn same_attributes(a: &BankAccount, b: &BankAccount) -> bool {
    normal::name(&a.bank_name) == normal::name(&b.bank_name)
        && code(&a.correspondent_account) == code(&b.correspondent_account)
}

/// Whether two lists have the same accounts with the same attributes.
pub(super) fn same(a: List<'_>, b: List<'_>) -> bool {
    a == b || Accounts::of(a.unwrap_or_default()).says_the_same_as(&Accounts::of(b.unwrap_or_default()))
}

/// The list, with the main account of `other` where the list marks none.
pub(super) fn with_main(list: List<'_>, other: List<'_>) -> Option<Vec<BankAccount>> {
    let mut accounts = Accounts::of(list?);
    if accounts.main.is_none() {
        accounts.main = Accounts::of(other.unwrap_or_default()).main;
    }
    Some(accounts.into_list())
}

/// Merges accounts as a set, and the attributes of those that both sides have one by one.
pub(super) fn merge(
    base: List<'_>,
    onec: List<'_>,
    bitrix: List<'_>,
    call: Call,
) -> Outcome<Vec<BankAccount>> {
    let (Some(onec), Some(bitrix)) = (onec, bitrix) else {
        let only = onec.map(|list| (list, Side::OneC)).or(bitrix.map(|list| (list, Side::Bitrix)));
        let Some((list, side)) = only else { return Outcome::new(None, None) };
        let list = Accounts::of(list).into_list();
        let why = (!list.is_empty()).then_some(Why::OnlyChangedBy(side));
        return Outcome::new(Some(list), why);
    };
    let (onec, bitrix) = (Accounts::of(onec), Accounts::of(bitrix));
    if onec.says_the_same_as(&bitrix) {
        let main = bitrix.main.clone().or(onec.main);
        return Outcome::new(Some(Accounts { main, ..bitrix }.into_list()), None);
    }
    if call.rule == Rule::FillIfEmpty && !onec.order.is_empty() && !bitrix.order.is_empty() {
        return Outcome::new(None, Some(Why::KeptApart));
    }
    let base = match base {
        // An empty side is filled, be it that somebody emptied it.
        Some(base) if call.rule != Rule::FillIfEmpty => Accounts::of(base),
        _ => Accounts::of(&[]),
    };

    let mut joined = Vec::new();
    let mut ruled = None;
    let only_onec = onec.order.iter().filter(|(key, _)| !bitrix.by_key.contains_key(key));
    for (key, shown) in bitrix.order.iter().chain(only_onec) {
        let was = base.by_key.get(key).copied();
        match (onec.by_key.get(key), bitrix.by_key.get(key)) {
            (Some(left), Some(right)) => match attributes(was, left, right, call) {
                Ok((account, why)) => {
                    ruled = ruled.or(why);
                    joined.push((key.clone(), account));
                }
                Err(conflict) => return Outcome::new(None, Some(conflict)),
            },
            // One side removed it, the other left it as it was.
            _ if was.is_some_and(|was| same_attributes(was, shown)) => {}
            _ => joined.push((key.clone(), (*shown).clone())),
        }
    }

    // A mark may travel only to an account that stays.
    let stays = |main: &Option<Key>| main.clone().filter(|key| joined.iter().any(|(stays, _)| stays == key));
    let mains = (stays(&base.main), stays(&onec.main), stays(&bitrix.main));
    let main = scalar(mains.0.as_ref(), mains.1.as_ref(), mains.2.as_ref(), call, |a, b| a == b, |_| false);
    if main.value.is_none() && main.why.is_some() {
        return Outcome::new(None, main.why);
    }
    let main_key = main.value.cloned();
    let ruled = ruled.or(main.why.filter(|why| matches!(why, Why::Rule(..))));
    for (key, account) in &mut joined {
        account.main = main_key.as_ref() == Some(key);
    }
    let joined: Vec<_> = joined.into_iter().map(|(_, account)| account).collect();

    let result = Accounts::of(&joined);
    let why = match (result.says_the_same_as(&onec), result.says_the_same_as(&bitrix)) {
        _ if ruled.is_some() => ruled,
        (true, _) => Some(Why::OnlyChangedBy(Side::OneC)),
        (_, true) => Some(Why::OnlyChangedBy(Side::Bitrix)),
        (false, false) => Some(Why::Joined),
    };
    Outcome::new(Some(joined), why)
}

/// Merges the attributes of one account; the rule that had to be called, if any. `Err`: nobody may decide.
fn attributes(
    base: Option<&BankAccount>,
    onec: &BankAccount,
    bitrix: &BankAccount,
    call: Call,
) -> Result<(BankAccount, Option<Why>), Why> {
    let mut account = bitrix.clone();
    let mut ruled = None;
    let attribute = |read: fn(&BankAccount) -> &str, normal: fn(&str) -> String| {
        let equal = |a: &str, b: &str| normal(a) == normal(b);
        let outcome = scalar(base.map(read), Some(read(onec)), Some(read(bitrix)), call, equal, |text| {
            normal(text).is_empty()
        });
        match (outcome.value, outcome.why) {
            (Some(value), why) => Ok((value.to_owned(), why.filter(|why| matches!(why, Why::Rule(..))))),
            (None, why) => Err(why.unwrap_or(Why::Conflict)),
        }
    };
    let (bank_name, why) = attribute(|account| &account.bank_name, normal::name)?;
    account.bank_name = bank_name;
    ruled = ruled.or(why);
    let (correspondent_account, why) = attribute(|account| &account.correspondent_account, code)?;
    account.correspondent_account = correspondent_account;
    Ok((account, ruled.or(why)))
}
