//! Brings about what deals should show.

use std::collections::{BTreeMap, BTreeSet};

use bitrix::wire::DEAL;
use bitrix::{
    ApiErrorKind, Args, BatchAnswer, CallError, Chain, Command, Download, FieldFile, ItemUpdate, Listing,
    Outcome, pack,
};
use domain::{DocumentKind, OneCRef, Reason, ReasonCode, Side, SignedDuration, Timestamp};
use serde_json::Value;
use store::{
    Digest, DocumentRow, Face, FaceIntent, FaceRow, Happened, InquiryRow, Line, NewTranscript, Placed,
    StoreError, Subject,
};
use tracing::{debug, info, warn};

use super::desired::{desired, is_shown};
use super::fields::{DealField, DealFields};
use super::files::{self, FilePlan, Held};
use super::schema::Schema;
use crate::Engine;
use crate::engine::EngineError;
use crate::papers::documents::called;
use crate::transcript;

/// Deals of one round: their values fit a request.
const TOGETHER: usize = 50;
/// Deals whose files are read together, right before they are written one after the other.
const FILES_TOGETHER: usize = 6;
/// A reading older than this is repeated before it is relied on: an employee may have added a file since.
const FRESH: SignedDuration = SignedDuration::from_secs(2);
/// Content of one request. The largest document fits; beside it nothing does.
const CONTENT_MAX: u64 = 24 * 1024 * 1024;
/// How long a round may work before somebody else takes its deals over.
const BUSY: SignedDuration = SignedDuration::from_mins(15);
/// When a field is missing, it is looked for again after this.
const FIELD_PAUSE: SignedDuration = SignedDuration::from_mins(10);

/// What one round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// Deals that were due.
    pub due: usize,
    /// Deals that show what they should now.
    pub done: usize,
    /// Files written.
    pub files: usize,
    /// Deals that are tried again later.
    pub again: usize,
    /// Deals that wait for a person.
    pub parked: usize,
}

/// A deal with everything that decides what it shows.
struct Job {
    face: FaceRow,
    row: InquiryRow,
    documents: Vec<DocumentRow>,
    wanted: Face,
    /// What was said to the portal, until it is kept with what came of it.
    said: Vec<NewTranscript>,
}

/// The files of a deal as they were read, and the values of its fields.
struct Item {
    values: Value,
}

impl Engine {
    /// One round: deals that are due are shown what 1C told. Asks nothing of the portal when none are.
    pub async fn show_deals(&self) -> Result<Shown, EngineError> {
        let now = self.clock.now();
        let mut write = self.store.begin().await?;
        let due = write.take_faces(TOGETHER, now, now + BUSY).await?;
        if due.is_empty() {
            return Ok(Shown::default());
        }
        write.commit().await?;
        let mut shown = Shown { due: due.len(), ..Shown::default() };
        let mut schema = self.schema.lock().await;
        if let Err(error) = schema.refresh(&self.client, now).await {
            self.face_trouble(&due, &error, &mut shown).await?;
            return Ok(shown);
        }
        let mut values = Vec::new();
        let mut with_files = Vec::new();
        for face in due {
            let again = shown.again;
            let Some(job) = self.job(face, &schema, &mut shown).await? else {
                if shown.again > again {
                    // `setup` may have made the field by the next time, in another process.
                    schema.forget();
                }
                continue;
            };
            let files = job.face.intent.is_some() || files::is_due(job.row.deal_id, &job.documents);
            if files || job.face.checks {
                with_files.push(job);
            } else if job.wanted == job.face.shown {
                self.face_done(&job, &job.wanted, None, &mut shown).await?;
            } else {
                values.push(job);
            }
        }
        self.show_values(values, &schema, &mut shown).await?;
        for jobs in portions(with_files) {
            self.show_files(jobs, &mut schema, &mut shown).await?;
        }
        Ok(shown)
    }

