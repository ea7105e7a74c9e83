//! Records in the timelines of deals: «Счёт СЧ-0042 от 23.11.2026 загружен из 1С». Kept with what they tell of, written
//! once: after an answer that never came the timeline is looked at first.

use bitrix::wire::DEAL;
use bitrix::{Args, Chain, Command, Outcome, pack};
use domain::SignedDuration;
use serde_json::Value;
use store::{DealNote, NewTranscript};
use tracing::warn;

use crate::Engine;
use crate::engine::EngineError;
use crate::transcript;

/// Records of one go; their look-ups, and they themselves, fit a request each.
const TOGETHER: usize = 50;
/// How long somebody who died while writing is waited for, and a portal that could not.
const AGAIN: SignedDuration = SignedDuration::from_mins(5);
/// Records tried so often are given up: they are an explanation, not data.
const ATTEMPTS_MAX: u32 = 20;
/// The heading of our records.
const TITLE: &str = "Паром";
/// An icon that every portal has. <https://apidocs.bitrix24.com/api-reference/crm/timeline/logmessage/crm-timeline-logmessage-add.html>
const ICON: &str = "info";

impl Engine {
    /// Writes the records that are due; how many. Asks nothing of the portal when none are.
    pub async fn write_notes(&self) -> Result<usize, EngineError> {
        let now = self.clock.now();
        let mut write = self.store.begin().await?;
        let due = write.take_deal_notes(TOGETHER, now, now + AGAIN).await?;
        if due.is_empty() {
            return Ok(0);
        }
        write.commit().await?;
        let written = self.notes_there(&due).await?;
        let (done, open): (Vec<_>, Vec<_>) =
            due.into_iter().zip(written).partition(|(note, there)| *there || note.attempts > ATTEMPTS_MAX);
        let mut done: Vec<DealNote> = done.into_iter().map(|(note, _)| note).collect();
        let open: Vec<DealNote> = open.into_iter().map(|(note, _)| note).collect();
        let mut transcripts = Vec::new();
        let said = self.say_notes(&open, &mut transcripts).await;
        if let Ok(said) = &said {
            done.extend(said.iter().map(|place| open[*place].clone()));
        }
        let mut write = self.store.begin().await?;
        write.keep_transcripts(&transcripts, transcript::KEPT_MAX).await?;
        for note in &done {
            write.deal_noted(&note.topic).await?;
        }
        write.commit().await?;
        said?;
        Ok(done.len())
    }

    /// Which of these an earlier attempt has written although its answer was lost.
    async fn notes_there(&self, notes: &[DealNote]) -> Result<Vec<bool>, EngineError> {
        let mut there = vec![false; notes.len()];
        let asked: Vec<usize> = (0..notes.len()).filter(|place| notes[*place].attempts > 0).collect();
        let chains = asked.iter().map(|place| {
            let args = Args::new()
                .set("entityTypeId", DEAL)
                .set("entityId", notes[*place].deal_id)
                .set("order", Args::new().set("id", "DESC"));
            Chain::of(Command::new("l", "crm.timeline.logmessage.list", args)).expect("one plain command")
        });
        for batch in pack(chains) {
            let answer = self.client.batch(&batch).await?;
            for piece in batch.pieces() {
                let place = asked[piece.index];
                if let Outcome::Done(result) = answer.outcome(piece.index, "l") {
                    there[place] = texts(result).any(|text| text == notes[place].text);
                }
            }
        }
        Ok(there)
    }

    /// The places of those that were written, or will never be.
    async fn say_notes(
        &self,
        notes: &[DealNote],
        transcripts: &mut Vec<NewTranscript>,
    ) -> Result<Vec<usize>, EngineError> {
        let chains = notes.iter().map(|note| {
            let fields = Args::new()
                .set("entityTypeId", DEAL)
                .set("entityId", note.deal_id)
                .set("title", TITLE)
                .set("text", note.text.as_str())
                .set("iconCode", ICON);
            let command = Command::new("n", "crm.timeline.logmessage.add", Args::new().set("fields", fields));
            Chain::of(command).expect("one plain command")
        });
        let mut said = Vec::new();
        for batch in pack(chains) {
            let at = self.clock.now();
            let answer = self.client.batch(&batch).await;
            transcripts.extend(batch.pieces().iter().map(|piece| {
                let lines = transcript::of_piece(&self.client, piece, &answer);
                transcript::of_deal(notes[piece.index].deal_id, at, self.since(at), lines)
            }));
            let answer = answer?;
            for piece in batch.pieces() {
                match answer.outcome(piece.index, "n") {
                    Outcome::Done(_) => said.push(piece.index),
                    Outcome::Refused(error) => {
                        let deal = notes[piece.index].deal_id;
                        warn!(deal, error = %error, "A record was refused by the timeline: {error}");
                        said.push(piece.index);
                    }
                    Outcome::NotRun => {}
                }
            }
        }
        Ok(said)
    }
}

fn texts(result: &Value) -> impl Iterator<Item = &str> {
    let rows = result.get("logMessages").or_else(|| result.get("items")).unwrap_or(result);
    rows.as_array().into_iter().flatten().filter_map(|row| row.get("text")?.as_str())
}
