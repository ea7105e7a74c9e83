//! The document for tools stays what the code says.

use std::path::Path;

#[test]
fn the_openapi_document_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let document = serde_json::to_string_pretty(&onec::openapi()).expect("a document has a JSON") + "\n";
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &document).expect("the document can be written");
    }

    let kept = std::fs::read_to_string(&path).unwrap_or_default();

    assert!(kept == document, "docs/openapi.json is out of date: run `UPDATE=1 cargo test -p onec openapi`");
}
