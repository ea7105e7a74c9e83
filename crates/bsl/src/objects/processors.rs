//! `ВнешниеОбработки`: print forms and other external modules. What in 1C is an .epf is here a file with the text of
//! its module behind [`HEADER`].

use std::fs;

use super::class;
use crate::halt::{Halt, Outcome};
use crate::library::failed_file;
use crate::name::Name;
use crate::object::{Arguments, Object, no_method};
use crate::session::Session;
use crate::value::Value;

/// How the file of an external processor begins.
const HEADER: &str = "# BSL\n";

/// The file of an external processor with this module.
pub fn file_of(module: &str) -> Vec<u8> {
    format!("{HEADER}{module}").into_bytes()
}

/// The manager.
pub(crate) struct Processors;

/// Attributes that the contract of print forms in this family knows.
const ATTRIBUTES: [&str; 2] = ["СсылкаНаОбъект", "ДополнительныеПараметры"];

impl Object for Processors {
    class!("ВнешниеОбработкиМенеджер");

    fn call(&self, session: &mut Session, name: &Name, arguments: &Arguments) -> Outcome<Option<Value>> {
        match name.key() {
            "создать" => {
                arguments.between(1, 2)?;
                let file = arguments.text(0)?;
                let bytes = fs::read(&*file).map_err(|error| failed_file(&file, &error))?;
                let text = String::from_utf8_lossy(&bytes);
                let module =
                    text.strip_prefix(HEADER).ok_or_else(|| Halt::exception("Ошибка формата потока"))?;
                let loaded =
                    session.load("ВнешняяОбработка.ПечатнаяФорма.МодульОбъекта", module, &ATTRIBUTES);
                loaded.map(|instance| Some(Value::Object(instance))).map_err(|error| {
                    Halt::exception(format!("Ошибка компиляции модуля внешней обработки: {error}"))
                })
            }
            _ => Err(no_method(name)),
        }
    }
}
