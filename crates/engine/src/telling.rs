//! Employees are told what they have to know: that a client's ИНН is taken, and what 1C rejected.
//!
//! What is to be told is kept in the transaction that found it out, and told once. A notification carries a tag,
//! so that a repeated one takes the place of the first; a comment has none and is looked for before it is repeated.

use std::collections::BTreeSet;

use bitrix::{Args, CallError, Chain, Command, Outcome, pack};
use domain::{DeliveryId, Link, Reason, Receipt, SignedDuration, Timestamp};
use serde_json::Value;
use store::{Comment, InquiryRow, Line, Message, StoreError, Telling, Told, Write};
use tracing::{info, warn};

use crate::Engine;
use crate::engine::EngineError;
use crate::transcript;

/// Tellings of one go: their look-ups, and their notifications and comments, fit a request each.
const TOGETHER: usize = 12;
/// How long somebody who died while telling is waited for.
const BUSY: SignedDuration = SignedDuration::from_mins(5);
/// The pause before the second try; it doubles up to [`PAUSE_MAX`].
const PAUSE: SignedDuration = SignedDuration::from_mins(1);
/// The longest pause.
const PAUSE_MAX: SignedDuration = SignedDuration::from_hours(1);
/// What could not be told for so long is no news any more.
const GIVEN_UP_AFTER: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Topics of duplicates begin with it, then company and ИНН.
const DUPLICATE: &str = "duplicate/";
/// Topics of what 1C rejected begin with it, then company and delivery.
const REJECTED: &str = "rejected/";

/// A company whose ИНН another one has.
pub(crate) struct Duplicate<'a> {
    /// The one that does not travel.
    pub(crate) company: i64,
    /// Its name.
    pub(crate) title: &'a str,
    /// The ИНН in question.
    pub(crate) inn: &'a str,
    /// The others that have it, the oldest first.
    pub(crate) others: &'a BTreeSet<i64>,
    /// Who may have typed it, the likeliest first.
    pub(crate) users: Vec<i64>,
}

/// Keeps that an employee has made a second company with an ИНН.
pub(crate) async fn tell_of_duplicate(
    write: &mut Write,
    duplicate: &Duplicate<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Duplicate { company, title, inn, others, users } = duplicate;
    let this = link_to(*company, title);
    let other = match others.first() {
        None => "другая компания".to_owned(),
        Some(other) => {
            let known = write.portal_companies(&[*other]).await?.pop();
            link_to(*other, known.as_ref().map_or("", |known| known.title.as_str()))
        }
    };
    let text = format!(
        "Клиент с таким ИНН уже создан: {other}. У компании {this} тот же ИНН {inn}, в 1С она не передаётся. \
         Объедините компании, удалите лишнюю или исправьте ИНН: передача начнётся сама."
    );
    let mut comments = vec![Comment { company: *company, text: text.clone() }];
    comments.extend(others.first().map(|other| Comment {
        company: *other,
        text: format!(
            "Создана вторая компания с тем же ИНН {inn}: {this}. В 1С передаётся только одна из них. Объедините \
             компании, удалите лишнюю или исправьте ИНН."
        ),
    }));
    let message = Message { users: distinct(users), text, comments };
    write.tell(&topic(*company, inn), *company, &message, now).await
}

/// The company shows no other duplicate than this ИНН (or none): what was told of others is settled.
pub(crate) async fn settle_duplicates(
    write: &mut Write,
    company: i64,
    still: Option<&str>,
) -> Result<(), StoreError> {
    let still = still.map(|inn| topic(company, inn));
    let topics = write.topics(company, DUPLICATE).await?;
    let settled: Vec<&str> =
        topics.iter().map(String::as_str).filter(|topic| Some(*topic) != still.as_deref()).collect();
    write.take_back(&settled).await
}

/// Keeps that 1C rejected what an employee entered: the responsible one has to mend it.
pub(crate) async fn tell_of_rejection(
    write: &mut Write,
    link: &Link,
    receipt: &Receipt,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(company) = link.company_id else { return Ok(()) };
    let known = write.portal_companies(&[company]).await?.pop();
    let title = known.as_ref().map_or("", |known| known.title.as_str());
    let said = match receipt.message.trim() {
        "" => "причина не названа",
        said => said,
    };
    let text = format!(
        "1С не приняла данные клиента {}: {}. Исправьте карточку: после изменения она будет передана снова.",
        link_to(company, title),
        plain(said).trim_end_matches('.')
    );
    let users = known.map(|known| [known.responsible_id, known.modified_by, known.created_by]);
    let message = Message {
        users: distinct(&users.into_iter().flatten().flatten().collect::<Vec<_>>()),
        comments: vec![Comment { company, text: text.clone() }],
        text,
    };
    write.tell(&format!("{REJECTED}{company}/{}", receipt.delivery), company, &message, now).await
}

