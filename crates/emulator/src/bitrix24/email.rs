//! Which e-mail addresses the portal takes.

/// The portal's own check of an address: dot-separated words of the usual letters, `@`, a domain of at least two
/// labels whose last has 2 to 20 letters. Cyrillic, spaces and lists of addresses fail it.
pub(crate) fn is_accepted(address: &str) -> bool {
    let Some((local, domain)) = address.rsplit_once('@') else { return false };
    let local_ok = local.split('.').all(|word| !word.is_empty() && word.chars().all(is_local));
    let Some((host, top)) = domain.rsplit_once('.') else { return false };
    let label = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    let host_ok = host.split('.').all(|part| !part.is_empty() && part.chars().all(|c| label(c) || c == '_'));
    local_ok && host_ok && (2..=20).contains(&top.len()) && top.chars().all(label)
}

fn is_local(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "=_+~'!$&*^`|#%/?{}-".contains(letter)
}

#[cfg(test)]
mod tests {
    use super::is_accepted;

    #[test]
    fn addresses_as_people_type_them_into_1c_are_told_apart() {
        for good in ["info@example.ru", "a.b+c@sub.example.com", "ivan_petrov@mail.ru"] {
            assert!(is_accepted(good), "{good}");
        }
        for bad in ["нет", "info@", "a@b", "a@b.ru; c@d.ru", "почта@пример.рф", "a..b@c.ru", " a@b.ru"]
        {
            assert!(!is_accepted(bad), "{bad}");
        }
    }
}
