//! `ОписаниеТипов` and its qualifiers.

use std::rc::Rc;

use super::class;
use crate::halt::{Halt, Outcome};
use crate::name::Name;
use crate::object::{Arguments, Object, no_field, no_method};
use crate::session::Session;
use crate::value::description::{Kind, TypeDescription};
use crate::value::{Item, Type, Value};

/// `КвалификаторыСтроки`
#[derive(Clone)]
pub(crate) struct TextQualifiers {
    pub(crate) length: usize,
}

/// `КвалификаторыЧисла`
#[derive(Clone)]
pub(crate) struct NumberQualifiers {
    pub(crate) digits: (u32, u32),
}

/// `КвалификаторыДаты`
#[derive(Clone)]
pub(crate) struct DateQualifiers {
    pub(crate) is_day: bool,
}

fn small(arguments: &Arguments, index: usize) -> Outcome<u32> {
    if !arguments.is_given(index) {
        return Ok(0);
    }
    u32::try_from(arguments.count(index)?).map_err(|_| Halt::exception("Недопустимое значение параметра"))
}

impl TextQualifiers {
    pub(crate) fn create(arguments: &Arguments) -> Outcome<Self> {
        arguments.between(0, 2)?;
        Ok(Self { length: if arguments.is_given(0) { arguments.count(0)? } else { 0 } })
    }
}

impl NumberQualifiers {
    pub(crate) fn create(arguments: &Arguments) -> Outcome<Self> {
        arguments.between(0, 3)?;
        Ok(Self { digits: (small(arguments, 0)?, small(arguments, 1)?) })
    }
}

impl DateQualifiers {
    pub(crate) fn create(arguments: &Arguments) -> Outcome<Self> {
        arguments.between(0, 1)?;
        let is_day = matches!(arguments.value(0), Value::Item(Item { name: "Дата", .. }));
        Ok(Self { is_day })
    }
}

impl Object for TextQualifiers {
    class!("КвалификаторыСтроки");

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        match name.key() {
            "длина" => Ok(Value::count(self.length)),
            "допустимаядлина" => Ok(Value::Item(Item {
                enumeration: "ДопустимаяДлина",
                name: "Переменная",
            })),
            _ => Err(no_field(name)),
        }
    }
}

impl Object for NumberQualifiers {
    class!("КвалификаторыЧисла");

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        match name.key() {
            "разрядность" => Ok(Value::number(self.digits.0)),
            "разрядностьдробнойчасти" => Ok(Value::number(self.digits.1)),
            _ => Err(no_field(name)),
        }
    }
}

impl Object for DateQualifiers {
    class!("КвалификаторыДаты");

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        let item = if self.is_day { "Дата" } else { "ДатаВремя" };
        match name.key() {
            "частидаты" => Ok(Value::Item(Item { enumeration: "ЧастиДаты", name: item })),
            _ => Err(no_field(name)),
        }
    }
}

/// `ОписаниеТипов`
pub(crate) struct Description(pub(crate) Rc<TypeDescription>);

impl Description {
    /// `Новый ОписаниеТипов("Строка, Число", КЧ, КС, КД)`
    pub(crate) fn create(session: &mut Session, arguments: &Arguments) -> Outcome<Self> {
        arguments.between(1, 7)?;
        let mut description = TypeDescription { types: Vec::new(), length: 0, digits: (0, 0), is_day: false };
        match arguments.value(0) {
            Value::Text(names) => {
                for name in names.split(',') {
                    description.types.push(kind(session, name.trim())?);
                }
            }
            Value::Object(_) => {
                for item in session.items(&arguments.value(0))? {
                    let Value::Type(of) = item else {
                        return Err(Halt::exception("Ожидается массив типов"));
                    };
                    description.types.push(kind(session, of.name().shown())?);
                }
            }
            _ => return Err(Halt::exception("Несоответствие типов (параметр номер '1')")),
        }
        for index in 1..arguments.len() {
            let value = arguments.value(index);
            if let Some(text) = value.downcast::<TextQualifiers>() {
                description.length = text.length;
            } else if let Some(number) = value.downcast::<NumberQualifiers>() {
                description.digits = number.digits;
            } else if let Some(date) = value.downcast::<DateQualifiers>() {
                description.is_day = date.is_day;
            }
        }
        Ok(Self(Rc::new(description)))
    }
}

fn kind(session: &Session, name: &str) -> Outcome<Kind> {
    session
        .base
        .schema()
        .kind_named(name)
        .or_else(|| {
            crate::library::class_exists(&crate::name::key(name), session.platform)
                .then(|| Kind::Other(Type::new(name)))
        })
        .ok_or_else(|| Halt::exception(format!("Тип не определен ({name})")))
}

impl Object for Description {
    class!("ОписаниеТипов");

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        match name.key() {
            "квалификаторыстроки" => {
                Ok(Value::object(TextQualifiers { length: self.0.length }))
            }
            "квалификаторычисла" => {
                Ok(Value::object(NumberQualifiers { digits: self.0.digits }))
            }
            "квалификаторыдаты" => {
                Ok(Value::object(DateQualifiers { is_day: self.0.is_day }))
            }
            _ => Err(no_field(name)),
        }
    }

    fn call(&self, _: &mut Session, name: &Name, arguments: &Arguments) -> Outcome<Option<Value>> {
        match name.key() {
            "типы" => {
                let types = self.0.types.iter().map(|kind| Value::Type(kind.type_of())).collect();
                Ok(Some(Value::object(super::array::Array::of(types))))
            }
            "содержиттип" => {
                arguments.exactly(1)?;
                let Value::Type(wanted) = arguments.value(0) else {
                    return Err(Halt::exception("Несоответствие типов (параметр номер '1')"));
                };
                Ok(Some(self.0.has(&wanted).into()))
            }
            "привестизначение" => {
                arguments.between(0, 1)?;
                Ok(Some(self.0.adjust(arguments.value(0))))
            }
            _ => Err(no_method(name)),
        }
    }
}
