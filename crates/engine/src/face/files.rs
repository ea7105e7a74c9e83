//! Which files of a deal stay, come and go: pure decisions.

use std::collections::{BTreeMap, BTreeSet};

use domain::{DocumentKind, OneCRef};
use store::{Digest, DocumentRow};

/// The files that a deal holds, by the kind of their field.
pub(super) type Held = BTreeMap<DocumentKind, Vec<i64>>;

/// What has to be written into the file fields of a deal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FilePlan {
    /// The fields that change; the others are left alone.
    pub(super) fields: BTreeMap<DocumentKind, FieldPlan>,
    /// Documents that have no file here any more after it.
    pub(super) removed: Vec<OneCRef>,
    /// Documents that could not go along, because they are too many for one request.
    pub(super) is_more: bool,
}

/// A field of files after the write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FieldPlan {
    /// Files that stay: all of employees, and those of 1C that are up to date.
    pub(super) keep: Vec<i64>,
    /// Files that come.
    pub(super) add: Vec<Coming>,
}

/// A file that is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Coming {
    pub(super) document: OneCRef,
    pub(super) digest: Digest,
    pub(super) length: u64,
    pub(super) name: String,
}

impl FilePlan {
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.removed.is_empty()
    }

    pub(super) fn coming(&self) -> impl Iterator<Item = &Coming> {
        self.fields.values().flat_map(|field| &field.add)
    }
}

/// Whether any document says that its file in this deal is not what it should be, as far as the store knows.
pub(super) fn is_due(deal: i64, documents: &[DocumentRow]) -> bool {
    documents.iter().any(|document| {
        let here = document.placed.as_ref().filter(|placed| placed.deal == deal);
        match (belongs(deal, document), here) {
            (true, Some(placed)) => !is_current(document, placed),
            (true, None) | (false, Some(_)) => true,
            (false, None) => false,
        }
    })
}

/// What to write, given the files that the deal holds right now. `writable` are the kinds whose field is fit. At most
/// `bytes` of content go along, but one file always does.
pub(super) fn plan(
    deal: i64,
    documents: &[DocumentRow],
    held: &Held,
    writable: &BTreeSet<DocumentKind>,
    bytes: u64,
) -> FilePlan {
    let mut plan = FilePlan::default();
    let mut left = bytes;
    for kind in writable {
        let there: &[i64] = held.get(kind).map_or(&[], Vec::as_slice);
        let mut leaving: BTreeSet<i64> = BTreeSet::new();
        let mut field = FieldPlan::default();
        for document in documents {
            let here = document
                .placed
                .as_ref()
                .filter(|placed| placed.deal == deal && placed.kind == *kind)
                .filter(|placed| there.contains(&placed.file_id));
            let wanted = belongs(deal, document) && document.kind == *kind;
            if let Some(placed) = here
                && wanted
                && is_current(document, placed)
            {
                continue;
            }
            if wanted && let Some((digest, length)) = document.content {
                let is_first = plan.coming().next().is_none() && field.add.is_empty();
                if length > left && !is_first {
                    // The old version stays until the new one can come.
                    plan.is_more = true;
                    continue;
                }
                left = left.saturating_sub(length);
                let name = document.file_name.clone();
                field.add.push(Coming { document: document.onec_ref, digest, length, name });
            }
            if let Some(placed) = here {
                leaving.insert(placed.file_id);
            }
            let was_here =
                document.placed.as_ref().is_some_and(|placed| placed.deal == deal && placed.kind == *kind);
            if was_here && !wanted {
                plan.removed.push(document.onec_ref);
            }
        }
        if !field.add.is_empty() || !leaving.is_empty() {
            field.keep = there.iter().copied().filter(|id| !leaving.contains(id)).collect();
            plan.fields.insert(*kind, field);
        }
    }
    plan
}

/// Whether the document's file belongs into this deal.
fn belongs(deal: i64, document: &DocumentRow) -> bool {
    document.deal_id == Some(deal) && !document.is_deleted && document.content.is_some()
}

fn is_current(document: &DocumentRow, placed: &store::Placed) -> bool {
    placed.kind == document.kind
        && placed.file_name == document.file_name
        && document.content.is_some_and(|(digest, _)| digest.to_string() == placed.digest)
}

