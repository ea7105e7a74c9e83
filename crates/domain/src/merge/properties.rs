//! What must hold for every merge, whatever the sides show.

use std::collections::BTreeMap;

use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::{BankAccount, Kind, Timestamp};

/// Few words in several spellings, so that records meet, differ and echo often.
fn word(field: Field) -> impl Strategy<Value = String> {
    let words: &[&str] = match field {
        Field::Name | Field::FullName => &["", "ООО «Яндекс»", "Яндекс, ООО", "АО «Ромашка»", "ПАО Сбербанк"],
        Field::LegalAddress | Field::ActualAddress => {
            &["", "г. Москва, д. 1", "Россия, г Москва д 1", "г. Орёл", "г. Тула"]
        }
        Field::Director => &["", "Иванов И.И.", "ИВАНОВ И. И.", "Петров Пётр", "Сидоров"],
        Field::Phones => &["", "8 (495) 739-70-00", "+74957397000", "+7 495 739-70-01", "739-70-02", "нет"],
        Field::Emails => &[" ", "info@example.ru", "INFO@example.ru", "a@example.ru", "b@example.ru"],
        _ => &["", "7707083893", "7707 083893", "7736050003", "7736207543"],
    };
    select(words).prop_map(str::to_owned)
}

/// Accounts of which none stands there twice and at most one is the main one.
fn bank_accounts() -> impl Strategy<Value = Vec<BankAccount>> {
    let attributes =
        (select(&["", "ПАО Сбербанк", "Сбербанк (ПАО)", "Сбер"][..]), select(&["", "30101", "30102"][..]));
    let key = (select(&["1", "2", "3"][..]), select(&["044525225", "044525974"][..]));
    let set = proptest::collection::btree_map(key, attributes, 0..5);
    (set, of(0..5_usize), any::<bool>()).prop_map(|(set, main, reversed): (BTreeMap<_, _>, _, _)| {
        let mut list: Vec<_> = set
            .into_iter()
            .enumerate()
            .map(|(place, ((number, bik), (bank_name, correspondent_account)))| BankAccount {
                number: number.into(),
                bank_name: bank_name.into(),
                bik: bik.into(),
                correspondent_account: correspondent_account.into(),
                main: main == Some(place),
            })
            .collect();
        if reversed {
            list.reverse();
        }
        list
    })
}

fn words(field: Field) -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec(word(field), 0..5)
}

fn counterparty() -> impl Strategy<Value = Counterparty> {
    let kind = of(select(&[Kind::Legal, Kind::Entrepreneur, Kind::Person][..]));
    let text = |field| of(word(field));
    let texts = (
        text(Field::Name),
        text(Field::FullName),
        text(Field::LegalAddress),
        text(Field::ActualAddress),
        text(Field::Director),
    );
    let codes = (text(Field::Inn), text(Field::Kpp), text(Field::Ogrn), text(Field::Ogrnip));
    let sets = (of(words(Field::Phones)), of(words(Field::Emails)), of(bank_accounts()));
    (kind, texts, codes, sets, of(any::<bool>())).prop_map(|(kind, texts, codes, sets, deleted)| {
        let (name, full_name, legal_address, actual_address, director) = texts;
        let (inn, kpp, ogrn, ogrnip) = codes;
        let (phones, emails, bank_accounts) = sets;
        Counterparty {
            kind,
            name,
            full_name,
            inn,
            kpp,
            ogrn,
            ogrnip,
            legal_address,
            actual_address,
            director,
            bank_accounts,
            phones,
            emails,
            deleted,
        }
    })
}

fn shown() -> impl Strategy<Value = Shown> {
    (counterparty(), of(1..4_i64)).prop_map(|(snapshot, changed)| {
        let at = |second| Timestamp::from_second(second).expect("a time of our days");
        Shown { snapshot, changed_at: changed.map(at), seen_at: at(10) }
    })
}

fn rule() -> impl Strategy<Value = Rule> {
    select(&[Rule::Onec, Rule::Bitrix, Rule::Newest, Rule::FillIfEmpty, Rule::Ask][..])
}

fn rules() -> impl Strategy<Value = Rules> {
    proptest::collection::vec(rule(), Field::ALL.len()).prop_map(|rules| {
        Field::ALL.into_iter().zip(rules).fold(Rules::default(), |all, (field, rule)| all.with(field, rule))
    })
}

