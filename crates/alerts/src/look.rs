//! What the figures say of every cause. Pure.

use domain::{SignedDuration, Timestamp};

use crate::figures::{Figures, Silence};
use crate::message::{bytes, moment};
use crate::{Cause, Rules};

/// What is to be seen of a cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It is as it should be, or nobody wants to know.
    Fine,
    /// It is wrong.
    Wrong {
        /// What is wrong: one line.
        title: String,
        /// What to do.
        advice: String,
    },
    /// Nobody can say at present; what was so before is taken to be so still.
    Unknown,
}

/// A channel that has failed for so long, with something to say, is worth an alert.
const CHANNEL_FAILS: SignedDuration = SignedDuration::from_mins(15);

/// Parked groups that a message names.
const GROUPS_TOLD: usize = 5;

/// What is to be seen of every cause.
pub fn look(figures: &Figures, rules: &Rules, now: Timestamp) -> Vec<(Cause, Seen)> {
    let one = |cause: Cause| match cause {
        Cause::OneCSilent => onec(figures, rules, now),
        Cause::PortalSilent => portal(figures, rules, now),
        Cause::LaneStopped => lane(figures, rules),
        Cause::Parked => parked(figures, rules),
        Cause::Differences => differences(figures, rules),
        Cause::Disk => disk(figures, rules),
        Cause::Misfit => misfit(figures),
        Cause::ChannelFails => channels(figures, rules, now),
    };
    Cause::ALL.into_iter().map(|cause| (cause, one(cause))).collect()
}

fn onec(figures: &Figures, rules: &Rules, now: Timestamp) -> Seen {
    // 1C that has never called is not connected yet; that is no news.
    let (Some(limit), Some(seen)) = (rules.onec_silent_after, figures.onec_seen) else { return Seen::Fine };
    if now.duration_since(seen) < limit {
        return Seen::Fine;
    }
    // Whoever calls only in working hours has been silent since these began, and nobody was heard before we listened.
    let expected_since = match &rules.working_hours {
        None => Some(figures.watched_since),
        Some(hours) => hours.begun(now, &rules.zone).map(|begun| begun.max(figures.watched_since)),
    };
    if expected_since.is_none_or(|since| now.duration_since(since) < limit) {
        return Seen::Unknown;
    }
    Seen::Wrong {
        title: format!("1С молчит с {}", moment(seen, &rules.zone)),
        advice: "Проверьте, что база 1С работает, регламентное задание обмена включено, а из сети 1С открывается адрес \
                 Парома. Ничего не потеряно: всё передастся, как только 1С снова обратится."
            .to_owned(),
    }
}

fn portal(figures: &Figures, rules: &Rules, now: Timestamp) -> Seen {
    let Some(limit) = rules.portal_silent_after else { return Seen::Fine };
    // What this process has failed to reach since its start counts even where no node has ever had an answer.
    let Some(seen) = figures.portal_seen.or(figures.portal_failure.as_ref().map(|failure| failure.since))
    else {
        return Seen::Fine;
    };
    if now.duration_since(seen) < limit {
        return Seen::Fine;
    }
    if now.duration_since(figures.watched_since) < limit {
        return Seen::Unknown;
    }
    let reason = figures
        .portal_failure
        .as_ref()
        .map_or(String::new(), |failure| format!(" {}.", ended(&failure.text)));
    Seen::Wrong {
        title: format!("Битрикс24 не отвечает с {}", moment(seen, &rules.zone)),
        advice: format!(
            "Проверьте, что портал открывается с сервера Парома.{reason} Ничего не потеряно: Паром повторит всё сам."
        ),
    }
}

fn lane(figures: &Figures, rules: &Rules) -> Seen {
    let Some(Silence { since, text }) = &figures.stopped else { return Seen::Fine };
    Seen::Wrong {
        title: format!("Передача в Битрикс24 остановлена с {}", moment(*since, &rules.zone)),
        advice: format!("{}. Устраните причину: передача возобновится сама.", ended(text)),
    }
}

fn parked(figures: &Figures, rules: &Rules) -> Seen {
    let count = figures.parked();
    let Some(limit) = rules.parked_above.filter(|limit| count > i64::from(*limit)) else { return Seen::Fine };
    let groups = figures.parked_by_reason().into_iter().take(GROUPS_TOLD);
    let lines = groups.map(|(reason, count)| format!("{}: {count}", reason.title()));
    let where_to_look = "Что делать с каждой, показывают консоль и parom parked list.".to_owned();
    let advice = lines.chain([where_to_look]).collect::<Vec<_>>().join("\n");
    Seen::Wrong {
        title: format!("Ждут человека записей: {count} (порог {limit})"), advice
    }
}