    /// What decides about a deal; nothing where it cannot be shown, which has been written down.
    async fn job(
        &self,
        face: FaceRow,
        schema: &Schema,
        shown: &mut Shown,
    ) -> Result<Option<Job>, EngineError> {
        let deal = face.deal_id;
        let now = self.clock.now();
        let known = self.store.inquiries(&[deal]).await?.pop();
        let is_read = known.as_ref().is_some_and(|row| row.snapshot.is_some());
        let row = known.unwrap_or_else(|| InquiryRow::new(deal, now));
        if row.is_gone {
            let why = Reason::new(
                ReasonCode::DealGone,
                format!("Сделка № {deal} удалена в Битрикс24: показать документы и оплаты из 1С негде."),
            );
            self.park_face(&face, &why, shown).await?;
            return Ok(None);
        }
        if !is_read {
            // 1C named the deal before Parom has read it: its currency is not known yet.
            let look = store::NewLook { entity: store::Entity::Deal, entity_id: deal, owner_id: None };
            self.notice(&[look]).await?;
            let mut write = self.store.begin().await?;
            write.face_again(&face, now + self.settings.sweep_every, None, false).await?;
            write.commit().await?;
            shown.again += 1;
            return Ok(None);
        }
        let documents = self.store.documents_of_deal(deal).await?;
        let payments = self.store.payments_of_deal(deal).await?;
        let wanted = desired(&row, &payments, &self.settings.deal_fields);
        let job = Job { face, row, documents, wanted, said: Vec::new() };
        if let Some(missing) = self.missing(&job, schema) {
            let text = format!("Показать в сделке «{}» (№ {deal}) не удаётся: {missing}.", job.row.title);
            let why = Reason::new(ReasonCode::FieldMissing, text);
            let mut write = self.store.begin().await?;
            write.face_again(&job.face, now + FIELD_PAUSE, Some(&why), false).await?;
            write.commit().await?;
            shown.again += 1;
            return Ok(None);
        }
        Ok(Some(job))
    }

    /// The first field that the deal needs and the portal does not have, or not as it should.
    fn missing(&self, job: &Job, schema: &Schema) -> Option<String> {
        let fields = &self.settings.deal_fields;
        let needed: Vec<DealField> = fields
            .all()
            .map(|(field, _)| field)
            .filter(|field| match field.document() {
                Some(kind) => job.documents.iter().any(|document| {
                    document.kind == kind
                        && document.deal_id == Some(job.row.deal_id)
                        && document.content.is_some()
                }),
                None => job.wanted.contains_key(field.as_str()),
            })
            .collect();
        let gaps = schema.gaps(&needed.iter().fold(DealFields::none(), |only, field| {
            only.with(*field, fields.name(*field).unwrap_or_default())
        }));
        gaps.into_iter().next()
    }

    /// Deals without files: many in a request. The same values written twice change nothing, so a lost answer needs no
    /// look.
    async fn show_values(
        &self,
        mut jobs: Vec<Job>,
        schema: &Schema,
        shown: &mut Shown,
    ) -> Result<(), EngineError> {
        let fields = &self.settings.deal_fields;
        let mut chains = Vec::new();
        for job in &jobs {
            let mut values = Args::new();
            for (wire, value) in self.changes(job, schema) {
                values.push(wire, value);
            }
            let args = Args::new().set("entityTypeId", DEAL).set("id", job.row.deal_id).set("fields", values);
            chains.push(Chain::of(Command::new("u", "crm.item.update", args)).expect("one plain command"));
        }
        for batch in pack(chains) {
            let at = self.clock.now();
            let answer: Result<BatchAnswer, CallError> = self.client.batch(&batch).await;
            for piece in batch.pieces() {
                let lines = transcript::of_piece(&self.client, piece, &answer);
                let job = &mut jobs[piece.index];
                job.said.push(transcript::of_deal(job.row.deal_id, at, self.since(at), lines));
            }
            let mut answer = match answer {
                Ok(answer) => answer,
                Err(error) => {
                    let faces: Vec<FaceRow> =
                        batch.pieces().iter().map(|piece| jobs[piece.index].face.clone()).collect();
                    let said = batch.pieces().iter().flat_map(|piece| jobs[piece.index].said.clone());
                    self.keep_said(&said.collect::<Vec<_>>()).await?;
                    self.face_trouble(&faces, &error, shown).await?;
                    continue;
                }
            };
            let denied = answer.denied();
            for piece in batch.pieces() {
                let job = &jobs[piece.index];
                match (answer.take(piece.index, "u"), &denied) {
                    (Outcome::Done(result), _) => {
                        let item = result.get("item").cloned().unwrap_or(result);
                        self.settle_values(job, &item, schema, shown).await?;
                    }
                    (Outcome::Refused(_), Some(error)) => {
                        self.face_trouble(std::slice::from_ref(&job.face), error, shown).await?;
                    }
                    (Outcome::Refused(error), None) => {
                        self.face_refused(job, &error.to_string(), error.kind(), shown).await?;
                    }
                    (Outcome::NotRun, _) => {
                        let mut write = self.store.begin().await?;
                        write.keep_transcripts(&job.said, transcript::KEPT_MAX).await?;
                        write.face_again(&job.face, self.clock.now(), None, false).await?;
                        write.commit().await?;
                        shown.again += 1;
                    }
                }
            }
        }
        debug!(fields = fields.all().count(), "Values of deals were written");
        Ok(())
    }

