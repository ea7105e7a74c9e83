use super::{all_digits, all_zeros, clean, requisite, shown};

/// КПП of the right shape: four digits of the tax office, two digits or latin capitals of the reason, three
/// digits. It has no check digit and says nothing about the ИНН.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Kpp(String);

requisite!(Kpp, KppError);

/// Why a text is no КПП.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KppError {
    /// Nothing there, as it should be with an entrepreneur.
    #[error("КПП не заполнен: укажите 9 знаков; у ИП и физических лиц КПП нет")]
    Empty,
    /// Not nine characters.
    #[error("КПП «{text}» состоит из {count} знаков, а должно быть 9{}",
            if *lost_zero { format!(": похоже, потерян ведущий ноль, проверьте КПП 0{text}") }
            else { ": сверьте его с документами".to_owned() })]
    WrongLength {
        /// As typed.
        text: String,
        /// How many characters it has.
        count: usize,
        /// A leading zero would give it the right shape: tables of Excel lose it.
        lost_zero: bool,
    },
    /// Nine characters of which one stands where it must not.
    #[error(
        "КПП «{text}» записан неверно: нужны 9 цифр, лишь пятый и шестой знаки могут быть заглавными латинскими буквами"
    )]
    WrongShape {
        /// As typed.
        text: String,
    },
    /// Nothing but zeros.
    #[error("КПП {text} состоит из одних нулей: укажите настоящий КПП или очистите поле")]
    Zeros {
        /// As typed.
        text: String,
    },
}

impl Kpp {
    /// Proves that a text has the shape of a КПП.
    pub fn parse(text: &str) -> Result<Self, KppError> {
        let text = clean(text);
        let count = text.chars().count();
        if count == 0 {
            return Err(KppError::Empty);
        }
        if count != 9 {
            let lost_zero = count == 8 && has_shape(&format!("0{text}"));
            return Err(KppError::WrongLength { text: shown(&text), count, lost_zero });
        }
        if !has_shape(&text) {
            return Err(KppError::WrongShape { text });
        }
        if all_zeros(&text) {
            return Err(KppError::Zeros { text });
        }
        Ok(Self(text))
    }
}

fn has_shape(text: &str) -> bool {
    text.len() == 9
        && text.is_ascii()
        && all_digits(&text[..4])
        && text[4..6].bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
        && all_digits(&text[6..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn digits_and_latin_capitals_of_the_reason_are_taken() {
        for kpp in ["773601001", "997950001", "7736AB001", "010101001"] {
            assert_eq!(Kpp::parse(&format!("\u{a0}{kpp} ")).expect(kpp).as_str(), kpp);
        }
    }

    #[test]
    fn a_cyrillic_letter_that_looks_latin_is_told() {
        let error = Kpp::parse("7736АВ001").expect_err("cyrillic А and В");
        assert!(error.to_string().contains("латинскими"), "{error}");
        assert!(matches!(Kpp::parse("7736ab001"), Err(KppError::WrongShape { .. })));
        assert!(matches!(Kpp::parse("A73601001"), Err(KppError::WrongShape { .. })));
    }

    #[test]
    fn zeros_and_other_lengths_are_told() {
        assert!(matches!(Kpp::parse("000000000"), Err(KppError::Zeros { .. })));
        assert_eq!(Kpp::parse(""), Err(KppError::Empty));
        let error = Kpp::parse("10101001").expect_err("eight digits").to_string();
        assert!(error.contains("проверьте КПП 010101001"), "{error}");
        let error = Kpp::parse("7736010011").expect_err("ten digits").to_string();
        assert!(!error.contains("ноль"), "{error}");
    }

    proptest! {
        #[test]
        fn every_text_of_the_shape_is_taken(kpp in "[0-9]{4}[1-9A-Z]{2}[0-9]{3}") {
            prop_assert_eq!(Kpp::parse(&kpp).map(|kpp| kpp.to_string()), Ok(kpp));
        }

        #[test]
        fn no_text_makes_parsing_panic(text in "\\PC{0,12}") {
            let _ = Kpp::parse(&text);
        }
    }
}
