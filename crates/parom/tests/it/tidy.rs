//! The rules of the house that a program can check. A rule without a test is a wish.
//!
//! Every rule is a function from text to complaints, so that it can be shown a bad sample: a rule that cannot fail
//! says nothing.

mod code;
mod crates;
mod papers;
mod words;

use std::fs;
use std::path::{Path, PathBuf};

/// A file of the project that is text.
struct TextFile {
    /// From the root, with `/` between folders.
    path: String,
    text: String,
}

impl TextFile {
    fn has_extension(&self, extension: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|found| found == extension)
    }
}

/// The folder with the workspace's Cargo.toml.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the project is there")
}

/// Every file that git would track and that is text, in the order of the paths.
fn text_files() -> Vec<TextFile> {
    let root = root();
    let ignored = fs::read_to_string(root.join(".gitignore")).expect("the project has a .gitignore");
    let mut files = Vec::new();
    gather(&root, "", &ignored, &mut files);
    files.sort_by(|left, right| left.path.cmp(&right.path));
    assert!(files.len() > 200, "only {} files found: the walk is broken", files.len());
    files
}

fn gather(folder: &Path, inside: &str, ignored: &str, files: &mut Vec<TextFile>) {
    // Build folders may have any name, but cargo marks them.
    if folder.join("CACHEDIR.TAG").exists() {
        return;
    }
    for entry in fs::read_dir(folder).expect("a folder of the project can be read") {
        let entry = entry.expect("a folder of the project can be read");
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{inside}{name}");
        if name == ".git" || is_ignored(ignored, &path) {
            continue;
        }
        if entry.path().is_dir() {
            gather(&entry.path(), &format!("{path}/"), ignored, files);
        } else if let Ok(text) = fs::read_to_string(entry.path()) {
            files.push(TextFile { path, text });
        }
    }
}

/// The three shapes of pattern that our .gitignore has: `/from-the-root`, `*.ending`, `name`.
fn is_ignored(patterns: &str, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    patterns.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).any(|pattern| {
        if let Some(rooted) = pattern.strip_prefix('/') {
            path == rooted
        } else if let Some(ending) = pattern.strip_prefix('*') {
            name.ends_with(ending)
        } else {
            name == pattern
        }
    })
}

/// Fails with all complaints at once.
fn nobody_complains(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn the_walk_leaves_out_what_git_does() {
    let patterns = "# built\n/target\n*.db\nnode_modules\n";

    for ignored in ["target", "deep/parom.db", "deep/node_modules"] {
        assert!(is_ignored(patterns, ignored), "{ignored}");
    }
    for kept in ["deep/target", "parom.db.md", "built", "Cargo.toml"] {
        assert!(!is_ignored(patterns, kept), "{kept}");
    }
}
