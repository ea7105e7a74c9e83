//! Documents: taken with or without their content, version by version.

use bytes::Bytes;
use domain::{DocumentKind, OneCRef, ShownDocument, Timestamp};
use futures::{Stream, StreamExt as _};
use store::{DocumentRow, StoreError, Write};

use super::{deal_of, is_stale, want_faces};
use crate::Engine;
use crate::pushed::Pushed;

/// The longest name of a file: file systems of portals take 255 bytes, and a Russian letter has two.
const NAME_CHARS_MAX: usize = 110;

/// Why a content was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ContentError<E> {
    /// The stream broke; nothing of it was kept.
    #[error("the content broke off")]
    Broken(E),
    /// The database; nothing of it was kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Engine {
    /// Takes documents, all of them in one transaction; the answers stand in their order.
    pub async fn show_documents(&self, shown: Vec<ShownDocument>) -> Result<Vec<Pushed>, StoreError> {
        let now = self.clock.now();
        let mut write = self.store.begin().await?;
        let mut answers = Vec::with_capacity(shown.len());
        for shown in shown {
            answers.push(show(&mut write, shown, now).await?);
        }
        write.commit().await?;
        self.wake_faces();
        Ok(answers)
    }

    /// Takes the content of a document as it arrives, in short transactions; it becomes the document's newest version
    /// in one. Where the stream breaks, everything stays as it was.
    pub async fn take_content<E>(
        &self,
        onec_ref: OneCRef,
        mut content: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<Pushed, ContentError<E>> {
        if self.store.document(onec_ref).await?.is_none() {
            return Ok(Pushed::Rejected(
                "Парому не известен такой документ. Сначала передайте его запись: POST /1c/v1/documents."
                    .to_owned(),
            ));
        }
        let name = format!("arriving-{}", self.ids.delivery());
        let mut arriving = self.store.arriving(name, self.clock.now()).await?;
        while let Some(piece) = content.next().await {
            match piece {
                Ok(piece) => arriving.push(&piece).await?,
                Err(error) => {
                    arriving.discard().await?;
                    return Err(ContentError::Broken(error));
                }
            }
        }
        arriving.end().await?;
        let now = self.clock.now();
        let mut write = self.store.begin().await?;
        let arrived = write.finish_arriving(arriving).await?;
        let Some(mut row) = write.document(onec_ref).await? else {
            return Ok(Pushed::Rejected("Документ удалён, пока передавалось его содержимое.".to_owned()));
        };
        let answer = if row.content == Some(arrived) {
            Pushed::Unchanged
        } else {
            row.content = Some(arrived);
            row.seen_at = now;
            write.put_document(&row).await?;
            want_faces(&mut write, [row.deal_id, row.placed.as_ref().map(|placed| placed.deal)], now).await?;
            Pushed::Accepted(waits_for(&row))
        };
        write.commit().await?;
        self.wake_faces();
        Ok(answer)
    }
}

async fn show(write: &mut Write, shown: ShownDocument, now: Timestamp) -> Result<Pushed, StoreError> {
    let before = write.document(shown.onec_ref).await?;
    if let Some(before) = &before
        && is_stale(shown.changed_at, before.changed_at)
    {
        return Ok(Pushed::Unchanged);
    }
    let has_content = shown.content.is_some();
    let mut row = match told(before.as_ref(), &shown, now) {
        Ok(row) => row,
        Err(refusal) => return Ok(Pushed::Rejected(refusal)),
    };
    if let Some(content) = shown.content {
        let digest = write.put_blob(&content).await?;
        row.content = Some((digest, content.len() as u64));
    }
    row.deal_id = deal_of(write, row.inquiry_ref, row.told_deal).await?;
    let is_news = before.as_ref().is_none_or(|before| !is_same(before, &row));
    let is_newer = before.as_ref().is_none_or(|before| before.changed_at != row.changed_at);
    if is_news || is_newer {
        write.put_document(&row).await?;
    }
    if is_news {
        let was_at = before.as_ref().and_then(|before| before.deal_id);
        want_faces(write, [was_at, row.deal_id], now).await?;
    }
    // Without its content 1C may mean another version than the one that is here: it is asked for.
    let awaits = !has_content && !row.is_deleted && (row.content.is_none() || is_news || is_newer);
    Ok(match (awaits, is_news) {
        (true, _) => Pushed::AwaitingContent,
        (false, true) => Pushed::Accepted(waits_for(&row)),
        (false, false) => Pushed::Unchanged,
    })
}

