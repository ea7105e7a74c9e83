//! Documents that must not drift from the code: ARCHITECTURE.md names what exists, links lead somewhere, and the
//! command of README.md is the one that the build server runs.

use std::path::Path;

use super::{TextFile, nobody_complains, root, text_files};

/// Names in backticks that look like files or folders and do not exist. A name below a heading `### crates/x` may
/// be given from that crate or from its `src`.
fn names_of_nothing(text: &str, exists: impl Fn(&str) -> bool) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut section = "";
    for (index, line) in text.lines().enumerate() {
        if line.starts_with('#') {
            section = line.split('`').nth(1).unwrap_or("").trim_end_matches('/');
        }
        for name in line.split('`').skip(1).step_by(2).filter(|name| is_path(name)) {
            let candidates = [name.to_owned(), format!("{section}/{name}"), format!("{section}/src/{name}")];
            if !candidates.iter().any(|candidate| exists(candidate)) {
                complaints.push(format!("ARCHITECTURE.md:{}: `{name}` does not exist", index + 1));
            }
        }
    }
    complaints
}

fn is_path(name: &str) -> bool {
    let is_plain = name.chars().all(|letter| letter.is_ascii_alphanumeric() || "/._-".contains(letter));
    let is_file =
        [".rs", ".sql", ".toml", ".md", ".json", ".py", ".php"].iter().any(|end| name.ends_with(end));
    is_plain
        && (is_file || name.ends_with('/') || name.starts_with("crates/") || name.starts_with("scripts/"))
}

/// Links of a page that lead to no file of the project.
fn dead_links(page: &TextFile, exists: impl Fn(&str) -> bool) -> Vec<String> {
    let folder = page.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    page.text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', '#', ' ']).next())
        .filter(|target| !target.is_empty() && !target.contains(':'))
        .filter(|target| !exists(&Path::new(folder).join(target).to_string_lossy()))
        .map(|target| format!("{}: the link to {target} leads nowhere", page.path))
        .collect()
}

/// The lines of the blocks of code of a page.
fn code_lines(text: &str) -> Vec<&str> {
    let mut inside = false;
    text.lines()
        .filter(|line| {
            let is_fence = line.trim_start().starts_with("```");
            inside ^= is_fence;
            inside && !is_fence
        })
        .map(str::trim)
        .collect()
}

/// The last command of a script.
fn last_command(script: &str) -> &str {
    let line = script.lines().map(str::trim).rfind(|line| !line.is_empty() && !line.starts_with('#'));
    line.map_or("", |line| line.strip_prefix("exec ").unwrap_or(line))
}

fn in_project(path: &str) -> bool {
    root().join(path).exists()
}

fn page<'f>(files: &'f [TextFile], path: &str) -> &'f TextFile {
    files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("{path} is missing"))
}

#[test]
fn the_architecture_page_names_every_crate_and_nothing_that_is_gone() {
    let files = text_files();
    let architecture = &page(&files, "ARCHITECTURE.md").text;

    let mut complaints = names_of_nothing(architecture, in_project);
    for file in &files {
        if let Some(krate) = file.path.strip_suffix("/Cargo.toml")
            && !architecture.lines().any(|line| line.starts_with('#') && line.contains(&format!("`{krate}`")))
        {
            complaints.push(format!("ARCHITECTURE.md: there is no heading for `{krate}`"));
        }
    }

    nobody_complains(&complaints);
}

#[test]
fn links_between_pages_lead_somewhere() {
    let complaints: Vec<String> = text_files()
        .iter()
        .filter(|file| file.has_extension("md"))
        .flat_map(|page| dead_links(page, in_project))
        .collect();

    nobody_complains(&complaints);
}

#[test]
fn the_build_server_runs_the_command_that_the_readme_gives() {
    let files = text_files();
    let command = last_command(&page(&files, ".ci/run").text);

    for readme in ["README.md", "README.ru.md"] {
        let lines = code_lines(&page(&files, readme).text);
        assert!(lines.contains(&command), "{readme} does not give `{command}`, which .ci/run calls");
    }
}

#[test]
fn a_gone_file_a_dead_link_and_another_command_are_told() {
    let exists = |path: &str| ["crates/store/src/links.rs", "docs/onec-api.md"].contains(&path);
    let text =
        "### `crates/store`\n`links.rs`, `src/links.rs`, `lost.rs`, `docs/onec-api.md`, `Store::open`\n";
    let told = names_of_nothing(text, |path| path == "crates/store" || exists(path));
    assert_eq!(told, ["ARCHITECTURE.md:2: `lost.rs` does not exist"]);

    let text = "[a](onec-api.md#x) [b](https://example.ru) [c](lost.md) [d](#here)".to_owned();
    let told = dead_links(&TextFile { path: "docs/page.md".to_owned(), text }, exists);
    assert_eq!(told, ["docs/page.md: the link to lost.md leads nowhere"]);

    assert_eq!(code_lines("a\n```sh\nscripts/check\n```\nb"), ["scripts/check"]);
    assert_eq!(last_command("#!/bin/sh\ncd x\nexec scripts/check\n\n"), "scripts/check");
}
