//! Files of user fields: written inside a call, read from the address that the portal names.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::Value;
use url::Url;

use crate::answer::Answer;
use crate::args::Args;
use crate::client::Client;
use crate::error::CallError;

/// `crm.item.update` with files, written straight into the body that is sent: a file is in memory once, as Base64.
///
/// A list of files replaces the whole field: what is neither kept nor added is deleted by the portal, without a word.
/// Vendor pages: `api-reference/files/how-to-update-files.md`, `api-reference/crm/universal/crm-item-update.md`.
#[derive(Debug)]
pub struct ItemUpdate {
    body: Vec<u8>,
    /// What is open at the end of the body.
    state: State,
    /// What of a file did not fill a group of three bytes yet.
    rest: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Fields { is_first: bool },
    Files { is_first: bool },
    File,
}

impl ItemUpdate {
    /// An update of an object, of a deal for one. `bytes` is how much content will come, for one allocation.
    pub fn new(entity_type: i64, id: i64, bytes: usize) -> Self {
        let head = format!("{{\"entityTypeId\":{entity_type},\"id\":{id},\"fields\":{{");
        let mut body = Vec::with_capacity(head.len() + bytes / 3 * 4 + 16 * 1024);
        body.extend_from_slice(head.as_bytes());
        Self { body, state: State::Fields { is_first: true }, rest: Vec::new() }
    }

    /// A field of one value.
    #[must_use]
    pub fn set(mut self, field: &str, value: &str) -> Self {
        self.name(field);
        self.json(value);
        self
    }

    /// Begins a field of several files with those that stay.
    #[must_use]
    pub fn files(mut self, field: &str, keep: &[i64]) -> Self {
        self.name(field);
        self.body.push(b'[');
        for (place, id) in keep.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            self.body.extend_from_slice(format!("{comma}{{\"id\":{id}}}").as_bytes());
        }
        self.state = State::Files { is_first: keep.is_empty() };
        self
    }

    /// Begins a new file of the field; its content follows in [`content`](Self::content).
    pub fn file(&mut self, name: &str) {
        self.end_file();
        let State::Files { is_first } = self.state else {
            unreachable!("a file belongs to a field of files");
        };
        self.body.extend_from_slice(if is_first { b"[" } else { b",[" });
        self.json(name);
        self.body.extend_from_slice(b",\"");
        self.state = State::File;
    }

    /// Some bytes of the file that was begun last.
    pub fn content(&mut self, bytes: &[u8]) {
        self.rest.extend_from_slice(bytes);
        let whole = self.rest.len() / 3 * 3;
        let later = self.rest.split_off(whole);
        let now = std::mem::replace(&mut self.rest, later);
        self.encode(&now);
    }

    fn encode(&mut self, bytes: &[u8]) {
        let from = self.body.len();
        self.body.resize(from + bytes.len().div_ceil(3) * 4, 0);
        let written = STANDARD.encode_slice(bytes, &mut self.body[from..]).expect("the room was made for it");
        self.body.truncate(from + written);
    }

    fn end_file(&mut self) {
        if self.state == State::File {
            let rest = std::mem::take(&mut self.rest);
            self.encode(&rest);
            self.body.extend_from_slice(b"\"]");
            self.state = State::Files { is_first: false };
        }
    }

    fn name(&mut self, field: &str) {
        self.end_file();
        match self.state {
            State::Files { .. } => self.body.extend_from_slice(b"],"),
            State::Fields { is_first: false } => self.body.push(b','),
            State::Fields { is_first: true } | State::File => {}
        }
        self.state = State::Fields { is_first: false };
        self.json(field);
        self.body.push(b':');
    }

    fn json(&mut self, text: &str) {
        serde_json::to_writer(&mut self.body, text).expect("a text is JSON, and memory takes it");
    }

    fn finish(mut self) -> Bytes {
        self.end_file();
        if matches!(self.state, State::Files { .. }) {
            self.body.push(b']');
        }
        self.body.extend_from_slice(b"}}");
        self.body.into()
    }
}