/// The document as 1C tells it now: what it does not speak of stays.
fn told(before: Option<&DocumentRow>, shown: &ShownDocument, now: Timestamp) -> Result<DocumentRow, String> {
    let kind = shown.kind.or(before.map(|before| before.kind));
    let Some(kind) = kind else {
        return Err("Поле kind: не указан вид документа; нужно quotation, contract или invoice.".to_owned());
    };
    // Whoever names another inquiry means that one alone.
    let names_place = shown.inquiry.is_some() || shown.deal_id.is_some();
    let (inquiry_ref, told_deal) = match before {
        Some(before) if !names_place => (before.inquiry_ref, before.told_deal),
        _ => (shown.inquiry, shown.deal_id),
    };
    if inquiry_ref.is_none() && told_deal.is_none() {
        return Err("Не указано, к чему относится документ: нужно поле inquiry (ссылка на «Запрос») или deal_id (номер сделки).".to_owned());
    }
    let kept = |text: &Option<String>, before: Option<&String>| {
        text.clone().or_else(|| before.cloned()).unwrap_or_default()
    };
    let number = kept(&shown.number, before.map(|before| &before.number));
    let date = shown.date.unwrap_or(before.and_then(|before| before.date));
    let name = match (&shown.file_name, before) {
        (Some(name), _) => name.clone(),
        (None, Some(before)) => before.file_name.clone(),
        (None, None) => String::new(),
    };
    Ok(DocumentRow {
        onec_ref: shown.onec_ref,
        kind,
        inquiry_ref,
        told_deal,
        deal_id: None,
        file_name: file_name(&name, kind, &number, date),
        number,
        date,
        amount: shown.amount.unwrap_or(before.and_then(|before| before.amount)),
        currency: kept(&shown.currency, before.map(|before| &before.currency)),
        content: before.and_then(|before| before.content),
        is_deleted: shown.deleted.unwrap_or(before.is_some_and(|before| before.is_deleted)),
        changed_at: shown.changed_at.or(before.and_then(|before| before.changed_at)),
        seen_at: now,
        placed: before.and_then(|before| before.placed.clone()),
    })
}

/// Whether two tellings mean the same document in the same version.
fn is_same(before: &DocumentRow, now: &DocumentRow) -> bool {
    let bare =
        |row: &DocumentRow| DocumentRow { changed_at: None, seen_at: Timestamp::UNIX_EPOCH, ..row.clone() };
    bare(before) == bare(now)
}

fn waits_for(row: &DocumentRow) -> String {
    if row.deal_id.is_none() && !row.is_deleted {
        "Парому ещё не известен запрос этого документа: документ принят и попадёт в сделку, как только 1С передаст \
         запрос."
            .to_owned()
    } else {
        String::new()
    }
}

/// The name under which people find the file: without what file systems and portals do not take, and with `.pdf`.
fn file_name(said: &str, kind: DocumentKind, number: &str, date: Option<domain::Date>) -> String {
    let mut name: String = said
        .chars()
        .map(|letter| if "\\/:*?\"<>|".contains(letter) || letter.is_control() { ' ' } else { letter })
        .collect();
    name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let bare = match name.char_indices().rev().nth(3) {
        Some((at, _)) if name[at..].eq_ignore_ascii_case(".pdf") => name[..at].trim_end().to_owned(),
        _ => name,
    };
    let bare = bare.trim_matches(|letter: char| letter == '.' || letter.is_whitespace());
    let bare = if bare.is_empty() { called(kind, number, date) } else { bare.to_owned() };
    let bare: String = bare.chars().take(NAME_CHARS_MAX).collect();
    format!("{}.pdf", bare.replace(['/', '\\'], " ").trim_end())
}

/// «Счёт СЧ-0042 от 23.11.2026».
pub(crate) fn called(kind: DocumentKind, number: &str, date: Option<domain::Date>) -> String {
    let mut name = kind.title().to_owned();
    if !number.is_empty() {
        name = format!("{name} {number}");
    }
    if let Some(date) = date {
        name = format!("{name} от {}", date.strftime("%d.%m.%Y"));
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(said: &str) -> String {
        file_name(said, DocumentKind::Invoice, "СЧ-0042", "2026-11-23".parse().ok())
    }

    #[test]
    fn a_file_has_a_name_that_every_portal_takes() {
        assert_eq!(named("Счёт СЧ-0042 от 23.11.2026.pdf"), "Счёт СЧ-0042 от 23.11.2026.pdf");
        assert_eq!(named("Счёт 1/2: \"проект\".PDF"), "Счёт 1 2 проект.pdf");
        assert_eq!(named("../../etc/passwd"), "etc passwd.pdf");
        assert_eq!(named(""), "Счёт СЧ-0042 от 23.11.2026.pdf");
        assert_eq!(named(".pdf"), "Счёт СЧ-0042 от 23.11.2026.pdf");
        assert_eq!(named(&"ы".repeat(400)).chars().count(), NAME_CHARS_MAX + 4);
    }
}
