//! Tasks into batches, and the answer of a batch back into what became of each task.

use bitrix::{
    ApiError, ApiErrorKind, BATCH_COMMANDS_MAX, Batch, BatchAnswer, CallError, Chain, Command, Outcome,
    Piece, pack,
};

use crate::card::{COMPANY_KEY, REQUISITE_KEY};

/// A batch and whose commands it carries.
pub(super) struct Sending {
    pub(super) batch: Batch,
    /// For every chain of the batch: its place in the packing, its task.
    tasks: Vec<(usize, usize)>,
}

impl Sending {
    /// The commands of each task, with the task's place.
    pub(super) fn pieces(&self) -> impl Iterator<Item = (&Piece, usize)> {
        let place = |piece: &Piece| self.tasks.iter().find(|(place, _)| *place == piece.index);
        self.batch.pieces().iter().filter_map(move |piece| Some((piece, place(piece)?.1)))
    }
}

/// What became of the commands of a task.
#[derive(Debug, PartialEq)]
pub(super) enum Written {
    /// All done. The ids of what was made, if something was.
    Whole { company: Option<i64>, requisite: Option<i64> },
    /// Some were done; the rest follows when the card has been read again.
    Partly { company: Option<i64>, requisite: Option<i64>, text: String },
    /// The portal wants no such e-mail, and nothing was made.
    BadEmail,
    /// Another company has the ИНН. The company that was made for it, if it was made now, is without a requisite.
    RepeatedInn { company: Option<i64> },
    /// The portal wants nothing of it, and nothing was made.
    Refused(String),
    /// Nobody knows.
    Unclear,
    /// Surely nothing happened.
    NotDone(CallError),
}

/// The commands of all tasks in as few requests as possible. Those marked as loners get a request each.
pub(super) fn sendings<'a>(tasks: impl Iterator<Item = (&'a [Command], bool)>) -> Vec<Sending> {
    let mut together = Vec::new();
    let mut places = Vec::new();
    let mut sendings = Vec::new();
    for (task, (commands, alone)) in tasks.enumerate() {
        let chain = chain(commands);
        if alone {
            sendings.push(Sending { batch: Batch::of(chain), tasks: vec![(0, task)] });
        } else {
            together.push(chain);
            places.push(task);
        }
    }
    sendings.extend(pack(together).into_iter().map(|batch| {
        let tasks = batch.pieces().iter().map(|piece| (piece.index, places[piece.index])).collect();
        Sending { batch, tasks }
    }));
    sendings
}

/// A counterparty with more bank accounts than fit a batch crosses in several goes: reading back finds the rest
/// missing. No command refers to one behind it, so the head of a chain is a chain.
fn chain(commands: &[Command]) -> Chain {
    let head = &commands[..commands.len().min(BATCH_COMMANDS_MAX)];
    Chain::new(head.to_vec()).expect("a card's commands have distinct keys and refer only backwards")
}

/// What a batch did to each of its tasks.
pub(super) fn outcomes(sending: &Sending, answer: Result<BatchAnswer, CallError>) -> Vec<(usize, Written)> {
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => {
            let what = |error: &CallError| {
                if error.may_have_run() { Written::Unclear } else { Written::NotDone(error.clone()) }
            };
            return sending.tasks.iter().map(|(_, task)| (*task, what(&error))).collect();
        }
    };
    // A right that is missing for everybody is the lane's trouble, for one record it is the record's.
    let chains: Vec<_> =
        sending.tasks.iter().map(|(place, task)| (*task, written(sending, *place, &answer))).collect();
    let somebody_passed = chains.iter().any(|(_, written)| matches!(written, Written::Whole { .. }));
    match answer.denied() {
        Some(denied) if !somebody_passed => chains
            .into_iter()
            .map(|(task, written)| match written {
                Written::Refused(_) => (task, Written::NotDone(denied.clone())),
                other => (task, other),
            })
            .collect(),
        _ => chains,
    }
}

fn written(sending: &Sending, place: usize, answer: &BatchAnswer) -> Written {
    let piece =
        sending.batch.pieces().iter().find(|piece| piece.index == place).expect("a task has its piece");
    let (mut done, mut refusal, mut not_run) = (0, None::<&ApiError>, false);
    let (mut company, mut requisite) = (None, None);
    for command in piece.chain.commands() {
        match answer.outcome(place, &command.key) {
            outcome @ Outcome::Done(_) => {
                done += 1;
                match (command.key.as_str(), command.method.as_str()) {
                    (COMPANY_KEY, "crm.company.add") => company = outcome.id(),
                    (REQUISITE_KEY, "crm.requisite.add") => requisite = outcome.id(),
                    _ => {}
                }
            }
            // It is there already; reading back says whether it is right.
            Outcome::Refused(error) if error.kind() == ApiErrorKind::Duplicate => done += 1,
            // Of an ИНН that is another's everything behind it is refused as well.
            Outcome::Refused(error) if error.kind() == ApiErrorKind::RepeatedInn => refusal = Some(error),
            Outcome::Refused(error) => {
                refusal.get_or_insert(error);
            }
            Outcome::NotRun => not_run = true,
        }
    }
    match refusal {
        None if !not_run => Written::Whole { company, requisite },
        None if done == 0 => Written::Unclear,
        None => Written::Partly {
            company, requisite, text: "портал не успел выполнить все команды".into()
        },
        Some(error) if error.kind() == ApiErrorKind::RepeatedInn => Written::RepeatedInn { company },
        Some(error) if done == 0 && error.kind() == ApiErrorKind::BadEmail => Written::BadEmail,
        Some(error) if done == 0 => Written::Refused(error.to_string()),
        Some(error) => Written::Partly { company, requisite, text: error.to_string() },
    }
}
