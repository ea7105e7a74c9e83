//! How people really type. Everything here changes the look of a text and nothing of its meaning, so a
//! bridge that compares normal forms must see no difference.

use super::random::Random;

const NO_BREAK_SPACE: &str = "\u{a0}";

/// A name or an address as it comes out of ten years of typing and pasting.
pub(crate) fn typed(text: &str, random: &mut Random) -> String {
    match random.below(12) {
        0 => text.replacen(' ', NO_BREAK_SPACE, 1),
        1 => text.replacen(' ', "  ", 1),
        2 => format!("{text} "),
        3 => format!(" {text}"),
        4 => text.replace(['«', '»'], "\""),
        5 => text.replace('«', "“").replace('»', "”"),
        6 => text.replace('«', "„").replace('»', "“"),
        _ => text.to_owned(),
    }
}

/// A telephone in one of the ways in which offices write them. `area` and `local` make ten digits together.
pub(crate) fn phone(area: &str, local: &str, random: &mut Random) -> String {
    let (a, b, c) =
        (&local[..local.len() - 4], &local[local.len() - 4..local.len() - 2], &local[local.len() - 2..]);
    match random.below(7) {
        0 => format!("8 ({area}) {a}-{b}-{c}"),
        1 => format!("8 ({area}) {a}-{b}-{c} доб. {}", 10 + random.below(90)),
        2 => format!("8{area}{local}"),
        3 => format!("+7{NO_BREAK_SPACE}({area}){NO_BREAK_SPACE}{a}-{b}-{c}"),
        4 => format!("7 {area} {local}"),
        5 => format!("+7({area}){a}{b}{c}"),
        _ => format!("+7 {area} {a}-{b}-{c}"),
    }
}
