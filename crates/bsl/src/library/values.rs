//! Numbers, dates, types, and values as text.

use jiff::civil::{DateTime, date};
use rust_decimal::{Decimal, RoundingStrategy};

use super::Function;
use crate::halt::{Halt, Outcome};
use crate::name::Name;
use crate::object::Arguments;
use crate::objects::binary::Binary;
use crate::session::Session;
use crate::value::date::{EMPTY, from_digits};
use crate::value::{Type, Value, compare, convert, format, xml};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("строка", 1, 1, |s, a| Ok(Some(Value::text(s.show(&a.value(0)))))),
    Function::new("число", 1, 1, |_, a| Ok(Some(convert::number(&a.value(0))?.into()))),
    Function::new("булево", 1, 1, |_, a| Ok(Some(convert::boolean(&a.value(0))?.into()))),
    Function::new("дата", 1, 6, make_date),
    Function::new("цел", 1, 1, |_, a| Ok(Some(convert::number(&a.value(0))?.trunc().into()))),
    Function::new("окр", 1, 3, round),
    Function::new("макс", 1, 32, |_, a| extreme(a, true)),
    Function::new("мин", 1, 32, |_, a| extreme(a, false)),
    Function::new("год", 1, 1, |_, a| part(a, |d| d.year().into())),
    Function::new("месяц", 1, 1, |_, a| part(a, |d| d.month().into())),
    Function::new("день", 1, 1, |_, a| part(a, |d| d.day().into())),
    Function::new("час", 1, 1, |_, a| part(a, |d| d.hour().into())),
    Function::new("минута", 1, 1, |_, a| part(a, |d| d.minute().into())),
    Function::new("секунда", 1, 1, |_, a| part(a, |d| d.second().into())),
    Function::new("началодня", 1, 1, |_, a| moved(a, |d| d.date().at(0, 0, 0, 0))),
    Function::new("конецдня", 1, 1, |_, a| moved(a, |d| d.date().at(23, 59, 59, 0))),
    Function::new("началомесяца", 1, 1, |_, a| {
        moved(a, |d| d.date().first_of_month().at(0, 0, 0, 0))
    }),
    Function::new("конецмесяца", 1, 1, |_, a| {
        moved(a, |d| d.date().last_of_month().at(23, 59, 59, 0))
    }),
    Function::new("началогода", 1, 1, |_, a| moved(a, |d| d.date().first_of_year().at(0, 0, 0, 0))),
    Function::new("тип", 1, 1, type_named),
    Function::new("типзнч", 1, 1, |_, a| Ok(Some(Value::Type(a.value(0).type_of())))),
    Function::new("значениезаполнено", 1, 1, filled),
    Function::new("формат", 2, 2, |_, a| Ok(Some(format::format(&a.value(0), &a.text(1)?)?.into()))),
    Function::new("xmlстрока", 1, 1, |_, a| Ok(Some(xml::write(&a.value(0))?.into()))),
    Function::new("xmlзначение", 2, 2, from_xml),
    Function::new("base64строка", 1, 1, base64_text),
    Function::new("base64значение", 1, 1, base64_value),
    Function::new("заполнитьзначениясвойств", 2, 4, fill_properties).procedure(),
    Function::new("предопределенноезначение", 1, 1, predefined),
];

fn make_date(_: &mut Session, arguments: &Arguments) -> Outcome<Option<Value>> {
    let wrong = || Halt::exception("Преобразование значения к типу Дата не может быть выполнено");
    if arguments.len() == 1 {
        return match arguments.value(0) {
            Value::Date(moment) => Ok(Some(moment.into())),
            Value::Text(digits) => from_digits(&digits).map(|date| Some(date.into())).ok_or_else(wrong),
            _ => Err(wrong()),
        };
    }
    arguments.between(3, 6)?;
    let number = |index: usize| -> Outcome<i8> {
        if arguments.is_given(index) {
            i8::try_from(arguments.count(index)?).map_err(|_| wrong())
        } else {
            Ok(0)
        }
    };
    let year = i16::try_from(arguments.count(0)?).map_err(|_| wrong())?;
    DateTime::new(year, number(1)?, number(2)?, number(3)?, number(4)?, number(5)?, 0)
        .map(|moment| Some(moment.into()))
        .map_err(|_| wrong())
}

fn round(_: &mut Session, arguments: &Arguments) -> Outcome<Option<Value>> {
    let digits = if arguments.is_given(1) { arguments.count(1)? } else { 0 };
    let digits = u32::try_from(digits).map_err(|_| Halt::exception("Недопустимое значение параметра"))?;
    let number = convert::number(&arguments.value(0))?;
    Ok(Some(number.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero).into()))
}

