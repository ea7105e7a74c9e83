//! What people may rely on, example by example.

use super::*;
use crate::{BankAccount, Timestamp};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time of our days")
}

fn shown(snapshot: &Counterparty) -> Shown {
    Shown { snapshot: snapshot.clone(), changed_at: None, seen_at: at(1_700_000_000) }
}

fn kpp(kpp: &str) -> Counterparty {
    Counterparty { kpp: Some(kpp.into()), ..Counterparty::default() }
}

fn phones(phones: &[&str]) -> Counterparty {
    Counterparty {
        phones: Some(phones.iter().map(|text| (*text).into()).collect()),
        ..Counterparty::default()
    }
}

fn account(number: &str, bank_name: &str, main: bool) -> BankAccount {
    let (bik, correspondent_account) = ("044525225".into(), "30101810400000000225".into());
    BankAccount { number: number.into(), bank_name: bank_name.into(), bik, correspondent_account, main }
}

fn accounts(accounts: &[BankAccount]) -> Counterparty {
    Counterparty { bank_accounts: Some(accounts.to_vec()), ..Counterparty::default() }
}

fn merged(base: &Counterparty, onec: &Counterparty, bitrix: &Counterparty, rules: &Rules) -> Merged {
    merge(base, Some(&shown(onec)), Some(&shown(bitrix)), rules)
}

#[track_caller]
fn decided(merged: &Merged, field: Field, why: Why) {
    assert_eq!(merged.decisions, [Decision { field, why }]);
}

const A: &str = "40702810200000000001";
const B: &str = "40702810500000000002";
const C: &str = "40702810800000000003";

#[test]
fn at_the_first_load_everything_that_one_c_shows_is_the_target() {
    let record = Counterparty { deleted: Some(true), ..kpp("773601001") };
    let merged = merge(&Counterparty::default(), Some(&shown(&record)), None, &Rules::default());
    assert_eq!(merged.target, kpp("773601001"), "all but the mark of deletion");
    decided(&merged, Field::Kpp, Why::OnlyChangedBy(Side::OneC));
}

#[test]
fn at_the_first_meeting_empty_fields_are_filled_and_the_rule_decides_the_others() {
    let nothing = Counterparty::default();
    let merged_with = |onec, bitrix, rule| {
        merged(&nothing, &kpp(onec), &kpp(bitrix), &Rules::default().with(Field::Kpp, rule))
    };
    for rule in [Rule::Onec, Rule::Bitrix, Rule::Newest, Rule::FillIfEmpty, Rule::Ask] {
        assert_eq!(merged_with("773601001", "", rule).target, kpp("773601001"), "{rule:?}");
        assert_eq!(merged_with("", "773601001", rule).target, kpp("773601001"), "{rule:?}");
    }
    assert_eq!(merged_with("773601001", "770401001", Rule::Onec).target, kpp("773601001"));
    assert_eq!(merged_with("773601001", "770401001", Rule::Bitrix).target, kpp("770401001"));
    let apart = merged_with("773601001", "770401001", Rule::FillIfEmpty);
    assert_eq!(apart.target.kpp, None);
    decided(&apart, Field::Kpp, Why::KeptApart);
    let asked = merged_with("773601001", "770401001", Rule::Ask);
    assert_eq!(asked.target.kpp, None);
    decided(&asked, Field::Kpp, Why::Conflict);
}

#[test]
fn a_clearing_travels_when_the_other_side_did_not_touch_the_field() {
    let merged = merged(&kpp("773601001"), &kpp("773601001"), &kpp(""), &Rules::default());
    assert_eq!(merged.target, kpp(""));
    decided(&merged, Field::Kpp, Why::OnlyChangedBy(Side::Bitrix));
}

#[test]
fn a_clearing_against_a_change_is_for_the_rule_to_decide() {
    let by = |rule| merged(&kpp("1"), &kpp(""), &kpp("770401001"), &Rules::default().with(Field::Kpp, rule));
    assert_eq!(by(Rule::Onec).target, kpp(""));
    assert_eq!(by(Rule::Bitrix).target, kpp("770401001"));
    decided(&by(Rule::Ask), Field::Kpp, Why::Conflict);
}

