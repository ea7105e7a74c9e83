//! One portion: read, decide, intend, write, read back, settle.

use std::collections::BTreeSet;

use bitrix::{CallError, Command};
use domain::{Counterparty, Intent, OneCRef, Verdict};
use futures::{StreamExt, stream};
use store::NewTranscript;

use super::Round;
use super::reasons::own_company;
use super::repeated::Repeated;
use super::sending::{Written, outcomes, sendings};
use super::setback::ALONE_AFTER;
use super::settle::{Done, is_another_company};
use super::work::Work;
use crate::Engine;
use crate::card::{self, Card, Change, ORIGINATOR, Presets, requisite_key};
use crate::code_field::code_of;
use crate::engine::EngineError;
use crate::plan::{Presence, Step, step, target_for_portal};
use crate::portal::cards;
use crate::transcript;

/// Requests under way at once; the client's pace decides how many of them really are.
const BATCHES_AT_ONCE: usize = 8;

/// What people are told when nothing but an e-mail is left to be written.
const REFUSED_EMAIL: &str = "не принят адрес электронной почты, остальные данные переданы";

/// A work with the commands that it needs.
struct Task {
    work: Work,
    commands: Vec<Command>,
    /// What the commands make the card show.
    target: Counterparty,
    /// What the card showed before them, if there was one.
    seen: Option<Card>,
    done: Done,
    /// E-mails were refused once; the company is made without them.
    without_emails: bool,
}

impl Engine {
    pub(super) async fn work_off_portion(
        &self,
        works: Vec<Work>,
        presets: Presets,
        round: &mut Round,
    ) -> Result<(), EngineError> {
        let (known, unknown): (Vec<Work>, Vec<Work>) =
            works.into_iter().partition(|work| work.link.company_id.is_some());
        let (mut tasks, agreed) = match self.compare(known, presets, round).await {
            Ok(compared) => compared,
            Err(failed) => {
                let (error, mut works) = *failed;
                works.extend(unknown);
                return self.fail(error, works, round).await;
            }
        };
        self.settle_all(agreed, presets, round).await?;
        tasks.extend(unknown.into_iter().map(|work| self.creation(work, presets, false)));
        let mut written = Vec::new();
        // Twice at most: the second time without the e-mails that the portal refused.
        for _ in 0..2 {
            tasks = self.write(tasks, presets, &mut written, round).await?;
        }
        self.read_back(written, presets, round).await
    }

    /// Reads the cards of works whose company is known and says what each needs.
    async fn compare(
        &self,
        works: Vec<Work>,
        presets: Presets,
        round: &mut Round,
    ) -> Result<(Vec<Task>, Vec<(Work, Card, Done)>), Box<(EngineError, Vec<Work>)>> {
        let cards = match self.cards(&works).await {
            Ok(cards) => cards,
            Err(error) => return Err(Box::new((error.into(), works))),
        };
        let mut tasks = Vec::new();
        let mut agreed = Vec::new();
        let (mut gone, mut own, mut elsewhere) = (Vec::new(), Vec::new(), Vec::new());
        for (mut work, card) in works.into_iter().zip(cards) {
            let Some(card) = card else {
                gone.push(work);
                continue;
            };
            if (work.adopted || work.link.word.chosen.is_some()) && card.company.is_my_company {
                own.push(work);
                continue;
            }
            if work.adopted && self.is_made_for_another(&work, &card).await.map_err(Box::new)? {
                elsewhere.push(work);
                continue;
            }
            let shown = card::read(&card, presets, work.link.onec.as_ref().map(|onec| &onec.snapshot));
            work.link.base = work.base_after(&work.link.base, &shown);
            let presence = Presence::Shown(Box::new(shown.clone()));
            match step(&work.link, &presence, &self.settings.rules, self.settings.match_by) {
                Step::Change(merged, fields) => {
                    let origin = work.origin();
                    let commands = card::change(Change {
                        card: &card,
                        shown: &shown,
                        target: &merged.target,
                        fields: &fields,
                        presets,
                        origin: &origin,
                    });
                    let done = done_to(&work);
                    let target = merged.target;
                    tasks.push(Task {
                        work,
                        commands,
                        target,
                        seen: Some(card),
                        done,
                        without_emails: false,
                    });
                }
                Step::Nothing | Step::Create(_) | Step::Adopt(_) | Step::Park(_) => {
                    let done = if done_to(&work) == Done::Updated { Done::Nothing } else { done_to(&work) };
                    agreed.push((work, card, done));
                }
            }
        }
        let settled = async {
            self.settle_gone(&gone, round).await?;
            // One of the portal owner's own companies is no client.
            self.set_back(&own, |work| Verdict::Park(own_company(work)), round).await?;
            let wait = |work: &Work| self.wait_for_inn(work, work.link.company_id.unwrap_or_default());
            self.set_back(&elsewhere, wait, round).await
        };
        match settled.await {
            Ok(()) => Ok((tasks, agreed)),
            Err(error) => Err(Box::new((error, Vec::new()))),
        }
    }

