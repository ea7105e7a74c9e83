use super::words;

/// Name of a counterparty: quotes, case, ё, spaces do not count, nor whether the organisational form is
/// abbreviated and where it stands: «ООО «Яндекс»», «Яндекс, ООО», «Банк ВТБ (ПАО)». Another form is another
/// name.
pub fn name(text: &str) -> String {
    let mut words = abbreviated(words(text));
    let bracketed = in_brackets(text);
    let form = if words.len() > 1 {
        let is_form = |word: &String| is_form(word);
        if is_form(&words[0]) {
            Some(0)
        } else if words.last().is_some_and(is_form) {
            Some(words.len() - 1)
        } else {
            bracketed.and_then(|form| words.iter().position(|word| *word == form))
        }
    } else {
        None
    };
    if let Some(place) = form {
        words[..=place].rotate_right(1);
    }
    words.join(" ")
}

/// The organisational forms that 1C and people write both ways. A longer phrase stands before the phrase that
/// it contains.
const FORMS: [(&str, &[&str]); 26] = [
    ("фгбу", &["федеральное", "государственное", "бюджетное", "учреждение"]),
    ("фгау", &["федеральное", "государственное", "автономное", "учреждение"]),
    ("фгку", &["федеральное", "государственное", "казенное", "учреждение"]),
    ("фгуп", &["федеральное", "государственное", "унитарное", "предприятие"]),
    ("фкп", &["федеральное", "казенное", "предприятие"]),
    ("гбу", &["государственное", "бюджетное", "учреждение"]),
    ("гау", &["государственное", "автономное", "учреждение"]),
    ("гку", &["государственное", "казенное", "учреждение"]),
    ("гуп", &["государственное", "унитарное", "предприятие"]),
    ("мбу", &["муниципальное", "бюджетное", "учреждение"]),
    ("мау", &["муниципальное", "автономное", "учреждение"]),
    ("мку", &["муниципальное", "казенное", "учреждение"]),
    ("муп", &["муниципальное", "унитарное", "предприятие"]),
    ("ооо", &["общество", "с", "ограниченной", "ответственностью"]),
    ("одо", &["общество", "с", "дополнительной", "ответственностью"]),
    ("тоо", &["товарищество", "с", "ограниченной", "ответственностью"]),
    ("пао", &["публичное", "акционерное", "общество"]),
    ("нао", &["непубличное", "акционерное", "общество"]),
    ("зао", &["закрытое", "акционерное", "общество"]),
    ("оао", &["открытое", "акционерное", "общество"]),
    ("ао", &["акционерное", "общество"]),
    ("ип", &["индивидуальный", "предприниматель"]),
    ("ано", &["автономная", "некоммерческая", "организация"]),
    ("нко", &["небанковская", "кредитная", "организация"]),
    ("кфх", &["крестьянское", "фермерское", "хозяйство"]),
    ("тсж", &["товарищество", "собственников", "жилья"]),
];

fn is_form(word: &str) -> bool {
    FORMS.iter().any(|(short, _)| *short == word)
}

/// The words with every spelled-out form abbreviated.
fn abbreviated(words: Vec<String>) -> Vec<String> {
    if words.len() < 2 {
        return words;
    }
    let mut out = Vec::with_capacity(words.len());
    let mut rest = words.as_slice();
    while let Some(word) = rest.first() {
        let phrase = |long: &[&str]| rest.len() >= long.len() && rest.iter().zip(long).all(|(a, b)| a == b);
        if let Some((short, long)) = FORMS.iter().find(|(_, long)| phrase(long)) {
            out.push((*short).to_owned());
            rest = &rest[long.len()..];
        } else {
            out.push(word.clone());
            rest = &rest[1..];
        }
    }
    out
}

/// The form that stands in brackets somewhere inside the name.
fn in_brackets(text: &str) -> Option<String> {
    let (_, after) = text.split_once('(')?;
    let (inside, _) = after.split_once(')')?;
    let mut inside = abbreviated(words(inside));
    let form = inside.pop()?;
    (inside.is_empty() && is_form(&form)).then_some(form)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn same(names: &[&str]) {
        for other in &names[1..] {
            assert_eq!(name(names[0]), name(other), "{} / {other}", names[0]);
        }
    }

    #[test]
    fn quotes_case_and_spaces_do_not_count() {
        same(&[
            "ООО «Яндекс»",
            "ООО \"ЯНДЕКС\"",
            "ооо “Яндекс”",
            "ООО\u{a0}„Яндекс‟ ",
            "ООО 'Яндекс'",
            "ООО  Яндекс",
        ]);
        same(&["АО «Берёзка – Север»", "АО «Березка - Север»"]);
        same(&["ПАО «НК «Роснефть»", "ПАО «НК \"Роснефть\"»"]);
    }

    #[test]
    fn a_form_is_the_same_spelled_out_abbreviated_first_last_or_in_brackets() {
        same(&[
            "ООО «Яндекс»",
            "Общество с ограниченной ответственностью «Яндекс»",
            "Яндекс, ООО",
            "Яндекс (ООО)",
        ]);
        same(&["Банк ВТБ (ПАО)", "ПАО Банк ВТБ", "Банк ВТБ (публичное акционерное общество)"]);
        same(&["Банк ВТБ (ПАО) филиал № 3", "ПАО Банк ВТБ филиал № 3"]);
        same(&[
            "ИП Иванов И.И.",
            "Индивидуальный предприниматель Иванов И. И.",
            "Иванов И. И. ИП",
            "Иванов И.И. (ИП)",
        ]);
        same(&["ФГУП «Почта»", "Федеральное государственное унитарное предприятие «Почта»"]);
        same(&["Ромашка закрытое акционерное общество", "ЗАО «Ромашка»"]);
        same(&["НКО АО НРД", "Небанковская кредитная организация акционерное общество «НРД»"]);
    }

    #[test]
    fn another_form_or_another_word_is_another_name() {
        assert_ne!(name("ООО «Яндекс»"), name("АО «Яндекс»"));
        assert_ne!(name("ПАО «МТС»"), name("АО «МТС»"));
        assert_ne!(name("ООО «Альфа»"), name("ООО «Альфа-1»"));
        assert_ne!(name("ООО «Яндекс»"), name("Яндекс"));
    }

    #[test]
    fn the_short_and_the_full_names_of_real_entities_meet_only_where_they_say_the_same() {
        assert_eq!(name("ПАО «Газпром»"), name("Публичное акционерное общество «Газпром»"));
        assert_ne!(name("ПАО Сбербанк"), name("Публичное акционерное общество «Сбербанк России»"));
    }
}
