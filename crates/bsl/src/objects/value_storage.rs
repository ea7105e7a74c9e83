//! `ХранилищеЗначения`: any value inside an attribute.

use super::class;
use crate::halt::Outcome;
use crate::name::Name;
use crate::object::{Arguments, Object, no_method};
use crate::session::Session;
use crate::value::Value;

/// A value in a box.
#[derive(Clone)]
pub struct ValueStorage(Value);

impl ValueStorage {
    /// A box with this value.
    pub fn new(value: Value) -> Self {
        Self(value)
    }
}

impl Object for ValueStorage {
    class!("ХранилищеЗначения");

    fn call(&self, _: &mut Session, name: &Name, _: &Arguments) -> Outcome<Option<Value>> {
        match name.key() {
            "получить" => Ok(Some(self.0.clone())),
            _ => Err(no_method(name)),
        }
    }
}
