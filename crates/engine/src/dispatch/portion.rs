//! One portion: read, decide, intend, write, read back, settle.

use std::collections::BTreeSet;

use bitrix::{CallError, Command};
use domain::{Counterparty, Intent, OneCRef, Reason, ReasonCode, Verdict};
use futures::{StreamExt, stream};
use tracing::{debug, warn};

use super::Round;
use super::sending::{Written, outcomes, sendings};
use super::settle::Done;
use super::trouble::Trouble;
use super::work::Work;
use crate::Engine;
use crate::card::{self, Card, Change, ORIGINATOR, Presets, requisite_key};
use crate::engine::EngineError;
use crate::plan::{Presence, Step, step, target_for_portal};
use crate::portal::cards;

/// Requests under way at once; the client's pace decides how many of them really are.
const BATCHES_AT_ONCE: usize = 8;
/// A delivery that was tried so often travels in a batch of its own, so that a record on which the portal breaks
/// takes nobody along.
const ALONE_AFTER: u32 = 2;

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
            if work.adopted && card.company.is_my_company {
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
            self.settle_own(&own, round).await?;
            self.settle_elsewhere(&elsewhere, round).await
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
        let commands = card::create(&work.origin(), &target, presets);
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
        let mut put_back = Vec::new();
        let mut trouble = None;
        let mut answered = false;
        let chains = tasks.iter().flatten().map(|task| {
            let alone = task.work.delivery.attempts >= ALONE_AFTER;
            (task.commands.as_slice(), alone)
        });
        let mut answers = stream::iter(sendings(chains))
            .map(|sending| async move {
                let answer = self.client.batch(&sending.batch).await;
                (sending, answer)
            })
            .buffer_unordered(BATCHES_AT_ONCE);
        while let Some((sending, answer)) = answers.next().await {
            answered |= answer.is_ok();
            let outcomes = outcomes(&sending, answer);
            self.write_down(&outcomes, &tasks).await?;
            for (index, outcome) in outcomes {
                let Some(task) = tasks[index].take() else { continue };
                match outcome {
                    Written::Whole { company, requisite } => {
                        let mut work = task.work;
                        work.link.company_id = company.or(work.link.company_id);
                        work.link.requisite_id = requisite.or(work.link.requisite_id);
                        written.push((work, task.done));
                    }
                    Written::BadEmail if !task.without_emails => {
                        differently.push(self.creation(task.work, presets, true));
                    }
                    Written::BadEmail => self.refuse(&task.work, "адрес электронной почты", round).await?,
                    Written::Refused(text) => self.refuse(&task.work, &text, round).await?,
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

    /// Keeps the ids of what was made as soon as they are known: a crash afterwards needs no search.
    async fn write_down(
        &self,
        outcomes: &[(usize, Written)],
        tasks: &[Option<Task>],
    ) -> Result<(), EngineError> {
        let mut write = self.store.begin().await?;
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
            if let Some(mut link) = write.link(task.work.link.id).await? {
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

    async fn fail(&self, error: EngineError, works: Vec<Work>, round: &mut Round) -> Result<(), EngineError> {
        if let EngineError::Store(error) = error {
            return Err(error.into());
        }
        let trouble = Trouble::of(&error, self.clock.now(), &self.settings);
        self.give_back(works, round, trouble).await
    }

    /// Nobody knows whether these were written. If the portal is well otherwise, the attempt counts.
    async fn settle_unclear(
        &self,
        works: Vec<Work>,
        answered: bool,
        round: &mut Round,
    ) -> Result<(), EngineError> {
        if works.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        let quiet = now + self.settings.quiet_after_unclear;
        if !answered && self.client.call("server.time", &bitrix::Args::new()).await.is_err() {
            let text =
                "ответы на запись не приходят; после паузы будет проверено, что успело записаться".to_owned();
            let until = quiet.max(now + self.settings.pause_of_outage);
            return self.give_back(works, round, Trouble::Outage { until, text }).await;
        }
        let mut write = self.store.begin().await?;
        for work in works {
            let pause = self.settings.pauses.after(work.delivery.attempts + 1, self.ids.random());
            let verdict = match pause {
                Some(pause) => Verdict::RetryAt(quiet.max(now + pause)),
                None => Verdict::Park(exhausted(&work)),
            };
            count(&verdict, round);
            write.settle(&work.delivery, &verdict, None, now).await?;
        }
        write.commit().await?;
        Ok(())
    }

    /// The card exists by half: the next attempt reads it and writes the rest.
    async fn go_on_later(&self, work: &Work, text: &str, round: &mut Round) -> Result<(), EngineError> {
        let now = self.clock.now();
        if work.delivery.attempts >= ALONE_AFTER {
            return self.refuse(work, text, round).await;
        }
        debug!(link = %work.link.id, %text, "A part was refused; the card will be read and completed");
        let mut write = self.store.begin().await?;
        write.settle(&work.delivery, &Verdict::RetryAt(now), None, now).await?;
        write.commit().await?;
        round.again += 1;
        Ok(())
    }

    async fn refuse(&self, work: &Work, text: &str, round: &mut Round) -> Result<(), EngineError> {
        let shown = work.link.onec.as_ref().map(|onec| onec.snapshot.clone()).unwrap_or_default();
        let reason = Reason::new(
            ReasonCode::Refused,
            format!(
                "«{}» (ИНН {}) не передан: Битрикс24 отказал: {text}. Исправьте данные в 1С, и передача повторится \
                 сама, или повторите её командой parom parked retry.",
                shown.title(),
                shown.inn.as_deref().unwrap_or("не указан"),
            ),
        );
        let mut write = self.store.begin().await?;
        write.settle(&work.delivery, &Verdict::Park(reason), None, self.clock.now()).await?;
        write.commit().await?;
        round.parked += 1;
        Ok(())
    }

    /// The ИНН is that of one of the portal owner's own companies, which is no client.
    async fn settle_own(&self, works: &[Work], round: &mut Round) -> Result<(), EngineError> {
        if works.is_empty() {
            return Ok(());
        }
        let mut write = self.store.begin().await?;
        for work in works {
            let verdict = Verdict::Park(own_company(work));
            count(&verdict, round);
            write.settle(&work.delivery, &verdict, None, self.clock.now()).await?;
        }
        write.commit().await?;
        Ok(())
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
        Ok(other.is_some_and(|other| other.company_id.is_none_or(|linked| linked == company.id)))
    }

    async fn settle_elsewhere(&self, works: &[Work], round: &mut Round) -> Result<(), EngineError> {
        if works.is_empty() {
            return Ok(());
        }
        let mut write = self.store.begin().await?;
        for work in works {
            let verdict = self.wait_for_inn(work, work.link.company_id.unwrap_or_default());
            count(&verdict, round);
            write.settle(&work.delivery, &verdict, None, self.clock.now()).await?;
        }
        write.commit().await?;
        Ok(())
    }

    /// The portal has no company of that id any more.
    async fn settle_gone(&self, works: &[Work], round: &mut Round) -> Result<(), EngineError> {
        if works.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        let mut write = self.store.begin().await?;
        for work in works {
            let Some(company) = work.link.company_id else { continue };
            write.forget_company(company).await?;
            // A company found in the index only may have been deleted since: look again, do not ask people.
            let verdict =
                if work.adopted { Verdict::RetryAt(now) } else { Verdict::Park(gone(work, company)) };
            count(&verdict, round);
            // What a company showed that is gone is nothing to compare with.
            if let Some(mut link) = write.link(work.link.id).await?.filter(|link| link.bitrix.is_some()) {
                link.bitrix = None;
                write.save_link(&link).await?;
            }
            write.settle(&work.delivery, &verdict, None, now).await?;
            warn!(link = %work.link.id, company, "Company {company} is not in the portal any more");
        }
        write.commit().await?;
        Ok(())
    }
}

pub(super) fn count(verdict: &Verdict, round: &mut Round) {
    match verdict {
        Verdict::Park(_) => round.parked += 1,
        Verdict::RetryAt(_) | Verdict::PutBackUntil(_) => round.again += 1,
        Verdict::Settled => {}
    }
}

fn done_to(work: &Work) -> Done {
    // An intent to create that left a company behind is still a creation.
    let creating = work.delivery.intent.as_ref().is_some_and(|intent| intent.what == Done::Created.as_str());
    if creating {
        Done::Created
    } else if work.adopted {
        Done::Linked
    } else {
        Done::Updated
    }
}

fn gone(work: &Work, company: i64) -> Reason {
    let shown = work.link.onec.as_ref().map(|onec| onec.snapshot.clone()).unwrap_or_default();
    Reason::new(
        ReasonCode::GoneInPortal,
        format!(
            "«{}» не передан: компания № {company} удалена в Битрикс24 или недоступна пользователю вебхука. \
             Восстановите её или повторите передачу (parom parked retry): тогда будет создана новая.",
            shown.title()
        ),
    )
}

fn own_company(work: &Work) -> Reason {
    let shown = work.link.onec.as_ref().map(|onec| onec.snapshot.clone()).unwrap_or_default();
    Reason::new(
        ReasonCode::OwnCompany,
        format!(
            "«{}» (ИНН {}) не передан: с этим ИНН в Битрикс24 записана ваша собственная компания (№ {}). Если это \
             клиент, создайте для него в Битрикс24 отдельную компанию с реквизитами и повторите передачу.",
            shown.title(),
            work.inn(),
            work.link.company_id.unwrap_or_default(),
        ),
    )
}

fn exhausted(work: &Work) -> Reason {
    let shown = work.link.onec.as_ref().map(|onec| onec.snapshot.clone()).unwrap_or_default();
    Reason::new(
        ReasonCode::Exhausted,
        format!(
            "«{}» не передан: Битрикс24 много раз не ответил именно на эту запись, хотя другие проходят. Проверьте \
             журнал ошибок портала, затем повторите передачу (parom parked retry).",
            shown.title()
        ),
    )
}
