//! Every module parses, and so does what is made of them.

use std::collections::BTreeMap;

use tree_sitter::{Node, Parser};

use super::tokens::{Kind, tokens};
use super::{Module, object_module, parts, ways};

/// Places that are no BSL, as `line: text`.
fn faults(text: &str) -> Vec<String> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_bsl::LANGUAGE.into()).expect("the grammar fits the library");
    let tree = parser.parse(text, None).expect("nothing stops the parser");
    let mut faults = Vec::new();
    gather(tree.root_node(), text, &mut faults);
    faults
}

fn gather(node: Node<'_>, text: &str, faults: &mut Vec<String>) {
    if node.is_error() || node.is_missing() {
        let line = text[node.byte_range()].lines().next().unwrap_or_default();
        faults.push(format!("{}: {line}", node.start_position().row + 1));
    } else if node.has_error() {
        for child in node.children(&mut node.walk()) {
            gather(child, text, faults);
        }
    }
}

/// Methods that are declared more than once, and variables of the module: the parts share one name space, and no part
/// may leave something behind for another exchange.
fn clashes(text: &str) -> Vec<String> {
    let mut declared = BTreeMap::new();
    let mut clashes = Vec::new();
    let tokens = tokens(text);
    for pair in tokens.windows(2) {
        let [word, name] = pair else { continue };
        if word.kind != Kind::Word {
            continue;
        }
        match word.text.as_str() {
            "Функция" | "Процедура" => {
                *declared.entry(name.text.to_lowercase()).or_insert(0) += 1;
            }
            "Перем" => clashes.push(format!("{}: a variable of the module", word.line)),
            _ => {}
        }
    }
    clashes.extend(declared.into_iter().filter(|(_, times)| *times > 1).map(|(name, _)| name));
    clashes
}

#[test]
fn every_module_is_bsl() {
    for Module { name, text } in parts().into_iter().chain(ways()).chain([object_module()]) {
        assert_eq!(faults(&text), [""; 0], "{name}");
    }
}

#[test]
fn a_broken_copy_of_any_module_is_told() {
    for Module { name, text } in parts().into_iter().chain(ways()) {
        let last_end = text.rfind("\nКонец").or_else(|| text.rfind("\n#КонецЕсли"));
        let without_an_end = &text[..last_end.unwrap_or_else(|| panic!("{name} ends nothing"))];
        assert_ne!(faults(without_an_end), [""; 0], "{name} without its last end");
        let quote = text.rfind('"').map_or(text.len(), |at| at);
        if quote < text.len() {
            let unclosed = [&text[..quote], &text[quote + 1..]].concat();
            assert_ne!(faults(&unclosed), [""; 0], "{name} with an open string");
        }
        let operator = format!("{text}\nА = 1 + * 2;\n");
        assert_ne!(faults(&operator), [""; 0], "{name} with two operators");
    }
}

#[test]
fn the_parts_make_one_module_without_clashes() {
    assert_eq!(clashes(&object_module().text), [""; 0]);
}

#[test]
fn a_name_that_stands_twice_is_told() {
    let text = "Перем Общая;\nФункция А()\nКонецФункции\nПроцедура а()\nКонецПроцедуры\n// Функция А()\n";

    assert_eq!(clashes(text), ["1: a variable of the module", "а"]);
}
