//! ТКП, Договор and Счёт: what managers make for an inquiry, and its printed form.

mod calls;
mod form;
mod pdf;
mod words;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use domain::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::OneC;
use super::catalog::ContactKind;
use super::money::Kopecks;
use super::wire;

/// What kind of document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentKind {
    /// ТКП.
    Quotation,
    /// Договор.
    Contract,
    /// Счёт.
    Invoice,
}

impl DocumentKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Quotation, Self::Contract, Self::Invoice];

    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quotation => "quotation",
            Self::Contract => "contract",
            Self::Invoice => "invoice",
        }
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Quotation => "ТКП",
            Self::Contract => "Договор",
            Self::Invoice => "Счёт",
        }
    }

    /// What its numbers begin with.
    fn prefix(self) -> &'static str {
        match self {
            Self::Quotation => "ТКП",
            Self::Contract => "ДГ",
            Self::Invoice => "СЧ",
        }
    }
}

/// A document as it stands in 1C. Its PDF is printed anew whenever it is looked at: the same document prints the same
/// bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// «Ссылка».
    pub reference: Uuid,
    /// What kind of document.
    pub kind: DocumentKind,
    /// The «Запрос» that it is for.
    pub inquiry: Uuid,
    /// «Номер»: `СЧ-0042`.
    pub number: String,
    /// «Дата».
    pub date: Timestamp,
    /// To whom it is addressed.
    pub buyer: Buyer,
    /// The rows of the table.
    pub lines: Vec<Line>,
    /// «СуммаДокумента».
    pub amount: Kopecks,
    /// Three letters, `RUB`.
    pub currency: String,
    /// A line under the table.
    pub note: String,
    /// 1, and one more with every reprint; it stands on the paper.
    pub version: u32,
    /// «ПометкаУдаления».
    pub deletion_mark: bool,
    /// Bytes that the PDF shall have, with an attachment that fills it up; `None`: as many as it needs.
    pub size: Option<usize>,
    /// When somebody changed it last.
    pub changed_at: Timestamp,
    /// «ВерсияДанных»: another one after every writing.
    revision: u64,
}

/// The client as the paper names him.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Buyer {
    /// The name in full.
    pub name: String,
    /// ИНН.
    pub inn: String,
    /// КПП, empty for people.
    pub kpp: String,
    /// The legal address.
    pub address: String,
}

/// A row of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// What is sold.
    pub name: String,
    /// How many.
    pub quantity: String,
    /// The unit of measure.
    pub unit: String,
    /// Of one unit.
    pub price: Kopecks,
    /// Of the row.
    pub amount: Kopecks,
}

/// A file that Parom should show in the deal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Printed {
    /// «Ссылка» of the document.
    pub reference: Uuid,
    /// What kind of document.
    pub kind: DocumentKind,
    /// «Счёт СЧ-0042 от 23.11.2026.pdf».
    pub file_name: String,
    /// Of the content, in small hexadecimal digits.
    pub sha256: String,
    /// Of the content, in bytes.
    pub size: usize,
}

/// All documents of the infobase, and what Parom was shown of them.
#[derive(Debug, Default)]
pub(super) struct Documents {
    by_reference: BTreeMap<Uuid, Document>,
    of_inquiry: BTreeMap<Uuid, Vec<Uuid>>,
    numbers_made: BTreeMap<DocumentKind, u64>,
    /// The revision of each that Parom has answered for.
    shown: BTreeMap<Uuid, u64>,
    /// The version before the last one.
    old: BTreeMap<Uuid, Document>,
}

impl Document {
    /// «Счёт СЧ-0042 от 23.11.2026.pdf».
    pub fn file_name(&self) -> String {
        let date = wire::in_office(self.date).strftime("%d.%m.%Y").to_string();
        format!("{} {} от {date}.pdf", self.kind.title(), self.number)
    }

    /// The PDF.
    pub fn print(&self) -> Vec<u8> {
        form::print(self)
    }

    fn printed(&self) -> Printed {
        let content = self.print();
        let mut sha256 = String::new();
        for byte in Sha256::digest(&content) {
            let _ = write!(sha256, "{byte:02x}");
        }
        Printed {
            reference: self.reference,
            kind: self.kind,
            file_name: self.file_name(),
            sha256,
            size: content.len(),
        }
    }
}

impl OneC {
    /// The documents of an inquiry, those included that are marked for deletion, in the order in which they were made.
    pub fn documents_of(&self, inquiry: Uuid) -> impl Iterator<Item = &Document> {
        let made = self.documents.of_inquiry.get(&inquiry).into_iter().flatten();
        made.filter_map(|reference| self.document(*reference))
    }