    fn creation(&self, work: Work, presets: Presets, without_emails: bool) -> Task {
        let (merged, _) = target_for_portal(&work.link, None, &self.settings.rules);
        let mut target = merged.target;
        if without_emails {
            target.emails = None;
        }
        let commands = card::create(&work.origin(), code_of(&work.link).as_deref(), &target, presets);
        Task { work, commands, target, seen: None, done: Done::Created, without_emails }
    }

    /// Makes the intents durable and sends the commands. Returns those that have to be written differently.
    async fn write(
        &self,
        tasks: Vec<Task>,
        presets: Presets,
        written: &mut Vec<(Work, Done)>,
        round: &mut Round,
    ) -> Result<Vec<Task>, EngineError> {
        if tasks.is_empty() {
            return Ok(Vec::new());
        }
        let mut tasks: Vec<Option<Task>> = self.intend(tasks, presets).await?.into_iter().map(Some).collect();
        let mut differently = Vec::new();
        let mut unclear = Vec::new();
        let mut repeated = Vec::new();
        let mut put_back = Vec::new();
        let mut trouble = None;
        let mut answered = false;
        let chains = tasks.iter().flatten().map(|task| {
            let alone = task.work.delivery.attempts >= ALONE_AFTER;
            (task.commands.as_slice(), alone)
        });
        let mut answers = stream::iter(sendings(chains))
            .map(|sending| async move {
                let at = self.clock.now();
                let answer = self.client.batch(&sending.batch).await;
                (sending, answer, at, self.since(at))
            })
            .buffer_unordered(BATCHES_AT_ONCE);
        while let Some((sending, answer, at, took)) = answers.next().await {
            answered |= answer.is_ok();
            let said = sending.pieces().filter_map(|(piece, index)| {
                let delivery = &tasks[index].as_ref()?.work.delivery;
                let lines = transcript::of_piece(&self.client, piece, &answer);
                Some(transcript::of_delivery(delivery, at, took, lines))
            });
            let said: Vec<NewTranscript> = said.collect();
            let outcomes = outcomes(&sending, answer);
            self.write_down(&outcomes, &tasks, &said).await?;
            for (index, outcome) in outcomes {
                let Some(task) = tasks[index].take() else { continue };
                match outcome {
                    Written::Whole { company, requisite } => {
                        let mut work = task.work;
                        work.link.company_id = company.or(work.link.company_id);
                        work.link.requisite_id = requisite.or(work.link.requisite_id);
                        written.push((work, task.done));
                    }
                    // Only where nothing is there yet: a card that exists has been left as it was.
                    Written::BadEmail if task.seen.is_none() && !task.without_emails => {
                        differently.push(self.creation(task.work, presets, true));
                    }
                    Written::BadEmail => self.refuse(&task.work, REFUSED_EMAIL, round).await?,
                    Written::Refused(text) => self.refuse(&task.work, &text, round).await?,
                    Written::RepeatedInn { company } => {
                        repeated.push(Repeated { half: company.or(half_made(&task)), work: task.work });
                    }
                    Written::Partly { text, .. } => self.go_on_later(&task.work, &text, round).await?,
                    Written::Unclear => unclear.push(task.work),
                    Written::NotDone(error) => {
                        put_back.push(task.work);
                        trouble.get_or_insert(error);
                    }
                }
            }
        }
        drop(answers);
        self.settle_unclear(unclear, answered, round).await?;
        self.meet_holders(repeated, round).await?;
        if let Some(error) = trouble {
            self.fail(error.into(), put_back, round).await?;
        }
        Ok(differently)
    }

    /// «An intent is durable before the call that it describes.» Returns the tasks that may be called for: a lease
    /// that ran out is somebody else's now.
    async fn intend(&self, tasks: Vec<Task>, presets: Presets) -> Result<Vec<Task>, EngineError> {
        let at = self.clock.now();
        let mut held = Vec::with_capacity(tasks.len());
        let mut write = self.store.begin().await?;
        for mut task in tasks {
            let delivery = &task.work.delivery;
            let word = task.work.word_of_onec(&task.target);
            let written = Some(Box::new(word.clone()));
            let intent = Intent { what: task.done.as_str().to_owned(), at, written };
            if write.intend(&[(delivery.id, delivery.fence)], &intent).await?.is_empty() {
                continue;
            }
            if let Some(card) = &task.seen {
                self.remember(&mut write, &task.work, card, presets, at).await?;
            }
            task.work.written = Some(word);
            held.push(task);
        }
        write.commit().await?;
        Ok(held)
    }

