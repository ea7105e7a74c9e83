//! What the printed form of a document looks like.

use super::pdf::{self, Page};
use super::{Document, DocumentKind, words};
use crate::onec::wire;

/// Who sells: the organisation that keeps this 1C. The numbers have right check digits and belong to nobody.
const SELLER: &str = "ООО «Учебная компания»";
const SELLER_INN: &str = "7700000009";
const SELLER_KPP: &str = "770001001";
const SELLER_ADDRESS: &str = "101000, г. Москва, ул. Примерная, д. 1";

/// Points.
const LEFT: f32 = 48.0;
const RIGHT: f32 = pdf::WIDTH - 36.0;
const TOP: f32 = pdf::HEIGHT - 56.0;
const BOTTOM: f32 = 60.0;
const TEXT: f32 = 9.5;
const HEADING: f32 = 14.0;
const SMALL: f32 = 7.5;
/// Of the size of the letters, from one base line to the next.
const LEADING: f32 = 1.35;
const PADDING: f32 = 3.0;

/// Where the columns of the table begin; the last one ends at [`RIGHT`].
const COLUMNS: [(&str, f32); 5] =
    [("№", LEFT), ("Наименование", 72.0), ("Кол-во", 350.0), ("Цена", 412.0), ("Сумма", 486.0)];

pub(super) fn print(document: &Document) -> Vec<u8> {
    let mut sheet = Sheet { done: Vec::new(), page: Page::default(), y: TOP };
    heading(document, &mut sheet);
    parties(document, &mut sheet);
    table(document, &mut sheet);
    ending(document, &mut sheet);
    sheet.done.push(sheet.page);
    pdf::file(&document.file_name(), &sheet.done, document.size)
}

/// Pages that are filled from the top.
struct Sheet {
    done: Vec<Page>,
    page: Page,
    y: f32,
}

fn heading(document: &Document, sheet: &mut Sheet) {
    let title = match document.kind {
        DocumentKind::Quotation => "Технико-коммерческое предложение",
        DocumentKind::Contract => "Договор поставки",
        DocumentKind::Invoice => "Счёт на оплату",
    };
    let day = words::date(wire::in_office(document.date).date());
    sheet.paragraph(HEADING, true, &format!("{title} № {} от {day}", document.number));
    sheet.paragraph(SMALL, false, &format!("Редакция {}", document.version));
    sheet.rule();
}

fn parties(document: &Document, sheet: &mut Sheet) {
    let (seller, buyer) = match document.kind {
        DocumentKind::Contract => ("Поставщик", "Покупатель"),
        DocumentKind::Quotation | DocumentKind::Invoice => ("Исполнитель", "Покупатель"),
    };
    let buyer_is = &document.buyer;
    let kpp = if buyer_is.kpp.is_empty() { String::new() } else { format!(", КПП {}", buyer_is.kpp) };
    let inn =
        if buyer_is.inn.is_empty() { String::new() } else { format!(", ИНН {}", buyer_is.inn.trim()) };
    let address = if buyer_is.address.is_empty() { String::new() } else { format!(", {}", buyer_is.address) };
    sheet.paragraph(
        TEXT,
        false,
        &format!("{seller}: {SELLER}, ИНН {SELLER_INN}, КПП {SELLER_KPP}, {SELLER_ADDRESS}"),
    );
    sheet.paragraph(TEXT, false, &format!("{buyer}: {}{inn}{kpp}{address}", buyer_is.name));
    if document.kind == DocumentKind::Contract {
        sheet.paragraph(
            TEXT,
            false,
            "1. Поставщик обязуется передать товар в собственность Покупателя, а Покупатель — принять его и оплатить. \
             2. Наименование, количество и цена товара указаны в таблице. 3. Оплата производится в течение пяти \
             банковских дней со дня выставления счёта.",
        );
    }
    sheet.y -= TEXT;
}

