use super::{Bik, all_zeros, clean, digits, requisite, shown};

/// An account of 20 characters: a расчётный счёт or a корреспондентский счёт. The shape alone is proven;
/// [`Account::check`] and [`Account::check_as_correspondent`] compare its key with a [`Bik`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Account(String);

requisite!(Account, AccountError);

/// Why a text is no account.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// Nothing there.
    #[error("Номер счёта не заполнен: укажите 20 цифр")]
    Empty,
    /// Not 20 characters.
    #[error(
        "Номер счёта «{text}» состоит из {count} знаков, а должно быть 20: сверьте его с реквизитами банка"
    )]
    WrongLength {
        /// As typed.
        text: String,
        /// How many characters it has.
        count: usize,
    },
    /// Something that is no digit.
    #[error("Номер счёта «{text}» содержит не только цифры: оставьте 20 цифр без пробелов и других знаков")]
    NotDigits {
        /// As typed.
        text: String,
    },
    /// Nothing but zeros.
    #[error("Номер счёта {text} состоит из одних нулей: укажите настоящий счёт или очистите поле")]
    Zeros {
        /// As typed.
        text: String,
    },
}

/// What the key of an account says about account and БИК.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountCheck {
    /// The key fits.
    Proven,
    /// The account has a letter (a clearing currency), for which nobody publishes the key.
    CannotTell,
    /// The key does not fit, but account or БИК are of the treasury, where the rule may differ: warn only.
    TreasuryMismatch,
    /// The key does not fit: a digit of the account or of the БИК is mistyped.
    Mismatch,
}

impl AccountCheck {
    /// Good enough to travel: everything but a mismatch outside the treasury.
    pub fn may_travel(self) -> bool {
        self != Self::Mismatch
    }

    /// The sentence for people, `None` when there is nothing to say.
    pub fn remark(self, account: &Account, bik: &Bik) -> Option<String> {
        match self {
            Self::Proven | Self::CannotTell => None,
            Self::TreasuryMismatch => Some(format!(
                "Казначейский счёт {account} не сходится с БИК {bik} по контрольному ключу: сверьте его с реквизитами"
            )),
            Self::Mismatch => Some(format!(
                "Счёт {account} не сходится с БИК {bik} по контрольному ключу: скорее всего, в счёте или БИК опечатка, \
                 сверьте их с реквизитами банка"
            )),
        }
    }
}

impl Account {
    /// Proves that a text has the shape of an account: 20 digits, of which the sixth may be a letter.
    pub fn parse(text: &str) -> Result<Self, AccountError> {
        let text = clean(text);
        let count = text.chars().count();
        if count == 0 {
            return Err(AccountError::Empty);
        }
        if count != 20 {
            return Err(AccountError::WrongLength { text: shown(&text), count });
        }
        let letter_of_currency = |place, byte: u8| place == 5 && byte.is_ascii_uppercase();
        if !text
            .bytes()
            .enumerate()
            .all(|(place, byte)| byte.is_ascii_digit() || letter_of_currency(place, byte))
        {
            return Err(AccountError::NotDigits { text });
        }
        if all_zeros(&text) {
            return Err(AccountError::Zeros { text });
        }
        Ok(Self(text))
    }

    /// Checks a расчётный счёт against the БИК of its bank: the key of Bank of Russia order 515 over the last
    /// three digits of the БИК and the account. For an account opened in a РКЦ the number of the РКЦ stands
    /// there instead; since only the ending of the БИК tells a РКЦ, either of the two keys is good enough for it.
    pub fn check(&self, bik: &Bik) -> AccountCheck {
        let fits = self.key_fits(&bik.as_str()[6..])
            || (bik.is_of_settlement_centre() && self.key_fits(&number_of_settlement_centre(bik)));
        self.verdict(fits, bik)
    }

    /// Checks a корреспондентский счёт against its БИК: the same key over the number of the РКЦ.
    pub fn check_as_correspondent(&self, bik: &Bik) -> AccountCheck {
        self.verdict(self.key_fits(&number_of_settlement_centre(bik)), bik)
    }

    /// Begins like an account of the treasury: 03… or the единый казначейский счёт 40102….
    pub fn is_of_treasury(&self) -> bool {
        self.0.starts_with("03") || self.0.starts_with("40102")
    }

    fn verdict(&self, fits: bool, bik: &Bik) -> AccountCheck {
        if self.has_letter() {
            AccountCheck::CannotTell
        } else if fits {
            AccountCheck::Proven
        } else if self.is_of_treasury() || bik.is_of_treasury() {
            AccountCheck::TreasuryMismatch
        } else {
            AccountCheck::Mismatch
        }
    }

    fn has_letter(&self) -> bool {
        self.0.bytes().any(|byte| !byte.is_ascii_digit())
    }

