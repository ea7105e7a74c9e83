//! `ИнформацияОбОшибке`

use super::class;
use crate::halt::{Exception, Outcome};
use crate::name::Name;
use crate::object::{Object, no_field};
use crate::session::Session;
use crate::value::Value;

/// What is known of an exception; nothing, where none is being handled.
pub(crate) struct ErrorInformation(Option<Exception>);

impl ErrorInformation {
    pub(crate) fn new(exception: Option<Exception>) -> Self {
        Self(exception)
    }

    pub(crate) fn exception(&self) -> Option<&Exception> {
        self.0.as_ref()
    }
}

impl Object for ErrorInformation {
    class!("ИнформацияОбОшибке");

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        let place = self.0.as_ref().and_then(|exception| exception.place.as_ref());
        match name.key() {
            "описание" => {
                Ok(self.0.as_ref().map_or("".into(), |exception| Value::Text(exception.description.clone())))
            }
            "имямодуля" => Ok(place.map_or("".into(), |(module, _)| Value::Text(module.clone()))),
            "номерстроки" => Ok(Value::number(place.map_or(0, |(_, line)| *line))),
            "исходнаястрока" => Ok("".into()),
            "причина" => {
                let cause = self.0.as_ref().and_then(|exception| exception.cause.as_deref());
                Ok(cause.map_or(Value::Undefined, |cause| Value::object(Self(Some(cause.clone())))))
            }
            _ => Err(no_field(name)),
        }
    }

    fn show(&self, _: &mut Session) -> String {
        self.0.as_ref().map_or_else(String::new, Exception::brief)
    }
}
