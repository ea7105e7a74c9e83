//! Verdicts about deliveries whose card has been read after everything was done.

use domain::{Field, Link, Remark, Shown, SignedDuration, Timestamp, Verdict, Why};
use store::Write;

use super::Round;
use super::reasons::not_stored;
use super::work::Work;
use crate::Engine;
use crate::card::{Card, Presets, read};
use crate::code_field::code_of;
use crate::engine::EngineError;
use crate::plan::{Presence, Step, step, target_for_portal};
use crate::planning::{Towards, portal_shows};
use crate::portal::index_row;

/// What was done to the card before it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    Created,
    Linked,
    Updated,
    Nothing,
}

impl Done {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Linked => "linked",
            Self::Updated => "updated",
            Self::Nothing => "unchanged",
        }
    }
}

/// How long a portal that kept something else than was written gets before the second try.
const SECOND_TRY_AFTER: SignedDuration = SignedDuration::from_secs(5);
/// Where a snapshot of the portal came from, in the journal.
const SOURCE: &str = "dispatch";

impl Engine {
    /// Settles what shows what it should; what does not gets one more try and is parked afterwards.
    pub(super) async fn settle_all(
        &self,
        read_back: Vec<(Work, Card, Done)>,
        presets: Presets,
        round: &mut Round,
    ) -> Result<(), EngineError> {
        if read_back.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        let mut write = self.store.begin().await?;
        for (work, card, done) in read_back {
            let verdict = self.verdict(&work, &card, presets, now);
            match (&verdict, done) {
                (Verdict::Settled, Done::Created) => round.created += 1,
                (Verdict::Settled, Done::Linked) => round.linked += 1,
                (Verdict::Settled, Done::Updated) => round.updated += 1,
                (Verdict::Settled, Done::Nothing) => round.unchanged += 1,
                (Verdict::Park(_), _) => round.parked += 1,
                (Verdict::RetryAt(_) | Verdict::PutBackUntil(_), _) => round.again += 1,
            }
            self.remember(&mut write, &work, &card, presets, now).await?;
            if done == Done::Linked && code_of(&work.link).is_some() {
                write.want_code_shown(&[card.company.id], now).await?;
            }
            write.settle(&work.delivery, &verdict, Some(done.as_str()), now).await?;
        }
        write.commit().await?;
        Ok(())
    }

    fn verdict(&self, work: &Work, card: &Card, presets: Presets, now: Timestamp) -> Verdict {
        let known_as = work.link.onec.as_ref().map(|onec| &onec.snapshot);
        let shown = read(card, presets, known_as);
        let next =
            step(&work.link, &Presence::Shown(Box::new(shown)), &self.settings.rules, self.settings.match_by);
        match next {
            Step::Change(_, fields) if work.delivery.attempts == 0 => {
                tracing::debug!(link = %work.link.id, ?fields, "The portal kept something else; trying again");
                Verdict::RetryAt(now + SECOND_TRY_AFTER)
            }
            Step::Change(_, fields) => Verdict::Park(not_stored(work, card, &fields)),
            Step::Nothing | Step::Create(_) | Step::Adopt(_) | Step::Park(_) => Verdict::Settled,
        }
    }

    /// Writes down what the portal shows now. 1C may have shown something newer meanwhile, so the link is read again.
    pub(super) async fn remember(
        &self,
        write: &mut Write,
        work: &Work,
        card: &Card,
        presets: Presets,
        now: Timestamp,
    ) -> Result<(), EngineError> {
        let Some(mut link) = write.link(work.link.id).await? else { return Ok(()) };
        if is_another_company(&link, card.company.id) {
            return Ok(());
        }
        link.company_id = Some(card.company.id);
        link.requisite_id = card.requisite.as_ref().map(|requisite| requisite.id);
        let shown = read(card, presets, link.onec.as_ref().map(|onec| &onec.snapshot));
        link.base = work.base_after(&link.base, &shown);
        let (merged, mut remarks) = target_for_portal(&link, Some(&shown), &self.settings.rules);
        remarks.extend(
            merged
                .decisions
                .iter()
                .filter(|decision| decision.why == Why::Conflict)
                .map(|decision| Remark { field: decision.field, text: conflict(decision.field) }),
        );
        let shown = Shown { snapshot: shown, changed_at: card.changed_at(), seen_at: now };
        portal_shows(write, &mut link, shown, SOURCE).await?;
        link.remarks = remarks;
        Box::pin(self.plan(write, &mut link, Towards::OneC, now)).await?;
        let rows: Vec<_> = card.requisite.iter().filter_map(|requisite| index_row(requisite, now)).collect();
        Box::pin(self.learn_requisites(write, &rows, now)).await?;
        Ok(())
    }
}

/// A person has parted the two, or chosen another company, while this one was written.
pub(super) fn is_another_company(link: &Link, company: i64) -> bool {
    link.word.parted.is_some() || link.word.chosen.is_some_and(|chosen| chosen != company)
}

fn conflict(field: Field) -> String {
    format!(
        "Поле «{}» изменено и в 1С, и в Битрикс24, а правило для него велит спросить. Оставлено как есть с обеих \
         сторон: исправьте одну из них, и значения сойдутся.",
        field.title()
    )
}
