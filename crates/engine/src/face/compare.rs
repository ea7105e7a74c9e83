//! Finds what somebody changed by hand in the fields that are 1C's. They are restored, and it is said so.

use std::collections::BTreeMap;

use bitrix::Listing;
use bitrix::wire::DEAL;
use domain::{DocumentKind, OneCRef};
use serde_json::Value;
use store::{Entity, Face, FaceRow, NewLook, Placed};
use tracing::warn;

use super::desired::is_shown;
use super::fields::DealField;
use super::show::text_of;
use crate::Engine;
use crate::engine::EngineError;

/// Deals compared together: fifty of a command, fifty commands of a request.
const TOGETHER: usize = 2500;

impl Engine {
    /// Compares every deal that shows something of 1C with what it should show. Returns how many differ; they are
    /// written by the next rounds of [`show_deals`](Self::show_deals).
    pub(crate) async fn compare_faces(&self) -> Result<usize, EngineError> {
        let mut differing = 0;
        let mut after = 0;
        loop {
            let page = self.store.faces_page(after, TOGETHER).await?;
            let Some(last) = page.last() else { return Ok(differing) };
            after = last.deal_id;
            // What is under way is looked at by who writes it.
            let still: Vec<FaceRow> = page.into_iter().filter(|face| face.due_at.is_none()).collect();
            if !still.is_empty() {
                differing += self.compare_page(still).await?;
            }
        }
    }

    async fn compare_page(&self, faces: Vec<FaceRow>) -> Result<usize, EngineError> {
        let mut schema = self.schema.lock().await;
        schema.refresh(&self.client, self.clock.now()).await?;
        let fields = &self.settings.deal_fields;
        let wires: BTreeMap<DealField, String> = fields
            .all()
            .filter_map(|(field, _)| Some((field, schema.wire(fields, field)?.to_owned())))
            .collect();
        // The lock is held on: nobody writes these deals while they are compared.
        let listing =
            Listing::items(DEAL).select(std::iter::once("id".to_owned()).chain(wires.values().cloned()));
        let ids = faces.iter().map(|face| face.deal_id);
        let rows: Vec<Value> = self.client.pages_of(listing, "id", ids).all_as().await?;
        let rows: BTreeMap<i64, Value> = rows
            .into_iter()
            .filter_map(|row| {
                let id = row.get("id")?;
                Some((id.as_i64().or_else(|| id.as_str()?.parse().ok())?, row))
            })
            .collect();
        let mut differing = 0;
        for face in faces {
            let Some(row) = rows.get(&face.deal_id) else {
                let look = NewLook { entity: Entity::Deal, entity_id: face.deal_id, owner_id: None };
                self.notice(&[look]).await?;
                continue;
            };
            differing += usize::from(self.compare_face(&face, row, &wires).await?);
        }
        Ok(differing)
    }

    async fn compare_face(
        &self,
        face: &FaceRow,
        row: &Value,
        wires: &BTreeMap<DealField, String>,
    ) -> Result<bool, EngineError> {
        let deal = face.deal_id;
        let mut found: Vec<(DealField, String, String)> = Vec::new();
        let mut shown: Face = face.shown.clone();
        for (field, wire) in wires.iter().filter(|(field, _)| field.document().is_none()) {
            let wanted = face.shown.get(field.as_str()).map_or("", String::as_str);
            let there = row.get(wire).map(text_of).unwrap_or_default();
            // What Parom never filled is not its own.
            if face.shown.contains_key(field.as_str()) && !is_shown(*field, wanted, &there) {
                found.push((*field, wanted.to_owned(), there.clone()));
                shown.insert(field.as_str().to_owned(), there);
            }
        }
        let missing: Vec<(OneCRef, Placed)> = self
            .store
            .documents_of_deal(deal)
            .await?
            .into_iter()
            .filter_map(|document| Some((document.onec_ref, document.placed?)))
            .filter(|(_, placed)| placed.deal == deal && !holds(row, wires, placed.kind, placed.file_id))
            .collect();
        if found.is_empty() && missing.is_empty() {
            return Ok(false);
        }
        let now = self.clock.now();
        let mut write = self.store.begin().await?;
        for (field, wanted, there) in &found {
            let title = field.title();
            warn!(deal, field = title, "Somebody changed a field that is 1C's; it is restored");
            let there = if there.is_empty() { "пусто" } else { there };
            let text = format!(
                "Поле «{title}» изменили вручную ({there}); возвращено значение из 1С: {wanted}. Его ведёт 1С: исправьте \
                 данные там."
            );
            write.note_deal(&format!("restored/{deal}/{}/{now}", field.as_str()), deal, &text, now).await?;
        }
        for (document, placed) in &missing {
            warn!(deal, file = placed.file_id, "Somebody removed a file that is 1C's; it is restored");
            write.place_document(*document, None).await?;
        }
        write.set_face(deal, &shown).await?;
        write.want_face(deal, now).await?;
        write.commit().await?;
        Ok(true)
    }
}

fn holds(row: &Value, wires: &BTreeMap<DealField, String>, kind: DocumentKind, file: i64) -> bool {
    let Some(wire) = wires.get(&DealField::of(kind)) else { return true };
    bitrix::FieldFile::read_all(row.get(wire)).iter().any(|there| there.id == file)
}
