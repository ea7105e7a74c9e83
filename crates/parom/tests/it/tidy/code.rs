//! What no line of Rust may do: told from its tokens, so that comments and layout do not matter and the inside of
//! macros does.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::{TextFile, nobody_complains, text_files};

/// Where the time of the machine is asked for. Everybody else is given a `domain::Clock`.
const CLOCKS: &[(&str, &str)] = &[
    ("crates/bitrix/src/clock.rs", "the Clock of life"),
    ("crates/emulator/examples/bitrix24.rs", "the Clock of an emulator that runs alone"),
    ("crates/emulator/src/bitrix24/portal.rs", "latency is felt by the client in real time"),
    ("crates/emulator/tests/it/bitrix24/inside.rs", "measures that latency"),
    ("crates/emulator/tests/it/bitrix24/notices.rs", "waits for a request of that emulator"),
    ("crates/parom/tests/it/support.rs", "waits for another process"),
];

/// Ways around `domain::Clock`; clippy.toml forbids them too, but an `#[expect]` silences clippy.
const TIME: &[&str] = &[
    "SystemTime::now",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "time::sleep",
    "time::sleep_until",
    "thread::sleep",
];

/// A token with its line. Delimiters are tokens too.
struct Token {
    text: String,
    line: usize,
    is_word: bool,
    is_string: bool,
}

fn tokens(path: &str, text: &str) -> Vec<Token> {
    let stream: TokenStream = text.parse().unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut tokens = Vec::new();
    flatten(stream, &mut tokens);
    tokens
}

fn flatten(stream: TokenStream, tokens: &mut Vec<Token>) {
    for tree in stream {
        let line = tree.span().start().line;
        let token = |text: String| Token { text, line, is_word: false, is_string: false };
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                tokens.push(token(open.to_owned()));
                flatten(group.stream(), tokens);
                tokens.push(token(close.to_owned()));
            }
            TokenTree::Ident(word) => tokens.push(Token { is_word: true, ..token(word.to_string()) }),
            TokenTree::Punct(punct) => tokens.push(token(punct.as_char().to_string())),
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                // Doc comments arrive as `#[doc = "…"]`: prose, whatever it begins with.
                let is_prose = tokens.ends_with_words(&["doc", "="]);
                let is_string = !is_prose && text.ends_with(['"', '#']) && text.contains('"');
                tokens.push(Token { is_string, ..token(text) });
            }
        }
    }
}

trait Tokens {
    fn ends_with_words(&self, words: &[&str]) -> bool;
}

impl Tokens for Vec<Token> {
    fn ends_with_words(&self, words: &[&str]) -> bool {
        self.len() >= words.len()
            && self[self.len() - words.len()..].iter().zip(words).all(|(token, word)| token.text == *word)
    }
}

/// The lines where these tokens stand one after another.
fn places(tokens: &[Token], wanted: &[&str]) -> Vec<usize> {
    tokens
        .windows(wanted.len())
        .filter(|window| window.iter().zip(wanted).all(|(token, text)| token.text == *text))
        .map(|window| window[0].line)
        .collect()
}

/// The lines where a path like `Instant::now` stands, however it begins.
fn path_places(tokens: &[Token], path: &str) -> Vec<usize> {
    let (head, tail) = path.split_once("::").expect("a path has two parts");
    places(tokens, &[head, ":", ":", tail])
}

/// Every identifier of a text of Rust.
pub(super) fn words_of(text: &str) -> Vec<String> {
    tokens("", text).into_iter().filter(|token| token.is_word).map(|token| token.text).collect()
}

/// Whether a literal is a statement of SQL, told by its first words.
fn is_sql(literal: &str) -> bool {
    let content = literal.trim_matches(|letter: char| matches!(letter, 'r' | 'b' | '#' | '"'));
    let statement = content.replace("\\n", "\n");
    let words: Vec<String> = statement
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("--"))
        .flat_map(str::split_whitespace)
        .map(str::to_lowercase)
        .collect();
    let word = |index: usize| words.get(index).map_or("", String::as_str);
    let follows = |wanted: &str| words.iter().skip(1).any(|word| word == wanted);
    match word(0) {
        // `select 1` too.
        "select" => follows("from") || words.len() == 2,
        "insert" => matches!(word(1), "into" | "or"),
        "update" => follows("set"),
        "delete" | "truncate" => matches!(word(1), "from" | "table"),
        "create" | "alter" | "drop" => {
            matches!(word(1), "table" | "index" | "unique" | "view" | "function" | "trigger" | "temporary")
        }
        "with" => word(2) == "as" && (word(3) == "materialized" || word(3).starts_with('(')),
        "pragma" => words.len() > 1,
        _ => false,
    }
}

fn sql_outside_store(path: &str, tokens: &[Token]) -> Vec<String> {
    if path.starts_with("crates/store/") {
        return Vec::new();
    }
    let statements =
        tokens.iter().filter(|token| token.is_string && is_sql(&token.text)).map(|token| token.line);
    let driver = tokens.iter().filter(|token| token.is_word && token.text == "sqlx").map(|token| token.line);
    statements
        .chain(driver)
        .map(|line| format!("{path}:{line}: SQL lives in `store` and nowhere else"))
        .collect()
}

fn time_outside_clocks(path: &str, tokens: &[Token]) -> Vec<String> {
    let asked =
        TIME.iter().flat_map(|name| path_places(tokens, name).into_iter().map(move |line| (line, name)));
    if CLOCKS.iter().any(|(clock, _)| *clock == path) {
        let is_stale = asked.count() == 0;
        return Vec::from_iter(
            is_stale.then(|| format!("{path}: asks no clock any more: take it out of CLOCKS")),
        );
    }
    asked.map(|(line, name)| format!("{path}:{line}: `{name}`: time comes from `domain::Clock`")).collect()
}

