//! `ЗаписьXML`

use std::cell::RefCell;
use std::fs;

use super::class;
use crate::halt::{Halt, Outcome};
use crate::library::failed_file;
use crate::name::Name;
use crate::object::{Arguments, Object, no_method};
use crate::session::Session;
use crate::value::Value;

/// A document that is being written.
#[derive(Default)]
pub(crate) struct XmlWriter {
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    file: Option<String>,
    text: String,
    open: Vec<String>,
    /// The last tag has no `>` yet: attributes may follow.
    is_tag_open: bool,
}

impl State {
    fn close_tag(&mut self) {
        if std::mem::take(&mut self.is_tag_open) {
            self.text.push('>');
        }
    }
}

/// What XML has no place for stops the platform.
fn escaped(text: &str) -> Outcome<String> {
    if text.chars().any(|letter| letter < ' ' && !matches!(letter, '\t' | '\n' | '\r')) {
        return Err(Halt::exception("Текст XML содержит недопустимый символ"));
    }
    Ok(quick_xml::escape::escape(text).into_owned())
}

impl Object for XmlWriter {
    class!("ЗаписьXML");

    fn call(&self, _: &mut Session, name: &Name, arguments: &Arguments) -> Outcome<Option<Value>> {
        let mut state = self.state.borrow_mut();
        match name.key() {
            "установитьстроку" => {
                arguments.between(0, 1)?;
                *state = State::default();
            }
            "открытьфайл" => {
                arguments.between(1, 2)?;
                *state = State { file: Some(arguments.text(0)?.to_string()), ..State::default() };
            }
            "записатьобъявлениеxml" => {
                state.text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
            }
            "записатьначалоэлемента" => {
                arguments.between(1, 2)?;
                state.close_tag();
                let element = arguments.text(0)?;
                state.text.extend(["<", &element]);
                state.open.push(element.to_string());
                state.is_tag_open = true;
            }
            "записатьатрибут" => {
                arguments.between(2, 3)?;
                if !state.is_tag_open {
                    return Err(Halt::exception("Атрибут можно записать только в начале элемента"));
                }
                let attribute = format!(" {}=\"{}\"", arguments.text(0)?, escaped(&arguments.text(1)?)?);
                state.text.push_str(&attribute);
            }
            "записатьтекст" => {
                arguments.exactly(1)?;
                state.close_tag();
                let text = escaped(&arguments.text(0)?)?;
                state.text.push_str(&text);
            }
            "записатьконецэлемента" => {
                let element =
                    state.open.pop().ok_or_else(|| Halt::exception("Нет открытого элемента XML"))?;
                if std::mem::take(&mut state.is_tag_open) {
                    state.text.push_str("/>");
                } else {
                    state.text.extend(["</", &element, ">"]);
                }
            }
            "закрыть" => {
                let done = std::mem::take(&mut *state);
                if let Some(file) = &done.file {
                    fs::write(file, format!("\u{feff}{}", done.text))
                        .map_err(|error| failed_file(file, &error))?;
                }
                return Ok(Some(done.text.into()));
            }
            _ => return Err(no_method(name)),
        }
        Ok(None)
    }
}
