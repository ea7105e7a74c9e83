//! `ДвоичныеДанные`

use std::fs;
use std::rc::Rc;

use super::class;
use crate::halt::Outcome;
use crate::library::failed_file;
use crate::name::Name;
use crate::object::{Arguments, Object, no_method};
use crate::session::Session;
use crate::value::Value;

/// Bytes.
#[derive(Clone)]
pub struct Binary(Rc<[u8]>);

impl Binary {
    /// These bytes.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }

    /// `Новый ДвоичныеДанные(ИмяФайла)`
    pub(crate) fn create(arguments: &Arguments) -> Outcome<Self> {
        arguments.exactly(1)?;
        let name = arguments.text(0)?;
        fs::read(&*name).map(Self::new).map_err(|error| failed_file(&name, &error))
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Object for Binary {
    class!("ДвоичныеДанные");

    fn call(&self, _: &mut Session, name: &Name, arguments: &Arguments) -> Outcome<Option<Value>> {
        match name.key() {
            "записать" => {
                arguments.exactly(1)?;
                let file = arguments.text(0)?;
                fs::write(&*file, &self.0).map(|()| None).map_err(|error| failed_file(&file, &error))
            }
            "размер" => Ok(Some(Value::count(self.0.len()))),
            _ => Err(no_method(name)),
        }
    }

    /// Bytes in hexadecimal, parted by spaces.
    fn show(&self, _: &mut Session) -> String {
        self.0.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" ")
    }

    fn same(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Self>().is_some_and(|other| other.0 == self.0)
    }
}