    /// The document with this GUID.
    pub fn document(&self, reference: Uuid) -> Option<&Document> {
        self.documents.by_reference.get(&reference)
    }

    /// The files that belong into the deal of an inquiry now: the latest version of every document that is not marked
    /// for deletion.
    pub fn current_documents(&self, inquiry: Uuid) -> Vec<Printed> {
        let current = self.documents_of(inquiry).filter(|document| !document.deletion_mark);
        current.map(Document::printed).collect()
    }

    /// A manager makes a document by the rows of the inquiry («Ввод на основании»). `None`: there is no such inquiry.
    pub fn make_document(&mut self, inquiry: Uuid, kind: DocumentKind) -> Option<Uuid> {
        self.make_document_with(inquiry, kind, |_| {})
    }

    /// The same, and changes something before it is written.
    pub fn make_document_with(
        &mut self,
        inquiry: Uuid,
        kind: DocumentKind,
        fill_in: impl FnOnce(&mut Document),
    ) -> Option<Uuid> {
        let asked = self.inquiry(inquiry)?.clone();
        let reference = self.next_guid();
        let now = self.clock.now();
        let made = self.documents.numbers_made.entry(kind).or_default();
        *made += 1;
        let number = format!("{}-{made:04}", kind.prefix());
        let sum = |text: &str| Kopecks::parse(text).unwrap_or_default();
        let rows = asked.asked.products.iter().map(|product| Line {
            name: product.name.clone(),
            quantity: product.quantity.clone(),
            unit: product.unit.clone(),
            price: sum(&product.price),
            amount: sum(&product.amount),
        });
        let lines: Vec<Line> = rows.collect();
        let total = lines.iter().map(|line| line.amount).sum();
        let mut document = Document {
            reference,
            kind,
            inquiry,
            number,
            date: now,
            buyer: self.buyer(asked.counterparty),
            amount: if lines.is_empty() { sum(&asked.asked.amount) } else { total },
            lines,
            currency: Some(asked.asked.currency).filter(|word| !word.is_empty()).unwrap_or("RUB".into()),
            note: String::new(),
            version: 1,
            deletion_mark: false,
            size: None,
            changed_at: now,
            revision: 1,
        };
        fill_in(&mut document);
        document.reference = reference;
        document.inquiry = inquiry;
        self.documents.by_reference.insert(reference, document);
        self.documents.of_inquiry.entry(inquiry).or_default().push(reference);
        Some(reference)
    }

    /// A manager changes the document and prints it again: a new version of the same file. `false`: there is no document
    /// with this GUID.
    pub fn reprint(&mut self, reference: Uuid, change: impl FnOnce(&mut Document)) -> bool {
        let Some(old) = self.document(reference).cloned() else { return false };
        self.documents.old.insert(reference, old);
        self.write_document(reference, |document| {
            change(document);
            document.version += 1;
        })
    }

    /// Somebody writes the document as it is: «ВерсияДанных» changes, and nothing of what it says. `false`: there is no
    /// document with this GUID.
    pub fn rewrite_document(&mut self, reference: Uuid) -> bool {
        self.write_document(reference, |_| {})
    }

    /// Somebody marks a document for deletion, or takes the mark back. `false`: there is no document with this GUID.
    pub fn mark_document(&mut self, reference: Uuid, deletion_mark: bool) -> bool {
        self.write_document(reference, |document| document.deletion_mark = deletion_mark)
    }

    fn write_document(&mut self, reference: Uuid, change: impl FnOnce(&mut Document)) -> bool {
        let now = self.clock.now();
        let Some(document) = self.documents.by_reference.get_mut(&reference) else { return false };
        let Document { kind, inquiry, .. } = *document;
        change(document);
        // Nobody changes «Ссылка», the kind, or whose it is.
        (document.reference, document.kind, document.inquiry) = (reference, kind, inquiry);
        document.changed_at = now;
        document.revision += 1;
        true
    }

    fn buyer(&self, counterparty: Option<Uuid>) -> Buyer {
        let Some(element) = counterparty.and_then(|reference| self.find(reference)) else {
            return Buyer::default();
        };
        let address = element.contact(&ContactKind::LegalAddress).to_owned();
        let name = if element.full_name.is_empty() { element.name } else { element.full_name };
        Buyer { name, inn: element.inn, kpp: element.kpp, address }
    }
}
