//! The traffic light: one colour and one sentence that say whether the ferry runs.

use alerts::Cause;
use domain::{SignedDuration, Timestamp};
use store::{Alert, Lane};

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
    // What is over by now closes by itself, and what is only to be decided by people is counted below.
    let alarms = facts.alerts.iter().filter(|alert| alert.calm_since.is_none());
    let alarms: Vec<(Color, &Alert)> =
        alarms.filter_map(|alert| Some((color_of(Cause::parse(&alert.cause)?)?, alert))).collect();
    if let Some((_, alert)) = alarms.iter().find(|(color, _)| *color == Color::Red) {
        return red(sentence(&alert.title));
    }
    if let Some((_, alert)) = alarms.first() {
        return yellow(sentence(&alert.title));
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

/// How bad it is. `None`: the light counts what waits for people itself.
fn color_of(cause: Cause) -> Option<Color> {
    match cause {
        Cause::LaneStopped | Cause::PortalSilent | Cause::OneCSilent => Some(Color::Red),
        Cause::Disk | Cause::Misfit | Cause::ChannelFails => Some(Color::Yellow),
        Cause::Parked | Cause::Differences => None,
    }
}

fn sentence(title: &str) -> String {
    format!("{}.", title.trim_end_matches('.'))
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
            alerts: Vec::new(),
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

    fn alarmed(cause: Cause, title: &str) -> Facts {
        let alert = Alert {
            cause: cause.as_str().to_owned(),
            since: now() - SignedDuration::from_mins(20),
            title: title.to_owned(),
            advice: String::new(),
            calm_since: None,
            told: 1,
            remind_at: now(),
            ended_at: None,
        };
        Facts { alerts: vec![alert], ..calm() }
    }

    #[test]
    fn an_open_alert_is_what_the_light_tells_first() {
        let silent = alarmed(Cause::PortalSilent, "Битрикс24 не отвечает 20 минут");
        assert_eq!(shows(&silent), (Color::Red, "Битрикс24 не отвечает 20 минут.".to_owned()));
        let mut full = alarmed(Cause::Disk, "На диске базы свободно 300 МБ");
        assert_eq!(shows(&full), (Color::Yellow, "На диске базы свободно 300 МБ.".to_owned()));
        full.alerts.extend(silent.alerts);
        assert_eq!(shows(&full).0, Color::Red, "the worst is told");
    }

    #[test]
    fn an_alert_that_is_over_or_counts_what_waits_is_not_told_twice() {
        let mut over = alarmed(Cause::PortalSilent, "Битрикс24 не отвечает");
        over.alerts[0].calm_since = Some(now());
        assert_eq!(shows(&over).0, Color::Green);
        assert_eq!(shows(&alarmed(Cause::Parked, "Ждут человека 60 записей")).0, Color::Green);
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