/// How a download ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Download {
    /// All bytes were given.
    Whole,
    /// There are more than wanted.
    Longer,
    /// The portal names no address, or has nothing there for us.
    Nowhere,
}

/// A file of a field as `crm.item.*` shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct FieldFile {
    /// Its number; a new one at every upload.
    pub id: i64,
    /// Where it can be fetched without a session. It holds the secret of the webhook.
    address: Option<String>,
}

impl std::fmt::Debug for FieldFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FieldFile").field("id", &self.id).finish_non_exhaustive()
    }
}

impl FieldFile {
    /// The files of a field, single or several; nothing for an empty one.
    pub fn read_all(field: Option<&Value>) -> Vec<Self> {
        match field {
            Some(Value::Array(files)) => files.iter().filter_map(Self::read).collect(),
            Some(Value::Object(map)) if map.contains_key("id") => {
                field.and_then(Self::read).into_iter().collect()
            }
            // PHP writes a list whose keys have gaps as an object.
            Some(Value::Object(map)) => map.values().filter_map(Self::read).collect(),
            _ => Vec::new(),
        }
    }

    fn read(file: &Value) -> Option<Self> {
        let id = file.get("id").or_else(|| file.get("ID")).unwrap_or(file);
        let id = id.as_i64().or_else(|| id.as_str()?.parse().ok()).filter(|id| *id > 0)?;
        let address = file.get("urlMachine").and_then(Value::as_str).map(str::to_owned);
        Some(Self { id, address })
    }
}

impl Client {
    /// Sends an update with files. Errors are those of [`call`](Self::call); the answer holds the whole item.
    pub async fn update_item(&self, update: ItemUpdate) -> Result<Answer, CallError> {
        self.call_with_body("crm.item.update", update.finish()).await
    }

    /// Fetches a file and gives its bytes to `sink`, at most `limit` of them. Errors are those of [`call`](Self::call).
    /// Vendor page: `settings/how-to-call-rest-api/general-principles.md`, «headers».
    pub async fn download(
        &self,
        file: &FieldFile,
        limit: usize,
        sink: impl FnMut(&[u8]) + Send,
    ) -> Result<Download, CallError> {
        match file.address.as_deref() {
            Some(address) => self.fetch(DOWNLOAD, address, limit, sink).await,
            None => Ok(Download::Nowhere),
        }
    }

    /// Calls `crm.item.fields`: the fields of an object with their wire names, as [`ItemField`] reads them.
    pub async fn item_fields(&self, entity_type: i64) -> Result<Vec<ItemField>, CallError> {
        let args = Args::new().set("entityTypeId", entity_type);
        let answer = self.call("crm.item.fields", &args).await?;
        let fields = answer.result.get("fields").cloned().unwrap_or(answer.result);
        let Value::Object(fields) = fields else { return Ok(Vec::new()) };
        Ok(fields.into_iter().map(|(name, field)| ItemField::read(name, &field)).collect())
    }
}

/// The name under which the pace knows downloads.
const DOWNLOAD: &str = "crm.controller.item.getFile";

/// A field of an object. <https://apidocs.bitrix24.com/api-reference/crm/universal/crm-item-fields.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemField {
    /// As `crm.item.*` calls it: `ufCrmPaid`. Original names are known to newer portals only, and not to this method.
    pub name: String,
    /// As user fields are called: `UF_CRM_PAID`.
    pub upper_name: String,
    /// `file`, `money`, `string`, …
    pub kind: String,
    /// Whether it has several values.
    pub is_multiple: bool,
}

impl ItemField {
    fn read(name: String, field: &Value) -> Self {
        let text = |key: &str| field.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let upper_name = match text("upperName") {
            upper if upper.is_empty() => name.clone(),
            upper => upper,
        };
        let is_multiple = match field.get("isMultiple") {
            Some(Value::Bool(truth)) => *truth,
            Some(Value::String(word)) => word == "Y" || word == "true",
            _ => false,
        };
        Self { upper_name, kind: text("type"), is_multiple, name }
    }
}