fn lints_let_go(path: &str, tokens: &[Token]) -> Vec<String> {
    let mut complaints = Vec::new();
    for attribute in [&["#", "["][..], &["#", "!", "["]] {
        let at = |name: &'static str| places(tokens, &[attribute, &[name]].concat());
        for line in at("allow") {
            complaints.push(format!("{path}:{line}: `expect` with a reason instead of `allow`"));
        }
    }
    for (index, window) in tokens.windows(3).enumerate() {
        let [before, name, open] = window else { continue };
        if before.text == "[" && name.text == "expect" && open.text == "(" {
            let inside = tokens[index + 3..].iter().take_while(|token| token.text != "]");
            if !inside.into_iter().any(|token| token.text == "reason") {
                complaints.push(format!("{path}:{}: `expect` needs a `reason`", name.line));
            }
        }
    }
    complaints
}

fn unfinished(path: &str, tokens: &[Token]) -> Vec<String> {
    ["todo", "unimplemented", "dbg"]
        .iter()
        .flat_map(|name| places(tokens, &[name, "!"]).into_iter().map(move |line| (line, name)))
        .map(|(line, name)| format!("{path}:{line}: `{name}!` is no finished work"))
        .collect()
}

fn untracked_tasks(path: &str, tokens: &[Token]) -> Vec<String> {
    ["tokio::spawn", "task::spawn"]
        .iter()
        .flat_map(|name| path_places(tokens, name))
        .map(|line| format!("{path}:{line}: spawn by a TaskTracker, so that shutdown waits for it"))
        .collect()
}

type Rule = fn(&str, &[Token]) -> Vec<String>;

/// Every file of Rust under one rule.
fn all_keep(rule: Rule) {
    let complaints: Vec<String> = text_files()
        .iter()
        .filter(|file| file.has_extension("rs"))
        .flat_map(|TextFile { path, text }| rule(path, &tokens(path, text)))
        .collect();
    nobody_complains(&complaints);
}

#[test]
fn sql_lives_in_the_store() {
    all_keep(sql_outside_store);
}

#[test]
fn time_comes_from_the_clock() {
    all_keep(time_outside_clocks);
}

#[test]
fn every_lint_that_is_let_go_says_why() {
    all_keep(lints_let_go);
}

#[test]
fn nothing_is_left_unfinished() {
    all_keep(unfinished);
}

#[test]
fn tasks_are_tracked() {
    all_keep(untracked_tasks);
}

/// The complaints of `rule` about a file somewhere in the engine.
fn about(rule: Rule, text: &str) -> usize {
    let path = "crates/engine/src/sample.rs";
    rule(path, &tokens(path, text)).len()
}

#[test]
fn sql_is_found_in_macros_and_raw_strings_but_not_in_prose() {
    for sql in [
        r#"const A: &str = "select id from link";"#,
        r#"const A: &str = "SELECT 1";"#,
        "const A: &str = \"\n  -- link: save\n  insert into link (id)\n values ($1)\";",
        r##"run(r#"update link set id = 1"#);"##,
        r#"run!("delete from link");"#,
        r#"fn a() { b("create unique index a on b (c)"); }"#,
        r#"const A: &str = "with ready as (select 1)";"#,
        r#"const A: &str = "pragma wal_checkpoint";"#,
        "use sqlx::Row;",
    ] {
        assert_eq!(about(sql_outside_store, sql), 1, "{sql}");
    }
    for prose in [
        "/// select a from b\nfn a() {}",
        "// update link set id = 1\nfn a() {}",
        r#"args.set("select", ["ID"]).call("crm.item.update");"#,
        r#"say("delete the record"); say("update");"#,
        r#"say("with love as ever");"#,
        r#"say("create a company");"#,
    ] {
        assert_eq!(about(sql_outside_store, prose), 0, "{prose}");
    }
    let store = "crates/store/src/links.rs";
    assert!(sql_outside_store(store, &tokens(store, r#"run("select id from link");"#)).is_empty());
}

#[test]
fn a_second_clock_is_found() {
    assert_eq!(about(time_outside_clocks, "fn a() { std::time::Instant::now(); }"), 1);
    assert_eq!(about(time_outside_clocks, "fn a() { b!(tokio :: time\n::sleep(c)); }"), 1);
    assert_eq!(about(time_outside_clocks, "fn a() { self.clock.now(); self.clock.sleep(b); }"), 0);
    assert_eq!(about(time_outside_clocks, "// Timestamp::now()\nfn a() {}"), 0);
    let (clock, _) = CLOCKS[0];
    assert_eq!(
        time_outside_clocks(clock, &tokens(clock, "fn a() {}")).len(),
        1,
        "a stale permission is told"
    );
}

#[test]
fn a_silent_lint_and_unfinished_work_are_found() {
    assert_eq!(about(lints_let_go, "#[allow(dead_code)] fn a() {}"), 1);
    assert_eq!(about(lints_let_go, "#![allow(dead_code)] fn a() {}"), 1);
    assert_eq!(about(lints_let_go, "#[expect(dead_code)] fn a() {}"), 1);
    assert_eq!(about(lints_let_go, "#[expect(dead_code, reason = \"b\")] fn a() { b.expect(\"c\"); }"), 0);
    assert_eq!(about(unfinished, "fn a() { todo!() } fn b() { dbg!(c); unimplemented!(); }"), 3);
    assert_eq!(about(unfinished, "// todo!()\nfn todo() {}"), 0);
    assert_eq!(about(untracked_tasks, "fn a() { tokio::spawn(b); }"), 1);
    assert_eq!(about(untracked_tasks, "fn a() { tasks.spawn(b); }"), 0);
}
