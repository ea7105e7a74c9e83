//! Files of user fields, with the habits of the portal: a list is written whole and what it does not name is deleted, an
//! upload makes a new number, a wrong format is success and an empty field.
//! <https://apidocs.bitrix24.com/api-reference/files/how-to-update-files.html>

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::call::Refusal;
use super::catalog::{Kind, Naming};
use super::php::{Array, Php, record};
use super::state::State;
use super::table::Row;

/// Everything that file fields hold.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    kept: BTreeMap<i64, Stored>,
    next_id: i64,
    /// Scheme, host and port under which the portal believes to be reached, and the path of the webhook.
    pub(crate) hook: String,
}

/// A file in the portal.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) name: String,
    pub(crate) content: Arc<[u8]>,
    /// Who put it there.
    pub(crate) by: i64,
}

impl Default for Files {
    fn default() -> Self {
        Self { kept: BTreeMap::new(), next_id: 30_577, hook: String::new() }
    }
}

impl Files {
    pub(crate) fn get(&self, id: i64) -> Option<&Stored> {
        self.kept.get(&id)
    }

    fn put(&mut self, name: &str, content: Vec<u8>, by: i64) -> i64 {
        // Like PHP's `basename`: a path is cut off.
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        let id = self.next_id;
        self.next_id += 3;
        self.kept.insert(id, Stored { name, content: content.into(), by });
        id
    }

    /// The file of a signed address.
    pub(crate) fn of_token(&self, token: &str) -> Option<&Stored> {
        let (id, sign) = token.strip_prefix("crm|")?.split_once('.')?;
        let id: i64 = id.parse().ok()?;
        (sign == signature(id)).then(|| self.get(id)).flatten()
    }

    /// As `crm.item.*` shows a file.
    fn show_item(&self, kind: i64, owner: i64, field: &str, id: i64) -> Array {
        let token = format!("crm|{id}.{}", signature(id));
        let token = utf8_percent_encode(&token, NON_ALPHANUMERIC);
        let (origin, _) = self.hook.split_once("/rest/").unwrap_or((self.hook.as_str(), ""));
        record! {
            "id" => id,
            "url" => format!(
                "{origin}/bitrix/services/main/ajax.php?action=crm.controller.item.getFile&SITE_ID=s1&entityTypeId={kind}\
                 &id={owner}&fieldName={field}&fileId={id}"
            ),
            "urlMachine" => format!("{}crm.controller.item.getFile.json?token={token}", self.hook),
        }
    }
}

/// No secret worth the name, but nobody can guess what an address has to look like.
fn signature(id: i64) -> String {
    format!("{:08x}", id.wrapping_mul(2_654_435_761) & 0xFFFF_FFFF)
}

impl State {
    /// Writes the file fields that the caller named. Answers whether anything changed.
    pub(crate) fn write_files(
        &mut self,
        row: &mut Row,
        given: &[(u16, bool, Php)],
        naming: Naming,
        by: i64,
    ) -> Result<bool, Refusal> {
        let mut changed = false;
        for (at, multiple, value) in given {
            let before = ids_of(row.other(*at));
            let after = match (naming, multiple) {
                (Naming::Old, true) => self.many_old(value, &before, by)?,
                (Naming::Old, false) => self.one_old(value, &before, by)?,
                (_, true) => self.many(value, &before, by)?,
                (_, false) => self.one(value, &before, by)?,
            };
            if after != before {
                changed = true;
                let kept: BTreeSet<i64> = after.iter().copied().collect();
                for gone in before.iter().filter(|id| !kept.contains(id)) {
                    self.files.kept.remove(gone);
                }
                let shown: Option<Php> = match (multiple, after.as_slice()) {
                    (_, []) => None,
                    (false, [id, ..]) => Some((*id).into()),
                    (true, ids) => Some(ids.iter().copied().map(Php::Int).collect::<Array>().into()),
                };
                row.set_other(*at, shown);
            }
        }
        Ok(changed)
    }

    /// `[{"id": 12}, ["new.pdf", "…"]]`; ids of other fields and other formats are passed over.
    fn many(&mut self, value: &Php, before: &[i64], by: i64) -> Result<Vec<i64>, Refusal> {
        if value.is_blank() {
            return Ok(Vec::new());
        }
        let Some(entries) = value.as_array() else {
            let text = "Expected iterable value for multiple field, but got string instead";
            return Err(Refusal::hundred(text));
        };
        let mut after = Vec::new();
        for entry in entries.values() {
            if let Some(id) = kept_id(entry) {
                after.extend(before.contains(&id).then_some(id));
            } else if let Some((name, content)) = pair(entry)? {
                after.push(self.files.put(&name, content, by));
            }
        }
        Ok(after)
    }