/// An address of the portal, whatever host it believes to have: the one that we know is the one that answers.
pub(crate) fn at_origin(address: &str, origin: &Url) -> Option<Url> {
    let mut url = origin.join(address).ok()?;
    url.set_scheme(origin.scheme()).ok()?;
    url.set_host(origin.host_str()).ok()?;
    url.set_port(origin.port()).ok()?;
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    Some(url)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sent(update: ItemUpdate) -> Value {
        serde_json::from_slice(&update.finish()).expect("the body is JSON")
    }

    #[test]
    fn files_are_written_in_the_one_format_that_the_portal_stores() {
        let mut update =
            ItemUpdate::new(2, 7, 10).set("UF_CRM_PAID", "15000.00|RUB").files("UF_CRM_INVOICE", &[12, 13]);
        update.file("Счёт \"1\".pdf");
        update.content(b"%PD");
        update.content(b"F-1.4\n");
        update.content(b"x");
        update.file("Счёт 2.pdf");
        let mut update = update.files("UF_CRM_CONTRACT", &[]);
        update.file("Договор.pdf");
        update.content(b"ab");
        let update = update.files("UF_CRM_QUOTATION", &[]).set("UF_CRM_STATUS", "");
        assert_eq!(
            sent(update),
            json!({
                "entityTypeId": 2, "id": 7,
                "fields": {
                    "UF_CRM_PAID": "15000.00|RUB",
                    "UF_CRM_INVOICE": [
                        { "id": 12 }, { "id": 13 },
                        ["Счёт \"1\".pdf", STANDARD.encode(b"%PDF-1.4\nx")],
                        ["Счёт 2.pdf", ""]
                    ],
                    "UF_CRM_CONTRACT": [["Договор.pdf", STANDARD.encode(b"ab")]],
                    "UF_CRM_QUOTATION": [],
                    "UF_CRM_STATUS": "",
                }
            })
        );
    }

    #[test]
    fn an_update_of_nothing_is_json() {
        assert_eq!(sent(ItemUpdate::new(2, 7, 0)), json!({ "entityTypeId": 2, "id": 7, "fields": {} }));
        let only_files = ItemUpdate::new(2, 7, 0).files("UF_A", &[1]);
        assert_eq!(sent(only_files)["fields"], json!({ "UF_A": [{ "id": 1 }] }));
    }

    #[test]
    fn the_files_of_a_field_are_read_in_every_shape() {
        let ids =
            |field: Value| FieldFile::read_all(Some(&field)).iter().map(|file| file.id).collect::<Vec<_>>();
        assert_eq!(ids(json!([{ "id": 5, "urlMachine": "https://p/rest/1/s/x" }, { "id": "6" }])), [5, 6]);
        assert_eq!(ids(json!({ "id": 7 })), [7]);
        assert_eq!(ids(json!({ "0": { "id": 8 }, "2": { "id": 9 } })), [8, 9]);
        assert_eq!(ids(json!([])), [0; 0]);
        assert_eq!(ids(json!(null)), [0; 0]);
    }

    #[test]
    fn an_address_never_leaves_the_portal() {
        let origin: Url = "https://portal.example:8443/".parse().expect("an address");
        let at = |address| at_origin(address, &origin).map(|url| url.to_string());
        assert_eq!(
            at("http://evil.example/rest/1/s/x?token=a%7Cb"),
            Some("https://portal.example:8443/rest/1/s/x?token=a%7Cb".to_owned())
        );
        assert_eq!(at("/rest/1/s/x"), Some("https://portal.example:8443/rest/1/s/x".to_owned()));
    }

    #[test]
    fn the_address_of_a_file_is_no_text_for_logs() {
        let file = FieldFile::read_all(Some(&json!({ "id": 7, "urlMachine": "https://p/rest/1/secret/x" })));
        assert!(!format!("{file:?}").contains("secret"));
    }
}
