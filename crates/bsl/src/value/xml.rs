//! `XMLСтрока` and `XMLЗначение`: how machines write values.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::DateTime;
use uuid::Uuid;

use super::{Type, Value, convert, date};
use crate::halt::{Halt, Outcome};
use crate::objects::binary::Binary;

/// The value as XML has it.
pub(crate) fn write(value: &Value) -> Outcome<String> {
    Ok(match value {
        Value::Undefined | Value::Null => String::new(),
        Value::Boolean(value) => value.to_string(),
        Value::Number(number) => number.normalize().to_string(),
        Value::Text(text) => text.to_string(),
        Value::Date(moment) => moment.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
        Value::Guid(guid) => guid.to_string(),
        Value::Ref(reference) => match reference.enumeration_name() {
            Some(name) => name.to_owned(),
            None => reference.id().to_string(),
        },
        Value::Item(item) => item.name.to_owned(),
        Value::Type(_) => return Err(impossible()),
        Value::Object(_) => match value.downcast::<Binary>() {
            Some(binary) => STANDARD.encode(binary.bytes()),
            None => return Err(impossible()),
        },
    })
}

/// The value that XML means, if it is to be of this type.
pub(crate) fn read(kind: &Type, written: &str) -> Outcome<Value> {
    let written = written.trim();
    match kind.name().key() {
        "строка" => Ok(Value::text(written)),
        "булево" => match written {
            "true" | "1" => Ok(true.into()),
            "false" | "0" => Ok(false.into()),
            _ => Err(impossible()),
        },
        // Only the machine's spelling: no comma, no groups.
        "число" if written.contains([',', '\u{a0}', ' ']) => Err(impossible()),
        "число" => convert::number(&Value::text(written)).map(Value::Number),
        "дата" => moment(written).map(Value::Date).ok_or_else(impossible),
        "уникальныйидентификатор" => {
            written.parse::<Uuid>().map(Value::Guid).map_err(|_| impossible())
        }
        "двоичныеданные" => {
            let plain: String = written.chars().filter(|letter| !letter.is_whitespace()).collect();
            STANDARD.decode(plain).map(|bytes| Value::object(Binary::new(bytes))).map_err(|_| impossible())
        }
        _ => Err(impossible()),
    }
}

/// A moment; with an offset it is taken to the zone of the machine, which here is that of Moscow.
fn moment(written: &str) -> Option<DateTime> {
    const MOSCOW: i64 = 3 * 3600;
    if let Ok(instant) = written.parse::<jiff::Timestamp>() {
        let zone = jiff::tz::Offset::from_seconds(i32::try_from(MOSCOW).ok()?).ok()?;
        return Some(zone.to_datetime(instant));
    }
    let plain: DateTime = written.parse().ok()?;
    Some(if plain.year() < 1 { date::EMPTY } else { plain })
}

fn impossible() -> Halt {
    Halt::exception("Преобразование значения XML не может быть выполнено")
}
