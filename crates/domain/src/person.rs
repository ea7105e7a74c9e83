//! ФИО of people and of entrepreneurs.

use crate::normal;

/// A person's name in the parts that the preset «ИП» of Bitrix24 asks for. A missing part is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FullName {
    /// Фамилия.
    pub family: String,
    /// Имя, or its initial.
    pub first: String,
    /// Отчество, or its initial.
    pub second: String,
}

impl FullName {
    /// Splits «Иванов Иван Иванович», «ИП Иванов И. И.», «Иван Иванович Иванов», «И. И. Иванов». The family
    /// name comes first unless a patronymic in the middle or an initial in front tells otherwise. Letters stay
    /// as written. `None` when no name is left.
    pub fn split(text: &str) -> Option<Self> {
        let mut words = words(text);
        if words.is_empty() {
            return None;
        }
        let family_last = match words.as_slice() {
            [first, .., last] if is_initial(first) && !is_initial(last) => true,
            [_, second, last] => is_patronymic(second) && !is_patronymic(last) && !is_kinship(last),
            _ => false,
        };
        if family_last {
            words.rotate_right(1);
        }
        // «Римский Корсаков Николай Андреевич»: with a patronymic at the end all before the name is family.
        let family = match words.as_slice() {
            [before @ .., _, last] if before.len() > 1 && is_patronymic(last) => before.len(),
            _ => 1,
        };
        let mut rest = words.split_off(family).into_iter();
        let first = rest.next().unwrap_or_default();
        Some(Self { family: words.join(" "), first, second: rest.collect::<Vec<_>>().join(" ") })
    }
}

/// Whether a name is one of an entrepreneur: «ИП …», «Индивидуальный предприниматель …», «… (ИП)».
pub fn is_entrepreneur(name: &str) -> bool {
    normal::name(name).starts_with("ип ")
}

/// The words of the name itself: without quotes and brackets, without «ИП» and «глава КФХ», initials apart,
/// «Мамин - Сибиряк» together.
fn words(text: &str) -> Vec<String> {
    const NOT_NAMES: [&str; 8] = [
        "ип",
        "индивидуальный",
        "предприниматель",
        "глава",
        "кфх",
        "крестьянского",
        "фермерского",
        "хозяйства",
    ];
    let separated: String = normal::one_line(text)
        .replace("К(Ф)Х", "КФХ")
        .chars()
        .map(|c| if c.is_alphanumeric() || matches!(c, '.' | '-' | '\'' | '’') { c } else { ' ' })
        .collect();
    let joined = separated.replace(" - ", "-").replace(" -", "-").replace("- ", "-");
    let mut words = Vec::new();
    for word in joined.split_ascii_whitespace().flat_map(initials_apart) {
        if !NOT_NAMES.contains(&word.to_lowercase().trim_end_matches('.')) {
            words.push(word);
        }
    }
    words
}

/// «И.И.» → «И.», «И.»; «Иванов.И» → «Иванов», «И».
fn initials_apart(word: &str) -> Vec<String> {
    let parts = word.split_inclusive('.').map(|part| match part.strip_suffix('.') {
        Some(long) if long.chars().count() != 1 => long.to_owned(),
        _ => part.to_owned(),
    });
    parts.filter(|part| !part.is_empty()).collect()
}

fn is_initial(word: &str) -> bool {
    word.trim_end_matches('.').chars().count() == 1
}

fn is_patronymic(word: &str) -> bool {
    let word = word.to_lowercase();
    ["ович", "евич", "ич", "овна", "евна", "ична", "инична"].iter().any(|end| word.ends_with(end))
}

/// «Оглы», «кызы» and the like follow the father's name.
fn is_kinship(word: &str) -> bool {
    matches!(word.to_lowercase().as_str(), "оглы" | "оглу" | "кызы" | "гызы" | "улы" | "уулу")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn splits(text: &str, family: &str, first: &str, second: &str) {
        let name = FullName::split(text).expect(text);
        assert_eq!(
            (name.family.as_str(), name.first.as_str(), name.second.as_str()),
            (family, first, second),
            "{text}"
        );
    }

    #[test]
    fn the_usual_order_is_family_first_second() {
        splits("Иванов Иван Иванович", "Иванов", "Иван", "Иванович");
        splits("  Иванов\u{a0}Иван ", "Иванов", "Иван", "");
        splits("Иванов", "Иванов", "", "");
        splits("Пётр Ильич", "Пётр", "Ильич", "");
    }

    #[test]
    fn the_form_of_an_entrepreneur_is_no_part_of_the_name() {
        splits("ИП Иванов И. И.", "Иванов", "И.", "И.");
        splits("ИП «Иванов И.И.»", "Иванов", "И.", "И.");
        splits("Индивидуальный предприниматель Иванова Анна Петровна", "Иванова", "Анна", "Петровна");
        splits("Иванова Анна Петровна (ИП)", "Иванова", "Анна", "Петровна");
        splits("ИП глава К(Ф)Х Петров Пётр Петрович", "Петров", "Пётр", "Петрович");
        splits("Ипатов Иван", "Ипатов", "Иван", "");
    }

    #[test]
    fn a_patronymic_or_initials_tell_where_the_family_name_stands() {
        splits("Иван Иванович Иванов", "Иванов", "Иван", "Иванович");
        splits("И. И. Иванов", "Иванов", "И.", "И.");
        splits("И.И.Иванов", "Иванов", "И.", "И.");
        splits("Абрамович Роман Аркадьевич", "Абрамович", "Роман", "Аркадьевич");
    }

    #[test]
    fn double_family_names_and_names_of_the_east_stay_whole() {
        splits("Мамин-Сибиряк Дмитрий Наркисович", "Мамин-Сибиряк", "Дмитрий", "Наркисович");
        splits("Мамин - Сибиряк Дмитрий Наркисович", "Мамин-Сибиряк", "Дмитрий", "Наркисович");
        splits("Римский Корсаков Николай Андреевич", "Римский Корсаков", "Николай", "Андреевич");
        splits("Мамедов Али Гасан оглы", "Мамедов", "Али", "Гасан оглы");
        splits("ИП Алиева Лейла Вагиф кызы", "Алиева", "Лейла", "Вагиф кызы");
    }

    #[test]
    fn a_text_without_a_name_gives_none() {
        for text in ["", " \u{a0}", "ИП", "«»", "Индивидуальный предприниматель"]
        {
            assert_eq!(FullName::split(text), None, "{text}");
        }
    }

    #[test]
    fn a_name_that_begins_with_the_letters_of_the_form_is_no_entrepreneur() {
        assert!(is_entrepreneur("ИП Иванов"));
        assert!(is_entrepreneur("Иванов Иван Иванович, индивидуальный предприниматель"));
        assert!(!is_entrepreneur("Ипотека, ООО"));
        assert!(!is_entrepreneur("ООО «ИП Сервис»"));
    }
}
