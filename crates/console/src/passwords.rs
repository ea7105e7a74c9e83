//! Passwords of people: how they are hashed, checked, and made up.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};

/// Shorter ones are guessed.
pub const PASSWORD_CHARS_MIN: usize = 10;

/// Longer ones are no passwords.
pub const PASSWORD_CHARS_MAX: usize = 200;

/// Why a password will not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPassword {
    /// Too short.
    #[error("пароль короче {PASSWORD_CHARS_MIN} символов; придумайте длиннее, например несколько слов")]
    Short,
    /// Too long.
    #[error("пароль длиннее {PASSWORD_CHARS_MAX} символов")]
    Long,
    /// One letter, or the login.
    #[error("такой пароль угадают: он совпадает с логином или состоит из одного символа")]
    Obvious,
}

/// Whether a password will do for this login.
pub fn check(password: &str, login: &str) -> Result<(), BadPassword> {
    let length = password.chars().count();
    if length < PASSWORD_CHARS_MIN {
        return Err(BadPassword::Short);
    }
    if length > PASSWORD_CHARS_MAX {
        return Err(BadPassword::Long);
    }
    let first = password.chars().next();
    if password.to_lowercase() == login.to_lowercase() || password.chars().all(|letter| Some(letter) == first)
    {
        return Err(BadPassword::Obvious);
    }
    Ok(())
}

/// The hash of a password, as the database keeps it: Argon2id, 19 MiB, two passes, as OWASP advises. Takes some
/// hundredths of a second of a whole processor: not for a thread that others wait for.
pub fn hash(password: &str) -> String {
    let salt: [u8; 16] = secret_bytes();
    let hash = Argon2::default()
        .hash_password_with_salt(password.as_bytes(), &salt)
        .expect("the default parameters suit each other");
    hash.to_string()
}

/// Whether `password` is the one that was hashed. As slow as [`hash`].
pub fn verify(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash)
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// A password for somebody else, who will change it: four groups that are easy to read aloud.
pub fn make_up() -> String {
    // No letters and digits that look alike; 32 of them, so that a byte picks one evenly. Twenty letters: 100 bits.
    const LETTERS: &[u8; 32] = b"abcdefghijkmnopqrstuvwxyz2345678";
    let letters: Vec<char> =
        secret_bytes::<20>().iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    letters.chunks(5).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// Bytes that nobody can guess.
pub(crate) fn secret_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system has secrets to give");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_by_its_hash_and_no_other_is() {
        let hash = hash("верный пароль");

        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(verify("верный пароль", &hash));
        assert!(!verify("Верный пароль", &hash));
        assert!(!verify("", &hash));
        assert!(!verify("верный пароль", "не хеш"));
    }

    #[test]
    fn passwords_that_would_be_guessed_are_refused() {
        assert_eq!(check("короткий", "anna"), Err(BadPassword::Short));
        assert_eq!(check("aaaaaaaaaaaa", "anna"), Err(BadPassword::Obvious));
        assert_eq!(check("Accountant-1", "accountant-1"), Err(BadPassword::Obvious));
        assert_eq!(check(&"длинный ".repeat(40), "anna"), Err(BadPassword::Long));
        assert_eq!(check("кот на крыше", "anna"), Ok(()));
    }

    #[test]
    fn a_made_up_password_is_good_and_never_the_same() {
        let (first, second) = (make_up(), make_up());

        assert_eq!(check(&first, "anna"), Ok(()));
        assert_ne!(first, second);
        assert_eq!(first.len(), 23, "{first}");
    }
}