fn with(shown: &Shown, snapshot: Counterparty) -> Shown {
    Shown { snapshot, ..shown.clone() }
}

/// The record with its lists the other way round.
fn reversed(mut record: Counterparty) -> Counterparty {
    let _ = record.phones.as_mut().map(|list| list.reverse());
    let _ = record.emails.as_mut().map(|list| list.reverse());
    let _ = record.bank_accounts.as_mut().map(|list| list.reverse());
    record
}

fn swapped(rules: &Rules) -> Rules {
    let swap = |rule| match rule {
        Rule::Onec => Rule::Bitrix,
        Rule::Bitrix => Rule::Onec,
        other => other,
    };
    Field::ALL.into_iter().fold(Rules::default(), |all, field| all.with(field, swap(rules.of(field))))
}

/// The normal forms of the elements of a set: of an account, number and БИК.
fn elements(record: &Counterparty, field: Field) -> Vec<String> {
    let texts: Vec<String> = match field {
        Field::BankAccounts => {
            let accounts = record.bank_accounts.iter().flatten();
            accounts.map(|account| format!("{}/{}", account.number, account.bik)).collect()
        }
        _ => list(record, field).unwrap_or_default().iter().map(|text| normal::text(field, text)).collect(),
    };
    texts.into_iter().filter(|text| !text.is_empty()).collect()
}

const SETS: [Field; 3] = [Field::BankAccounts, Field::Phones, Field::Emails];

