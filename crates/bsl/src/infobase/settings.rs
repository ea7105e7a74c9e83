//! `ХранилищеОбщихНастроек`, and values that outlive their session: what is stored is a copy, never the thing itself.

use std::fs;

use crate::halt::{Halt, Outcome};
use crate::infobase::Ref;
use crate::library::failed_file;
use crate::name::Name;
use crate::object::{Arguments, Object, no_method};
use crate::objects::array::Array;
use crate::objects::binary::Binary;
use crate::objects::class;
use crate::objects::map::Map;
use crate::objects::structure::Structure;
use crate::objects::value_list::ValueList;
use crate::session::Session;
use crate::value::Value;

/// A value without identity.
#[derive(Clone, Debug)]
pub(crate) enum Stored {
    Simple(Value),
    Reference(Ref),
    Structure(Vec<(String, Stored)>),
    Map(Vec<(Stored, Stored)>),
    Array(Vec<Stored>),
    List(Vec<Stored>),
    Binary(Vec<u8>),
}

impl Stored {
    /// A copy of everything in it.
    pub(crate) fn of(value: &Value) -> Outcome<Self> {
        let all = |values: Vec<Value>| values.iter().map(Self::of).collect::<Outcome<Vec<_>>>();
        let Value::Object(object) = value else {
            return Ok(match value {
                Value::Ref(reference) => Self::Reference(reference.clone()),
                simple => Self::Simple(simple.clone()),
            });
        };
        let any = object.as_any();
        if let Some(structure) = any.downcast_ref::<Structure>() {
            let names = structure.names();
            let fields = names.iter().map(|name| {
                let value = structure.field(name.shown()).unwrap_or_default();
                Ok((name.shown().to_owned(), Self::of(&value)?))
            });
            Ok(Self::Structure(fields.collect::<Outcome<_>>()?))
        } else if let Some(map) = any.downcast_ref::<Map>() {
            let pairs = map.pairs();
            let pairs = pairs.iter().map(|(key, value)| Ok((Self::of(key)?, Self::of(value)?)));
            Ok(Self::Map(pairs.collect::<Outcome<_>>()?))
        } else if let Some(array) = any.downcast_ref::<Array>() {
            Ok(Self::Array(all(array.values())?))
        } else if let Some(list) = any.downcast_ref::<ValueList>() {
            Ok(Self::List(all(list.values())?))
        } else if let Some(binary) = any.downcast_ref::<Binary>() {
            Ok(Self::Binary(binary.bytes().to_vec()))
        } else {
            Err(Halt::exception(format!("Значение не может быть сериализовано ({})", object.class().name())))
        }
    }

    /// A new value like it.
    pub(crate) fn value(&self, session: &mut Session) -> Outcome<Value> {
        Ok(match self {
            Self::Simple(value) => value.clone(),
            Self::Reference(reference) => reference.clone().into(),
            Self::Binary(bytes) => Value::object(Binary::new(bytes.clone())),
            Self::Array(values) => {
                let values = values.iter().map(|value| value.value(session)).collect::<Outcome<_>>()?;
                Value::object(Array::of(values))
            }
            Self::Map(pairs) => {
                let map = Map::default();
                for (key, value) in pairs {
                    map.insert(key.value(session)?, value.value(session)?);
                }
                Value::object(map)
            }
            Self::Structure(fields) => {
                let structure: std::rc::Rc<dyn Object> = std::rc::Rc::new(Structure::default());
                for (name, value) in fields {
                    let value = value.value(session)?;
                    call(session, &structure, "Вставить", &[Value::text(name), value])?;
                }
                Value::Object(structure)
            }
            Self::List(values) => {
                let list: std::rc::Rc<dyn Object> = std::rc::Rc::new(ValueList::default());
                for value in values {
                    let value = value.value(session)?;
                    call(session, &list, "Добавить", &[value])?;
                }
                Value::Object(list)
            }
        })
    }
}

fn call(
    session: &mut Session,
    object: &std::rc::Rc<dyn Object>,
    method: &str,
    values: &[Value],
) -> Outcome<()> {
    let cells = values.iter().map(|value| Some(crate::value::cell(value.clone()))).collect();
    object.call(session, &Name::new(method), &Arguments::new(cells)).map(|_| ())
}

/// `ХранилищеОбщихНастроек`
pub(crate) struct SettingsStore;

impl Object for SettingsStore {
    class!("СтандартноеХранилищеНастроекМенеджер");

    fn call(&self, session: &mut Session, name: &Name, arguments: &Arguments) -> Outcome<Option<Value>> {
        let object = arguments.text(0)?;
        let setting = arguments.text(1)?;
        match name.key() {
            "сохранить" => {
                arguments.between(2, 5)?;
                session.may_touch_the_infobase()?;
                session.base.store(&object, &setting, Stored::of(&arguments.value(2))?);
                Ok(None)
            }
            "загрузить" => {
                arguments.between(1, 4)?;
                session.may_touch_the_infobase()?;
                let stored = session.base.stored(&object, &setting);
                stored.map_or(Ok(Some(Value::Undefined)), |stored| stored.value(session).map(Some))
            }
            _ => Err(no_method(name)),
        }
    }
}

/// `ЗначениеВФайл`: whole or not at all. The file holds a number; what it stands for is kept with the base.
pub(crate) fn to_file(session: &mut Session, file: &str, value: &Value) -> Outcome<bool> {
    let stored = Stored::of(value)?;
    let number = session.base.next_guid().to_string();
    session.base.store("ЗначениеВФайл", &number, stored);
    Ok(fs::write(file, number).is_ok())
}

/// `ЗначениеИзФайла`
pub(crate) fn from_file(session: &mut Session, file: &str) -> Outcome<Value> {
    let number = fs::read_to_string(file).map_err(|error| failed_file(file, &error))?;
    let stored = session.base.stored("ЗначениеВФайл", &number);
    stored.ok_or_else(|| Halt::exception("Ошибка формата потока"))?.value(session)
}
