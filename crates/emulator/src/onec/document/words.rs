//! «Сто двадцать тысяч рублей 00 копеек» and «23 ноября 2026 г.»: what printed forms say in words.

use jiff::civil::Date;

use super::Kopecks;

const UNITS: [&str; 20] = [
    "",
    "один",
    "два",
    "три",
    "четыре",
    "пять",
    "шесть",
    "семь",
    "восемь",
    "девять",
    "десять",
    "одиннадцать",
    "двенадцать",
    "тринадцать",
    "четырнадцать",
    "пятнадцать",
    "шестнадцать",
    "семнадцать",
    "восемнадцать",
    "девятнадцать",
];
const TENS: [&str; 10] = [
    "",
    "",
    "двадцать",
    "тридцать",
    "сорок",
    "пятьдесят",
    "шестьдесят",
    "семьдесят",
    "восемьдесят",
    "девяносто",
];
const HUNDREDS: [&str; 10] =
    ["", "сто", "двести", "триста", "четыреста", "пятьсот", "шестьсот", "семьсот", "восемьсот", "девятьсот"];
/// One, two to four, five and more; and whether the word is feminine.
const GROUPS: [([&str; 3], bool); 5] = [
    (["рубль", "рубля", "рублей"], false),
    (["тысяча", "тысячи", "тысяч"], true),
    (["миллион", "миллиона", "миллионов"], false),
    (["миллиард", "миллиарда", "миллиардов"], false),
    (["триллион", "триллиона", "триллионов"], false),
];
const MONTHS: [&str; 12] = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
];

/// The sum as the line under the table says it. Words only for roubles; other currencies are printed in digits.
pub(super) fn sum(kopecks: Kopecks, currency: &str) -> String {
    let size = kopecks.0.unsigned_abs();
    let (roubles, rest) = (size / 100, size % 100);
    if currency != "RUB" || roubles >= 1000_u64.pow(5) {
        return format!("{} {currency}", kopecks.printed());
    }
    let mut words: Vec<&str> = Vec::new();
    for (power, (forms, feminine)) in (0_u32..5).zip(GROUPS).rev() {
        let group = usize::try_from(roubles / 1000_u64.pow(power) % 1000).expect("below a thousand");
        if group > 0 {
            below_a_thousand(group, feminine, &mut words);
        }
        if power == 0 && roubles == 0 {
            words.push("ноль");
        }
        if group > 0 || power == 0 {
            words.push(plural(group, forms));
        }
    }
    let mut text = words.join(" ");
    if kopecks.0 < 0 {
        text.insert_str(0, "минус ");
    }
    let kopeck = usize::try_from(rest).expect("below a hundred");
    format!("{} {rest:02} {}", capitalised(&text), plural(kopeck, ["копейка", "копейки", "копеек"]))
}

/// «23 ноября 2026 г.»
pub(super) fn date(date: Date) -> String {
    let month = MONTHS[usize::from(date.month().unsigned_abs()) - 1];
    format!("{} {month} {} г.", date.day(), date.year())
}

fn below_a_thousand(number: usize, feminine: bool, words: &mut Vec<&'static str>) {
    let tail = number % 100;
    words.push(HUNDREDS[number / 100]);
    let unit = if tail < 20 {
        tail
    } else {
        words.push(TENS[tail / 10]);
        tail % 10
    };
    words.push(match (unit, feminine) {
        (1, true) => "одна",
        (2, true) => "две",
        (unit, _) => UNITS[unit],
    });
    words.retain(|word| !word.is_empty());
}

fn plural(number: usize, [one, few, many]: [&'static str; 3]) -> &'static str {
    match (number % 100, number % 10) {
        (11..=14, _) => many,
        (_, 1) => one,
        (_, 2..=4) => few,
        _ => many,
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_spelled_as_accountants_spell_them() {
        for (kopecks, words) in [
            (12_000_000, "Сто двадцать тысяч рублей 00 копеек"),
            (0, "Ноль рублей 00 копеек"),
            (101, "Один рубль 01 копейка"),
            (100_100_022, "Один миллион одна тысяча рублей 22 копейки"),
            (211_311_412, "Два миллиона сто тринадцать тысяч сто четырнадцать рублей 12 копеек"),
            (200_000_000_000, "Два миллиарда рублей 00 копеек"),
            (-4_500_005, "Минус сорок пять тысяч рублей 05 копеек"),
        ] {
            assert_eq!(sum(Kopecks(kopecks), "RUB"), words);
        }
        assert_eq!(sum(Kopecks(12_345), "USD"), "123,45 USD");
        assert_eq!(sum(Kopecks(i64::MIN), "RUB"), "-92\u{a0}233\u{a0}720\u{a0}368\u{a0}547\u{a0}758,08 RUB");
    }

    #[test]
    fn dates_are_spelled_with_the_month() {
        assert_eq!(date(jiff::civil::date(2026, 11, 3)), "3 ноября 2026 г.");
    }
}
