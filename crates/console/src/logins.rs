//! What a login and a name may look like.

/// The longest login.
pub const LOGIN_CHARS_MAX: usize = 64;

/// The longest name of a user.
pub const NAME_CHARS_MAX: usize = 100;

/// Whether a login will do; the error is for people.
pub fn check(login: &str) -> Result<(), &'static str> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || ".-_@".contains(letter);
    if login.is_empty() || login.len() > LOGIN_CHARS_MAX || !login.chars().all(is_plain) {
        return Err("логин — от 1 до 64 латинских букв, цифр и знаков . - _ @");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_something_that_can_be_typed_and_told_apart() {
        for good in ["anna", "anna.ivanova@example.ru", "1c-2_x"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in ["", "анна", "anna ivanova", "anna\n", &"a".repeat(65)] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
