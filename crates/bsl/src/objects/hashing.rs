//! `ХешированиеДанных`: a fingerprint that depends on all that was added. Nobody outside the base reads it, so it is none
//! of the published digests.

use std::cell::RefCell;

use uuid::Uuid;

use super::binary::Binary;
use super::class;
use crate::halt::Outcome;
use crate::name::Name;
use crate::object::{Arguments, Object, no_field, no_method};
use crate::session::Session;
use crate::value::{Item, Value};

/// A fingerprint in the making.
pub(crate) struct Hashing {
    added: RefCell<Vec<u8>>,
}

impl Hashing {
    pub(crate) fn create(arguments: &Arguments) -> Outcome<Self> {
        arguments.exactly(1)?;
        match arguments.value(0) {
            Value::Item(Item { enumeration: "ХешФункция", .. }) => {
                Ok(Self { added: RefCell::default() })
            }
            _ => Err(crate::halt::Halt::exception("Несоответствие типов (параметр номер '1')")),
        }
    }
}

impl Object for Hashing {
    class!("ХешированиеДанных");

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        match name.key() {
            "хешсумма" => {
                let digest = Uuid::new_v5(&Uuid::NAMESPACE_OID, &self.added.borrow());
                Ok(Value::object(Binary::new(digest.as_bytes().to_vec())))
            }
            _ => Err(no_field(name)),
        }
    }

    fn call(&self, _: &mut Session, name: &Name, arguments: &Arguments) -> Outcome<Option<Value>> {
        match name.key() {
            "добавить" => {
                arguments.exactly(1)?;
                let value = arguments.value(0);
                match value.downcast::<Binary>() {
                    Some(binary) => self.added.borrow_mut().extend(binary.bytes()),
                    None => self.added.borrow_mut().extend(arguments.text(0)?.as_bytes()),
                }
                Ok(None)
            }
            _ => Err(no_method(name)),
        }
    }
}
