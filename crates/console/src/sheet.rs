//! Tables as files that Excel opens as they are: CSV, and a workbook. Written row by row, however many there are.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

/// A table under construction. Every cell is a text: numbers of people are names here (ИНН, codes, telephones).
pub struct Sheet {
    heads: &'static [&'static str],
    form: Form,
}

/// Why a table could not be written.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// The file did not take it.
    #[error(transparent)]
    File(#[from] io::Error),
    /// The file did not take a row.
    #[error(transparent)]
    Row(#[from] csv::Error),
    /// A sheet could not be made.
    #[error(transparent)]
    Workbook(#[from] XlsxError),
}

impl std::fmt::Debug for Sheet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sheet").field("heads", &self.heads).finish_non_exhaustive()
    }
}

enum Form {
    Csv(Box<csv::Writer<BufWriter<File>>>),
    Workbook(Box<Book>),
}

struct Book {
    file: File,
    workbook: Workbook,
    name: &'static str,
    sheets: usize,
    next_row: u32,
}

/// Rows of one sheet of Excel, the head included.
const ROWS_MAX: u32 = 1_048_576;
/// Characters of one cell of Excel.
const CELL_MAX: usize = 32_767;
/// Width of a column, in characters: an address fits in two lines.
const WIDTH: f64 = 24.0;

impl Sheet {
    /// A CSV file as the Excel of Russia reads it: a byte order mark and semicolons. A cell that Excel would take for a formula
    /// gets an apostrophe.
    pub fn csv(file: File, heads: &'static [&'static str]) -> Result<Self, SheetError> {
        let mut file = BufWriter::new(file);
        file.write_all("\u{feff}".as_bytes())?;
        let mut rows = csv::WriterBuilder::new().delimiter(b';').from_writer(file);
        rows.write_record(heads)?;
        Ok(Self { heads, form: Form::Csv(Box::new(rows)) })
    }

    /// A workbook whose sheets are called `name`.
    pub fn workbook(
        file: File,
        name: &'static str,
        heads: &'static [&'static str],
    ) -> Result<Self, SheetError> {
        let book = Book { file, workbook: Workbook::new(), name, sheets: 0, next_row: ROWS_MAX };
        Ok(Self { heads, form: Form::Workbook(Box::new(book)) })
    }

    /// One more row, with a cell for every head.
    pub fn row(&mut self, cells: &[String]) -> Result<(), SheetError> {
        match &mut self.form {
            Form::Csv(rows) => rows.write_record(cells.iter().map(|cell| harmless(cell)))?,
            Form::Workbook(book) => {
                if book.next_row >= ROWS_MAX {
                    book.begin_sheet(self.heads)?;
                }
                book.row(cells)?;
            }
        }
        Ok(())
    }

    /// Everything is written.
    pub fn finish(self) -> Result<(), SheetError> {
        match self.form {
            Form::Csv(mut rows) => rows.flush()?,
            Form::Workbook(mut book) => {
                if book.sheets == 0 {
                    book.begin_sheet(self.heads)?;
                }
                book.workbook.save_to_writer(&mut book.file)?;
            }
        }
        Ok(())
    }
}

impl Book {
    fn begin_sheet(&mut self, heads: &[&str]) -> Result<(), XlsxError> {
        self.sheets += 1;
        let name =
            if self.sheets == 1 { self.name.to_owned() } else { format!("{} {}", self.name, self.sheets) };
        let bold = Format::new().set_bold();
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?.set_freeze_panes(1, 0)?;
        for (column, head) in (0..).zip(heads) {
            sheet.set_column_width(column, WIDTH)?.write_string_with_format(0, column, *head, &bold)?;
        }
        self.next_row = 1;
        Ok(())
    }

    fn row(&mut self, cells: &[String]) -> Result<(), XlsxError> {
        let row = self.next_row;
        let sheet = self.sheet()?;
        for (column, cell) in (0..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(row, column, fitting(cell))?;
        }
        self.next_row += 1;
        Ok(())
    }

    fn sheet(&mut self) -> Result<&mut Worksheet, XlsxError> {
        self.workbook.worksheet_from_index(self.sheets.saturating_sub(1))
    }
}

/// Excel takes a cell of CSV that begins so for a formula, whoever typed it.
fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

/// Excel counts a cell in units of UTF-16.
fn fitting(cell: &str) -> &str {
    if cell.encode_utf16().count() <= CELL_MAX {
        return cell;
    }
    // Every character is at most two units.
    let end = cell.char_indices().nth(CELL_MAX / 2).map_or(cell.len(), |(end, _)| end);
    &cell[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_looks_like_a_formula_gets_an_apostrophe() {
        for (cell, expected) in [
            ("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")"),
            ("+7 495 739-70-00", "'+7 495 739-70-00"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("ООО «А=Б»", "ООО «А=Б»"),
            ("", ""),
        ] {
            assert_eq!(harmless(cell), expected);
        }
    }

    #[test]
    fn a_cell_is_never_longer_than_excel_takes() {
        let long = "я".repeat(40_000);
        assert!(fitting(&long).encode_utf16().count() <= CELL_MAX);
        let long = "🚢".repeat(40_000);
        assert!(fitting(&long).encode_utf16().count() <= CELL_MAX);
        assert_eq!(fitting("коротко"), "коротко");
    }
}
