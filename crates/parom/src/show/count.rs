//! Numbers with their words: «1 запись», «2 записи», «5 записей».

/// A number with the right form of its word; `forms` are those of 1, 2 and 5.
pub(crate) fn count(number_of: u64, forms: [&str; 3]) -> String {
    format!("{} {}", number(number_of), form(number_of, forms))
}

/// A number with its thousands apart by no-break spaces.
pub(crate) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 2);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{a0}');
        }
        text.push(digit);
    }
    text
}

fn form(number: u64, [one, few, many]: [&str; 3]) -> &str {
    match (number % 100, number % 10) {
        (11..=14, _) => many,
        (_, 1) => one,
        (_, 2..=4) => few,
        _ => many,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_gets_the_form_that_russian_wants() {
        let check = |number: u64, expected: &str| {
            assert_eq!(count(number, ["запись", "записи", "записей"]), expected);
        };

        check(0, "0 записей");
        check(1, "1 запись");
        check(2, "2 записи");
        check(5, "5 записей");
        check(11, "11 записей");
        check(14, "14 записей");
        check(21, "21 запись");
        check(112, "112 записей");
        check(1_002, "1\u{a0}002 записи");
        check(1_234_567, "1\u{a0}234\u{a0}567 записей");
    }
}
