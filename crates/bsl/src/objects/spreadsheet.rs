//! `ТабличныйДокумент`: cells of text that become a small PDF.

use std::cell::RefCell;
use std::fs;

use pdf_writer::{Content, Name as PdfName, Pdf, Rect, Ref, Str, TextStr};

use super::class;
use crate::halt::{Halt, Outcome};
use crate::library::failed_file;
use crate::name::Name;
use crate::object::{Arguments, Object, no_field, no_method};
use crate::session::Session;
use crate::value::{Item, Value};

/// A sheet, line by line.
#[derive(Default)]
pub(crate) struct Spreadsheet {
    lines: RefCell<Vec<String>>,
    settings: RefCell<Vec<(Name, Value)>>,
}

/// What may be set and changes nothing here.
const SETTINGS: [&str; 14] = [
    "автомасштаб",
    "ориентациястраницы",
    "полесверху",
    "полеснизу",
    "полеслева",
    "полесправа",
    "имяпараметровпечати",
    "ключпараметровпечати",
    "толькопросмотр",
    "отображатьсетку",
    "отображатьзаголовки",
    "экземпляровнастранице",
    "масштабпечати",
    "черноебелаяпечать",
];

impl Object for Spreadsheet {
    class!("ТабличныйДокумент");

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        if name.is("ВысотаТаблицы") {
            return Ok(Value::count(self.lines.borrow().len()));
        }
        let settings = self.settings.borrow();
        let found = settings.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        match found {
            Some(value) => Ok(value),
            None if SETTINGS.contains(&name.key()) => Ok(Value::Undefined),
            None => Err(no_field(name)),
        }
    }

    fn set(&self, _: &mut Session, name: &Name, value: Value) -> Outcome<()> {
        if !SETTINGS.contains(&name.key()) {
            return Err(no_field(name));
        }
        self.settings.borrow_mut().push((name.clone(), value));
        Ok(())
    }

    fn call(&self, session: &mut Session, name: &Name, arguments: &Arguments) -> Outcome<Option<Value>> {
        match name.key() {
            // `Вывести` wants an area of a template; print forms of tests give it a line of text.
            "вывести" => {
                arguments.between(1, 2)?;
                let line = session.show(&arguments.value(0));
                self.lines.borrow_mut().push(line);
                Ok(None)
            }
            "очистить" => {
                self.lines.borrow_mut().clear();
                Ok(None)
            }
            "записать" => {
                arguments.between(1, 2)?;
                let Value::Item(Item { name: "PDF", .. }) = arguments.value(1) else {
                    return Err(Halt::exception("Здесь табличный документ записывается только в PDF"));
                };
                let file = arguments.text(0)?;
                let bytes = pdf(&self.lines.borrow());
                fs::write(&*file, bytes).map(|()| None).map_err(|error| failed_file(&file, &error))
            }
            _ => Err(no_method(name)),
        }
    }
}

/// One page. The built-in font has no Russian letters: the lines stand on the page as far as it has them, and whole in
/// the title.
fn pdf(lines: &[String]) -> Vec<u8> {
    let [catalog, pages, only_page, font, content_id, information] = [1, 2, 3, 4, 5, 6].map(Ref::new);
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(pages);
    pdf.pages(pages).kids([only_page]).count(1);
    let mut page = pdf.page(only_page);
    page.media_box(Rect::new(0.0, 0.0, 595.0, 842.0)).parent(pages).contents(content_id);
    page.resources().fonts().pair(PdfName(b"F1"), font);
    drop(page);
    pdf.type1_font(font).base_font(PdfName(b"Helvetica"));
    let mut content = Content::new();
    content.begin_text().set_font(PdfName(b"F1"), 12.0).set_leading(16.0).next_line(50.0, 780.0);
    for line in lines {
        let ascii: Vec<u8> = line.chars().map(|letter| u8::try_from(letter).unwrap_or(b'?')).collect();
        content.show(Str(&ascii)).next_line_using_leading();
    }
    content.end_text();
    pdf.stream(content_id, &content.finish());
    pdf.document_info(information).title(TextStr(&lines.join("\n")));
    pdf.finish()
}