    /// The values that differ from what the portal has confirmed, under the names of the wire.
    fn changes(&self, job: &Job, schema: &Schema) -> Vec<(String, String)> {
        let fields = &self.settings.deal_fields;
        fields
            .all()
            .filter(|(field, _)| field.document().is_none())
            .filter_map(|(field, _)| {
                let wanted = job.wanted.get(field.as_str());
                let is_checked = job.face.checks && wanted.is_some();
                if !is_checked && wanted == job.face.shown.get(field.as_str()) {
                    return None;
                }
                let wire = schema.wire(fields, field)?;
                Some((wire.to_owned(), wanted.cloned().unwrap_or_default()))
            })
            .collect()
    }

    /// Reads the answer: the portal says yes to fields that it throws away.
    async fn settle_values(
        &self,
        job: &Job,
        item: &Value,
        schema: &Schema,
        shown: &mut Shown,
    ) -> Result<(), EngineError> {
        match self.lost_value(job, item, schema) {
            None => self.face_done(job, &job.wanted, None, shown).await,
            Some(field) => self.not_stored(job, field, shown).await,
        }
    }

    /// The first field whose value the portal did not keep.
    fn lost_value(&self, job: &Job, item: &Value, schema: &Schema) -> Option<DealField> {
        let fields = &self.settings.deal_fields;
        fields.all().map(|(field, _)| field).filter(|field| field.document().is_none()).find(|field| {
            let is_ours =
                job.wanted.contains_key(field.as_str()) || job.face.shown.contains_key(field.as_str());
            let wanted = job.wanted.get(field.as_str()).map_or("", String::as_str);
            let Some(wire) = schema.wire(fields, *field) else { return false };
            // An answer without the field says nothing of it, and what Parom never filled is not its own.
            is_ours && item.get(wire).is_some_and(|there| !is_shown(*field, wanted, &text_of(there)))
        })
    }

    async fn not_stored(&self, job: &Job, field: DealField, shown: &mut Shown) -> Result<(), EngineError> {
        let name = self.settings.deal_fields.name(field).unwrap_or_default();
        let text = format!(
            "Битрикс24 ответил согласием, но не сохранил поле «{}» ({name}) сделки «{}» (№ {}). Проверьте поле командой \
             parom doctor.",
            field.title(),
            job.row.title,
            job.row.deal_id
        );
        let why = Reason::new(ReasonCode::NotStored, text);
        self.face_failed(job, &why, shown).await
    }

