//! What can be told of `adapters/1c` without 1C: that its modules are BSL, that platform 8.2 knows every name in them,
//! and that they, the contract and the documentation speak of the same things.
//!
//! Like the rules of `tidy`, every check is shown a bad sample.

mod contract;
mod grammar;
mod papers;
mod tokens;
mod wire;
mod words;

use std::fs;
use std::path::{Path, PathBuf};

/// A text in BSL.
struct Module {
    name: String,
    text: String,
}

fn adapter() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../adapters/1c")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The parts of the object module, in the order in which they are put together.
fn parts() -> Vec<Module> {
    let order = read(&adapter().join("parts.txt"));
    let part = |name: &str| Module {
        name: name.to_owned(),
        text: read(&adapter().join("src").join(format!("{name}.bsl"))),
    };
    order.lines().map(part).collect()
}

/// What the build puts into «Паром.epf».
fn object_module() -> Module {
    let texts: Vec<String> = parts().into_iter().map(|part| part.text).collect();
    Module { name: "the object module".to_owned(), text: texts.join("\n") }
}

/// What people paste into their configuration.
fn ways() -> Vec<Module> {
    let mut ways = Vec::new();
    for entry in fs::read_dir(adapter().join("ways")).expect("adapters/1c/ways is there") {
        let path = entry.expect("the folder can be read").path();
        if path.extension().is_some_and(|extension| extension == "bsl") {
            ways.push(Module {
                name: path.file_stem().expect("a file has a name").to_string_lossy().into_owned(),
                text: read(&path),
            });
        }
    }
    ways.sort_by(|left, right| left.name.cmp(&right.name));
    ways
}

/// The text of the function or procedure `name`, with its last line.
fn method<'t>(text: &'t str, name: &str) -> &'t str {
    let begin = ["Функция", "Процедура"]
        .iter()
        .find_map(|kind| text.find(&format!("\n{kind} {name}(")))
        .unwrap_or_else(|| panic!("there is no method {name}"));
    let rest = &text[begin..];
    let end = ["\nКонецФункции", "\nКонецПроцедуры"].iter().filter_map(|end| rest.find(end)).min();
    &rest[..end.expect("a method ends")]
}

#[test]
fn the_order_of_the_parts_names_each_of_them_once() {
    let mut named: Vec<String> = parts().into_iter().map(|part| part.name).collect();
    let mut there: Vec<String> = fs::read_dir(adapter().join("src"))
        .expect("adapters/1c/src is there")
        .map(|entry| entry.expect("the folder can be read").path())
        .map(|path| path.file_stem().expect("a file has a name").to_string_lossy().into_owned())
        .collect();
    assert_eq!(
        named.last().map(String::as_str),
        Some("Запуск"),
        "what runs at once stands behind all methods"
    );
    named.sort();
    there.sort();
    assert_eq!(named, there);
}