#[cfg(test)]
mod tests {
    use domain::Timestamp;
    use store::Placed;

    use super::*;

    const DEAL: i64 = 7;

    fn document(number: u8, placed: Option<i64>) -> DocumentRow {
        let digest = Digest::of(&[number]);
        DocumentRow {
            onec_ref: OneCRef::parse(&format!("6f9619ff-8b86-d011-b42d-00cf4fc964{number:02x}"))
                .expect("a GUID"),
            kind: DocumentKind::Invoice,
            inquiry_ref: None,
            told_deal: Some(DEAL),
            deal_id: Some(DEAL),
            number: number.to_string(),
            date: None,
            amount: None,
            currency: String::new(),
            file_name: format!("{number}.pdf"),
            content: Some((digest, 10)),
            is_deleted: false,
            changed_at: None,
            seen_at: Timestamp::UNIX_EPOCH,
            placed: placed.map(|file_id| Placed {
                deal: DEAL,
                kind: DocumentKind::Invoice,
                file_id,
                digest: digest.to_string(),
                file_name: format!("{number}.pdf"),
            }),
        }
    }

    fn decide(documents: &[DocumentRow], held: &[i64], bytes: u64) -> FilePlan {
        let held = Held::from([(DocumentKind::Invoice, held.to_vec())]);
        plan(DEAL, documents, &held, &BTreeSet::from(DocumentKind::ALL), bytes)
    }

    fn invoice(plan: &FilePlan) -> (Vec<i64>, Vec<String>) {
        let field = plan.fields.get(&DocumentKind::Invoice).cloned().unwrap_or_default();
        (field.keep, field.add.into_iter().map(|coming| coming.name).collect())
    }

    #[test]
    fn a_new_document_comes_beside_what_is_there() {
        let plan = decide(&[document(1, Some(100)), document(2, None)], &[100, 555], 1000);
        assert_eq!(invoice(&plan), (vec![100, 555], vec!["2.pdf".to_owned()]));
    }

    #[test]
    fn a_new_version_replaces_its_own_file_only() {
        let mut changed = document(1, Some(100));
        changed.content = Some((Digest::of(b"v2"), 10));
        let plan = decide(&[changed, document(2, Some(101))], &[100, 101, 555], 1000);
        assert_eq!(invoice(&plan), (vec![101, 555], vec!["1.pdf".to_owned()]));
    }

    #[test]
    fn a_document_marked_deleted_leaves_and_an_employees_file_stays() {
        let mut deleted = document(1, Some(100));
        deleted.is_deleted = true;
        let plan = decide(&[deleted.clone()], &[100, 555], 1000);
        assert_eq!(invoice(&plan), (vec![555], vec![]));
        assert_eq!(plan.removed, [deleted.onec_ref]);
    }

    #[test]
    fn a_document_that_moved_to_another_deal_leaves_this_one() {
        let mut moved = document(1, Some(100));
        moved.deal_id = Some(8);
        assert_eq!(invoice(&decide(&[moved], &[100], 1000)), (vec![], vec![]));
    }

    #[test]
    fn a_file_of_1c_that_somebody_removed_comes_back() {
        assert_eq!(
            invoice(&decide(&[document(1, Some(100))], &[555], 1000)),
            (vec![555], vec!["1.pdf".to_owned()])
        );
    }

    #[test]
    fn nothing_is_written_where_everything_is_right() {
        let right = [document(1, Some(100))];
        assert!(decide(&right, &[100, 555], 1000).is_empty());
        assert!(!is_due(DEAL, &right));
    }

    #[test]
    fn more_than_fits_a_request_goes_in_several_and_keeps_the_old_until_then() {
        let mut changed = document(2, Some(101));
        changed.content = Some((Digest::of(b"v2"), 10));
        let plan = decide(&[document(1, None), changed], &[101], 12);
        assert_eq!(invoice(&plan), (vec![101], vec!["1.pdf".to_owned()]));
        assert!(plan.is_more);
        let big = decide(&[document(1, None)], &[], 1);
        assert_eq!(invoice(&big).1.len(), 1, "one file always goes");
    }
}
