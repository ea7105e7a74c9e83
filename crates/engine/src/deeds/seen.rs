use std::fmt;
use std::str::FromStr;

use domain::{Field, LinkId};
use sha2::{Digest, Sha256};
use store::Conflict;

/// What a person saw of a field, for a form to hand back: a choice counts only while both sides still show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen(String);

/// Letters of a [`Seen`].
const LENGTH: usize = 16;

impl Seen {
    /// What is seen of a field that 1C and Bitrix24 show in these words.
    pub fn of(link: LinkId, field: Field, onec: &str, bitrix: &str) -> Self {
        let mut hash = Sha256::new();
        for part in [link.to_string().as_str(), field.as_str(), onec, bitrix] {
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        Self(hexadecimal(&hash.finalize()[..LENGTH / 2]))
    }

    /// What is seen of a conflict.
    pub fn of_conflict(conflict: &Conflict) -> Self {
        let words = |text: &Option<String>| text.clone().unwrap_or_default();
        Self::of(conflict.link, conflict.field, &words(&conflict.onec), &words(&conflict.bitrix))
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Seen {
    type Err = NotSeen;
    fn from_str(text: &str) -> Result<Self, NotSeen> {
        let is_ours = text.len() == LENGTH && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_ours { Ok(Self(text.to_ascii_lowercase())) } else { Err(NotSeen) }
    }
}

/// A text that no page of ours has handed out.
#[derive(Debug, thiserror::Error)]
#[error("не отпечаток поля: 16 шестнадцатеричных цифр со страницы записи")]
pub struct NotSeen;

/// Bytes as small hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |text, byte| format!("{text}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_is_read_back_and_differs_with_every_part_of_it() {
        let link: LinkId = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("a ULID");
        let seen = Seen::of(link, Field::Kpp, "1", "23");

        assert_eq!(seen.to_string().parse::<Seen>().expect("its own text"), seen);
        assert_ne!(Seen::of(link, Field::Kpp, "12", "3"), seen);
        assert_ne!(Seen::of(link, Field::Inn, "1", "23"), seen);
        assert!("<script>".parse::<Seen>().is_err());
    }
}
