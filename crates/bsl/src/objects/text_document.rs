//! `ТекстовыйДокумент`: a text that can be a file.

use std::cell::RefCell;
use std::fs;

use super::class;
use super::encoding::Encoding;
use crate::halt::Outcome;
use crate::library::failed_file;
use crate::name::Name;
use crate::object::{Arguments, Object, no_method};
use crate::session::Session;
use crate::value::Value;

/// Lines of text.
#[derive(Default)]
pub(crate) struct TextDocument {
    lines: RefCell<Vec<String>>,
}

impl TextDocument {
    fn set(&self, text: &str) {
        *self.lines.borrow_mut() = text.lines().map(str::to_owned).collect();
    }
}

impl Object for TextDocument {
    class!("ТекстовыйДокумент");

    fn call(&self, session: &mut Session, name: &Name, arguments: &Arguments) -> Outcome<Option<Value>> {
        match name.key() {
            "добавитьстроку" => {
                arguments.exactly(1)?;
                let line = session.show(&arguments.value(0));
                self.lines.borrow_mut().push(line);
                Ok(None)
            }
            "установитьтекст" => {
                arguments.exactly(1)?;
                self.set(&arguments.text(0)?);
                Ok(None)
            }
            "получитьтекст" => Ok(Some(self.lines.borrow().join("\n").into())),
            "количествострок" => Ok(Some(Value::count(self.lines.borrow().len()))),
            "получитьстроку" => {
                let number = arguments.count(0)?;
                Ok(Some(self.lines.borrow().get(number.max(1) - 1).cloned().unwrap_or_default().into()))
            }
            "очистить" => {
                self.lines.borrow_mut().clear();
                Ok(None)
            }
            "записать" => {
                arguments.between(1, 3)?;
                let text = self.lines.borrow().iter().fold(String::new(), |text, line| text + line + "\r\n");
                let file = arguments.text(0)?;
                let bytes = Encoding::of(&arguments.value(1))?.encode(&text, true);
                fs::write(&*file, bytes).map(|()| None).map_err(|error| failed_file(&file, &error))
            }
            "прочитать" => {
                arguments.between(1, 3)?;
                let file = arguments.text(0)?;
                let bytes = fs::read(&*file).map_err(|error| failed_file(&file, &error))?;
                self.set(&Encoding::of(&arguments.value(1))?.decode(&bytes));
                Ok(None)
            }
            _ => Err(no_method(name)),
        }
    }
}
