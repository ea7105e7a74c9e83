//! What becomes of alerts, given what is seen: raised once, repeated with growing pauses, ended with a word. Pure.

use domain::{SignedDuration, Timestamp};
use store::{Alert, Mute};

use crate::{Cause, Rules, Seen};

/// An alert ends when its cause was not seen for so long: what comes and goes every minute is one alert, not sixty.
const CALM: SignedDuration = SignedDuration::from_mins(3);

/// An alert as it is to be kept, and what is said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The alert.
    pub alert: Alert,
    /// What people are told, if anything.
    pub say: Option<Say>,
}

/// What people are told of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Say {
    /// That it is so.
    Raised,
    /// That it is still so.
    Again,
    /// That it is over.
    Ended,
}

/// What becomes of alerts. Says nothing of those that stay as they are.
pub fn judge(
    seen: &[(Cause, Seen)],
    open: &[Alert],
    mutes: &[Mute],
    rules: &Rules,
    now: Timestamp,
) -> Vec<Judgement> {
    let mut judgements = Vec::new();
    for (cause, seen) in seen {
        let word = cause.as_str();
        let is_muted =
            mutes.iter().any(|mute| mute.until > now && (mute.cause.is_empty() || mute.cause == word));
        let alert = open.iter().find(|alert| alert.cause == word);
        let judgement = match (alert, seen) {
            (None, Seen::Wrong { title, advice }) => Some(raise(word, title, advice, is_muted, rules, now)),
            (Some(alert), Seen::Wrong { title, advice }) => go_on(alert, title, advice, is_muted, rules, now),
            (Some(alert), Seen::Fine) => calm(alert, is_muted, now),
            (None, Seen::Fine | Seen::Unknown) | (Some(_), Seen::Unknown) => None,
        };
        judgements.extend(judgement);
    }
    // What a newer version has raised, and nobody looks at here.
    judgements.extend(
        open.iter()
            .filter(|alert| Cause::parse(&alert.cause).is_none())
            .map(|alert| Judgement { alert: Alert { ended_at: Some(now), ..alert.clone() }, say: None }),
    );
    judgements
}

fn raise(word: &str, title: &str, advice: &str, is_muted: bool, rules: &Rules, now: Timestamp) -> Judgement {
    let alert = Alert {
        cause: word.to_owned(),
        since: now,
        title: title.to_owned(),
        advice: advice.to_owned(),
        calm_since: None,
        told: 0,
        remind_at: now,
        ended_at: None,
    };
    tell(alert, is_muted, rules, now)
}

fn go_on(
    alert: &Alert,
    title: &str,
    advice: &str,
    is_muted: bool,
    rules: &Rules,
    now: Timestamp,
) -> Option<Judgement> {
    let alert_now =
        Alert { title: title.to_owned(), advice: advice.to_owned(), calm_since: None, ..alert.clone() };
    let judgement = tell(alert_now, is_muted, rules, now);
    (judgement.alert != *alert).then_some(judgement)
}

/// Says it when it is time to.
fn tell(alert: Alert, is_muted: bool, rules: &Rules, now: Timestamp) -> Judgement {
    if is_muted || now < alert.remind_at {
        return Judgement { alert, say: None };
    }
    let say = Some(if alert.told == 0 { Say::Raised } else { Say::Again });
    let told = alert.told + 1;
    Judgement { alert: Alert { told, remind_at: now + rules.pause(told), ..alert }, say }
}