    /// The weighted sum over three digits of the bank and twenty of the account ends with 0.
    fn key_fits(&self, bank: &str) -> bool {
        const WEIGHTS: [u64; 3] = [7, 1, 3];
        if self.has_letter() {
            return false;
        }
        let all = digits(bank).chain(digits(&self.0));
        let sum: u64 = all.zip(WEIGHTS.iter().cycle()).map(|(digit, weight)| digit * weight % 10).sum();
        sum.is_multiple_of(10)
    }
}

/// «Условный номер РКЦ»: 0 and the fifth and sixth digit of the БИК.
fn number_of_settlement_centre(bik: &Bik) -> String {
    format!("0{}", &bik.as_str()[4..6])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn account(text: &str) -> Account {
        Account::parse(text).expect(text)
    }

    fn bik(text: &str) -> Bik {
        Bik::parse(text).expect(text)
    }

    #[test]
    fn settlement_accounts_fit_their_banks() {
        for (code, number) in [("044525225", "40702810200000000001"), ("049805746", "40602810700000000025")] {
            assert_eq!(account(number).check(&bik(code)), AccountCheck::Proven, "{code} {number}");
        }
    }

    #[test]
    fn correspondent_accounts_fit_their_banks() {
        for (code, number) in [
            ("044525225", "30101810400000000225"),
            ("044525974", "30101810145250000974"),
            ("044525593", "30101810200000000593"),
            ("044030653", "30101810500000000653"),
            ("049805000", "30101810800000000746"),
        ] {
            assert_eq!(
                account(number).check_as_correspondent(&bik(code)),
                AccountCheck::Proven,
                "{code} {number}"
            );
        }
    }

    #[test]
    fn the_account_of_another_bank_is_told_with_both_numbers() {
        let (account, bik) = (account("40702810200000000001"), bik("044525974"));
        let check = account.check(&bik);
        assert_eq!(check, AccountCheck::Mismatch);
        assert!(!check.may_travel());
        let remark = check.remark(&account, &bik).expect("a mismatch is told");
        assert!(remark.contains(account.as_str()) && remark.contains(bik.as_str()), "{remark}");
    }

    #[test]
    fn an_account_opened_in_a_settlement_centre_uses_its_number() {
        // The same digits as a correspondent account of that РКЦ: only the number 005 makes the key fit.
        assert_eq!(account("30101810800000000746").check(&bik("049805000")), AccountCheck::Proven);
        assert_eq!(account("30101810800000000746").check(&bik("049805003")), AccountCheck::Mismatch);
    }

    #[test]
    fn a_key_of_the_treasury_that_does_not_fit_is_only_a_warning() {
        let wrong = |number: &str, code: &str| {
            (0..10)
                .map(|key| account(&format!("{}{key}{}", &number[..8], &number[9..])).check(&bik(code)))
                .find(|check| *check != AccountCheck::Proven)
        };
        assert_eq!(wrong("03100643000000017300", "004525988"), Some(AccountCheck::TreasuryMismatch));
        assert_eq!(wrong("40102810545370000003", "044525225"), Some(AccountCheck::TreasuryMismatch));
        assert_eq!(wrong("40702810200000000001", "044525225"), Some(AccountCheck::Mismatch));
        assert!(AccountCheck::TreasuryMismatch.may_travel());
    }

    #[test]
    fn a_letter_of_a_clearing_currency_cannot_be_judged() {
        assert_eq!(account("40702A10200000000001").check(&bik("044525225")), AccountCheck::CannotTell);
        assert!(matches!(Account::parse("4070281020000000000А"), Err(AccountError::NotDigits { .. })));
    }

    #[test]
    fn wrong_shapes_are_told_apart() {
        assert_eq!(Account::parse("\u{a0}"), Err(AccountError::Empty));
        assert!(matches!(
            Account::parse("4070281020000000001"),
            Err(AccountError::WrongLength { count: 19, .. })
        ));
        assert!(matches!(Account::parse("00000000000000000000"), Err(AccountError::Zeros { .. })));
        assert!(matches!(Account::parse("4070 28102 000000000"), Err(AccountError::NotDigits { .. })));
    }

    proptest! {
        #[test]
        fn exactly_one_key_digit_fits(head in "[1-9][0-9]{7}", tail in "[0-9]{11}", code in "04[0-9]{4}[1-9][0-9]{2}") {
            let code = bik(&code);
            let fitting = (0..10)
                .filter(|key| account(&format!("{head}{key}{tail}")).check(&code) == AccountCheck::Proven)
                .count();
            prop_assert_eq!(fitting, 1);
        }

        #[test]
        fn no_text_makes_parsing_panic(text in "\\PC{0,24}") {
            let _ = Account::parse(&text);
        }
    }
}
