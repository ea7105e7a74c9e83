//! What no text file may contain, and the calls that clippy must go on forbidding.

use toml::{Table, Value};

use super::{TextFile, nobody_complains, text_files};

/// Places of the machine that somebody worked on, and words that belong to no product. In halves, so that this file
/// does not contain them.
const FORBIDDEN: &[(&str, &str)] = &[
    ("/wo", "rk/"),
    ("/tm", "p/"),
    ("/ro", "ot/"),
    ("/ho", "me/"),
    ("sub", "agent"),
    ("far", "m-"),
    ("FIX", "ME"),
    ("XX", "X "),
    ("<<<<", "<<< "),
];

/// What clippy.toml forbids: everything that a test cannot hold in its hand.
const DISALLOWED: &[&str] = &[
    "std::time::SystemTime::now",
    "std::time::Instant::now",
    "jiff::Timestamp::now",
    "tokio::time::sleep",
    "tokio::time::sleep_until",
    "tokio::time::Instant::now",
    "tokio::spawn",
    "ulid::Ulid::generate",
    "uuid::Uuid::new_v4",
    "uuid::Uuid::now_v7",
];

/// Lines with a forbidden word.
fn forbidden(TextFile { path, text }: &TextFile) -> Vec<String> {
    let mut complaints = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for (first, second) in FORBIDDEN {
            let word = format!("{first}{second}");
            if line.contains(&word) {
                complaints.push(format!(
                    "{path}:{}: `{}` is no word for this project",
                    index + 1,
                    word.trim()
                ));
            }
        }
    }
    complaints
}

/// Calls that clippy.toml has ceased to forbid.
fn let_go(clippy: &str) -> Vec<&'static str> {
    let settings: Table = clippy.parse().expect("clippy.toml is TOML");
    let entries = settings.get("disallowed-methods").and_then(Value::as_array);
    let paths: Vec<&str> =
        entries.into_iter().flatten().filter_map(|entry| entry.get("path")?.as_str()).collect();
    DISALLOWED.iter().copied().filter(|call| !paths.contains(call)).collect()
}

#[test]
fn no_file_speaks_of_the_machine_it_was_written_on() {
    let complaints: Vec<String> = text_files().iter().flat_map(forbidden).collect();

    nobody_complains(&complaints);
}

#[test]
fn clippy_forbids_what_a_test_cannot_hold_in_its_hand() {
    let files = text_files();
    let clippy = files.iter().find(|file| file.path == "clippy.toml").expect("there is a clippy.toml");

    assert_eq!(let_go(&clippy.text), [""; 0]);
}

#[test]
fn a_forbidden_word_and_a_missing_entry_are_told() {
    let text = format!("fine\nsee {}{}main\n", "/wo", "rk/");
    let complaints = forbidden(&TextFile { path: "a.md".to_owned(), text });
    assert_eq!(complaints.len(), 1);
    assert!(complaints[0].starts_with("a.md:2: "), "{complaints:?}");

    assert_eq!(let_go("").len(), DISALLOWED.len());
    assert!(!let_go("disallowed-methods = [{ path = \"tokio::spawn\" }]").contains(&"tokio::spawn"));
}
