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
#[cfg(test)]
mod properties;
mod set;

use serde::{Deserialize, Serialize};

use crate::{Counterparty, Field, Rule, Rules, Shown, Side, normal};
use decide::{Call, Outcome};

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
    let silent = Counterparty::default();
    let newest = newest(onec, bitrix);
    let onec = onec.map_or(&silent, |shown| &shown.snapshot);
    let bitrix = bitrix.map_or(&silent, |shown| &shown.snapshot);
    let mut merged = Merged { target: Counterparty::default(), decisions: Vec::new() };
    for field in Field::ALL {
        let call = Call { rule: rules.of(field), newest };
        let target = &mut merged.target;
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
        match field {
            Field::Kind => agreed.kind = bitrix.kind,
            Field::Phones => agreed.phones.clone_from(&bitrix.phones),
            Field::Emails => agreed.emails.clone_from(&bitrix.emails),
            Field::BankAccounts => {
                agreed.bank_accounts =
                    accounts::with_main(bitrix.bank_accounts.as_deref(), onec.bank_accounts.as_deref());
            }
            _ => {
                let place = agreed.text_mut(field).expect("every field that is no text stands above");
                *place = bitrix.text(field).map(str::to_owned);
            }
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

/// A sentence for people: what happened to the field, and by which rule.
pub fn explain(decision: &Decision) -> String {
    let title = decision.field.title();
    match decision.why {
        Why::OnlyChangedBy(side) => format!(
            "{title}: новое значение есть только в {}, оно переносится в {}",
            side.title(),
            side.other().title()
        ),
        Why::Joined => format!("{title}: изменения 1С и Битрикс24 объединены, ничего не потеряно"),
        Why::Rule(rule, side) => format!(
            "{title}: изменено и в 1С, и в Битрикс24, взято значение из {} по правилу «{}»",
            side.title(),
            rule_title(rule)
        ),
        Why::KeptApart => format!(
            "{title}: в 1С и в Битрикс24 заполнено по-разному, по правилу «{}» каждая сторона оставлена как есть",
            rule_title(Rule::FillIfEmpty)
        ),
        Why::Conflict => format!(
            "{title}: изменено и в 1С, и в Битрикс24, по правилу «{}» решает человек: исправьте поле на одной из сторон",
            rule_title(Rule::Ask)
        ),
    }
}

fn rule_title(rule: Rule) -> &'static str {
    match rule {
        Rule::Onec => "побеждает 1С",
        Rule::Bitrix => "побеждает Битрикс24",
        Rule::Newest => "побеждает более позднее изменение",
        Rule::FillIfEmpty => "заполнять только пустое",
        Rule::Ask => "спрашивать",
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
fn speaks(of: &Counterparty, field: Field) -> bool {
    match field {
        Field::Kind => of.kind.is_some(),
        Field::Phones => of.phones.is_some(),
        Field::Emails => of.emails.is_some(),
        Field::BankAccounts => of.bank_accounts.is_some(),
        _ => of.text(field).is_some(),
    }
}

#[cfg(test)]
mod tests {
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
            list.iter()
                .filter(|account| account.main)
                .map(|account| account.number.as_str())
                .collect::<Vec<_>>(),
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
        assert!(sentence(Why::Conflict).contains("исправьте"), "a person reads what to do");
    }
}