/// Keeps that 1C rejected a deal: the responsible employee has to mend it.
pub(crate) async fn tell_of_refused_deal(
    write: &mut Write,
    row: &InquiryRow,
    delivery: DeliveryId,
    reason: &Reason,
    now: Timestamp,
) -> Result<(), StoreError> {
    let deal = row.deal_id;
    let text = format!("[URL=/crm/deal/details/{deal}/]{}[/URL]: {}", plain(&row.title), plain(&reason.text));
    let users: Vec<i64> = row.responsible_id.into_iter().collect();
    let message = Message { users, text, comments: Vec::new() };
    let topic = format!("refused-deal/{deal}/{delivery}");
    write.tell(&topic, row.company_id.unwrap_or_default(), &message, now).await?;
    write.note_deal(&topic, deal, &reason.text, now).await
}

/// 1C took the company's data: what it had rejected before is settled.
pub(crate) async fn settle_rejections(write: &mut Write, company: i64) -> Result<(), StoreError> {
    let topics = write.topics(company, REJECTED).await?;
    let settled: Vec<&str> = topics.iter().map(String::as_str).collect();
    write.take_back(&settled).await
}

impl Engine {
    /// Tells what is due; how many were told in full. Asks nothing of the portal when nothing is due.
    pub async fn tell(&self) -> Result<usize, EngineError> {
        let now = self.clock.now();
        let mut write = self.store.begin().await?;
        let mut due = write.take_tellings(TOGETHER, now, now + BUSY).await?;
        if due.is_empty() {
            return Ok(0);
        }
        write.commit().await?;
        let mut said = Vec::new();
        let outcome = match self.look_for_comments(&mut due).await {
            Ok(()) => self.say(&mut due, &mut said).await,
            Err(error) => Err(error),
        };
        let done = self.keep_told(&due, &said, now).await?;
        outcome?;
        Ok(done)
    }

    /// An earlier attempt may have written a comment whose answer was lost.
    async fn look_for_comments(&self, due: &mut [Telling]) -> Result<(), CallError> {
        let asked: Vec<(usize, Comment)> = due
            .iter()
            .enumerate()
            .filter(|(_, telling)| telling.attempts > 1)
            .flat_map(|(place, telling)| missing(telling).map(move |comment| (place, comment.clone())))
            .collect();
        let chains = asked.iter().map(|(_, comment)| {
            let filter = Args::new().set("ENTITY_ID", comment.company).set("ENTITY_TYPE", "company");
            let args = Args::new()
                .set("filter", filter)
                .set("order", Args::new().set("ID", "DESC"))
                .set("select", ["ID", "COMMENT"]);
            chain(Command::new("l", "crm.timeline.comment.list", args))
        });
        for batch in pack(chains) {
            let answer = self.client.batch(&batch).await?;
            for piece in batch.pieces() {
                let (place, comment) = &asked[piece.index];
                let Outcome::Done(Value::Array(rows)) = answer.outcome(piece.index, "l") else { continue };
                let texts = rows.iter().filter_map(|row| row.get("COMMENT")?.as_str());
                if texts.map(bare).any(|text| text == bare(&comment.text)) {
                    due[*place].told.commented.push(comment.company);
                }
            }
        }
        Ok(())
    }

    /// Notifies the first employee who can be, and writes the comments that are missing.
    async fn say(&self, due: &mut [Telling], said: &mut Vec<Said>) -> Result<(), CallError> {
        let tries = due.iter().map(|telling| telling.message.users.len()).max().unwrap_or_default().max(1);
        for nth in 0..tries {
            let mut parts: Vec<(usize, Part)> = Vec::new();
            let mut chains = Vec::new();
            for (place, telling) in due.iter().enumerate() {
                if let Some(user) = telling.message.users.get(nth).filter(|_| !telling.told.notified) {
                    parts.push((
                        place,
                        Part::Notification { is_last: nth + 1 == telling.message.users.len() },
                    ));
                    chains.push(chain(notification(telling, *user)));
                }
                for comment in missing(telling).filter(|_| nth == 0) {
                    parts.push((place, Part::Comment { company: comment.company }));
                    chains.push(chain(write_comment(comment)));
                }
            }
            for batch in pack(chains) {
                let at = self.clock.now();
                let answer = self.client.batch(&batch).await;
                said.extend(batch.pieces().iter().map(|piece| {
                    let company = match parts[piece.index] {
                        (_, Part::Comment { company }) => company,
                        (place, Part::Notification { .. }) => due[place].company_id,
                    };
                    let lines = transcript::of_piece(&self.client, piece, &answer);
                    Said { company, at, took: self.since(at), lines }
                }));
                let answer = answer?;
                for piece in batch.pieces() {
                    let (place, part) = parts[piece.index];
                    note(&mut due[place], part, answer.outcome(piece.index, "t"));
                }
            }
        }
        Ok(())
    }

