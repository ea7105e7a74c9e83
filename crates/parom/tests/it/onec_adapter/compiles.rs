//! The modules compile wherever they are run, and a broken copy nowhere.

use bsl::{LoadError, Place, Platform, Session, ka11};
use jiff::civil::date;

use super::office::adapter;

const PLATFORMS: [Platform; 2] = [Platform::V82, Platform::V83];
const PLACES: [Place; 3] = [Place::Server, Place::ThickClient, Place::ExternalConnection];

/// The errors of a text.
fn errors(platform: Platform, place: Place, text: &str, attributes: &[&str]) -> Vec<String> {
    let base = ka11::infobase(|| date(2026, 11, 20).at(12, 0, 0, 0));
    base.add_module("Паром", "");
    match Session::new(platform, &base).at(place).load("Проба", text, attributes) {
        Err(LoadError::Syntax(errors)) => errors.iter().map(ToString::to_string).collect(),
        Err(LoadError::Halt(halt)) => panic!("{halt}"),
        Ok(_) => Vec::new(),
    }
}

fn way(name: &str) -> String {
    let file = format!("{}/../../adapters/1c/ways/{name}.bsl", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(file).expect("the text is shipped")
}

#[test]
fn the_adapter_and_its_ways_compile_on_both_platforms_in_every_place() {
    for platform in PLATFORMS {
        for place in PLACES {
            assert_eq!(errors(platform, place, &adapter(), &[]), [""; 0], "{platform:?} {place:?}");
            assert_eq!(
                errors(platform, place, &way("ОбщийМодульПаром"), &[]),
                [""; 0],
                "{platform:?} {place:?}"
            );
        }
        // What a form brings along.
        let fields = ["ЭлементыФормы", "ФайлОбработки", "ФайлНастроек"];
        assert_eq!(
            errors(platform, Place::ThickClient, &way("ФормаПаром"), &fields),
            [""; 0],
            "{platform:?}"
        );
    }
}

#[test]
fn a_copy_that_lacks_a_semicolon_a_bracket_or_a_name_does_not_compile() {
    const EVERY: usize = 97;
    let text = adapter();
    let lines: Vec<&str> = text.lines().collect();
    let mut broken = 0;
    for (at, line) in lines.iter().enumerate().filter(|(at, _)| at % EVERY == 0) {
        let next = lines[at + 1..].iter().find(|next| !next.trim().is_empty()).map_or("", |next| next.trim());
        let is_last =
            next.starts_with("Конец") || next.starts_with("Иначе") || next.starts_with("Исключение");
        let worse = if line.trim_start().starts_with("//") {
            continue;
        } else if line.trim_end().ends_with(';') && !is_last {
            line.trim_end().trim_end_matches(';').to_owned()
        } else if line.contains(')') && !line.contains('"') {
            line.replacen(')', "", 1)
        } else {
            continue;
        };
        let copy = [&lines[..at], &[worse.as_str()], &lines[at + 1..]].concat().join("\n");
        assert!(!errors(Platform::V82, Place::Server, &copy, &[]).is_empty(), "line {}: {worse}", at + 1);
        broken += 1;
    }
    assert!(broken > 20, "only {broken} copies were broken");
    for (name, other) in [
        ("ОднаСтрока(", "ОднаСтрочка("),
        ("СокрЛП(", "СокрЛПП("),
        ("Новый Соответствие", "Новый Соответствия"),
    ] {
        let copy = text.replacen(&format!(" {name}"), &format!(" {other}"), 1);
        assert_ne!(copy, text);
        assert!(!errors(Platform::V83, Place::Server, &copy, &[]).is_empty(), "{other}");
    }
    let newer = text.replacen(
        "Вычислить(\"Новый HTTPЗапрос(Ресурс, Заголовки)\")",
        "Новый HTTPЗапрос(Ресурс, Заголовки)",
        1,
    );
    assert_ne!(newer, text);
    assert_eq!(errors(Platform::V82, Place::Server, &newer, &[]).len(), 1, "8.2 does not know it");
    assert_eq!(errors(Platform::V83, Place::Server, &newer, &[]), [""; 0]);
}
