use domain::merge::{differs, merge_with_word};
use domain::{Counterparty, Decision, Field, Kind, Link, Rules, Side};

use super::{restored, target_for_portal};

/// What both sides should show and what each of them lacks of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// What 1C should show, every field spoken of that anybody speaks of. Where a person has to decide, 1C's own.
    pub for_onec: Counterparty,
    /// Where 1C shows something else.
    pub onec_lacks: Vec<Field>,
    /// Where Bitrix24 shows something else; all that is known as long as it shows nothing.
    pub bitrix_lacks: Vec<Field>,
    /// Which rule decided, field by field.
    pub decisions: Vec<Decision>,
}

/// Looks at a link from both sides by what they last showed.
pub fn outlook(link: &Link, rules: &Rules) -> Outlook {
    let silent = Counterparty::default();
    let onec = link.onec.as_ref().map_or(&silent, |shown| &shown.snapshot);
    let bitrix = link.bitrix.as_ref().map(|shown| &shown.snapshot);

    let (onec_restored, bitrix_restored) = (restored(link, Side::OneC), restored(link, Side::Bitrix));
    let sides = (onec_restored.as_deref(), bitrix_restored.as_deref());
    let merged = merge_with_word(&link.base, sides.0, sides.1, rules, &link.word.rulings);
    let shown = sides.0.map_or(&silent, |shown| &shown.snapshot);
    let mut for_onec = shown.clone().overlaid(merged.target);
    keep_what_the_portal_cannot_tell_apart(&mut for_onec, onec);
    let mut onec_lacks = differs(onec, &for_onec);
    if link.onec.is_some() && onec.kind.is_none() {
        // It follows from the ИНН. Nobody edited it, so it is no reason to bother 1C, which did not speak of it.
        onec_lacks.retain(|field| *field != Field::Kind);
    }
    let (for_bitrix, _) = target_for_portal(link, bitrix, rules);
    Outlook {
        onec_lacks,
        bitrix_lacks: differs(bitrix.unwrap_or(&silent), &for_bitrix.target),
        decisions: merged.decisions,
        for_onec,
    }
}

/// The portal has templates for organisations and entrepreneurs only. What 1C calls a natural person or a
/// non-resident stays one.
fn keep_what_the_portal_cannot_tell_apart(for_onec: &mut Counterparty, onec: &Counterparty) {
    match onec.kind {
        Some(Kind::Person | Kind::Foreign) => for_onec.kind = onec.kind,
        Some(Kind::Legal | Kind::Entrepreneur) => {}
        None => for_onec.kind = Kind::infer(for_onec).or(for_onec.kind),
    }
}

#[cfg(test)]
mod tests {
    use domain::{Ids, ManualClock, Rule, Shown, Timestamp};

    use super::*;

    fn link(base: Counterparty, onec: Option<Counterparty>, bitrix: Option<Counterparty>) -> Link {
        let clock = std::sync::Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
        let shown = |snapshot| Shown { snapshot, changed_at: None, seen_at: Timestamp::UNIX_EPOCH };
        Link {
            base,
            onec: onec.map(shown),
            bitrix: bitrix.map(shown),
            ..Link::new(Ids::new(clock, 1).link())
        }
    }

    fn yandex(kpp: &str, director: &str) -> Counterparty {
        Counterparty {
            kind: Some(Kind::Legal),
            inn: Some("7736207543".into()),
            kpp: Some(kpp.into()),
            director: Some(director.into()),
            ..Counterparty::default()
        }
    }

    #[test]
    fn an_employees_edit_is_lacking_in_1c_alone() {
        let before = yandex("770401001", "Иванов Иван");
        let link = link(before.clone(), Some(before), Some(yandex("997950001", "Иванов Иван")));

        let outlook = outlook(&link, &Rules::default());

        assert_eq!(outlook.onec_lacks, [Field::Kpp]);
        assert_eq!(outlook.bitrix_lacks, []);
        assert_eq!(outlook.for_onec.kpp.as_deref(), Some("997950001"));
    }

    #[test]
    fn edits_of_different_fields_cross_each_other() {
        let before = yandex("770401001", "Иванов Иван");
        let link =
            link(before, Some(yandex("770401001", "Петров Пётр")), Some(yandex("997950001", "Иванов Иван")));

        let outlook = outlook(&link, &Rules::default());

        assert_eq!((outlook.onec_lacks, outlook.bitrix_lacks), (vec![Field::Kpp], vec![Field::Director]));
    }

    #[test]
    fn a_field_that_a_person_decides_stays_apart_while_the_rest_travels() {
        let rules = Rules::default().with(Field::Director, Rule::Ask);
        let before = yandex("770401001", "Иванов Иван");
        let link = link(
            before,
            Some(yandex("770401001", "Петров Пётр")),
            Some(yandex("997950001", "Сидоров Сидор")),
        );

        let outlook = outlook(&link, &rules);

        assert_eq!((outlook.onec_lacks, outlook.bitrix_lacks), (vec![Field::Kpp], vec![]));
        assert_eq!(outlook.for_onec.director.as_deref(), Some("Петров Пётр"));
    }

    #[test]
    fn what_1c_has_never_shown_lacks_everything_that_the_portal_shows() {
        let link = link(Counterparty::default(), None, Some(yandex("770401001", "Иванов Иван")));

        let lacks = outlook(&link, &Rules::default()).onec_lacks;

        assert_eq!(lacks, [Field::Kind, Field::Inn, Field::Kpp, Field::Director]);
    }

    #[test]
    fn a_kind_that_follows_from_the_inn_is_no_news_to_1c() {
        let silent = Counterparty { kind: None, ..yandex("770401001", "Иванов Иван") };
        let link = link(Counterparty::default(), Some(silent), Some(yandex("770401001", "Иванов Иван")));

        let outlook = outlook(&link, &Rules::default());

        assert_eq!((outlook.onec_lacks, outlook.for_onec.kind), (vec![], Some(Kind::Legal)));
    }

    #[test]
    fn a_natural_person_of_1c_is_no_entrepreneur_because_the_portal_has_no_other_template() {
        let person = Counterparty {
            kind: Some(Kind::Person),
            inn: Some("500100732259".into()),
            ..Counterparty::default()
        };
        let shown = Counterparty { kind: Some(Kind::Entrepreneur), ..person.clone() };
        let link = link(Counterparty::default(), Some(person), Some(shown));

        assert_eq!(outlook(&link, &Rules::default()).onec_lacks, []);
    }
}
