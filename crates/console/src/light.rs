//! The traffic light: one colour and one sentence that say whether the ferry runs.

use domain::{SignedDuration, Timestamp};
use store::Lane;

use crate::facts::Facts;
use crate::text;

/// 1C polls every few minutes; after so long it has stopped.
pub(crate) const SILENCE_MAX: SignedDuration = SignedDuration::from_mins(30);

/// Colours of the light.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Color {
    /// Everything travels.
    Green,
    /// Everything travels, but somebody is waited for.
    Yellow,
    /// Something does not travel at all.
    Red,
}

impl Color {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Yellow => "yellow",
            Self::Red => "red",
        }
    }

    /// For those who see no colours.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Green => "Работает",
            Self::Yellow => "Нужно внимание",
            Self::Red => "Стоит",
        }
    }
}

/// The light.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Light {
    pub(crate) color: Color,
    pub(crate) sentence: String,
}

/// What the light shows: the worst that is true.
pub(crate) fn judge(facts: &Facts, now: Timestamp) -> Light {
    let red = |sentence: String| Light { color: Color::Red, sentence };
    let yellow = |sentence: String| Light { color: Color::Yellow, sentence };
    if let Lane::Stopped { reason, .. } = &facts.lane {
        return red(format!("Передача в Битрикс24 остановлена: {reason}"));
    }
    let Some(seen) = facts.onec_seen else {
        return yellow("Настройка не закончена: 1С ещё не обращалась к Парому.".to_owned());
    };
    if now.duration_since(seen) > SILENCE_MAX {
        return red(format!("1С молчит: последний раз обращалась {}.", text::ago(seen, now)));
    }
    if !facts.is_set_up() {
        return yellow("Настройка не закончена: первой загрузки ещё не было.".to_owned());
    }
    let (parked, conflicts) = (facts.parked(), facts.conflicts());
    let waits = |number: u64, forms: [&str; 3]| (number > 0).then(|| text::count(number, forms));
    let waiting: Vec<String> =
        [waits(parked, text::RECORDS), waits(conflicts, text::CONFLICTS)].into_iter().flatten().collect();
    if !waiting.is_empty() {
        return yellow(format!("Всё передаётся, но решения ждут: {}.", waiting.join(" и ")));
    }
    Light {
        color: Color::Green, sentence: "1С и Битрикс24 согласованы, всё передаётся.".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use domain::ReasonCode;
    use store::{HeldCount, HeldKind, Tallies};

    use super::*;

    fn now() -> Timestamp {
        "2026-11-28T09:00:00Z".parse().expect("a moment")
    }

    fn calm() -> Facts {
        let mut tallies = Tallies::default();
        (tallies.links, tallies.linked) = (1, 1);
        Facts {
            at: now(),
            tallies,
            queues: Vec::new(),
            lane: Lane::Open,
            onec_seen: Some(now() - SignedDuration::from_mins(2)),
            adapter: None,
            reconciled: None,
        }
    }

    fn shows(facts: &Facts) -> (Color, String) {
        let light = judge(facts, now());
        (light.color, light.sentence)
    }

    #[test]
    fn it_is_green_when_nobody_is_waited_for() {
        assert_eq!(shows(&calm()), (Color::Green, "1С и Битрикс24 согласованы, всё передаётся.".to_owned()));
    }

    #[test]
    fn it_is_yellow_when_records_or_fields_wait_for_a_person() {
        let mut facts = calm();
        facts.tallies.held = vec![
            HeldCount { kind: HeldKind::ToBitrix, code: ReasonCode::InvalidInn, count: 21 },
            HeldCount { kind: HeldKind::Conflict, code: ReasonCode::Conflict, count: 2 },
            HeldCount { kind: HeldKind::CompanyWithoutDeal, code: ReasonCode::NoDeal, count: 500 },
        ];
        let (color, sentence) = shows(&facts);

        assert_eq!(color, Color::Yellow);
        assert_eq!(sentence, "Всё передаётся, но решения ждут: 21\u{a0}запись и 2\u{a0}конфликта.");
    }

    #[test]
    fn it_is_red_when_1c_is_silent_or_the_lane_stands() {
        let silent = Facts { onec_seen: Some(now() - SignedDuration::from_hours(3)), ..calm() };
        assert_eq!(
            shows(&silent),
            (Color::Red, "1С молчит: последний раз обращалась 3\u{a0}часа назад.".to_owned())
        );

        let lane = Lane::Stopped { reason: "вебхук отозван".to_owned(), since: now() };
        assert_eq!(
            shows(&Facts { lane, ..silent }),
            (Color::Red, "Передача в Битрикс24 остановлена: вебхук отозван".to_owned())
        );
    }

    #[test]
    fn it_is_yellow_until_both_sides_share_a_counterparty() {
        let new = Facts { tallies: Tallies::default(), ..calm() };
        let (color, sentence) = shows(&new);

        assert_eq!(color, Color::Yellow);
        assert!(sentence.contains("первой загрузки ещё не было"), "{sentence}");
    }

    #[test]
    fn a_1c_that_never_called_is_no_alarm() {
        assert_eq!(shows(&Facts { onec_seen: None, ..calm() }).0, Color::Yellow);
    }
}