    /// Deals with files: read together, then written one by one.
    async fn show_files(
        &self,
        jobs: Vec<Job>,
        schema: &mut Schema,
        shown: &mut Shown,
    ) -> Result<(), EngineError> {
        let faces: Vec<FaceRow> = jobs.iter().map(|job| job.face.clone()).collect();
        let ids: Vec<i64> = jobs.iter().map(|job| job.row.deal_id).collect();
        let mut read_at = self.clock.now();
        let mut items = match self.read_items(&ids, schema).await {
            Ok(items) => items,
            Err(error) => return self.face_trouble(&faces, &error, shown).await,
        };
        for (place, job) in jobs.into_iter().enumerate() {
            let now = self.clock.now();
            if now.duration_since(read_at) > FRESH {
                match self.read_items(&ids[place..], schema).await {
                    Ok(again) => (items, read_at) = (again, now),
                    Err(error) => return self.face_trouble(&faces[place..], &error, shown).await,
                }
            }
            let Some(item) = items.remove(&job.row.deal_id) else {
                self.deal_missing(&job, shown).await?;
                continue;
            };
            match self.show_file(job, &item, schema, shown).await {
                Ok(()) => {}
                Err(EngineError::Portal(error)) => {
                    return self.face_trouble(&faces[place..], &error, shown).await;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The deals with the fields that are ours, by one command. Those that are not there are absent.
    async fn read_items(&self, deals: &[i64], schema: &Schema) -> Result<BTreeMap<i64, Item>, CallError> {
        let fields = &self.settings.deal_fields;
        let wires = fields.all().filter_map(|(field, _)| schema.wire(fields, field));
        let listing = Listing::items(DEAL).select(std::iter::once("id").chain(wires));
        let rows: Vec<Value> = self.client.pages_of(listing, "id", deals.iter().copied()).all_as().await?;
        Ok(rows
            .into_iter()
            .filter_map(|row| {
                let id = row.get("id")?;
                let id = id.as_i64().or_else(|| id.as_str()?.parse().ok())?;
                Some((id, Item { values: row }))
            })
            .collect())
    }

    async fn show_file(
        &self,
        mut job: Job,
        item: &Item,
        schema: &mut Schema,
        shown: &mut Shown,
    ) -> Result<(), EngineError> {
        let deal = job.row.deal_id;
        let before = self.files_of(&item.values, schema);
        if let Some(intent) = job.face.intent.take() {
            self.adopt(&job, &intent, &before).await?;
            job.documents = self.store.documents_of_deal(deal).await?;
        }
        let held = ids_of(&before);
        let writable = self.writable(schema);
        let plan = files::plan(deal, &job.documents, &held, &writable, CONTENT_MAX);
        if plan.fields.is_empty() {
            let mut write = self.store.begin().await?;
            for document in &plan.removed {
                write.place_document(*document, None).await?;
            }
            write.commit().await?;
            return if self.changes(&job, schema).is_empty() {
                self.face_done(&job, &job.wanted, None, shown).await
            } else {
                self.show_values(vec![job], schema, shown).await
            };
        }
        let intent = FaceIntent {
            at: self.clock.now(),
            before: held.values().flatten().copied().collect(),
            sent: plan
                .coming()
                .map(|coming| (coming.document, coming.digest.to_string(), coming.name.clone()))
                .collect(),
        };
        let update = self.compose(&job, &plan, schema).await?;
        let mut write = self.store.begin().await?;
        write.intend_face(deal, &intent).await?;
        write.commit().await?;
        let at = self.clock.now();
        let answer = self.client.update_item(update).await;
        let lines = self.said_of_files(&job, &plan, schema, &answer);
        job.said.push(transcript::of_deal(deal, at, self.since(at), lines));
        let answer = match answer {
            Ok(answer) => answer,
            Err(CallError::Refused { error, .. }) => {
                self.forget_intent(&job.face).await?;
                return self.face_refused(&job, &error.to_string(), error.kind(), shown).await;
            }
            Err(error) if error.may_have_run() => {
                debug!(deal, error = %error, "Nobody knows whether files have arrived; they are looked for");
                let at = self.clock.now() + self.settings.quiet_after_unclear;
                let mut write = self.store.begin().await?;
                write.keep_transcripts(&job.said, transcript::KEPT_MAX).await?;
                write.face_again(&job.face, at, None, false).await?;
                write.commit().await?;
                shown.again += 1;
                return Ok(());
            }
            Err(error) => {
                self.forget_intent(&job.face).await?;
                return Err(error.into());
            }
        };
        let item = answer.result.get("item").cloned().unwrap_or(answer.result);
        let after = self.files_of(&item, schema);
        self.settle_files(&job, &plan, &before, &after, &item, schema, shown).await
    }

    /// The update of files for people: their names instead of their contents.
    fn said_of_files<T>(
        &self,
        job: &Job,
        plan: &FilePlan,
        schema: &Schema,
        answer: &Result<T, CallError>,
    ) -> Vec<Line> {
        let mut fields = Args::new();
        for (wire, value) in self.changes(job, schema) {
            fields.push(wire, value);
        }
        for (kind, field) in &plan.fields {
            let Some(wire) = schema.wire(&self.settings.deal_fields, DealField::of(*kind)) else { continue };
            let kept = field.keep.iter().map(|file| format!("файл № {file} остаётся"));
            let added = field.add.iter().map(|coming| format!("{}, {} байт", coming.name, coming.length));
            fields.push(wire, kept.chain(added).collect::<Vec<String>>());
        }
        let args = Args::new().set("entityTypeId", DEAL).set("id", job.row.deal_id).set("fields", fields);
        transcript::of_call(&self.client, "crm.item.update", &args, answer)
    }

    /// The update with everything that changes, its contents read piece by piece.
    async fn compose(&self, job: &Job, plan: &FilePlan, schema: &Schema) -> Result<ItemUpdate, StoreError> {
        let fields = &self.settings.deal_fields;
        let bytes: u64 = plan.coming().map(|coming| coming.length).sum();
        let bytes = usize::try_from(bytes).unwrap_or_default();
        let mut update = ItemUpdate::new(DEAL, job.row.deal_id, bytes);
        for (wire, value) in self.changes(job, schema) {
            update = update.set(&wire, &value);
        }
        for (kind, field) in &plan.fields {
            let Some(wire) = schema.wire(fields, DealField::of(*kind)) else { continue };
            update = update.files(wire, &field.keep);
            for coming in &field.add {
                update.file(&coming.name);
                for position in 0.. {
                    match self.store.blob_piece(&coming.digest, position).await? {
                        Some(piece) => update.content(&piece),
                        None => break,
                    }
                }
            }
        }
        Ok(update)
    }

    /// Which of the files that are new is which document: fetched and known by their content.
    #[expect(clippy::too_many_arguments, reason = "what was meant, what was there, and what is there now")]
    async fn settle_files(
        &self,
        job: &Job,
        plan: &FilePlan,
        before: &BTreeMap<DocumentKind, Vec<FieldFile>>,
        after: &BTreeMap<DocumentKind, Vec<FieldFile>>,
        item: &Value,
        schema: &mut Schema,
        shown: &mut Shown,
    ) -> Result<(), EngineError> {
        let deal = job.row.deal_id;
        let mut places: Vec<(OneCRef, Placed)> = Vec::new();
        let mut lost: Option<DealField> = None;
        for (kind, field) in &plan.fields {
            let were: BTreeSet<i64> = before.get(kind).into_iter().flatten().map(|file| file.id).collect();
            let new: Vec<&FieldFile> =
                after.get(kind).into_iter().flatten().filter(|file| !were.contains(&file.id)).collect();
            let mut open: Vec<_> = field.add.iter().collect();
            let longest = open.iter().map(|coming| coming.length).max().unwrap_or_default();
            let place = |coming: &files::Coming, file: &FieldFile, digest: String| Placed {
                deal,
                kind: *kind,
                file_id: file.id,
                digest,
                file_name: coming.name.clone(),
            };
            let mut strange = Vec::new();
            for file in new {
                let content = self.content_of(file, longest).await?;
                match open.iter().position(|coming| content == Content::Digest(coming.digest)) {
                    Some(at) => {
                        let coming = open.remove(at);
                        places.push((coming.document, place(coming, file, coming.digest.to_string())));
                    }
                    None => strange.push((file, content)),
                }
            }
            // The whole field was written at once, so every new file in the answer is one of ours.
            for (file, content) in strange {
                let Some(coming) = (!open.is_empty()).then(|| open.remove(0)) else { break };
                let digest = match content {
                    Content::Unreadable => coming.digest.to_string(),
                    // It is replaced by the next attempt.
                    Content::Digest(_) | Content::Longer => {
                        lost.get_or_insert(DealField::of(*kind));
                        String::new()
                    }
                };
                places.push((coming.document, place(coming, file, digest)));
            }
            if !open.is_empty() {
                lost.get_or_insert(DealField::of(*kind));
            }
        }
        let now = self.clock.now();
        let mut write = self.store.begin().await?;
        for document in &plan.removed {
            write.place_document(*document, None).await?;
        }
        for (document, placed) in &places {
            write.place_document(*document, Some(placed)).await?;
            if let Some(row) = job.documents.iter().find(|row| row.onec_ref == *document) {
                write.happened(Subject::Document, Side::Bitrix, arrival(row), now);
                let text = format!("{} загружен из 1С", called(row.kind, &row.number, row.date));
                write.note_deal(&format!("document/{document}/{}", placed.digest), deal, &text, now).await?;
            }
        }
        write.commit().await?;
        shown.files += places.len();
        info!(deal, files = places.len(), removed = plan.removed.len(), "The files of a deal were written");
        if let Some(field) = lost {
            schema.forget();
            return self.not_stored(job, field, shown).await;
        }
        match self.lost_value(job, item, schema) {
            Some(field) => self.not_stored(job, field, shown).await,
            None => self.face_done(job, &job.wanted, plan.is_more.then_some(now), shown).await,
        }
    }

    /// After an answer that never came: files that were not there before are fetched, and those whose content was sent
    /// are the documents'. Others are an employee's.
    async fn adopt(
        &self,
        job: &Job,
        intent: &FaceIntent,
        there: &BTreeMap<DocumentKind, Vec<FieldFile>>,
    ) -> Result<(), EngineError> {
        let deal = job.row.deal_id;
        let known: BTreeSet<i64> =
            job.documents.iter().filter_map(|row| row.placed.as_ref()).map(|placed| placed.file_id).collect();
        let mut open = intent.sent.clone();
        let mut places = Vec::new();
        for (kind, files) in there {
            for file in
                files.iter().filter(|file| !intent.before.contains(&file.id) && !known.contains(&file.id))
            {
                let at = match self.content_of(file, DOCUMENT_MAX).await? {
                    Content::Digest(digest) => {
                        open.iter().position(|(_, sent, _)| *sent == digest.to_string())
                    }
                    Content::Longer => None,
                    // Nobody can say; that it is ours is likelier than that it is not.
                    Content::Unreadable => (!open.is_empty()).then_some(0),
                };
                let Some(at) = at else { continue };
                let (document, digest, file_name) = open.remove(at);
                places.push((document, Placed { deal, kind: *kind, file_id: file.id, digest, file_name }));
            }
        }
        let now = self.clock.now();
        let mut write = self.store.begin().await?;
        for (document, placed) in &places {
            write.place_document(*document, Some(placed)).await?;
            if let Some(row) = job.documents.iter().find(|row| row.onec_ref == *document) {
                write.happened(Subject::Document, Side::Bitrix, arrival(row), now);
                let text = format!("{} загружен из 1С", called(row.kind, &row.number, row.date));
                write.note_deal(&format!("document/{document}/{}", placed.digest), deal, &text, now).await?;
            }
        }
        write.commit().await?;
        if !places.is_empty() {
            info!(deal, files = places.len(), "Files whose answer was lost have arrived");
        }
        Ok(())
    }

    /// What a file of the portal holds; an error where it may be known later.
    async fn content_of(&self, file: &FieldFile, limit: u64) -> Result<Content, CallError> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut hasher = store::Hasher::default();
        match self.client.download(file, limit, |bytes| hasher.push(bytes)).await {
            Ok(Download::Whole) => Ok(Content::Digest(hasher.finish())),
            Ok(Download::Longer) => Ok(Content::Longer),
            Ok(Download::Nowhere) => {
                warn!(file = file.id, "A file of the portal cannot be fetched; its number is believed");
                Ok(Content::Unreadable)
            }
            Err(error) => Err(error),
        }
    }

    fn writable(&self, schema: &Schema) -> BTreeSet<DocumentKind> {
        let fields = &self.settings.deal_fields;
        DocumentKind::ALL
            .into_iter()
            .filter(|kind| schema.wire(fields, DealField::of(*kind)).is_some())
            .collect()
    }

    fn files_of(&self, item: &Value, schema: &Schema) -> BTreeMap<DocumentKind, Vec<FieldFile>> {
        let fields = &self.settings.deal_fields;
        DocumentKind::ALL
            .into_iter()
            .filter_map(|kind| {
                let wire = schema.wire(fields, DealField::of(kind))?;
                Some((kind, FieldFile::read_all(item.get(wire))))
            })
            .collect()
    }

    async fn face_done(
        &self,
        job: &Job,
        face: &Face,
        again_at: Option<Timestamp>,
        shown: &mut Shown,
    ) -> Result<(), EngineError> {
        let mut write = self.store.begin().await?;
        write.keep_transcripts(&job.said, transcript::KEPT_MAX).await?;
        write.face_shown(&job.face, face, again_at, self.clock.now()).await?;
        write.commit().await?;
        shown.done += 1;
        Ok(())
    }

    /// Where what came of it is written elsewhere, or by another transaction.
    async fn keep_said(&self, said: &[NewTranscript]) -> Result<(), EngineError> {
        if said.iter().any(|said| !said.lines.is_empty()) {
            let mut write = self.store.begin().await?;
            write.keep_transcripts(said, transcript::KEPT_MAX).await?;
            write.commit().await?;
        }
        Ok(())
    }

    async fn forget_intent(&self, face: &FaceRow) -> Result<(), EngineError> {
        let mut write = self.store.begin().await?;
        write.forget_face_intent(face.deal_id).await?;
        write.commit().await?;
        Ok(())
    }

    async fn face_refused(
        &self,
        job: &Job,
        said: &str,
        kind: ApiErrorKind,
        shown: &mut Shown,
    ) -> Result<(), EngineError> {
        if kind == ApiErrorKind::NotFound {
            return self.deal_missing(job, shown).await;
        }
        let text = format!(
            "Битрикс24 не принял данные 1С для сделки «{}» (№ {}): {said}. Проверьте сделку и её обязательные поля.",
            job.row.title, job.row.deal_id
        );
        self.face_failed(job, &Reason::new(ReasonCode::Refused, text), shown).await
    }

    /// The deal was not found: it is looked at, and what it should show waits.
    async fn deal_missing(&self, job: &Job, shown: &mut Shown) -> Result<(), EngineError> {
        let deal = job.row.deal_id;
        let look = store::NewLook { entity: store::Entity::Deal, entity_id: deal, owner_id: None };
        self.notice(&[look]).await?;
        let text =
            format!("Сделка № {deal} не нашлась в Битрикс24: показать документы и оплаты из 1С негде.");
        self.face_failed(job, &Reason::new(ReasonCode::DealGone, text), shown).await
    }

    async fn face_failed(&self, job: &Job, why: &Reason, shown: &mut Shown) -> Result<(), EngineError> {
        let face = &job.face;
        self.keep_said(&job.said).await?;
        let Some(pause) = self.settings.pauses.after(face.attempts + 1, self.ids.random()) else {
            return self.park_face(face, why, shown).await;
        };
        warn!(deal = face.deal_id, reason = %why.text, "A deal could not be shown what 1C told; tried again");
        let at = self.clock.now() + pause;
        let mut write = self.store.begin().await?;
        write.face_again(face, at, Some(why), true).await?;
        write.commit().await?;
        shown.again += 1;
        Ok(())
    }

    async fn park_face(&self, face: &FaceRow, why: &Reason, shown: &mut Shown) -> Result<(), EngineError> {
        warn!(deal = face.deal_id, reason = %why.text, "A deal waits for a person");
        let mut write = self.store.begin().await?;
        let now = self.clock.now();
        write.park_face(face, why, now).await?;
        write.happened(Subject::Inquiry, Side::Bitrix, Happened::Parked, now);
        write.commit().await?;
        shown.parked += 1;
        Ok(())
    }

    /// Not the deals' fault: they wait, and the attempt does not count.
    async fn face_trouble(
        &self,
        faces: &[FaceRow],
        error: &CallError,
        shown: &mut Shown,
    ) -> Result<(), EngineError> {
        let now = self.clock.now();
        let at = match error {
            CallError::Busy { until, .. } => (*until).max(now),
            CallError::Unclear { .. } => now + self.settings.quiet_after_unclear,
            _ => now + self.settings.pause_of_outage,
        };
        warn!(error = %error, deals = faces.len(), "Deals wait for the portal: {error}");
        let mut write = self.store.begin().await?;
        for face in faces {
            write.face_again(face, at, None, false).await?;
        }
        write.commit().await?;
        shown.again += faces.len();
        Ok(())
    }
}

/// What a file of the portal holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    /// Bytes with this digest.
    Digest(Digest),
    /// More bytes than were sent.
    Longer,
    /// The portal does not give it out.
    Unreadable,
}

/// No document is longer, whatever the limit of the settings was when it came.
const DOCUMENT_MAX: u64 = 64 * 1024 * 1024;

fn ids_of(files: &BTreeMap<DocumentKind, Vec<FieldFile>>) -> Held {
    files.iter().map(|(kind, files)| (*kind, files.iter().map(|file| file.id).collect())).collect()
}

/// What the deal did with the file of a document.
fn arrival(document: &DocumentRow) -> Happened {
    if document.placed.is_none() { Happened::Created } else { Happened::Updated }
}

fn portions(mut jobs: Vec<Job>) -> Vec<Vec<Job>> {
    let mut portions = Vec::new();
    while !jobs.is_empty() {
        let rest = jobs.split_off(jobs.len().min(FILES_TOGETHER));
        portions.push(std::mem::replace(&mut jobs, rest));
    }
    portions
}

/// The value of a field as text: a date, a sum, a line.
pub(super) fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}
