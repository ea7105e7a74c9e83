//! What can be told of `adapters/1c` without 1C: that its modules are BSL, that platform 8.2 knows every name in them,
//! and that they, the contract and the documentation speak of the same things.

use std::fs;
use std::path::{Path, PathBuf};

use tree_sitter::{Node, Parser};

/// A text in BSL.
struct Module {
    name: String,
    text: String,
}

fn adapter() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../adapters/1c")
}

/// The parts of the object module, in the order in which they are put together.
fn parts() -> Vec<Module> {
    let order = fs::read_to_string(adapter().join("parts.txt")).expect("adapters/1c/parts.txt is there");
    let parts = order.lines().map(|name| {
        let text = fs::read_to_string(adapter().join("src").join(format!("{name}.bsl")));
        Module { name: name.to_owned(), text: text.unwrap_or_else(|error| panic!("{name}: {error}")) }
    });
    parts.collect()
}

fn parser() -> Parser {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_bsl::LANGUAGE.into()).expect("the grammar fits the library");
    parser
}

/// Places that are no BSL, as `line: text`.
fn faults(text: &str) -> Vec<String> {
    let tree = parser().parse(text, None).expect("nothing stops the parser");
    let mut faults = Vec::new();
    gather_faults(tree.root_node(), text, &mut faults);
    faults
}

fn gather_faults(node: Node<'_>, text: &str, faults: &mut Vec<String>) {
    if node.is_error() || node.is_missing() {
        let line = text[node.byte_range()].lines().next().unwrap_or_default();
        faults.push(format!("{}: {line}", node.start_position().row + 1));
    } else if node.has_error() {
        for child in node.children(&mut node.walk()) {
            gather_faults(child, text, faults);
        }
    }
}

#[test]
fn every_part_is_bsl() {
    for Module { name, text } in parts() {
        assert_eq!(faults(&text), [""; 0], "{name}");
    }
}
