use super::{all_digits, all_zeros, clean, digits, requisite, shown};

/// ОГРН of a legal entity with a right check digit: 13 digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ogrn(String);

requisite!(Ogrn, OgrnError);

/// ОГРНИП of an entrepreneur with a right check digit: 15 digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ogrnip(String);

requisite!(Ogrnip, OgrnipError);

/// Why a text is no ОГРН.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OgrnError {
    /// Nothing there.
    #[error("ОГРН не заполнен: укажите 13 цифр")]
    Empty,
    /// Something that is no digit.
    #[error("ОГРН «{text}» содержит не только цифры: оставьте 13 цифр без пробелов и других знаков")]
    NotDigits {
        /// As typed.
        text: String,
    },
    /// Not 13 digits.
    #[error("ОГРН {text} состоит из {count} цифр, а должно быть 13{}",
            if *count == 15 { ": 15 цифр бывает у ОГРНИП, перенесите номер в поле «ОГРНИП»" } else { ": сверьте его с документами" })]
    WrongLength {
        /// As typed.
        text: String,
        /// How many digits it has.
        count: usize,
    },
    /// Nothing but zeros.
    #[error("ОГРН {text} состоит из одних нулей: укажите настоящий ОГРН или очистите поле")]
    Zeros {
        /// As typed.
        text: String,
    },
    /// The check digit says that a digit was mistyped.
    #[error(
        "ОГРН {text} не проходит проверку контрольной цифры: скорее всего, в нём опечатка, сверьте его с документами"
    )]
    CheckDigit {
        /// As typed.
        text: String,
    },
}

/// Why a text is no ОГРНИП.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OgrnipError {
    /// Nothing there.
    #[error("ОГРНИП не заполнен: укажите 15 цифр")]
    Empty,
    /// Something that is no digit.
    #[error("ОГРНИП «{text}» содержит не только цифры: оставьте 15 цифр без пробелов и других знаков")]
    NotDigits {
        /// As typed.
        text: String,
    },
    /// Not 15 digits.
    #[error("ОГРНИП {text} состоит из {count} цифр, а должно быть 15{}",
            if *count == 13 { ": 13 цифр бывает у ОГРН, перенесите номер в поле «ОГРН»" } else { ": сверьте его с документами" })]
    WrongLength {
        /// As typed.
        text: String,
        /// How many digits it has.
        count: usize,
    },
    /// Nothing but zeros.
    #[error("ОГРНИП {text} состоит из одних нулей: укажите настоящий ОГРНИП или очистите поле")]
    Zeros {
        /// As typed.
        text: String,
    },
    /// The check digit says that a digit was mistyped.
    #[error(
        "ОГРНИП {text} не проходит проверку контрольной цифры: скорее всего, в нём опечатка, сверьте его с документами"
    )]
    CheckDigit {
        /// As typed.
        text: String,
    },
}

impl Ogrn {
    /// Proves that a text is an ОГРН.
    pub fn parse(text: &str) -> Result<Self, OgrnError> {
        let text = clean(text);
        match flaw(&text, 13, 11) {
            None => Ok(Self(text)),
            Some(Flaw::Empty) => Err(OgrnError::Empty),
            Some(Flaw::NotDigits) => Err(OgrnError::NotDigits { text: shown(&text) }),
            Some(Flaw::WrongLength) => Err(OgrnError::WrongLength { count: text.len(), text: shown(&text) }),
            Some(Flaw::Zeros) => Err(OgrnError::Zeros { text }),
            Some(Flaw::CheckDigit) => Err(OgrnError::CheckDigit { text }),
        }
    }

    /// The first digit is one that the register gives to legal entities (1 or 5). Another one with a right
    /// check digit is the number of some other entry of the register: worth a remark, no refusal.
    pub fn begins_as_usual(&self) -> bool {
        self.0.starts_with(['1', '5'])
    }
}

impl Ogrnip {
    /// Proves that a text is an ОГРНИП.
    pub fn parse(text: &str) -> Result<Self, OgrnipError> {
        let text = clean(text);
        match flaw(&text, 15, 13) {
            None => Ok(Self(text)),
            Some(Flaw::Empty) => Err(OgrnipError::Empty),
            Some(Flaw::NotDigits) => Err(OgrnipError::NotDigits { text: shown(&text) }),
            Some(Flaw::WrongLength) => {
                Err(OgrnipError::WrongLength { count: text.len(), text: shown(&text) })
            }
            Some(Flaw::Zeros) => Err(OgrnipError::Zeros { text }),
            Some(Flaw::CheckDigit) => Err(OgrnipError::CheckDigit { text }),
        }
    }

