use email_address::EmailAddress;

use super::{is_space, is_zero_width};

/// An e-mail address in lower case without spaces around it. The letters before the `@` could differ in case
/// by the standard; no server that people use makes a difference.
pub fn email(text: &str) -> String {
    let visible: String = text.chars().filter(|c| !is_zero_width(*c)).collect();
    visible.trim_matches(is_space).to_lowercase()
}

/// Whether Bitrix24 would take the address. It refuses the whole company for one bad e-mail («field E-mail
/// contains an invalid address», `ERROR_CORE` of
/// [crm.company.add](https://apidocs.bitrix24.com/api-reference/crm/companies/crm-company-add.html)), so that a
/// doubtful address is better left behind: names of letters beyond ASCII, quoted names and bare hosts are.
pub fn is_deliverable_email(text: &str) -> bool {
    let text = email(text);
    if !text.is_ascii() || text.contains(['"', '[', ' ']) || !EmailAddress::is_valid(&text) {
        return false;
    }
    let Some((_, domain)) = text.rsplit_once('@') else { return false };
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let Some((_, top)) = domain.rsplit_once('.') else { return false };
    domain.split('.').all(label) && top.len() >= 2 && top.bytes().any(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_spaces_around_do_not_count() {
        assert_eq!(email("\u{feff} Info@Example.RU\u{a0}"), "info@example.ru");
        assert_ne!(email("info@example.ru"), email("inf.o@example.ru"));
    }

    #[test]
    fn ordinary_addresses_are_taken() {
        for address in [
            "info@example.ru",
            "i.ivanov+1c@mail.sub-domain.example.com",
            " A_B@xn--80a.xn--p1ai ",
            "a@1c.ru",
        ] {
            assert!(is_deliverable_email(address), "{address}");
        }
    }

    #[test]
    fn what_the_portal_would_refuse_is_seen_before() {
        for address in [
            "",
            "нет",
            "info",
            "info@",
            "@example.ru",
            "info@example",
            "info@localhost",
            "info@example.r",
            "info@example.ru, sales@example.ru",
            "info @example.ru",
            "info@exam ple.ru",
            "info@@example.ru",
            ".info@example.ru",
            "info.@example.ru",
            "in..fo@example.ru",
            "info@-example.ru",
            "info@example..ru",
            "info@127.0.0.1",
            "info@[127.0.0.1]",
            "\"in fo\"@example.ru",
            "инфо@example.ru",
            "info@пример.рф",
            "Иванов <info@example.ru>",
        ] {
            assert!(!is_deliverable_email(address), "{address}");
        }
    }
}