    /// Keeps the ids of what was made as soon as they are known: a crash afterwards needs no search. With them, what was
    /// said and answered.
    async fn write_down(
        &self,
        outcomes: &[(usize, Written)],
        tasks: &[Option<Task>],
        said: &[NewTranscript],
    ) -> Result<(), EngineError> {
        let mut write = self.store.begin().await?;
        write.keep_transcripts(said, transcript::KEPT_MAX).await?;
        for (index, outcome) in outcomes {
            let (Written::Whole { company, requisite } | Written::Partly { company, requisite, .. }) =
                outcome
            else {
                continue;
            };
            let Some(task) = tasks[*index].as_ref() else { continue };
            if company.is_none() && requisite.is_none() {
                continue;
            }
            if let Some(mut link) = write.link(task.work.link.id).await?
                && !company.or(link.company_id).is_some_and(|company| is_another_company(&link, company))
            {
                link.company_id = company.or(link.company_id);
                link.requisite_id = requisite.or(link.requisite_id);
                write.save_link(&link).await?;
            }
        }
        write.commit().await?;
        Ok(())
    }

    /// Reads what was written and settles it. An answer that does not come costs only another look.
    async fn read_back(
        &self,
        written: Vec<(Work, Done)>,
        presets: Presets,
        round: &mut Round,
    ) -> Result<(), EngineError> {
        if written.is_empty() {
            return Ok(());
        }
        let (works, done): (Vec<Work>, Vec<Done>) = written.into_iter().unzip();
        let cards = match self.cards(&works).await {
            Ok(cards) => cards,
            Err(error) => return self.fail(error.into(), works, round).await,
        };
        let mut read_back = Vec::with_capacity(works.len());
        let mut gone = Vec::new();
        for ((work, done), card) in works.into_iter().zip(done).zip(cards) {
            match card {
                Some(card) => read_back.push((work, card, done)),
                None => gone.push(work),
            }
        }
        self.settle_gone(&gone, round).await?;
        self.settle_all(read_back, presets, round).await
    }

    /// The cards of works, in their order; `None` for a company that is gone. Several works may share a company.
    async fn cards(&self, works: &[Work]) -> Result<Vec<Option<Card>>, CallError> {
        let companies: BTreeSet<i64> = works.iter().filter_map(|work| work.link.company_id).collect();
        let companies: Vec<i64> = companies.into_iter().collect();
        let known: Vec<i64> = works.iter().filter_map(|work| work.link.requisite_id).collect();
        let read = cards::read(&self.client, &companies, &known, &[]).await?;
        let card = |work: &Work| {
            let whole = read.wholes.get(&work.link.company_id?)?;
            let key = requisite_key(&work.origin());
            let inn = work.inn();
            Some(whole.card(work.link.requisite_id, |requisite| {
                requisite.xml_id == key || (!inn.is_empty() && requisite.rq_inn.trim() == inn)
            }))
        };
        Ok(works.iter().map(card).collect())
    }

    /// The company carries the GUID of another record, whose call may have lost its answer: that one finds it by
    /// the GUID. One that belongs to a record that is linked elsewhere, or that nobody knows, is free.
    async fn is_made_for_another(&self, work: &Work, card: &Card) -> Result<bool, (EngineError, Vec<Work>)> {
        let company = &card.company;
        if company.originator_id != ORIGINATOR || company.origin_id.eq_ignore_ascii_case(&work.origin()) {
            return Ok(false);
        }
        let Some(other) = OneCRef::parse(&company.origin_id) else { return Ok(false) };
        let other = self.store.link_by_ref(other).await.map_err(|error| (error.into(), Vec::new()))?;
        Ok(other.is_some_and(|other| {
            let is_parted = other.word.parted.is_some_and(|parted| parted.company_id == company.id);
            !is_parted && other.company_id.is_none_or(|linked| linked == company.id)
        }))
    }
}

/// The company that an earlier attempt made, as long as it has no requisite.
fn half_made(task: &Task) -> Option<i64> {
    let card = task.seen.as_ref().filter(|card| card.requisite.is_none())?;
    (card.company.origin_id.eq_ignore_ascii_case(&task.work.origin())).then_some(card.company.id)
}

fn done_to(work: &Work) -> Done {
    // An intent to create that left a company behind is still a creation.
    let creating = work.delivery.intent.as_ref().is_some_and(|intent| intent.what == Done::Created.as_str());
    if work.adopted {
        Done::Linked
    } else if creating {
        Done::Created
    } else {
        Done::Updated
    }
}