    /// The first digit is the one that the register gives to entrepreneurs (3); see [`Ogrn::begins_as_usual`].
    pub fn begins_as_usual(&self) -> bool {
        self.0.starts_with('3')
    }
}

/// What is wrong with a number of the register.
enum Flaw {
    Empty,
    NotDigits,
    WrongLength,
    Zeros,
    CheckDigit,
}

fn flaw(text: &str, length: usize, modulus: u64) -> Option<Flaw> {
    if text.is_empty() {
        return Some(Flaw::Empty);
    }
    if !all_digits(text) {
        return Some(Flaw::NotDigits);
    }
    if text.len() != length {
        return Some(Flaw::WrongLength);
    }
    if all_zeros(text) {
        return Some(Flaw::Zeros);
    }
    let number = digits(&text[..length - 1]).fold(0, |number, digit| number * 10 + digit);
    // A remainder of 10 and more gives its last digit.
    let right = digits(&text[length - 1..]).next() == Some(number % modulus % 10);
    (!right).then_some(Flaw::CheckDigit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn real_and_synthetic_numbers_with_a_right_check_digit_are_proven() {
        for ogrn in ["1027700132195", "1027700070518", "1027700000020"] {
            assert_eq!(Ogrn::parse(ogrn).expect(ogrn).as_str(), ogrn);
        }
        for ogrnip in ["304500116000157", "304500000000010"] {
            assert_eq!(Ogrnip::parse(ogrnip).expect(ogrnip).as_str(), ogrnip);
        }
    }

    #[test]
    fn a_mistyped_digit_is_told() {
        let error = Ogrn::parse("1027700132196").expect_err("mistyped");
        assert!(error.to_string().starts_with("ОГРН 1027700132196 не проходит проверку"), "{error}");
        assert!(matches!(Ogrnip::parse("304500116000158"), Err(OgrnipError::CheckDigit { .. })));
    }

    #[test]
    fn a_number_in_the_field_of_the_other_kind_is_recognised() {
        let error = Ogrn::parse("304500116000157").expect_err("an ОГРНИП").to_string();
        assert!(error.contains("в поле «ОГРНИП»"), "{error}");
        let error = Ogrnip::parse("1027700132195").expect_err("an ОГРН").to_string();
        assert!(error.contains("в поле «ОГРН»"), "{error}");
    }

    #[test]
    fn zeros_letters_and_nothing_are_told_apart() {
        assert_eq!(Ogrn::parse(" "), Err(OgrnError::Empty));
        assert!(matches!(Ogrn::parse("0000000000000"), Err(OgrnError::Zeros { .. })));
        assert!(matches!(Ogrn::parse("ОГРН 1027700132195"), Err(OgrnError::NotDigits { .. })));
        assert_eq!(Ogrnip::parse(""), Err(OgrnipError::Empty));
        assert!(matches!(Ogrnip::parse("000000000000000"), Err(OgrnipError::Zeros { .. })));
    }

    #[test]
    fn an_unusual_first_digit_is_worth_a_remark_and_no_refusal() {
        assert!(Ogrn::parse("1027700132195").expect("Сбербанк").begins_as_usual());
        let unusual = (0..10).find_map(|last| Ogrn::parse(&format!("202770013219{last}")).ok());
        assert!(!unusual.expect("one digit fits").begins_as_usual());
        assert!(Ogrnip::parse("304500116000157").expect("right").begins_as_usual());
    }

    proptest! {
        #[test]
        fn exactly_one_last_digit_fits(ogrn in "[15][0-9]{11}", ogrnip in "3[0-9]{13}") {
            prop_assert_eq!((0..10).filter(|last| Ogrn::parse(&format!("{ogrn}{last}")).is_ok()).count(), 1);
            prop_assert_eq!((0..10).filter(|last| Ogrnip::parse(&format!("{ogrnip}{last}")).is_ok()).count(), 1);
        }

        #[test]
        fn no_text_makes_parsing_panic(text in "\\PC{0,20}") {
            let _ = (Ogrn::parse(&text), Ogrnip::parse(&text));
        }
    }
}
