use super::{all_digits, all_zeros, clean, requisite, shown};

/// БИК: nine digits. It has no check digit; the key of an [`Account`](super::Account) proves both together.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bik(String);

requisite!(Bik, BikError);

/// Why a text is no БИК.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BikError {
    /// Nothing there.
    #[error("БИК не заполнен: укажите 9 цифр")]
    Empty,
    /// Something that is no digit.
    #[error("БИК «{text}» содержит не только цифры: оставьте 9 цифр без пробелов и других знаков")]
    NotDigits {
        /// As typed.
        text: String,
    },
    /// Not nine digits.
    #[error("БИК {text} состоит из {count} цифр, а должно быть 9{}",
            if *lost_zero { format!(": похоже, потерян ведущий ноль, проверьте БИК 0{text}") }
            else { ": сверьте его с документами".to_owned() })]
    WrongLength {
        /// As typed.
        text: String,
        /// How many digits it has.
        count: usize,
        /// Eight digits that begin with 4: a table of Excel lost the zero of 04, the code of Russia.
        lost_zero: bool,
    },
    /// Nothing but zeros.
    #[error("БИК {text} состоит из одних нулей: укажите настоящий БИК или очистите поле")]
    Zeros {
        /// As typed.
        text: String,
    },
}

impl Bik {
    /// Proves that a text has the shape of a БИК.
    pub fn parse(text: &str) -> Result<Self, BikError> {
        let text = clean(text);
        if text.is_empty() {
            return Err(BikError::Empty);
        }
        if !all_digits(&text) {
            return Err(BikError::NotDigits { text: shown(&text) });
        }
        if text.len() != 9 {
            let lost_zero = text.len() == 8 && text.starts_with('4');
            return Err(BikError::WrongLength { count: text.len(), text: shown(&text), lost_zero });
        }
        if all_zeros(&text) {
            return Err(BikError::Zeros { text });
        }
        Ok(Self(text))
    }

    /// Begins like a БИК of the treasury (00, 01, 02) and not like one of a bank (04): 1C of 2012 refuses it.
    pub fn is_of_treasury(&self) -> bool {
        ["00", "01", "02"].iter().any(|code| self.0.starts_with(code))
    }

    /// Ends like a БИК of a расчётно-кассовый центр of the Bank of Russia (000, 001, 002).
    pub fn is_of_settlement_centre(&self) -> bool {
        ["000", "001", "002"].iter().any(|code| self.0.ends_with(code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nine_digits_are_a_bik() {
        assert_eq!(Bik::parse(" 044525225\u{a0}").expect("Сбербанк").as_str(), "044525225");
        assert!(Bik::parse("004525988").expect("the treasury").is_of_treasury());
        assert!(!Bik::parse("044525225").expect("a bank").is_of_treasury());
        assert!(Bik::parse("049805000").expect("a РКЦ").is_of_settlement_centre());
    }

    #[test]
    fn a_lost_leading_zero_is_offered() {
        let error = Bik::parse("44525225").expect_err("eight digits").to_string();
        assert!(error.contains("проверьте БИК 044525225"), "{error}");
    }

    #[test]
    fn zeros_letters_and_nothing_are_told_apart() {
        assert_eq!(Bik::parse(""), Err(BikError::Empty));
        assert!(matches!(Bik::parse("000000000"), Err(BikError::Zeros { .. })));
        assert!(matches!(Bik::parse("04452522О"), Err(BikError::NotDigits { .. })), "the letter О");
        assert!(matches!(Bik::parse("0445252251"), Err(BikError::WrongLength { lost_zero: false, .. })));
    }
}
