//! `Символы`

use super::class;
use crate::halt::Outcome;
use crate::name::Name;
use crate::object::{Object, no_field};
use crate::session::Session;
use crate::value::Value;

/// Letters that no keyboard has.
pub(crate) struct Symbols;

impl Object for Symbols {
    class!("Символы");

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        Ok(match name.key() {
            "пс" => "\n",
            "вк" => "\r",
            "таб" => "\t",
            "нпп" => "\u{a0}",
            "пф" => "\u{c}",
            "втаб" => "\u{b}",
            _ => return Err(no_field(name)),
        }
        .into())
    }
}
