//! Deals and documents that wait: what 1C rejected, what a deal cannot show, what has no content or no inquiry yet.

use domain::{Reason, ReasonCode};
use serde::Serialize;
use store::{InquiryState, Store};

use crate::show::{self, Table};

/// Rows read at once.
const PAGE: usize = 500;

/// Something that waits.
struct Waiting {
    deal: Option<i64>,
    title: String,
    reason: Reason,
}

/// Shows up to `limit` of them; whether there are any. A deal that waits for its client or its company is shown only to
/// whoever asks for that cause: it is mended at the company, or will be by itself.
pub(super) async fn as_table(
    store: &Store,
    reason: Option<ReasonCode>,
    limit: usize,
) -> anyhow::Result<bool> {
    let mut table = Table::new(["Сделка", "Название", "Причина", "Что случилось и что сделать"]);
    let mut shown = 0;
    each(store, reason, |waiting| {
        if shown < limit {
            shown += 1;
            let deal = waiting.deal.map(|deal| deal.to_string()).unwrap_or_default();
            table.row([deal, waiting.title, waiting.reason.code.title().to_owned(), waiting.reason.text]);
        }
        Ok(())
    })
    .await?;
    if shown > 0 {
        show::say("Сделки, запросы и документы, которые ждут:")?;
        show::say(table)?;
    }
    Ok(shown > 0)
}

/// The same for programs, all of them.
pub(super) async fn as_lines(store: &Store, reason: Option<ReasonCode>) -> anyhow::Result<bool> {
    let mut any = false;
    each(store, reason, |waiting| {
        any = true;
        let line = Line {
            deal: waiting.deal,
            title: &waiting.title,
            reason: waiting.reason.code.as_str(),
            text: &waiting.reason.text,
        };
        Ok(show::say(serde_json::to_string(&line)?)?)
    })
    .await?;
    Ok(any)
}

#[derive(Serialize)]
struct Line<'r> {
    deal: Option<i64>,
    title: &'r str,
    reason: &'static str,
    text: &'r str,
}

async fn each(
    store: &Store,
    wanted: Option<ReasonCode>,
    mut show: impl FnMut(Waiting) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut after = 0;
    loop {
        let page = store.inquiries_held(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.deal_id;
        for row in page {
            let (reason, needs_person) = match row.state {
                InquiryState::Rejected(reason) => (reason, true),
                InquiryState::Waits(reason) => (reason, false),
                _ => continue,
            };
            if wanted.map_or(needs_person, |wanted| wanted == reason.code) {
                show(Waiting { deal: Some(row.deal_id), title: row.title, reason })?;
            }
        }
    }
    let mut after = 0;
    loop {
        let page = store.faces_held(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.deal_id;
        for face in page {
            let Some(reason) = face.reason.filter(|reason| wanted.is_none_or(|wanted| wanted == reason.code))
            else {
                continue;
            };
            let known = store.inquiries(&[face.deal_id]).await?.pop();
            let title = known.map(|row| row.title).unwrap_or_default();
            show(Waiting { deal: Some(face.deal_id), title, reason })?;
        }
    }
    let mut after = String::new();
    loop {
        let page = store.documents_waiting(&after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.onec_ref.to_string();
        for document in page {
            if let Some(reason) =
                document.waits().filter(|reason| wanted.is_none_or(|wanted| wanted == reason.code))
            {
                show(Waiting { deal: document.deal_id, title: document.title(), reason })?;
            }
        }
    }
}