fn differences(figures: &Figures, rules: &Rules) -> Seen {
    let (Some(limit), Some(last)) = (rules.differences_above, &figures.reconciled) else { return Seen::Fine };
    if last.needs_person <= u64::from(limit) {
        return Seen::Fine;
    }
    Seen::Wrong {
        title: format!(
            "Сверка нашла расхождений, которые ждут человека: {} (порог {limit})",
            last.needs_person
        ),
        advice: format!(
            "Сверка {}: расхождений всего {}. Какие именно, показывают консоль и parom reconcile.",
            moment(last.at, &rules.zone),
            last.discrepancies
        ),
    }
}

fn disk(figures: &Figures, rules: &Rules) -> Seen {
    let (Some(limit), Some(free)) = (rules.disk_free_below, figures.room.free) else { return Seen::Fine };
    if free >= limit {
        return Seen::Fine;
    }
    Seen::Wrong {
        title: format!("На диске базы Парома осталось {}", bytes(free)),
        advice: format!(
            "Освободите место: когда оно кончится, Паром перестанет принимать данные из 1С. База занимает {}.",
            bytes(figures.room.taken)
        ),
    }
}

fn misfit(figures: &Figures) -> Seen {
    if figures.misfits.is_empty() {
        return Seen::Fine;
    }
    Seen::Wrong { title: Cause::Misfit.title().to_owned(), advice: figures.misfits.join("\n") }
}

fn channels(figures: &Figures, rules: &Rules, now: Timestamp) -> Seen {
    let failing: Vec<String> = figures
        .channels
        .iter()
        .filter(|channel| channel.waiting > 0)
        .filter_map(|channel| Some((channel, channel.failure.as_ref()?)))
        .filter(|(_, failure)| now.duration_since(failure.since) >= CHANNEL_FAILS)
        .map(|(channel, failure)| {
            format!("{} с {}: {}", channel.target, moment(failure.since, &rules.zone), ended(&failure.error))
        })
        .collect();
    if failing.is_empty() {
        return Seen::Fine;
    }
    Seen::Wrong {
        title: Cause::ChannelFails.title().to_owned(),
        advice: format!("{}. Проверить каналы: parom alerts test.", failing.join("; ")),
    }
}

