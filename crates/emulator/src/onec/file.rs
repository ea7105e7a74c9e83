//! The same counterparties as a file, for `parom load FILE`.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::OneC;
use super::catalog::Element;
use super::wire::{self, Dates};

/// What kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFormat {
    /// A record of JSON per line.
    Jsonl,
    /// `<counterparties>`.
    Xml,
    /// A table with the words of the contract as its first row. Lists are joined by «; », and of the accounts
    /// only the main one has columns.
    Csv,
}

const COLUMNS: [&str; 20] = [
    "ref",
    "code",
    "kind",
    "name",
    "full_name",
    "inn",
    "kpp",
    "ogrn",
    "ogrnip",
    "legal_address",
    "actual_address",
    "director",
    "number",
    "bank_name",
    "bik",
    "correspondent_account",
    "phones",
    "emails",
    "deleted",
    "changed_at",
];

impl OneC {
    /// Writes all counterparties, one after the other.
    pub fn write_file(&self, path: &Path, format: FileFormat) -> io::Result<()> {
        let mut file = BufWriter::new(std::fs::File::create(path)?);
        match format {
            FileFormat::Jsonl => self.write_jsonl(&mut file)?,
            FileFormat::Xml => self.write_xml(&mut file)?,
            FileFormat::Csv => self.write_csv(&mut file)?,
        }
        file.flush()
    }

    fn write_jsonl(&self, out: &mut impl Write) -> io::Result<()> {
        let mut line = String::new();
        for element in self.elements() {
            line.clear();
            wire::counterparty(&element, &self.banks, Some(&Dates::Local)).write_json(&mut line);
            line.push('\n');
            out.write_all(line.as_bytes())?;
        }
        Ok(())
    }

    fn write_xml(&self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<counterparties>\n")?;
        let mut record = String::new();
        for element in self.elements() {
            record.clear();
            wire::counterparty(&element, &self.banks, Some(&Dates::Local))
                .write_xml("counterparty", &mut record);
            record.push('\n');
            out.write_all(record.as_bytes())?;
        }
        out.write_all(b"</counterparties>\n")
    }

    fn write_csv(&self, out: &mut impl Write) -> io::Result<()> {
        let mut table = csv::Writer::from_writer(out);
        table.write_record(COLUMNS)?;
        for element in self.elements() {
            table.write_record(self.row(&element))?;
        }
        table.flush()
    }

    fn row(&self, element: &Element) -> [String; COLUMNS.len()] {
        use super::catalog::{ContactKind, OGRN, OGRNIP};
        let main = element.accounts.iter().find(|account| Some(account.reference) == element.main_account);
        let bank = main.and_then(|account| self.banks.get(&account.bik));
        let joined = |texts: Vec<&str>| texts.join("; ");
        [
            element.reference.to_string(),
            element.code.clone(),
            wire::kind(element).to_owned(),
            element.name.clone(),
            element.full_name.clone(),
            element.inn.clone(),
            element.kpp.clone(),
            element.property(OGRN).to_owned(),
            element.property(OGRNIP).to_owned(),
            element.contact(&ContactKind::LegalAddress).to_owned(),
            element.contact(&ContactKind::ActualAddress).to_owned(),
            element.director().to_owned(),
            main.map_or(String::new(), |account| account.number.clone()),
            bank.map_or(String::new(), |bank| bank.name.clone()),
            main.map_or(String::new(), |account| account.bik.clone()),
            bank.map_or(String::new(), |bank| bank.correspondent_account.clone()),
            joined(wire::phones(element).collect()),
            joined(wire::emails(element).collect()),
            element.deletion_mark.to_string(),
            element.changed_at.map_or(String::new(), |at| wire::date(at, &Dates::Local)),
        ]
    }
}
