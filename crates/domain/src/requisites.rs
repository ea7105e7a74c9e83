//! ИНН, КПП, ОГРН, ОГРНИП, БИК and accounts: proofs that a text is one.
//!
//! Every type is made by its `parse` alone, so who holds an [`Inn`] holds check digits that were counted.
//! `parse` trims and takes out no-break spaces and characters of no width, which copying from a web page or
//! from 1C leaves behind, and changes nothing else: what fails is told to a person, never mended silently.
//! The texts of the errors are Russian sentences for that person.

mod account;
mod bik;
mod inn;
mod kpp;
mod ogrn;

pub use account::{Account, AccountCheck, AccountError};
pub use bik::{Bik, BikError};
pub use inn::{Inn, InnError};
pub use kpp::{Kpp, KppError};
pub use ogrn::{Ogrn, OgrnError, Ogrnip, OgrnipError};

/// The longest piece of a wrong text that an error repeats, in characters.
const SHOWN_IN_ERRORS: usize = 40;

/// `text` without what nobody typed on purpose.
fn clean(text: &str) -> String {
    let visible: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    visible.trim().to_owned()
}

/// No-break spaces and characters of no width.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{a0}' | '\u{2007}' | '\u{202f}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'
    )
}

/// A wrong text as an error repeats it: cut, when somebody put a novel there.
fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN_IN_ERRORS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn all_zeros(text: &str) -> bool {
    text.bytes().all(|byte| byte == b'0')
}

/// The digits of a text that is known to have nothing else.
fn digits(text: &str) -> impl Iterator<Item = u64> + '_ {
    text.bytes().map(|byte| u64::from(byte - b'0'))
}

/// What all requisites can do with the text they proved.
macro_rules! requisite {
    ($name:ident, $error:ident) => {
        impl $name {
            /// The proven text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $error;
            fn from_str(text: &str) -> Result<Self, $error> {
                Self::parse(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}
use requisite;