#[test]
fn the_later_change_wins_by_the_rule_newest_and_bitrix24_when_the_times_do_not_tell() {
    let rules = Rules::default().with(Field::Kpp, Rule::Newest);
    let winner = |onec: Option<i64>, bitrix: Option<i64>| {
        let onec = Shown { changed_at: onec.map(at), ..shown(&kpp("773601001")) };
        let bitrix = Shown { changed_at: bitrix.map(at), ..shown(&kpp("770401001")) };
        merge(&kpp("1"), Some(&onec), Some(&bitrix), &rules).decisions[0].why
    };
    assert_eq!(winner(Some(2), Some(1)), Why::Rule(Rule::Newest, Side::OneC));
    for (onec, bitrix) in
        [(Some(1), Some(2)), (Some(1), Some(1)), (Some(1), None), (None, Some(1)), (None, None)]
    {
        assert_eq!(winner(onec, bitrix), Why::Rule(Rule::Newest, Side::Bitrix), "{onec:?} {bitrix:?}");
    }
}

#[test]
fn another_spelling_of_the_same_name_is_no_change() {
    let name = |text: &str| Counterparty { name: Some(text.into()), ..Counterparty::default() };
    let merged = merged(&name("Яндекс"), &name("ООО «Яндекс»"), &name("Яндекс, ООО"), &Rules::default());
    assert_eq!(merged.decisions, []);
    assert_eq!(merged.target, name("Яндекс, ООО"));
    assert_eq!(differs(&name("ООО «Яндекс»"), &merged.target), []);
}

#[test]
fn phones_added_on_both_sides_all_stay_and_one_removed_goes() {
    let base = phones(&["+7 495 739-70-00", "+7 495 739-70-01"]);
    let onec = phones(&["8 (495) 739-70-00", "+7 495 739-70-01", "+7 495 739-70-02"]);
    let bitrix = phones(&["+7 495 739-70-03", "84957397000"]);
    let merged = merged(&base, &onec, &bitrix, &Rules::default());
    assert_eq!(merged.target, phones(&["+7 495 739-70-03", "84957397000", "+7 495 739-70-02"]));
    decided(&merged, Field::Phones, Why::Joined);
}

#[test]
fn a_phone_written_twice_is_one_phone() {
    let twice = phones(&["+7 495 739-70-00", "8 495 739 70 00", " "]);
    let once = phones(&["+74957397000"]);
    assert!(same(Field::Phones, &twice, &once));
    let merged = merge(&Counterparty::default(), Some(&shown(&twice)), None, &Rules::default());
    assert_eq!(merged.target, phones(&["+7 495 739-70-00"]));
}

#[test]
fn filled_sets_are_left_apart_by_fill_if_empty() {
    let rules = Rules::default().with(Field::Phones, Rule::FillIfEmpty);
    let apart = merged(&Counterparty::default(), &phones(&["1234567"]), &phones(&["7654321"]), &rules);
    assert_eq!(apart.target.phones, None);
    let filled = merged(&phones(&["1234567"]), &phones(&["1234567"]), &phones(&[]), &rules);
    assert_eq!(filled.target, phones(&["1234567"]));
}

#[test]
fn accounts_of_both_sides_stay_and_only_one_is_the_main_one() {
    let base = accounts(&[account(A, "ПАО Сбербанк", true)]);
    let onec = accounts(&[account(A, "ПАО Сбербанк", false), account(B, "ПАО Сбербанк", true)]);
    let bitrix = accounts(&[account(C, "ПАО Сбербанк", false), account(A, "Сбербанк (ПАО)", true)]);
    let merged = merged(&base, &onec, &bitrix, &Rules::default());
    let list = merged.target.bank_accounts.expect("accounts travel");
    assert_eq!(list.iter().map(|account| account.number.as_str()).collect::<Vec<_>>(), [C, A, B]);
    assert_eq!(
        list.iter().filter(|account| account.main).map(|account| account.number.as_str()).collect::<Vec<_>>(),
        [B]
    );
}

#[test]
fn attributes_of_one_account_merge_by_the_rule_of_the_field() {
    let base = accounts(&[account(A, "Банк", false)]);
    let (onec, bitrix) =
        (accounts(&[account(A, "ПАО Сбербанк", false)]), accounts(&[account(A, "Сбер", false)]));
    let by = |rule| merged(&base, &onec, &bitrix, &Rules::default().with(Field::BankAccounts, rule));
    assert_eq!(by(Rule::Onec).target, onec);
    decided(&by(Rule::Bitrix), Field::BankAccounts, Why::Rule(Rule::Bitrix, Side::Bitrix));
    assert_eq!(by(Rule::Ask).target.bank_accounts, None);
    decided(&by(Rule::Ask), Field::BankAccounts, Why::Conflict);
    let one_sided = merged(&base, &onec, &base, &Rules::default().with(Field::BankAccounts, Rule::Ask));
    assert_eq!(one_sided.target, onec);
}

