//! `ЗаписьТекста` and `ЧтениеТекста`

use std::cell::RefCell;
use std::fs;

use super::class;
use super::encoding::Encoding;
use crate::halt::{Halt, Outcome};
use crate::library::failed_file;
use crate::name::Name;
use crate::object::{Arguments, Object, no_method};
use crate::session::Session;
use crate::value::Value;

/// A file that is being written. Its bytes are on the disk when it is closed.
#[derive(Default)]
pub(crate) struct TextWriter {
    open: RefCell<Option<Open>>,
}

struct Open {
    name: String,
    encoding: Encoding,
    line_break: String,
    is_added_to: bool,
    text: String,
}

impl TextWriter {
    pub(crate) fn create(arguments: &Arguments) -> Outcome<Self> {
        let writer = Self::default();
        if arguments.is_given(0) {
            writer.open(arguments)?;
        }
        Ok(writer)
    }

    fn open(&self, arguments: &Arguments) -> Outcome<()> {
        arguments.between(1, 5)?;
        let line_break = if arguments.is_given(2) { arguments.text(2)? } else { "\n".into() };
        let name = arguments.text(0)?;
        let is_added_to = arguments.boolean(3)?;
        if !is_added_to {
            fs::write(&*name, []).map_err(|error| failed_file(&name, &error))?;
        }
        *self.open.borrow_mut() = Some(Open {
            name: name.to_string(),
            encoding: Encoding::of(&arguments.value(1))?,
            line_break: line_break.to_string(),
            is_added_to,
            text: String::new(),
        });
        Ok(())
    }

    fn add(&self, text: &str, with_break: bool) -> Outcome<()> {
        let mut open = self.open.borrow_mut();
        let open = open.as_mut().ok_or_else(|| Halt::exception("Файл не открыт"))?;
        open.text.push_str(text);
        if with_break {
            let line_break = open.line_break.clone();
            open.text.push_str(&line_break);
        }
        Ok(())
    }

    /// UTF-8 gets its BOM, whether anybody wants it or not.
    fn close(&self) -> Outcome<()> {
        let Some(open) = self.open.borrow_mut().take() else { return Ok(()) };
        let mut bytes = if open.is_added_to { fs::read(&open.name).unwrap_or_default() } else { Vec::new() };
        bytes.extend(open.encoding.encode(&open.text, bytes.is_empty()));
        fs::write(&open.name, bytes).map_err(|error| failed_file(&open.name, &error))
    }
}

impl Object for TextWriter {
    class!("ЗаписьТекста");

    fn call(&self, session: &mut Session, name: &Name, arguments: &Arguments) -> Outcome<Option<Value>> {
        match name.key() {
            "открыть" => self.open(arguments)?,
            "записать" => {
                arguments.exactly(1)?;
                let text = session.show(&arguments.value(0));
                self.add(&text, false)?;
            }
            "записатьстроку" => {
                arguments.between(0, 2)?;
                let text = session.show(&arguments.value(0));
                self.add(&text, true)?;
            }
            "закрыть" => self.close()?,
            _ => return Err(no_method(name)),
        }
        Ok(None)
    }
}

/// A file that is being read.
#[derive(Default)]
pub(crate) struct TextReader {
    rest: RefCell<Option<String>>,
}

impl TextReader {
    pub(crate) fn create(arguments: &Arguments) -> Outcome<Self> {
        let reader = Self::default();
        if arguments.is_given(0) {
            reader.open(arguments)?;
        }
        Ok(reader)
    }

    fn open(&self, arguments: &Arguments) -> Outcome<()> {
        arguments.between(1, 4)?;
        let name = arguments.text(0)?;
        let bytes = fs::read(&*name).map_err(|error| failed_file(&name, &error))?;
        *self.rest.borrow_mut() =
            Some(Encoding::of(&arguments.value(1))?.decode(&bytes).replace("\r\n", "\n"));
        Ok(())
    }
}

impl Object for TextReader {
    class!("ЧтениеТекста");

    fn call(&self, _: &mut Session, name: &Name, arguments: &Arguments) -> Outcome<Option<Value>> {
        match name.key() {
            "открыть" => {
                self.open(arguments)?;
                return Ok(None);
            }
            "закрыть" => {
                self.rest.take();
                return Ok(None);
            }
            _ => {}
        }
        let mut rest = self.rest.borrow_mut();
        let rest = rest.as_mut().ok_or_else(|| Halt::exception("Файл не открыт"))?;
        match name.key() {
            "прочитать" | "прочитатьстроку" if rest.is_empty() => {
                Ok(Some(Value::Undefined))
            }
            "прочитать" => Ok(Some(std::mem::take(rest).into())),
            "прочитатьстроку" => {
                let (line, others) = rest.split_once('\n').unwrap_or((rest, ""));
                let (line, others) = (line.to_owned(), others.to_owned());
                *rest = others;
                Ok(Some(line.into()))
            }
            _ => Err(no_method(name)),
        }
    }
}
