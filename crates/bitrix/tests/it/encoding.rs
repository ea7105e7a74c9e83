//! What PHP makes of our commands.

use std::collections::BTreeMap;

use bitrix::{Arg, Args, neutral};
use percent_encoding::percent_decode_str;
use proptest::prelude::*;

/// A value as `parse_str` of PHP yields it: a text or an array with text keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Php {
    Text(String),
    Array(BTreeMap<String, Php>),
}

impl Php {
    /// The text at the end of the path; empty if there is none.
    pub(crate) fn text(&self, path: &[&str]) -> &str {
        match (self, path) {
            (Self::Text(text), []) => text,
            (Self::Array(map), [step, rest @ ..]) => map.get(*step).map_or("", |inner| inner.text(rest)),
            _ => "",
        }
    }

    pub(crate) fn at(&self, key: &str) -> Option<&Php> {
        match self {
            Self::Array(map) => map.get(key),
            Self::Text(_) => None,
        }
    }

    pub(crate) fn entries(&self) -> Vec<(&str, &Php)> {
        match self {
            Self::Array(map) => map.iter().map(|(key, value)| (key.as_str(), value)).collect(),
            Self::Text(_) => Vec::new(),
        }
    }
}

/// Reads a query as PHP does: decodes, then splits names at brackets.
pub(crate) fn parse_str(query: &str) -> Php {
    let mut root = Php::Array(BTreeMap::new());
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decode(name), decode(value));
        let (first, rest) = name.split_once('[').unwrap_or((&name, ""));
        let steps = rest.trim_end_matches(']').split("][").filter(|step| !step.is_empty());
        let mut place = &mut root;
        for step in std::iter::once(first).chain(steps) {
            if matches!(place, Php::Text(_)) {
                *place = Php::Array(BTreeMap::new());
            }
            let Php::Array(map) = place else { unreachable!("made an array just now") };
            place = map.entry(step.to_owned()).or_insert_with(|| Php::Text(String::new()));
        }
        *place = Php::Text(value);
    }
    root
}

fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8().expect("UTF-8").into_owned()
}

/// What PHP ought to see.
fn expected(arg: &Arg) -> Php {
    match arg {
        Arg::Text(text) => Php::Text(neutral(text).into_owned()),
        Arg::Int(number) => Php::Text(number.to_string()),
        Arg::Bool(truth) => Php::Text(if *truth { "Y" } else { "N" }.to_owned()),
        Arg::List(items) => {
            Php::Array(items.iter().enumerate().map(|(n, item)| (n.to_string(), expected(item))).collect())
        }
        Arg::Map(args) => {
            Php::Array(args.iter().map(|(key, value)| (key.to_owned(), expected(value))).collect())
        }
        Arg::Ref(_) => unreachable!("not generated"),
    }
}

/// Names as the vendor has them, with prefixes of conditions.
fn name() -> impl Strategy<Value = String> {
    "(>=|<=|>|<|!@|@|=%|!|)[A-Za-z][A-Za-z0-9_]{0,8}"
}

fn map(inner: impl Strategy<Value = Arg>) -> impl Strategy<Value = Args> {
    prop::collection::btree_map(name(), inner, 1..5).prop_map(|map| map.into_iter().collect())
}

fn arg() -> impl Strategy<Value = Arg> {
    let hostile = prop_oneof![
        Just("$result[c]".to_owned()),
        Just("a&b=c?d#e[f]g%h+i \\\"'<>".to_owned()),
        Just("ООО «Ромашка» №1\u{A0}\n".to_owned()),
        any::<String>(),
    ];
    let leaf = prop_oneof![
        hostile.prop_map(Arg::from),
        any::<i64>().prop_map(Arg::from),
        any::<bool>().prop_map(Arg::from)
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Arg::List),
            map(inner).prop_map(Arg::Map),
        ]
    })
}

proptest! {
    #[test]
    fn php_reads_what_we_wrote(args in map(arg())) {
        prop_assert_eq!(parse_str(&args.to_query()), expected(&Arg::Map(args)));
    }

    #[test]
    fn no_text_of_1c_is_ever_taken_for_a_reference(text in "[a-z$\\[\\]]{0,4}(\\$result\\[c\\]){1,3}[a-z$\\[\\]]{0,4}") {
        let args = Args::new().set("fields", Args::new().set("TITLE", text.as_str()));
        let seen = parse_str(&args.to_query());
        prop_assert!(!seen.text(&["fields", "TITLE"]).contains("$result["));
        prop_assert_eq!(seen.text(&["fields", "TITLE"]).replace('\u{2060}', ""), text);
    }
}
