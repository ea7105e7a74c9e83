//! The summary of a day: what went across, what waits, what is wrong.

use std::collections::BTreeMap;

use domain::{Date, SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Alert, Outcomes};

use crate::message::{Letter, bytes, close, moment};
use crate::{Figures, Rules};

/// Where the last digest is remembered among the cursors.
pub(crate) const CURSOR: &str = "alerts/digest";

/// All topics of digests begin with it: a newer one takes the place of one that did not leave.
pub(crate) const TOPICS: &str = "digest/";

/// Parked groups that a digest names.
const GROUPS_TOLD: usize = 10;

/// What the last digest was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Last {
    day: Date,
    /// Totals at that time, so that the next one can tell what has been added.
    onec: Outcomes,
    bitrix: Outcomes,
}

/// What is due. Pure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// Nothing.
    Nothing,
    /// The first look at the totals: there is nothing to compare them with yet.
    Begin(Last),
    /// A digest, and what to remember.
    Digest(Letter, Last),
}

pub(crate) fn due(
    last: Option<Last>,
    figures: &Figures,
    open: &[Alert],
    rules: &Rules,
    now: Timestamp,
) -> Due {
    let Some(at) = rules.digest_at else { return Due::Nothing };
    let local = now.to_zoned_datetime(rules.zone.clone());
    let day = local.date();
    let (onec, bitrix) = (figures.tallies.onec.outcomes.clone(), figures.tallies.bitrix.outcomes.clone());
    match last {
        None => {
            // Begun after today's time: today is done with.
            let day = if local.time() >= at { day } else { day - SignedDuration::from_hours(24) };
            Due::Begin(Last { day, onec, bitrix })
        }
        Some(last) if last.day < day && local.time() >= at => {
            Due::Digest(letter(&last, figures, open, rules, now, day), Last { day, onec, bitrix })
        }
        Some(_) => Due::Nothing,
    }
}

fn letter(
    last: &Last,
    figures: &Figures,
    open: &[Alert],
    rules: &Rules,
    now: Timestamp,
    day: Date,
) -> Letter {
    let zone = &rules.zone;
    let mut lines = Vec::new();
    if open.is_empty() {
        lines.push("Предупреждений нет.".to_owned());
    } else {
        lines.push("Открытые предупреждения:".to_owned());
        lines.extend(open.iter().map(|alert| format!("  {} (с {})", alert.title, moment(alert.since, zone))));
    }
    let seen = |at: Option<Timestamp>| at.map_or("ещё ни разу".to_owned(), |at| moment(at, zone));
    lines.push(String::new());
    lines.push(format!("1С обращалась: {}", seen(figures.onec_seen)));
    lines.push(format!("Битрикс24 отвечал: {}", seen(figures.portal_seen)));
    lines.push(String::new());
    lines.push(format!("Передано в Битрикс24: {}", added(&last.bitrix, &figures.tallies.bitrix.outcomes)));
    lines.push(format!("Передано в 1С: {}", added(&last.onec, &figures.tallies.onec.outcomes)));
    let waiting = |figures: &store::DeliveryFigures| figures.due + figures.leased;
    lines.push(format!(
        "В очереди: в Битрикс24 {}, в 1С {}",
        waiting(&figures.tallies.bitrix),
        waiting(&figures.tallies.onec)
    ));
    lines.push(format!("Ждут человека: {}", figures.parked()));
    lines.extend(
        figures
            .parked_by_reason()
            .into_iter()
            .take(GROUPS_TOLD)
            .map(|(reason, count)| format!("  {}: {count}", reason.title())),
    );
    if let Some(reconciled) = &figures.reconciled {
        lines.push(format!(
            "Сверка {}: расхождений {}, из них ждут человека {}",
            moment(reconciled.at, zone),
            reconciled.discrepancies,
            reconciled.needs_person
        ));
    }
    let free = figures.room.free.map_or(String::new(), |free| format!(", на диске свободно {}", bytes(free)));
    lines.push(format!("База Парома: {}{free}", bytes(figures.room.taken)));
    let mut body = lines.join("\n");
    close(&mut body, rules);
    Letter {
        topic: format!("{TOPICS}{day}"),
        subject: format!("Паром: сводка на {}", moment(now, zone)),
        body,
    }
}

