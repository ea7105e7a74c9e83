//! What 1C tells of its «Запрос»: number, date, status, deletion mark.

use domain::{ShownInquiry, Timestamp};
use store::{Entity, InquiryRow, NewLook, StoreError, Write};

use crate::Engine;
use crate::pushed::Pushed;

impl Engine {
    /// Takes what 1C tells of inquiries, all of it in one transaction; the answers stand in its order.
    pub async fn show_inquiries(&self, shown: Vec<ShownInquiry>) -> Result<Vec<Pushed>, StoreError> {
        let now = self.clock.now();
        let mut write = self.store.begin().await?;
        let mut answers = Vec::with_capacity(shown.len());
        for shown in shown {
            answers.push(self.show_inquiry(&mut write, shown, now).await?);
        }
        write.commit().await?;
        self.wake_faces();
        Ok(answers)
    }

    async fn show_inquiry(
        &self,
        write: &mut Write,
        shown: ShownInquiry,
        now: Timestamp,
    ) -> Result<Pushed, StoreError> {
        let mut row = match whose(write, &shown, now).await? {
            Ok(row) => row,
            Err(refusal) => return Ok(Pushed::Rejected(refusal)),
        };
        if let (Some(said), Some(known)) = (shown.changed_at, row.paper_at)
            && said < known
        {
            return Ok(Pushed::Unchanged);
        }
        let mut paper = row.paper.clone().unwrap_or_default();
        if let Some(number) = shown.number {
            paper.number = number;
        }
        if let Some(date) = shown.date {
            paper.date = date;
        }
        if let Some(status) = shown.status {
            paper.status = status;
        }
        if let Some(deleted) = shown.deleted {
            paper.deleted = deleted;
        }
        let is_new_here = row.onec_ref != Some(shown.onec_ref);
        if !is_new_here && row.paper.as_ref() == Some(&paper) {
            if shown.changed_at > row.paper_at {
                row.paper_at = shown.changed_at;
                write.put_inquiry(&row).await?;
            }
            return Ok(Pushed::Unchanged);
        }
        row.onec_ref = Some(shown.onec_ref);
        row.paper = Some(paper);
        row.paper_at = shown.changed_at.or(row.paper_at);
        row.seen_at = now;
        if row.snapshot.is_none() {
            // The deal was not looked at so far: 1C named it first.
            let look = NewLook { entity: Entity::Deal, entity_id: row.deal_id, owner_id: None };
            write.look_at(&[look], now).await?;
            self.wake_collect();
        }
        self.plan_inquiry(write, &mut row, now).await?;
        write.put_inquiry(&row).await?;
        write.want_face(row.deal_id, now).await?;
        Ok(Pushed::Accepted(String::new()))
    }
}

/// The deal of which 1C speaks; or why there is none, in Russian.
async fn whose(
    write: &mut Write,
    shown: &ShownInquiry,
    now: Timestamp,
) -> Result<Result<InquiryRow, String>, StoreError> {
    if let Some(row) = write.inquiry_by_ref(shown.onec_ref).await? {
        let locked = write.inquiry(row.deal_id).await?.unwrap_or(row);
        return Ok(match shown.deal_id {
            Some(deal) if deal != locked.deal_id => Err(format!(
                "Этот запрос связан со сделкой № {}, а в записи указана сделка № {deal}. Исправьте deal_id.",
                locked.deal_id
            )),
            _ => Ok(locked),
        });
    }
    let Some(deal) = shown.deal_id else {
        return Ok(Err(
            "Парому не известен такой запрос, и в записи нет deal_id. Укажите номер сделки в Битрикс24; \
                       запросы, сделанные в 1С без сделки, передавать не нужно."
                .to_owned(),
        ));
    };
    let row = write.inquiry(deal).await?.unwrap_or_else(|| InquiryRow::new(deal, now));
    Ok(match row.onec_ref {
        Some(other) if other != shown.onec_ref => Err(format!(
            "У сделки № {deal} уже есть запрос в 1С с другим идентификатором ({other}). Один из двух запросов лишний: \
             пометьте его на удаление и не передавайте."
        )),
        _ => Ok(row),
    })
}