    /// Notifies these employees, whoever of them can be, in plain text. A notification takes the place of an earlier
    /// one with the same tag, so repeating is safe. The error says why nobody was notified.
    pub async fn notify(&self, users: &[i64], tag: &str, text: &str) -> Result<(), NotNotified> {
        let chains = users.iter().map(|user| chain(notify(*user, tag, &plain(text))));
        let mut why = None;
        let mut is_told = false;
        for batch in pack(chains) {
            let answer = self.client.batch(&batch).await?;
            for piece in batch.pieces() {
                match answer.outcome(piece.index, "t") {
                    Outcome::Done(Value::Bool(false)) => {}
                    Outcome::Done(_) => is_told = true,
                    Outcome::Refused(error) => why = Some(error.to_string()),
                    Outcome::NotRun => why = Some("портал прервал пакет".to_owned()),
                }
            }
        }
        match (is_told, why) {
            (true, _) => Ok(()),
            (false, Some(why)) => Err(NotNotified::Refused(why)),
            (false, None) => Err(NotNotified::Nobody),
        }
    }

    async fn keep_told(
        &self,
        tellings: &[Telling],
        said: &[Said],
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        let mut done = 0;
        let mut write = self.store.begin().await?;
        let companies: Vec<i64> = said.iter().map(|said| said.company).collect();
        let links = write.links_by_companies(&companies).await?;
        let of_links = said.iter().flat_map(|said| {
            let of_company = links.iter().filter(|link| link.company_id == Some(said.company));
            of_company.map(|link| transcript::of_link(link.id, said.at, said.took, said.lines.clone()))
        });
        write.keep_transcripts(&of_links.collect::<Vec<_>>(), transcript::KEPT_MAX).await?;
        for telling in tellings {
            let again_at = if telling.is_done() {
                done += 1;
                None
            } else if now.duration_since(telling.since) > GIVEN_UP_AFTER {
                warn!(topic = telling.topic, "An employee could not be told for a week; given up");
                None
            } else {
                Some(now + pause(telling.attempts))
            };
            write.told(&telling.topic, &telling.told, again_at).await?;
        }
        write.commit().await?;
        if done > 0 {
            info!(done, "Employees were told of {done} matters");
        }
        Ok(done)
    }
}

/// What the portal was told of a company.
struct Said {
    company: i64,
    at: Timestamp,
    took: SignedDuration,
    lines: Vec<Line>,
}

