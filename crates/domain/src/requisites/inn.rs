use super::{all_digits, all_zeros, clean, digits, requisite, shown};

/// ИНН with right check digits: 10 digits of a legal entity or 12 of a person.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Inn(String);

requisite!(Inn, InnError);

/// Why a text is no ИНН.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InnError {
    /// Nothing there.
    #[error("ИНН не заполнен: укажите 10 цифр (организация) или 12 цифр (ИП, физическое лицо)")]
    Empty,
    /// Something that is no digit.
    #[error("ИНН «{text}» содержит не только цифры: оставьте 10 или 12 цифр без пробелов и других знаков")]
    NotDigits {
        /// As typed.
        text: String,
    },
    /// Neither 10 nor 12 digits.
    #[error("ИНН {text} состоит из {count} цифр, а должно быть 10 (организация) или 12 (ИП, физическое лицо){}",
            lost_zero.as_ref().map_or(": сверьте его с документами".to_owned(),
                |inn| format!(": похоже, потерян ведущий ноль, проверьте ИНН {inn}")))]
    WrongLength {
        /// As typed.
        text: String,
        /// How many digits it has.
        count: usize,
        /// The ИНН that a leading zero makes of it, when its check digits are then right: tables of Excel
        /// lose the zero of the regions 01–09.
        lost_zero: Option<String>,
    },
    /// Nothing but zeros.
    #[error("ИНН {text} состоит из одних нулей: укажите настоящий ИНН или очистите поле")]
    Zeros {
        /// As typed.
        text: String,
    },
    /// No tax office begins with 00.
    #[error("ИНН {text} начинается с 00, такого кода региона нет: сверьте его с документами")]
    NoSuchRegion {
        /// As typed.
        text: String,
    },
    /// The check digits say that a digit was mistyped.
    #[error(
        "ИНН {text} не проходит проверку контрольных цифр: скорее всего, в нём опечатка, сверьте его с документами"
    )]
    CheckDigits {
        /// As typed.
        text: String,
    },
}

impl Inn {
    /// Proves that a text is an ИНН.
    pub fn parse(text: &str) -> Result<Self, InnError> {
        let text = clean(text);
        if text.is_empty() {
            return Err(InnError::Empty);
        }
        if !all_digits(&text) {
            return Err(InnError::NotDigits { text: shown(&text) });
        }
        if text.len() != 10 && text.len() != 12 {
            let count = text.len();
            let lost_zero = Some(format!("0{text}")).filter(|padded| Self::parse(padded).is_ok());
            return Err(InnError::WrongLength { text: shown(&text), count, lost_zero });
        }
        if all_zeros(&text) {
            return Err(InnError::Zeros { text });
        }
        if text.starts_with("00") {
            return Err(InnError::NoSuchRegion { text });
        }
        if !check_digits_are_right(&text) {
            return Err(InnError::CheckDigits { text });
        }
        Ok(Self(text))
    }

    /// Ten digits: the tax office gave it to an organisation. Twelve are those of a person, who may be an
    /// entrepreneur.
    pub fn is_of_organisation(&self) -> bool {
        self.0.len() == 10
    }
}

/// The weights of the second check digit of a person; shorter sums use the tail of the list.
const WEIGHTS: [u64; 11] = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];

fn check_digits_are_right(inn: &str) -> bool {
    let checked = if inn.len() == 10 { 9..10 } else { 10..12 };
    checked.into_iter().all(|place| {
        let weights = &WEIGHTS[WEIGHTS.len() - place..];
        let sum: u64 = digits(&inn[..place]).zip(weights).map(|(digit, weight)| digit * weight).sum();
        // A remainder of 10 gives the check digit 0.
        digits(&inn[place..=place]).next() == Some(sum % 11 % 10)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn real_and_synthetic_numbers_with_right_check_digits_are_proven() {
        for inn in ["7707083893", "7736050003", "1000000010", "500100732259"] {
            assert_eq!(Inn::parse(inn).expect(inn).as_str(), inn);
        }
    }

    #[test]
    fn a_mistyped_digit_is_told_with_the_number_and_what_to_do() {
        for inn in ["7707083894", "500100732258", "500100732249"] {
            let error = Inn::parse(inn).expect_err(inn);
            assert_eq!(error, InnError::CheckDigits { text: inn.to_owned() });
        }
        let message = Inn::parse("7707083894").expect_err("mistyped").to_string();
        assert!(message.starts_with("ИНН 7707083894 не проходит проверку контрольных цифр: "), "{message}");
        assert!(message.contains("сверьте"), "{message}");
    }

    #[test]
    fn what_copying_leaves_behind_is_taken_out_and_nothing_else() {
        assert_eq!(
            Inn::parse("\u{feff} 7707\u{a0}083893\u{200b}\n").expect("cleaned").as_str(),
            "7707083893"
        );
        assert!(matches!(Inn::parse("7707 083893"), Err(InnError::NotDigits { .. })), "a typed space");
        assert!(matches!(Inn::parse("77o7083893"), Err(InnError::NotDigits { .. })), "the letter o");
        assert!(
            matches!(Inn::parse("٧٧٠٧٠٨٣٨٩٣"), Err(InnError::NotDigits { .. })),
            "digits of another script"
        );
    }

    #[test]
    fn zeros_and_the_region_00_are_no_inn_although_their_sums_fit() {
        assert!(matches!(Inn::parse("0000000000"), Err(InnError::Zeros { .. })));
        assert!(matches!(Inn::parse("000000000000"), Err(InnError::Zeros { .. })));
        assert!(matches!(Inn::parse("0012345674"), Err(InnError::NoSuchRegion { .. })));
        assert_eq!(Inn::parse(" \u{a0}"), Err(InnError::Empty));
    }

    #[test]
    fn a_lost_leading_zero_is_offered_and_never_put_back_silently() {
        // 0100000011 belongs to region 01; a spreadsheet shows it as 100000011.
        let whole = (0..100).map(|n| format!("01000000{n:02}")).find(|inn| Inn::parse(inn).is_ok());
        let whole = whole.expect("every tenth number has the right check digit");
        let error = Inn::parse(&whole[1..]).expect_err("nine digits");
        assert!(error.to_string().contains(&whole), "{error}");
        let error = Inn::parse("123").expect_err("three digits").to_string();
        assert!(!error.contains("ноль"), "{error}");
    }

    #[test]
    fn a_novel_in_the_field_does_not_fill_the_message() {
        let error = Inn::parse(&"нет ИНН ".repeat(1000)).expect_err("a novel").to_string();
        assert!(error.chars().count() < 200, "{error}");
    }

    proptest! {
        /// Every single wrong digit of an organisation is seen unless its weight hides it: 11 is prime and no
        /// weight is a multiple of it, so only the folding of the remainder 10 into 0 hides one.
        #[test]
        fn exactly_one_last_digit_fits(head in "[1-9][0-9]{8}") {
            let fitting = (0..10).filter(|last| Inn::parse(&format!("{head}{last}")).is_ok()).count();
            prop_assert_eq!(fitting, 1);
        }

        #[test]
        fn exactly_one_pair_of_last_digits_fits_a_person(head in "[1-9][0-9]{9}") {
            let fitting = (0..100).filter(|last| Inn::parse(&format!("{head}{last:02}")).is_ok()).count();
            prop_assert_eq!(fitting, 1);
        }

        #[test]
        fn no_text_makes_parsing_panic_and_a_proof_proves_itself(text in "\\PC{0,20}") {
            if let Ok(inn) = Inn::parse(&text) {
                prop_assert_eq!(Inn::parse(inn.as_str()), Ok(inn));
            }
        }
    }
}