fn calm(alert: &Alert, is_muted: bool, now: Timestamp) -> Option<Judgement> {
    let since = alert.calm_since.unwrap_or(now);
    let mut alert_now = Alert { calm_since: Some(since), ..alert.clone() };
    let mut say = None;
    if now.duration_since(since) >= CALM {
        alert_now.ended_at = Some(since);
        // Who was not told that it began need not be told that it is over.
        say = (alert.told > 0 && !is_muted).then_some(Say::Ended);
    }
    (alert_now != *alert).then_some(Judgement { alert: alert_now, say })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAUSE: Cause = Cause::Disk;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_795_000_000 + minute * 60).unwrap()
    }

    /// A life told minute by minute: `!` wrong, `.` fine, `?` unknown. What was said, with its minute.
    fn life(story: impl Iterator<Item = (i64, char)>, mutes: &[Mute]) -> Vec<(i64, Say)> {
        let mut open: Vec<Alert> = Vec::new();
        let mut said = Vec::new();
        for (minute, sign) in story {
            let seen = match sign {
                '!' => Seen::Wrong { title: "место".to_owned(), advice: String::new() },
                '.' => Seen::Fine,
                _ => Seen::Unknown,
            };
            for Judgement { alert, say } in
                judge(&[(CAUSE, seen)], &open, mutes, &Rules::default(), at(minute))
            {
                open.clear();
                if alert.ended_at.is_none() {
                    open.push(alert);
                }
                said.extend(say.map(|say| (minute, say)));
            }
        }
        said
    }

    fn story(text: &str) -> impl Iterator<Item = (i64, char)> + '_ {
        (0..).zip(text.chars())
    }

    #[test]
    fn an_alert_is_raised_once_and_ends_when_it_has_been_calm() {
        assert_eq!(life(story("..!!!!...."), &[]), [(2, Say::Raised), (9, Say::Ended)]);
        assert_eq!(life(story("!"), &[]), [(0, Say::Raised)]);
        assert_eq!(life(story("...."), &[]), []);
    }

    #[test]
    fn what_comes_and_goes_is_one_alert() {
        assert_eq!(life(story("!.!..!.!...."), &[]), [(0, Say::Raised), (11, Say::Ended)]);
    }

    #[test]
    fn what_nobody_can_see_goes_on_as_it_was() {
        assert_eq!(life(story("????"), &[]), []);
        assert_eq!(life(story("!????????"), &[]), [(0, Say::Raised)]);
        assert_eq!(life(story("!????...."), &[]), [(0, Say::Raised), (8, Say::Ended)]);
    }

    #[test]
    fn reminders_come_with_growing_pauses_up_to_a_day() {
        let said = life((0..5 * 24 * 60).map(|minute| (minute, '!')), &[]);
        let hours: Vec<i64> = said.iter().map(|(minute, _)| minute / 60).collect();
        assert_eq!(hours, [0, 1, 3, 7, 15, 31, 55, 79, 103]);
        assert!(said[1..].iter().all(|(_, say)| *say == Say::Again));
    }

    #[test]
    fn a_muted_cause_is_told_when_the_mute_runs_out_and_only_then() {
        let mute = |cause: &str, until| Mute {
            cause: cause.to_owned(),
            until: at(until),
            who: "тест".to_owned(),
            since: at(0),
        };
        let long = || (0..30).map(|minute| (minute, '!'));
        assert_eq!(life(long(), &[mute("disk", 20)]), [(20, Say::Raised)]);
        assert_eq!(life(long(), &[mute("", 20)]), [(20, Say::Raised)]);
        assert_eq!(life(long(), &[mute("parked", 20)]), [(0, Say::Raised)]);
        assert_eq!(life(story("!!!....."), &[mute("disk", 20)]), []);
        assert_eq!(
            life(story("!!!....."), &[mute("disk", 4)]),
            [],
            "who was not told of it is not told of its end"
        );
    }

    #[test]
    fn an_alert_that_this_version_does_not_know_ends_without_a_word() {
        let stranger = Alert {
            cause: "stranger".to_owned(),
            since: at(0),
            title: String::new(),
            advice: String::new(),
            calm_since: None,
            told: 3,
            remind_at: at(0),
            ended_at: None,
        };
        let judged = judge(&[], std::slice::from_ref(&stranger), &[], &Rules::default(), at(9));
        assert_eq!(judged, [Judgement { alert: Alert { ended_at: Some(at(9)), ..stranger }, say: None }]);
    }
}
