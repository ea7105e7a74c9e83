//! `КодировкаТекста`: UTF-8 and windows-1251, which is ANSI in Russia.

use crate::halt::{Halt, Outcome};
use crate::value::Value;

/// How letters become bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    Windows1251,
}

const BOM: &str = "\u{feff}";

impl Encoding {
    /// From a value of `КодировкаТекста` or a name; left out, it is UTF-8 in 8.2 and later.
    pub(crate) fn of(value: &Value) -> Outcome<Self> {
        match value {
            Value::Undefined => Ok(Self::Utf8),
            Value::Item(item) if item.enumeration == "КодировкаТекста" => match item.name {
                "UTF8" => Ok(Self::Utf8),
                "ANSI" | "Системная" => Ok(Self::Windows1251),
                other => Err(Halt::exception(format!("Кодировка {other} здесь не поддержана"))),
            },
            Value::Text(name) => match name.to_lowercase().as_str() {
                "utf-8" | "utf8" => Ok(Self::Utf8),
                "windows-1251" => Ok(Self::Windows1251),
                _ => Err(Halt::exception(format!("Неизвестная кодировка '{name}'"))),
            },
            _ => Err(Halt::exception("Несоответствие типов: ожидается кодировка")),
        }
    }

    /// Bytes as 8.2 writes a file: UTF-8 begins with a BOM.
    pub(crate) fn encode(self, text: &str, with_bom: bool) -> Vec<u8> {
        match self {
            Self::Utf8 if with_bom => format!("{BOM}{text}").into_bytes(),
            Self::Utf8 => text.as_bytes().to_vec(),
            Self::Windows1251 => text.chars().map(to_1251).collect(),
        }
    }

    /// The text of these bytes, without a BOM.
    pub(crate) fn decode(self, bytes: &[u8]) -> String {
        match self {
            Self::Utf8 => {
                let text = String::from_utf8_lossy(bytes);
                text.strip_prefix(BOM).unwrap_or(&text).to_owned()
            }
            Self::Windows1251 => bytes.iter().map(|byte| from_1251(*byte)).collect(),
        }
    }
}

/// The Russian letters, and a question mark for what has no place.
fn to_1251(letter: char) -> u8 {
    match letter {
        '\0'..='\x7f' => u8::try_from(letter).unwrap_or(b'?'),
        'Ё' => 0xa8,
        'ё' => 0xb8,
        '№' => 0xb9,
        '«' => 0xab,
        '»' => 0xbb,
        '\u{a0}' => 0xa0,
        'А'..='я' => u8::try_from(u32::from(letter) - u32::from('А') + 0xc0).unwrap_or(b'?'),
        _ => b'?',
    }
}

fn from_1251(byte: u8) -> char {
    match byte {
        0..=0x7f | 0xa0 | 0xab | 0xbb => char::from(byte),
        0xa8 => 'Ё',
        0xb8 => 'ё',
        0xb9 => '№',
        0xc0.. => char::from_u32(u32::from('А') + u32::from(byte) - 0xc0).unwrap_or('\u{fffd}'),
        _ => '\u{fffd}',
    }
}
