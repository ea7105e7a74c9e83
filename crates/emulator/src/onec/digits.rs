//! Check digits by the formulas of the tax service and of the Bank of Russia, written apart from those of
//! `domain`: two calculations that agree are a check, one that is called twice is none.

/// ИНН of a legal entity: nine digits and their check digit.
pub(crate) fn inn_of_organisation(nine: &str) -> String {
    format!("{nine}{}", modulo_11(nine, &[2, 4, 10, 3, 5, 9, 4, 6, 8]))
}

/// ИНН of a person: ten digits and two check digits.
pub(crate) fn inn_of_person(ten: &str) -> String {
    let eleven = format!("{ten}{}", modulo_11(ten, &[7, 2, 4, 10, 3, 5, 9, 4, 6, 8]));
    let last = modulo_11(&eleven, &[3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]);
    format!("{eleven}{last}")
}

/// ОГРН: twelve digits and the remainder by 11.
pub(crate) fn ogrn(twelve: &str) -> String {
    format!("{twelve}{}", number(twelve) % 11 % 10)
}

/// ОГРНИП: fourteen digits and the remainder by 13.
pub(crate) fn ogrnip(fourteen: &str) -> String {
    format!("{fourteen}{}", number(fourteen) % 13 % 10)
}

/// A settlement account whose ninth digit is the key for the bank with this БИК.
pub(crate) fn account(balance: &str, tail: &str, bik: &str) -> String {
    let last_three = &bik[6..];
    (0..10)
        .map(|key| format!("{balance}{key}{tail}"))
        .find(|account| keyed(&format!("{last_three}{account}")))
        .expect("the key has the weight 3, which runs through all remainders by 10")
}

fn keyed(text: &str) -> bool {
    let sum: u32 =
        digits(text).zip([7, 1, 3].into_iter().cycle()).map(|(digit, weight)| digit * weight % 10).sum();
    sum.is_multiple_of(10)
}

fn modulo_11(text: &str, weights: &[u32]) -> u32 {
    digits(text).zip(weights).map(|(digit, weight)| digit * weight).sum::<u32>() % 11 % 10
}

fn number(text: &str) -> u64 {
    digits(text).fold(0, |number, digit| number * 10 + u64::from(digit))
}

fn digits(text: &str) -> impl Iterator<Item = u32> {
    text.chars().map(|char| char.to_digit(10).expect("callers pass digits only"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_numbers_have_the_digits_that_the_formulas_give() {
        assert_eq!(inn_of_organisation("770708389"), "7707083893");
        assert_eq!(inn_of_person("5001007322"), "500100732259");
        assert_eq!(ogrn("102770013219"), "1027700132195");
        assert_eq!(ogrnip("30450011600015"), "304500116000157");
        assert_eq!(account("40602810", "00000000025", "049805746"), "40602810700000000025");
    }

    #[test]
    fn a_remainder_of_ten_becomes_the_digit_nought() {
        assert_eq!(inn_of_organisation("100000001"), "1000000010");
        assert_eq!(ogrn("102770000002"), "1027700000020");
        assert_eq!(ogrnip("30450000000001"), "304500000000010");
    }
}