fn extreme(arguments: &Arguments, wants_greatest: bool) -> Outcome<Option<Value>> {
    let mut found = arguments.value(0);
    for index in 1..arguments.len() {
        let other = arguments.value(index);
        if compare::order(&other, &found)?.is_gt() == wants_greatest {
            found = other;
        }
    }
    Ok(Some(found))
}

fn part(arguments: &Arguments, of: fn(DateTime) -> Decimal) -> Outcome<Option<Value>> {
    Ok(Some(of(convert::date(&arguments.value(0))?).into()))
}

fn moved(arguments: &Arguments, to: fn(DateTime) -> DateTime) -> Outcome<Option<Value>> {
    let moment = convert::date(&arguments.value(0))?;
    Ok(Some(if moment == EMPTY { date(1, 1, 1).at(0, 0, 0, 0) } else { to(moment) }.into()))
}

fn type_named(session: &mut Session, arguments: &Arguments) -> Outcome<Option<Value>> {
    const SIMPLE: [&str; 8] =
        ["Неопределено", "Null", "Булево", "Число", "Строка", "Дата", "Тип", "УникальныйИдентификатор"];
    let name = arguments.text(0)?;
    let simple = SIMPLE.iter().find(|simple| Name::new(simple).is(&name));
    let found = match simple {
        Some(simple) => Some(Type::new(simple)),
        None if super::class_exists(Name::new(&name).key(), session.platform) => Some(Type::new(&name)),
        None => session.base.schema().type_named(&name),
    };
    found
        .map(|found| Some(Value::Type(found)))
        .ok_or_else(|| Halt::exception(format!("Тип не определен ({name})")))
}

/// Values that can be full or empty; collections are full when something is in them.
fn filled(session: &mut Session, arguments: &Arguments) -> Outcome<Option<Value>> {
    let value = arguments.value(0);
    let is_filled = match &value {
        Value::Object(_) => session.items(&value).map_or(true, |items| !items.is_empty()),
        other => other.is_filled(),
    };
    Ok(Some(is_filled.into()))
}

fn from_xml(_: &mut Session, arguments: &Arguments) -> Outcome<Option<Value>> {
    let Value::Type(kind) = arguments.value(0) else {
        return Err(Halt::exception("Несоответствие типов (параметр номер '1')"));
    };
    xml::read(&kind, &arguments.text(1)?).map(Some)
}

/// With a line break behind every 76 letters, as the platform writes it.
fn base64_text(_: &mut Session, arguments: &Arguments) -> Outcome<Option<Value>> {
    const LINE: usize = 76;
    let value = arguments.value(0);
    let binary = value.downcast::<Binary>();
    let binary = binary.ok_or_else(|| Halt::exception("Несоответствие типов (параметр номер '1')"))?;
    let whole = xml::write(&Value::object(binary.clone()))?;
    let lines: Vec<&str> = whole
        .as_bytes()
        .chunks(LINE)
        .map(|line| std::str::from_utf8(line).expect("Base64 is ASCII"))
        .collect();
    Ok(Some(lines.join("\r\n").into()))
}

fn base64_value(_: &mut Session, arguments: &Arguments) -> Outcome<Option<Value>> {
    xml::read(&Type::new("ДвоичныеДанные"), &arguments.text(0)?).map(Some)
}

/// Properties that both have, or those that are listed.
fn fill_properties(session: &mut Session, arguments: &Arguments) -> Outcome<Option<Value>> {
    let (Value::Object(target), Value::Object(source)) = (arguments.value(0), arguments.value(1)) else {
        return Err(Halt::exception("Несоответствие типов"));
    };
    let wanted = arguments.text(2)?;
    let but = arguments.text(3)?;
    let listed = |list: &str| -> Vec<Name> {
        list.split(',').map(str::trim).filter(|name| !name.is_empty()).map(Name::new).collect()
    };
    let names = if wanted.is_empty() { source.names(session) } else { listed(&wanted) };
    for name in names.into_iter().filter(|name| !listed(&but).contains(name)) {
        let value = match source.get(session, &name) {
            Ok(value) => value,
            Err(halt) if !wanted.is_empty() => return Err(halt),
            Err(_) => continue,
        };
        match target.set(session, &name, value) {
            Err(halt) if !wanted.is_empty() => return Err(halt),
            _ => {}
        }
    }
    Ok(None)
}

fn predefined(session: &mut Session, arguments: &Arguments) -> Outcome<Option<Value>> {
    let name = arguments.text(0)?;
    session
        .base
        .schema()
        .constant(&name)
        .map(|reference| Some(reference.into()))
        .ok_or_else(|| Halt::exception(format!("Предопределенный элемент не существует ({name})")))
}
