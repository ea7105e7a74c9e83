//! What a visitor of the console finds; a demo in which something is missing has failed.

use anyhow::{Context, bail};
use engine::{By, Engine, Found, Task};
use store::{DocumentShelf, HeldKind, Tallies};

use super::cast::Cast;
use super::way_back::patience;
use crate::show::{self, Table, number};

/// Shows how many there are of everything that the story promises.
pub(super) async fn tell(cast: &Cast, engine: &Engine) -> anyhow::Result<()> {
    let differences = reconcile(cast, engine).await?;
    let tallies = cast.app.store.tallies().await?;
    let files = files(cast).await?;
    let mut table = Table::new(["В консоли", "Сколько"]).numbers_in(1);
    let differences = ("расхождения последней сверки", differences);
    for (what, count) in promised(&tallies, files).into_iter().chain([differences]) {
        if count <= 0 {
            bail!("рассказ не удался: {what} — {count}");
        }
        table.row([what.to_owned(), number(count.unsigned_abs())]);
    }
    show::say(table)?;
    Ok(())
}

fn promised(tallies: &Tallies, files: i64) -> [(&'static str, i64); 9] {
    let largest =
        tallies.held.iter().filter(|held| held.kind == HeldKind::ToBitrix).map(|held| held.count).max();
    [
        ("контрагенты, которые знают обе стороны", tallies.linked),
        ("поля, изменённые с обеих сторон", tallies.held_of(HeldKind::Conflict)),
        ("контрагенты, которых держит одна причина", largest.filter(|count| *count > 1).unwrap_or_default()),
        ("запросы в 1С", tallies.inquiries.known),
        ("сделки, которые ждут", tallies.held_of(HeldKind::InquiryWaiting)),
        ("сделки, которые 1С отклонила", tallies.held_of(HeldKind::Inquiry)),
        ("документы с файлом PDF", files),
        ("оплаты и возвраты", tallies.payments.counted),
        ("дошло до Битрикс24", tallies.bitrix.outcomes.values().sum()),
    ]
}

/// The first reconciliation came before anything had crossed; what this one finds is what a person has to decide.
async fn reconcile(cast: &Cast, engine: &Engine) -> anyhow::Result<i64> {
    let task = Task::Reconcile { heals: false, asks_onec: false };
    let job = engine.start(task, &By::command_line()).await?;
    let begun = cast.app.clock.now();
    loop {
        let progress = engine.progress(job).await?.context("сверка забыта")?;
        if progress.ended_at.is_some() {
            let Found::Reconcile(found) = progress.found else {
                bail!("сверка не удалась: {:?}", progress.trouble)
            };
            return Ok(i64::try_from(found.found).unwrap_or(i64::MAX));
        }
        patience(cast, begun, "сверка не закончилась").await?;
    }
}

/// Documents that are in their deal, and whose content Parom has as well.
async fn files(cast: &Cast) -> anyhow::Result<i64> {
    let store = &cast.app.store;
    let mut files = 0;
    for document in store.documents_list(DocumentShelf::All, "", None, DOCUMENTS_MAX).await? {
        let Some((digest, length)) = document.content.filter(|_| document.placed.is_some()) else { continue };
        let content = store.blob(&digest).await?.unwrap_or_default();
        files += i64::from(content.starts_with(b"%PDF-") && content.len() as u64 == length);
    }
    Ok(files)
}

/// More than the demo makes.
const DOCUMENTS_MAX: usize = 50;