/// A foreign sentence without its full stop.
fn ended(text: &str) -> &str {
    text.trim().trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use domain::ReasonCode;
    use engine::Reconciled;
    use store::{AlertChannel, ChannelFailure, HeldCount, HeldKind, Room, Tallies};

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// A Friday, 12:00 in Moscow.
    fn noon() -> Timestamp {
        at("2026-11-27T09:00:00Z")
    }

    fn ago(minutes: i64) -> Timestamp {
        noon() - SignedDuration::from_mins(minutes)
    }

    /// Everything is well, and has been for a week.
    fn well() -> Figures {
        Figures {
            watched_since: ago(7 * 24 * 60),
            onec_seen: Some(ago(1)),
            portal_seen: Some(ago(1)),
            portal_failure: None,
            stopped: None,
            tallies: Tallies::default(),
            room: Room { taken: 1 << 20, free: Some(100 << 30) },
            reconciled: None,
            misfits: Vec::new(),
            channels: Vec::new(),
        }
    }

    fn seen(figures: &Figures, rules: &Rules, cause: Cause, now: Timestamp) -> Seen {
        look(figures, rules, now).into_iter().find(|(known, _)| *known == cause).unwrap().1
    }

    /// `!` wrong, `?` unknown, `.` fine.
    fn sign(seen: &Seen) -> char {
        match seen {
            Seen::Fine => '.',
            Seen::Wrong { .. } => '!',
            Seen::Unknown => '?',
        }
    }

    #[test]
    fn nothing_is_wrong_where_all_is_well() {
        for (cause, seen) in look(&well(), &Rules::default(), noon()) {
            assert_eq!(seen, Seen::Fine, "{cause:?}");
        }
    }

    #[test]
    fn silence_of_1c_counts_from_when_it_was_expected_to_call() {
        let hours = |text: &str| (!text.is_empty()).then(|| text.parse().unwrap());
        // Minutes since 1C called, minutes since we watch, working hours, what is seen at 12:00 on a Friday.
        for (silent, watched, working, expected) in [
            (29, 10_000, "", '.'),
            (30, 10_000, "", '!'),
            (10_000, 29, "", '?'),
            (10_000, 30, "", '!'),
            (30, 10_000, "пн-пт 09:00-18:00", '!'),
            (10_000, 10_000, "пн-пт 11:45-18:00", '?'),
            (10_000, 10_000, "пн-пт 11:30-18:00", '!'),
            (10_000, 10_000, "пн-пт 09:00-11:00", '?'),
            (10_000, 10_000, "сб,вс 09:00-18:00", '?'),
            (5, 10_000, "сб,вс 09:00-18:00", '.'),
        ] {
            let figures = Figures { onec_seen: Some(ago(silent)), watched_since: ago(watched), ..well() };
            let rules = Rules { working_hours: hours(working), ..Rules::default() };
            let seen = seen(&figures, &rules, Cause::OneCSilent, noon());
            assert_eq!(sign(&seen), expected, "{silent} {watched} {working}");
        }
        let never = Figures { onec_seen: None, ..well() };
        assert_eq!(seen(&never, &Rules::default(), Cause::OneCSilent, noon()), Seen::Fine);
    }

    #[test]
    fn silence_of_the_portal_names_its_beginning_and_its_reason() {
        let failure = Silence { since: ago(14), text: "портал закрыт.".to_owned() };
        let figures = Figures { portal_seen: Some(ago(15)), portal_failure: Some(failure.clone()), ..well() };
        let Seen::Wrong { title, advice } = seen(&figures, &Rules::default(), Cause::PortalSilent, noon())
        else {
            panic!("it is silent")
        };
        assert_eq!(title, "Битрикс24 не отвечает с 27.11.2026 11:45");
        assert!(advice.contains("портал закрыт. Ничего"), "{advice}");

        let figures = Figures { portal_seen: Some(ago(14)), ..well() };
        assert_eq!(sign(&seen(&figures, &Rules::default(), Cause::PortalSilent, noon())), '.');
        let just_started = Figures { portal_seen: Some(ago(900)), watched_since: ago(1), ..well() };
        assert_eq!(sign(&seen(&just_started, &Rules::default(), Cause::PortalSilent, noon())), '?');
        let never_reached = Figures {
            portal_seen: None,
            portal_failure: Some(Silence { since: ago(20), ..failure }),
            watched_since: ago(21),
            ..well()
        };
        assert_eq!(sign(&seen(&never_reached, &Rules::default(), Cause::PortalSilent, noon())), '!');
    }

    #[test]
    fn thresholds_are_told_with_what_stands_above_them() {
        let parked = |count: i64| {
            let held = |kind, code, count| HeldCount { kind, code, count };
            let mut tallies = Tallies::default();
            tallies.held = vec![
                held(HeldKind::ToBitrix, ReasonCode::MissingInn, count - 2),
                held(HeldKind::ToBitrix, ReasonCode::Refused, 1),
                held(HeldKind::Inquiry, ReasonCode::Refused, 1),
                // Nobody has to do anything about these.
                held(HeldKind::CompanyWithoutDeal, ReasonCode::NoDeal, 1_000),
            ];
            tallies
        };
        let reconciled = |needs_person| {
            let at = ago(60);
            Reconciled { at, compared_at: Some(at), discrepancies: 90, needs_person, missed: 0, healed: 0 }
        };
        let room = |free| Room { taken: 3 << 30, free };
        let rules = Rules::default();
        for (figures, cause, expected) in [
            (Figures { tallies: parked(50), ..well() }, Cause::Parked, '.'),
            (Figures { tallies: parked(51), ..well() }, Cause::Parked, '!'),
            (Figures { reconciled: Some(reconciled(50)), ..well() }, Cause::Differences, '.'),
            (Figures { reconciled: Some(reconciled(51)), ..well() }, Cause::Differences, '!'),
            (Figures { room: room(Some(1 << 30)), ..well() }, Cause::Disk, '.'),
            (Figures { room: room(Some((1 << 30) - 1)), ..well() }, Cause::Disk, '!'),
            (Figures { room: room(None), ..well() }, Cause::Disk, '.'),
            (Figures { misfits: vec!["обработка не та".to_owned()], ..well() }, Cause::Misfit, '!'),
            (
                Figures {
                    stopped: Some(Silence { since: ago(1), text: "нет права".to_owned() }), ..well()
                },
                Cause::LaneStopped,
                '!',
            ),
        ] {
            assert_eq!(sign(&seen(&figures, &rules, cause, noon())), expected, "{cause:?}");
        }
        let off = Rules {
            parked_above: None,
            differences_above: None,
            onec_silent_after: None,
            portal_silent_after: None,
            disk_free_below: None,
            ..Rules::default()
        };
        let bad = Figures {
            tallies: parked(5_000),
            reconciled: Some(reconciled(5_000)),
            room: room(Some(1)),
            onec_seen: Some(ago(9_000)),
            portal_seen: Some(ago(9_000)),
            ..well()
        };
        assert!(look(&bad, &off, noon()).iter().all(|(_, seen)| *seen == Seen::Fine));
        assert_eq!(look(&bad, &rules, noon()).iter().filter(|(_, seen)| sign(seen) == '!').count(), 5);
    }

    #[test]
    fn a_channel_is_told_of_when_it_has_something_to_say_and_cannot() {
        let channel = |minutes, waiting| AlertChannel {
            name: "telegram:1".to_owned(),
            target: "Telegram 1".to_owned(),
            said_at: None,
            failure: Some(ChannelFailure {
                since: ago(minutes),
                at: noon(),
                error: "чат не найден".to_owned(),
            }),
            waiting,
        };
        for (minutes, waiting, expected) in [(14, 1, '.'), (15, 0, '.'), (15, 1, '!')] {
            let figures = Figures { channels: vec![channel(minutes, waiting)], ..well() };
            let seen = seen(&figures, &Rules::default(), Cause::ChannelFails, noon());
            assert_eq!(sign(&seen), expected, "{minutes} {waiting}");
        }
    }
}