#[test]
fn an_account_that_one_side_removed_goes_unless_the_other_changed_it() {
    let base = accounts(&[account(A, "Банк", false), account(B, "Банк", true)]);
    let removed = accounts(&[account(B, "Банк", true)]);
    assert_eq!(merged(&base, &removed, &base, &Rules::default()).target, removed);
    let changed = accounts(&[account(A, "ПАО Сбербанк", false), account(B, "Банк", true)]);
    assert_eq!(merged(&base, &removed, &changed, &Rules::default()).target, changed);
}

#[test]
fn a_mark_on_an_account_that_goes_leaves_the_other_mark() {
    let list = |main: &str, numbers: &[&str]| {
        accounts(&numbers.iter().map(|number| account(number, "Банк", *number == main)).collect::<Vec<_>>())
    };
    // Bitrix24 made A the main one while 1C removed it and made C the main one.
    let merged = merged(&list(B, &[A, B, C]), &list(C, &[B, C]), &list(A, &[A, B, C]), &Rules::default());
    assert_eq!(merged.target, list(C, &[B, C]));
}

#[test]
fn a_side_that_marks_no_main_account_does_not_speak_of_it() {
    let marked = accounts(&[account(A, "Банк", true)]);
    let unmarked = accounts(&[account(A, "Банк", false)]);
    assert_eq!(differs(&unmarked, &marked), []);
    assert_eq!(merged(&marked, &marked, &unmarked, &Rules::default()).target, marked);
    assert_eq!(agreed(&Counterparty::default(), Some(&marked), Some(&unmarked)), marked);
}

#[test]
fn the_base_moves_only_in_fields_on_which_both_agree() {
    let base = Counterparty { inn: Some("1".into()), ..kpp("1") };
    let onec = Counterparty { inn: Some("7707083893".into()), ..kpp("773601001") };
    let bitrix = Counterparty { inn: Some("7707 083893".into()), ..kpp("770401001") };
    let now = agreed(&base, Some(&onec), Some(&bitrix));
    assert_eq!(now, Counterparty { inn: Some("7707 083893".into()), ..kpp("1") });
    assert_eq!(agreed(&base, Some(&onec), None), base);
}

#[test]
fn an_empty_target_needs_no_writing_where_the_side_is_silent() {
    assert_eq!(differs(&Counterparty::default(), &kpp("")), []);
    assert_eq!(differs(&Counterparty::default(), &kpp("1")), [Field::Kpp]);
    assert_eq!(differs(&kpp("1"), &Counterparty::default()), []);
    assert_eq!(differs(&kpp("1"), &kpp("")), [Field::Kpp]);
}

#[test]
fn people_read_what_happened_and_by_which_rule() {
    let sentence = |why| explain(&Decision { field: Field::Kpp, why });
    assert_eq!(
        sentence(Why::OnlyChangedBy(Side::OneC)),
        "КПП: новое значение есть только в 1С, оно переносится в Битрикс24"
    );
    let ruled = sentence(Why::Rule(Rule::Newest, Side::Bitrix));
    assert!(ruled.contains("из Битрикс24") && ruled.contains("более позднее"), "{ruled}");
    assert!(sentence(Why::Conflict).contains("сделайте поле одинаковым"), "a person reads what to do");
}

#[test]
fn what_a_person_chose_stands_above_every_rule_until_somebody_edits_the_field() {
    let (base, onec, bitrix) = (kpp("770401001"), kpp("773601001"), kpp("997950001"));
    let ruling = Ruling { field: Field::Kpp, value: onec.clone(), known: vec![onec.clone(), bitrix.clone()] };
    for rule in [Rule::Onec, Rule::Bitrix, Rule::Newest, Rule::FillIfEmpty, Rule::Ask] {
        let rules = Rules::default().with(Field::Kpp, rule);
        let merged = |bitrix: &Counterparty| {
            let rulings = std::slice::from_ref(&ruling);
            merge_with_word(&base, Some(&shown(&onec)), Some(&shown(bitrix)), &rules, rulings)
        };
        let chosen = merged(&bitrix);
        assert_eq!(chosen.target, onec, "{rule:?}");
        decided(&chosen, Field::Kpp, Why::Decided);
        let edited = kpp("781401001");
        assert_eq!(merged(&edited), merge(&base, Some(&shown(&onec)), Some(&shown(&edited)), &rules));
        assert_eq!(merged(&onec).decisions, [], "both sides show it");
    }
}