proptest! {
    #[test]
    fn a_change_of_one_side_is_never_lost(base in counterparty(), changed in shown(), by_onec: bool, rules in rules()) {
        let still = with(&changed, base.clone());
        let (onec, bitrix) = if by_onec { (&changed, &still) } else { (&still, &changed) };
        let target = merge(&base, Some(onec), Some(bitrix), &rules).target;
        for field in Field::ALL {
            // What the base does not speak of has no change; fill-if-empty does not overwrite on purpose.
            if speaks(&base, field) && speaks(&changed.snapshot, field) && rules.of(field) != Rule::FillIfEmpty {
                prop_assert!(same(field, &changed.snapshot, &target), "{field:?} {target:?}");
            }
        }
    }

    #[test]
    fn an_addition_of_either_side_is_never_lost(base in counterparty(), onec in shown(), bitrix in shown(), rules in rules()) {
        let target = merge(&base, Some(&onec), Some(&bitrix), &rules).target;
        for field in SETS.into_iter().filter(|field| speaks(&target, *field) && rules.of(*field) != Rule::FillIfEmpty) {
            let (was, stays) = (elements(&base, field), elements(&target, field));
            for added in [&onec, &bitrix].into_iter().flat_map(|side| elements(&side.snapshot, field)) {
                prop_assert!(was.contains(&added) || stays.contains(&added), "{field:?} {added}");
            }
        }
    }

    #[test]
    fn an_echo_makes_nothing(base in counterparty(), onec in shown(), bitrix in shown(), rules in rules()) {
        let first = merge(&base, Some(&onec), Some(&bitrix), &rules);
        let onec = with(&onec, onec.snapshot.clone().overlaid(first.target.clone()));
        let bitrix = with(&bitrix, bitrix.snapshot.clone().overlaid(first.target.clone()));
        let base = agreed(&base, Some(&onec.snapshot), Some(&bitrix.snapshot));
        let second = merge(&base, Some(&onec), Some(&bitrix), &rules);
        prop_assert_eq!(differs(&onec.snapshot, &second.target), []);
        prop_assert_eq!(differs(&bitrix.snapshot, &second.target), []);
        prop_assert_eq!(&second.target, &first.target);
        for field in Field::ALL.into_iter().filter(|field| speaks(&first.target, *field)) {
            prop_assert!(same(field, &base, &first.target), "{field:?} is agreed on");
            prop_assert!(second.decisions.iter().all(|decision| decision.field != field), "{field:?} is decided");
        }
    }

    #[test]
    fn a_delivery_that_reached_one_side_only_changes_nothing_of_the_target(
        base in counterparty(), onec in shown(), bitrix in shown(), rules in rules(), reached_onec: bool,
    ) {
        let first = merge(&base, Some(&onec), Some(&bitrix), &rules);
        let (mut onec, mut bitrix) = (onec, bitrix);
        let side = if reached_onec { &mut onec } else { &mut bitrix };
        side.snapshot = side.snapshot.clone().overlaid(first.target.clone());
        let base = agreed(&base, Some(&onec.snapshot), Some(&bitrix.snapshot));
        let second = merge(&base, Some(&onec), Some(&bitrix), &rules);
        for field in Field::ALL {
            prop_assert!(same(field, &first.target, &second.target) , "{field:?}");
        }
    }

    #[test]
    fn the_sides_change_places_and_nothing_else_changes(
        base in counterparty(), onec in shown(), bitrix in shown(), rules in rules(), onec_is_later: bool,
    ) {
        // Equal or missing times make Bitrix24 the winner on purpose.
        let time = |second| Some(Timestamp::from_second(second).expect("a time of our days"));
        let onec = Shown { changed_at: time(if onec_is_later { 2 } else { 0 }), ..onec };
        let bitrix = Shown { changed_at: time(1), ..bitrix };
        let straight = merge(&base, Some(&onec), Some(&bitrix), &rules);
        let crossed = merge(&base, Some(&bitrix), Some(&onec), &swapped(&rules));
        for field in Field::ALL {
            prop_assert_eq!(speaks(&straight.target, field), speaks(&crossed.target, field), "{:?}", field);
            prop_assert!(same(field, &straight.target, &crossed.target), "{field:?}");
        }
        let fields = |merged: &Merged| merged.decisions.iter().map(|decision| decision.field).collect::<Vec<_>>();
        prop_assert_eq!(fields(&straight), fields(&crossed));
    }

    #[test]
    fn the_order_of_a_list_says_nothing(base in counterparty(), onec in shown(), bitrix in shown(), rules in rules()) {
        let straight = merge(&base, Some(&onec), Some(&bitrix), &rules);
        let (onec, bitrix) = (with(&onec, reversed(onec.snapshot.clone())), with(&bitrix, reversed(bitrix.snapshot.clone())));
        let turned = merge(&reversed(base), Some(&onec), Some(&bitrix), &rules);
        for field in Field::ALL {
            prop_assert!(same(field, &straight.target, &turned.target), "{field:?}");
        }
        prop_assert_eq!(straight.decisions, turned.decisions);
    }

    #[test]
    fn fill_if_empty_never_overwrites(base in counterparty(), onec in shown(), bitrix in shown()) {
        let rules = Field::ALL.into_iter().fold(Rules::default(), |all, field| all.with(field, Rule::FillIfEmpty));
        let target = merge(&base, Some(&onec), Some(&bitrix), &rules).target;
        for side in [&onec, &bitrix] {
            for field in differs(&side.snapshot, &target) {
                prop_assert!(same(field, &side.snapshot, &Counterparty::default()), "{field:?} was filled");
            }
        }
    }

    #[test]
    fn a_text_is_one_that_a_side_shows_and_never_made_up(
        base in counterparty(), onec in shown(), bitrix in shown(), rules in rules(),
    ) {
        let target = merge(&base, Some(&onec), Some(&bitrix), &rules).target;
        for field in Field::ALL {
            if let Some(text) = target.text(field) {
                prop_assert!([&onec, &bitrix].iter().any(|side| side.snapshot.text(field) == Some(text)), "{field:?}");
            }
        }
        prop_assert_eq!(target.deleted, None);
        prop_assert!(target.bank_accounts.iter().flatten().filter(|account| account.main).count() <= 1);
    }

    #[test]
    fn a_field_is_left_as_it_is_only_with_a_reason(base in counterparty(), onec in shown(), bitrix in shown(), rules in rules()) {
        let merged = merge(&base, Some(&onec), Some(&bitrix), &rules);
        for field in Field::ALL {
            let left = speaks(&onec.snapshot, field) && speaks(&bitrix.snapshot, field) && !speaks(&merged.target, field);
            let told = merged.decisions.iter().any(|decision| {
                decision.field == field && matches!(decision.why, Why::KeptApart | Why::Conflict)
            });
            prop_assert_eq!(left, told, "{:?}", field);
        }
    }

    #[test]
    fn every_needed_write_has_a_decision_that_explains_it(base in counterparty(), onec in shown(), bitrix in shown(), rules in rules()) {
        let merged = merge(&base, Some(&onec), Some(&bitrix), &rules);
        for side in [&onec, &bitrix] {
            for field in differs(&side.snapshot, &merged.target) {
                prop_assert!(merged.decisions.iter().any(|decision| decision.field == field), "{field:?}");
            }
        }
    }
}
