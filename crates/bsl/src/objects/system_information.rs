//! `СистемнаяИнформация`

use super::class;
use crate::halt::Outcome;
use crate::name::Name;
use crate::object::{Object, no_field};
use crate::session::Session;
use crate::value::{Item, Value};

/// The machine and the platform.
pub(crate) struct SystemInformation;

impl Object for SystemInformation {
    class!("СистемнаяИнформация");

    fn get(&self, session: &mut Session, name: &Name) -> Outcome<Value> {
        match name.key() {
            "версияприложения" => Ok(session.platform.version().into()),
            "версияос" => Ok("Microsoft Windows Server 2012 R2".into()),
            "типплатформы" => {
                Ok(Value::Item(Item { enumeration: "ТипПлатформы", name: "Windows_x86_64" }))
            }
            "идентификаторклиента" => {
                Ok(Value::Guid(uuid::Uuid::from_u128(session.number.into())))
            }
            _ => Err(no_field(name)),
        }
    }
}
