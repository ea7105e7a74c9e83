//! The document for tools stays what the code says.

use std::path::{Path, PathBuf};

use serde_json::Value;

fn document(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name)
}

#[test]
fn the_openapi_document_is_current() {
    let path = document("openapi.json");
    if std::env::var_os("UPDATE").is_some() {
        let text = serde_json::to_string_pretty(&onec::openapi()).expect("a document has a JSON") + "\n";
        std::fs::write(&path, text).expect("the document can be written");
    }

    let kept = std::fs::read_to_string(&path).unwrap_or_default();

    // Values, not texts: the order of keys depends on which features of serde_json a build happens to have.
    let kept: Value = serde_json::from_str(&kept).unwrap_or_default();
    assert!(
        kept == onec::openapi(),
        "docs/openapi.json is out of date: run `UPDATE=1 cargo test -p onec openapi`"
    );
}

#[test]
fn the_page_for_people_names_every_call_and_every_problem() {
    let page = std::fs::read_to_string(document("onec-api.md")).expect("the page is there");
    let openapi = onec::openapi();

    let problems = openapi["components"]["schemas"]["Problem"]["properties"]["type"]["enum"].as_array();
    for problem in problems.expect("a list of problems") {
        let problem = problem.as_str().expect("a type");
        assert!(page.contains(&format!("`{problem}`")), "docs/onec-api.md does not tell of {problem}");
    }
    for (path, methods) in openapi["paths"].as_object().expect("paths") {
        for method in methods.as_object().expect("methods").keys() {
            let call = format!("| `{} /1c/v1{path}", method.to_uppercase());
            let line = page.lines().find(|line| line.starts_with(&call));
            assert!(
                line.is_some_and(|line| line.ends_with("served |")),
                "docs/onec-api.md: {call} is served"
            );
        }
    }
}
