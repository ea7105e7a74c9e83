use super::{folded, is_quote, is_space, is_zero_width, one_line, take};

/// An address in one line: spaces, line breaks, commas, case, the dots of «г.» and «ул.» and the country
/// Russia do not count.
pub fn address(text: &str) -> String {
    let mut words = words(text);
    let indexed =
        words.first().is_some_and(|word| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit()));
    let country = usize::from(indexed);
    let rest = words.get(country..).unwrap_or_default();
    let long = match rest {
        [first, ..] if matches!(first.as_str(), "россия" | "рф") => 1,
        [first, second, ..] if first == "российская" && second == "федерация" => 2,
        _ => 0,
    };
    words.drain(country..country + long);
    words.join(" ")
}

/// Words in lower case; a dot is a space unless it stands between digits.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut chars = text.chars().filter(|c| !is_zero_width(*c)).peekable();
    while let Some(c) = chars.next() {
        let inner_dot = c == '.'
            && word.ends_with(|c: char| c.is_ascii_digit())
            && chars.peek().is_some_and(char::is_ascii_digit);
        if is_space(c) || is_quote(c) || matches!(c, ',' | ';') || (c == '.' && !inner_dot) {
            words.extend(take(&mut word));
        } else {
            word.extend(folded(c));
        }
    }
    words.extend(take(&mut word));
    words
}

/// An address as Bitrix24 keeps it, in parts; 1C keeps one line.
///
/// Fields of [crm.address](https://apidocs.bitrix24.com/api-reference/crm/requisites/addresses/).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AddressParts<'a> {
    /// `POSTAL_CODE`.
    pub postal_code: &'a str,
    /// `COUNTRY`; Russia is left out of the line.
    pub country: &'a str,
    /// `PROVINCE`.
    pub province: &'a str,
    /// `REGION`.
    pub region: &'a str,
    /// `CITY`.
    pub city: &'a str,
    /// `ADDRESS_1`, the whole line when Parom wrote it.
    pub address_1: &'a str,
    /// `ADDRESS_2`.
    pub address_2: &'a str,
}

impl AddressParts<'_> {
    /// The line that 1C shows: the filled parts from the index to the flat, joined by «, ». Empty when all are.
    pub fn one_line(&self) -> String {
        let country = if is_russia(self.country) { "" } else { self.country };
        let parts = [
            self.postal_code,
            country,
            self.province,
            self.region,
            self.city,
            self.address_1,
            self.address_2,
        ];
        let lines = parts.map(one_line);
        lines.iter().filter(|line| !line.is_empty()).map(String::as_str).collect::<Vec<_>>().join(", ")
    }

    /// Nothing but `ADDRESS_1` is filled: Parom's own way of writing.
    pub fn is_one_line(&self) -> bool {
        [self.postal_code, self.country, self.province, self.region, self.city, self.address_2]
            .iter()
            .all(|part| part.trim().is_empty())
    }
}

fn is_russia(country: &str) -> bool {
    matches!(words(country).join(" ").as_str(), "россия" | "рф" | "российская федерация" | "russia")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn same(addresses: &[&str]) {
        for other in &addresses[1..] {
            assert_eq!(address(addresses[0]), address(other), "{} / {other}", addresses[0]);
        }
    }

    #[test]
    fn spelling_of_one_address_does_not_count() {
        same(&[
            "119021, г. Москва, ул. Льва Толстого, д. 16",
            "119021,г.Москва,ул.Льва Толстого,д.16",
            "119021, Россия, г Москва, ул Льва Толстого, д 16",
            "Россия, 119021 г. МОСКВА\r\nул.\u{a0}Льва Толстого д. 16",
            "119021, Российская Федерация, г. Москва, ул. Льва Толстого, д. 16,",
        ]);
        same(&[
            "РФ, г. Орёл, «Северный» мкр-н",
            "г Орел Северный мкр–н",
            "Российская Федерация г. Орёл, Северный мкр-н",
        ]);
        same(&["Россия, 119021, г. Москва", "119021 г.\u{a0}Москва", "119021,\r\nРоссия,\tг. Москва"]);
    }

    #[test]
    fn another_house_is_another_address() {
        assert_ne!(address("ул. Ленина, д. 1, к. 2"), address("ул. Ленина, д. 12"));
        assert_ne!(address("ул. Ленина, д. 1.5"), address("ул. Ленина, д. 15"));
        assert_ne!(address("ул. Россия, д. 1"), address("ул. д. 1"));
    }

    #[test]
    fn parts_become_the_line_that_one_c_shows() {
        let parts = AddressParts {
            postal_code: "119021",
            country: "Россия",
            province: "",
            region: " ",
            city: "г. Москва",
            address_1: "ул. Льва\nТолстого, д. 16",
            address_2: "офис 1",
        };
        assert_eq!(parts.one_line(), "119021, г. Москва, ул. Льва Толстого, д. 16, офис 1");
        assert_eq!(
            AddressParts { country: "Казахстан", city: "Алматы", ..parts }.one_line().split(", ").nth(1),
            Some("Казахстан")
        );
        assert_eq!(AddressParts::default().one_line(), "");
        assert_eq!(
            AddressParts { country: "Российская Федерация", ..AddressParts::default() }.one_line(),
            ""
        );
    }

    #[test]
    fn only_a_line_in_address_1_is_one_that_needs_no_clearing_of_parts() {
        let line = AddressParts { address_1: "г. Москва", ..AddressParts::default() };
        assert!(line.is_one_line());
        assert!(!AddressParts { city: "Москва", ..line }.is_one_line());
    }
}
