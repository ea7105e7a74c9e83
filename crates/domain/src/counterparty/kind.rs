use serde::{Deserialize, Serialize};

use super::Counterparty;
use crate::normal;
use crate::person::is_entrepreneur;

/// What a counterparty is before the law.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Юридическое лицо.
    Legal,
    /// Индивидуальный предприниматель.
    Entrepreneur,
    /// Физическое лицо.
    Person,
    /// Нерезидент: has no ИНН, is known by its GUID only.
    Foreign,
}

impl Kind {
    /// What a counterparty is, judged by all that it shows; `None` when it shows nothing to judge by.
    ///
    /// The side's own word counts, with two exceptions. The length of the ИНН is stronger, since the tax office
    /// gives 10 digits to organisations and 12 to people only; and «физическое лицо» with an ОГРНИП is an
    /// entrepreneur, since КА 1.1 has one word for both («ФизЛицо»). A right check digit is not asked for:
    /// a mistyped ИНН says as much about the kind as a right one. A foreigner is what it says it is: its tax
    /// number is not Russian whatever its length.
    pub fn infer(counterparty: &Counterparty) -> Option<Self> {
        let filled = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.trim().is_empty());
        let entrepreneur = || {
            filled(&counterparty.ogrnip)
                || [&counterparty.name, &counterparty.full_name]
                    .into_iter()
                    .flatten()
                    .any(|name| is_entrepreneur(name))
        };
        let said = counterparty.kind;
        if said == Some(Self::Foreign) {
            return said;
        }
        let inn = counterparty.inn.as_deref().map(normal::code).unwrap_or_default();
        match (inn.chars().all(|c| c.is_ascii_digit()), inn.len()) {
            (true, 10) => return Some(Self::Legal),
            (true, 12) => {
                return Some(match said {
                    Some(Self::Entrepreneur) => Self::Entrepreneur,
                    Some(Self::Person) if !filled(&counterparty.ogrnip) => Self::Person,
                    _ if entrepreneur() => Self::Entrepreneur,
                    _ => Self::Person,
                });
            }
            _ => {}
        }
        match said {
            Some(Self::Person) if filled(&counterparty.ogrnip) => Some(Self::Entrepreneur),
            Some(said) => Some(said),
            None if filled(&counterparty.kpp) || filled(&counterparty.ogrn) => Some(Self::Legal),
            None if entrepreneur() => Some(Self::Entrepreneur),
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_digits_are_an_organisation_and_twelve_a_person_whatever_the_side_says() {
        for said in [None, Some(Kind::Legal), Some(Kind::Person), Some(Kind::Entrepreneur)] {
            let ten = Counterparty { kind: said, inn: Some("7707083893".into()), ..Counterparty::default() };
            assert_eq!(Kind::infer(&ten), Some(Kind::Legal), "{said:?}");
        }
        let twelve = Counterparty {
            kind: Some(Kind::Legal),
            inn: Some("500100732259".into()),
            ..Counterparty::default()
        };
        assert_eq!(Kind::infer(&twelve), Some(Kind::Person));
    }

    #[test]
    fn an_ogrnip_or_the_name_makes_an_entrepreneur_of_a_person() {
        let person = Counterparty {
            inn: Some("500100732259".into()),
            name: Some("Иванов Иван".into()),
            ..Counterparty::default()
        };
        assert_eq!(Kind::infer(&person), Some(Kind::Person));
        let registered = Counterparty { ogrnip: Some("304500116000157".into()), ..person.clone() };
        assert_eq!(Kind::infer(&registered), Some(Kind::Entrepreneur));
        let said = Counterparty { kind: Some(Kind::Person), ..registered };
        assert_eq!(Kind::infer(&said), Some(Kind::Entrepreneur), "1C calls both «ФизЛицо»");
        for name in [
            "ИП Иванов И. И.",
            "Индивидуальный предприниматель Иванов Иван",
            "Иванов И. И. (ИП)",
            "Иванов ИП",
        ] {
            let named = Counterparty { name: Some(name.into()), ..person.clone() };
            assert_eq!(Kind::infer(&named), Some(Kind::Entrepreneur), "{name}");
        }
        let ipatov = Counterparty { name: Some("Ипатов Филипп".into()), ..person };
        assert_eq!(Kind::infer(&ipatov), Some(Kind::Person));
    }

    #[test]
    fn without_an_inn_the_word_of_the_side_counts_then_what_else_it_shows() {
        let nothing = Counterparty {
            name: Some("Ромашка".into()),
            inn: Some(String::new()),
            ..Counterparty::default()
        };
        assert_eq!(Kind::infer(&nothing), None);
        assert_eq!(
            Kind::infer(&Counterparty { kpp: Some("773601001".into()), ..nothing.clone() }),
            Some(Kind::Legal)
        );
        let said = Counterparty { kind: Some(Kind::Person), ..nothing };
        assert_eq!(Kind::infer(&said), Some(Kind::Person));
    }

    #[test]
    fn a_foreigner_stays_one_although_its_number_has_ten_digits() {
        let foreign = Counterparty {
            kind: Some(Kind::Foreign),
            inn: Some("1234567890".into()),
            ..Counterparty::default()
        };
        assert_eq!(Kind::infer(&foreign), Some(Kind::Foreign));
    }
}