    fn one(&mut self, value: &Php, before: &[i64], by: i64) -> Result<Vec<i64>, Refusal> {
        if value.is_blank() {
            return Ok(Vec::new());
        }
        if let Some(id) = kept_id(value) {
            // Another id clears the field.
            return Ok(if before.contains(&id) { before.to_vec() } else { Vec::new() });
        }
        Ok(match pair(value)? {
            Some((name, content)) => vec![self.files.put(&name, content, by)],
            // `fileData` and everything else: success, and the field is empty.
            None => Vec::new(),
        })
    }

    /// `[{"fileData": ["a.pdf", "…"]}, …]`; one object becomes a list of one.
    fn many_old(&mut self, value: &Php, before: &[i64], by: i64) -> Result<Vec<i64>, Refusal> {
        let Some(entries) = value.as_array() else { return Ok(before.to_vec()) };
        if entries.get("fileData").is_some() {
            return self.one_old(value, before, by);
        }
        let mut after = Vec::new();
        for entry in entries.values() {
            if let Some(id) = kept_id(entry) {
                after.extend(before.contains(&id).then_some(id));
            } else if let Some(data) = entry.as_array().and_then(|entry| entry.get("fileData"))
                && let Some((name, content)) = pair(data)?
            {
                after.push(self.files.put(&name, content, by));
            }
        }
        // A wrong format is skipped without a word.
        Ok(if after.is_empty() && !entries.values().any(|entry| kept_id(entry).is_some()) {
            before.to_vec()
        } else {
            after
        })
    }

    fn one_old(&mut self, value: &Php, before: &[i64], by: i64) -> Result<Vec<i64>, Refusal> {
        let data = value.as_array().and_then(|value| value.get("fileData"));
        Ok(match data.map(pair).transpose()?.flatten() {
            Some((name, content)) => vec![self.files.put(&name, content, by)],
            None => before.to_vec(),
        })
    }

    /// A file field as a caller sees it.
    pub(crate) fn show_files(
        &self,
        kind: i64,
        row: &Row,
        at: u16,
        name: &str,
        multiple: bool,
        naming: Naming,
    ) -> Php {
        let show = |id: i64| -> Php {
            if naming == Naming::Old {
                let path = "/bitrix/components/bitrix/crm.deal.show/show_file.php?auth=";
                let url = format!("{path}&ownerId={}&fieldName={name}&dynamic=Y&fileId={id}", row.id);
                record! { "id" => id.to_string(), "showUrl" => url.as_str(), "downloadUrl" => format!("{url}&download=1") }
                    .into()
            } else {
                self.files.show_item(kind, row.id, name, id).into()
            }
        };
        let ids = ids_of(row.other(at));
        match (multiple, ids.as_slice()) {
            (true, ids) => ids.iter().map(|id| show(*id)).collect::<Array>().into(),
            (false, [id, ..]) => show(*id),
            (false, []) => Php::Null,
        }
    }

    /// The file fields among what a caller gave: place, whether of several, value.
    pub(crate) fn given_files(
        catalog: &super::catalog::Catalog,
        fields: &Array,
        naming: Naming,
    ) -> Vec<(u16, bool, Php)> {
        fields
            .iter()
            .filter_map(|(key, value)| {
                let (at, field) = catalog.find(&key.to_string(), naming)?;
                (field.kind == Kind::File).then(|| (at, field.multiple, value.clone()))
            })
            .collect()
    }
}

/// The numbers of the files in a cell.
pub(crate) fn ids_of(cell: Option<&Php>) -> Vec<i64> {
    match cell {
        Some(Php::Array(ids)) => ids.values().map(Php::as_int).collect(),
        Some(id) => vec![id.as_int()],
        None => Vec::new(),
    }
}

fn kept_id(entry: &Php) -> Option<i64> {
    let id = entry.as_array()?.get("id")?.as_int();
    (id > 0).then_some(id)
}

/// `["name.pdf", "…"]`. Base64 is checked by nobody: PHP passes over what is none.
fn pair(entry: &Php) -> Result<Option<(String, Vec<u8>)>, Refusal> {
    let Some(entry) = entry.as_array() else { return Ok(None) };
    let (Some(name), Some(content)) =
        (entry.get("0").and_then(Php::as_text), entry.get("1").and_then(Php::as_text))
    else {
        return Ok(None);
    };
    if content.is_empty() {
        return Err(Refusal::nameless("File content is empty."));
    }
    let mut bytes = content.into_bytes();
    bytes.retain(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'));
    let lenient = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    if bytes.len() % 4 == 1 {
        bytes.pop();
    }
    let content = GeneralPurpose::new(&STANDARD, lenient).decode(&bytes).unwrap_or_default();
    Ok(Some((name, content)))
}