fn table(document: &Document, sheet: &mut Sheet) {
    sheet.row(&COLUMNS.map(|(name, _)| vec![name.to_owned()]), true);
    for (number, line) in (1_usize..).zip(&document.lines) {
        let name_width = COLUMNS[2].1 - COLUMNS[1].1 - 2.0 * PADDING;
        sheet.row(
            &[
                vec![number.to_string()],
                wrapped(&line.name, TEXT, name_width),
                vec![format!("{} {}", line.quantity, line.unit)],
                vec![line.price.printed()],
                vec![line.amount.printed()],
            ],
            false,
        );
    }
    let total = format!("Итого: {} {}", document.amount.printed(), document.currency);
    sheet.y -= TEXT;
    sheet.make_room(TEXT);
    sheet.page.text((RIGHT - PADDING - pdf::width(&total, TEXT), sheet.y), TEXT, true, &total);
    sheet.y -= TEXT * LEADING;
}

fn ending(document: &Document, sheet: &mut Sheet) {
    let count = document.lines.len();
    let sum = document.amount.printed();
    sheet.paragraph(
        TEXT,
        false,
        &format!("Всего наименований {count}, на сумму {sum} {}", document.currency),
    );
    sheet.paragraph(TEXT, true, &words::sum(document.amount, &document.currency));
    if !document.note.is_empty() {
        sheet.paragraph(TEXT, false, &document.note);
    }
    sheet.rule();
    let signatures = match document.kind {
        DocumentKind::Contract => "Поставщик ____________________          Покупатель ____________________",
        DocumentKind::Quotation => "Менеджер ____________________",
        DocumentKind::Invoice => "Руководитель ____________________          Бухгалтер ____________________",
    };
    sheet.paragraph(TEXT, false, signatures);
}

impl Sheet {
    /// A paragraph from margin to margin.
    fn paragraph(&mut self, size: f32, bold: bool, text: &str) {
        for line in wrapped(text, size, RIGHT - LEFT) {
            self.make_room(size);
            self.page.text((LEFT, self.y), size, bold, &line);
            self.y -= size * LEADING;
        }
        self.y -= size * 0.4;
    }

    fn rule(&mut self) {
        self.page.line((LEFT, self.y + TEXT * 0.5), (RIGHT, self.y + TEXT * 0.5));
        self.y -= TEXT;
    }

    /// A row of the table with its frame; numbers stand at the right of their cells.
    fn row(&mut self, cells: &[Vec<String>; COLUMNS.len()], heading: bool) {
        let lines = cells.iter().map(Vec::len).max().unwrap_or(1);
        let step = TEXT * LEADING;
        let height: f32 = std::iter::repeat_n(step, lines).sum::<f32>() + PADDING;
        self.make_room(height);
        let (top, bottom) = (self.y + TEXT, self.y + TEXT - height);
        let ends = COLUMNS.iter().skip(1).map(|(_, x)| *x).chain([RIGHT]);
        for (place, ((cell, (_, begin)), end)) in cells.iter().zip(COLUMNS).zip(ends).enumerate() {
            let mut y = self.y;
            for line in cell {
                let at_right = place >= 2 && !heading;
                let x = if at_right { end - PADDING - pdf::width(line, TEXT) } else { begin + PADDING };
                self.page.text((x, y), TEXT, heading, line);
                y -= step;
            }
            self.page.line((begin, top), (begin, bottom));
        }
        self.page.line((RIGHT, top), (RIGHT, bottom));
        self.page.line((LEFT, top), (RIGHT, top));
        self.page.line((LEFT, bottom), (RIGHT, bottom));
        self.y -= height;
    }

    /// Begins a new page if there is no room for so much.
    fn make_room(&mut self, height: f32) {
        if self.y - height < BOTTOM {
            self.done.push(std::mem::take(&mut self.page));
            self.y = TOP;
        }
    }
}

/// The text in lines that are no wider than this; a word that is wider by itself is cut.
fn wrapped(text: &str, size: f32, width: f32) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split([' ', '\n', '\r', '\t']).filter(|word| !word.is_empty()) {
        let line = lines.last_mut().expect("there is always a line");
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if pdf::width(&longer, size) <= width {
            *line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(String::new());
        }
        for letter in word.chars() {
            let line = lines.last_mut().expect("there is always a line");
            if pdf::width(line, size) + pdf::width(letter.encode_utf8(&mut [0; 4]), size) > width {
                lines.push(String::new());
            }
            lines.last_mut().expect("there is always a line").push(letter);
        }
    }
    lines
}