/// «создано 3, обновлено 12».
fn added(before: &Outcomes, now: &Outcomes) -> String {
    const WORDS: [(&str, &str); 4] = [
        ("created", "создано"),
        ("linked", "связано"),
        ("updated", "обновлено"),
        ("unchanged", "без изменений"),
    ];
    let gained = |word: &str| {
        let count = |outcomes: &BTreeMap<String, i64>| outcomes.get(word).copied().unwrap_or_default();
        count(now) - count(before)
    };
    WORDS.iter().map(|(word, told)| format!("{told} {}", gained(word))).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use domain::ReasonCode;
    use store::{DeliveryFigures, HeldCount, HeldKind, Room, Tallies};

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn figures() -> Figures {
        let outcomes = |created, updated| {
            BTreeMap::from([("created".to_owned(), created), ("updated".to_owned(), updated)])
        };
        let mut tallies = Tallies::default();
        tallies.bitrix = DeliveryFigures { due: 2, leased: 1, outcomes: outcomes(110, 9) };
        tallies.onec.outcomes = outcomes(1, 2);
        tallies.held = vec![HeldCount { kind: HeldKind::ToBitrix, code: ReasonCode::MissingInn, count: 4 }];
        Figures {
            watched_since: at("2026-11-20T09:00:00Z"),
            onec_seen: Some(at("2026-11-27T05:58:00Z")),
            portal_seen: None,
            portal_failure: None,
            stopped: None,
            tallies,
            room: Room { taken: 3 << 20, free: Some(5 << 30) },
            reconciled: None,
            misfits: Vec::new(),
            channels: Vec::new(),
        }
    }

    fn rules() -> Rules {
        Rules { digest_at: Some("09:00".parse().unwrap()), ..Rules::default() }
    }

    #[test]
    fn a_digest_comes_once_a_day_after_its_time() {
        let begin = |now: &str| match due(None, &figures(), &[], &rules(), at(now)) {
            Due::Begin(last) => last,
            other => panic!("{other:?}"),
        };
        // 08:59 and 09:00 in Moscow.
        let before = begin("2026-11-27T05:59:00Z");
        let after = begin("2026-11-27T06:00:00Z");
        assert_eq!(
            (before.day.to_string(), after.day.to_string()),
            ("2026-11-26".into(), "2026-11-27".into())
        );

        let is_due = |last: &Last, now: &str| {
            matches!(due(Some(last.clone()), &figures(), &[], &rules(), at(now)), Due::Digest(..))
        };
        assert!(!is_due(&before, "2026-11-27T05:59:59Z"));
        assert!(is_due(&before, "2026-11-27T06:00:00Z"));
        assert!(!is_due(&after, "2026-11-27T20:59:00Z"));
        assert!(!is_due(&after, "2026-11-28T05:59:00Z"));
        assert!(is_due(&after, "2026-11-28T06:00:00Z"));
        assert_eq!(
            due(Some(after), &figures(), &[], &Rules::default(), at("2026-12-28T06:00:00Z")),
            Due::Nothing
        );
    }

    #[test]
    fn a_digest_tells_what_was_added_since_the_last_one() {
        let last = Last {
            day: "2026-11-26".parse().unwrap(),
            onec: BTreeMap::new(),
            bitrix: BTreeMap::from([("created".to_owned(), 100)]),
        };
        let Due::Digest(letter, kept) =
            due(Some(last), &figures(), &[], &rules(), at("2026-11-27T06:00:00Z"))
        else {
            panic!("it is due")
        };
        assert_eq!(kept.bitrix["created"], 110);
        assert_eq!(letter.topic, "digest/2026-11-27");
        assert_eq!(letter.subject, "Паром: сводка на 27.11.2026 09:00");
        assert_eq!(
            letter.body,
            "Предупреждений нет.\n\n1С обращалась: 27.11.2026 08:58\nБитрикс24 отвечал: ещё ни разу\n\nПередано в \
             Битрикс24: создано 10, связано 0, обновлено 9, без изменений 0\nПередано в 1С: создано 1, связано 0, \
             обновлено 2, без изменений 0\nВ очереди: в Битрикс24 3, в 1С 0\nЖдут человека: 4\n  Нет ИНН: \
             4\nБаза Парома: 3,0 МиБ, на диске свободно 5,0 ГиБ"
        );
    }
}