/// Why no employee was notified.
#[derive(Debug, thiserror::Error)]
pub enum NotNotified {
    /// The portal did not take the request.
    #[error(transparent)]
    Portal(#[from] CallError),
    /// It did not like any of the notifications.
    #[error("портал отклонил уведомление: {0}. Проверьте право вебхука «Чат и уведомления (im)»")]
    Refused(String),
    /// There are no such employees, or they are dismissed.
    #[error("в портале нет названных сотрудников, или они уволены")]
    Nobody,
}

/// What a command of [`Engine::say`] does.
#[derive(Clone, Copy)]
enum Part {
    Notification { is_last: bool },
    Comment { company: i64 },
}

/// `false` for a user: he is dismissed or not there. A refusal will be no other the next time: a right is missing, or
/// the card is gone.
fn note(telling: &mut Telling, part: Part, outcome: &Outcome) {
    let Told { notified, commented } = &mut telling.told;
    match (part, outcome) {
        (Part::Notification { is_last }, Outcome::Done(Value::Bool(false))) => *notified = is_last,
        (Part::Notification { .. }, Outcome::Done(_)) => *notified = true,
        (Part::Notification { is_last }, Outcome::Refused(error)) => {
            warn!(topic = telling.topic, error = %error, "An employee could not be notified: {error}");
            *notified = is_last;
        }
        (Part::Comment { company }, Outcome::Done(_)) => commented.push(company),
        (Part::Comment { company }, Outcome::Refused(error)) => {
            warn!(topic = telling.topic, company, error = %error, "A comment was refused: {error}");
            commented.push(company);
        }
        (_, Outcome::NotRun) => {}
    }
}

/// The comments that have not arrived yet.
fn missing(telling: &Telling) -> impl Iterator<Item = &Comment> {
    telling.message.comments.iter().filter(|comment| !telling.told.commented.contains(&comment.company))
}

fn notification(telling: &Telling, user: i64) -> Command {
    notify(user, &telling.topic, &telling.message.text)
}

/// The tag replaces an earlier notification of any employee, so it names the employee. Over a webhook it counts only
/// with a `CLIENT_ID`. <https://apidocs.bitrix24.com/api-reference/chats/notifications/im-notify-system-add.html>
fn notify(user: i64, topic: &str, text: &str) -> Command {
    let args = Args::new()
        .set("USER_ID", user)
        .set("MESSAGE", text)
        .set("TAG", format!("PAROM|{topic}|{user}"))
        .set("CLIENT_ID", "parom");
    Command::new("t", "im.notify.system.add", args)
}

/// <https://apidocs.bitrix24.com/api-reference/crm/timeline/comments/crm-timeline-comment-add.html>
fn write_comment(comment: &Comment) -> Command {
    let fields = Args::new()
        .set("ENTITY_ID", comment.company)
        .set("ENTITY_TYPE", "company")
        .set("COMMENT", comment.text.as_str());
    Command::new("t", "crm.timeline.comment.add", Args::new().set("fields", fields))
}

fn chain(command: Command) -> Chain {
    Chain::of(command).expect("one command with a plain key is a chain")
}

fn topic(company: i64, inn: &str) -> String {
    format!("{DUPLICATE}{company}/{inn}")
}

fn pause(attempts: i64) -> SignedDuration {
    let doublings = u32::try_from(attempts - 1).unwrap_or_default().min(10);
    (PAUSE * 2_i32.pow(doublings)).min(PAUSE_MAX)
}

fn distinct(users: &[i64]) -> Vec<i64> {
    let mut seen = BTreeSet::new();
    users.iter().copied().filter(|user| *user > 0 && seen.insert(*user)).collect()
}

/// A link to a card, in the BB code of messages.
fn link_to(company: i64, title: &str) -> String {
    let title = match plain(title) {
        title if title.trim().is_empty() => format!("№ {company}"),
        title => title,
    };
    format!("[URL=/crm/company/details/{company}/]{title}[/URL]")
}

/// Without what a message would take for markup.
fn plain(text: &str) -> String {
    text.replace('[', "(").replace(']', ")")
}

/// A text without markup, spaces and signs: a portal may show a comment in other dress than it was written in.
fn bare(text: &str) -> String {
    let mut depth = 0_u32;
    let mut bare = String::new();
    for letter in text.chars() {
        match letter {
            '[' | '<' => depth += 1,
            ']' | '>' => depth = depth.saturating_sub(1),
            _ if depth == 0 && letter.is_alphanumeric() => bare.push(letter),
            _ => {}
        }
    }
    bare
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_known_again_in_another_dress() {
        let written =
            "Клиент с таким ИНН уже создан: [URL=/crm/company/details/7/]ООО «Ромашка»[/URL]. ИНН 7736207543";
        let shown = "Клиент с таким ИНН уже создан: <a href=\"/crm/company/details/7/\">ООО «Ромашка»</a>.\nИНН 7736207543";
        assert_eq!(bare(written), bare(shown));
        assert_ne!(bare(written), bare("Клиент с таким ИНН уже создан: ООО «Василёк». ИНН 7736207543"));
    }

    #[test]
    fn a_title_makes_no_markup() {
        assert_eq!(link_to(7, "ООО [URL]"), "[URL=/crm/company/details/7/]ООО (URL)[/URL]");
        assert_eq!(link_to(7, " "), "[URL=/crm/company/details/7/]№ 7[/URL]");
    }

    #[test]
    fn pauses_grow_to_an_hour() {
        assert_eq!(pause(1), SignedDuration::from_mins(1));
        assert_eq!(pause(3), SignedDuration::from_mins(4));
        assert_eq!(pause(100), SignedDuration::from_hours(1));
    }
}
