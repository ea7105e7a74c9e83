//! The samples of bodies are what the modules write, letter by letter: the stand runs them. That Parom reads the samples
//! is for `crates/onec`.

use std::rc::Rc;

use bsl::{Instance, Platform, Session, Value, ka11};
use jiff::civil::date;

use super::{adapter, object_module, read};

fn session(platform: Platform) -> (Session, Rc<Instance>) {
    let base = ka11::infobase(|| date(2026, 11, 23).at(20, 48, 0, 0));
    let mut session = Session::new(platform, &base);
    let text = object_module().text + &read(&adapter().join("tests/wire.bsl"));
    let instance = session.load("Паром", &text, &[]).unwrap_or_else(|error| panic!("{error}"));
    (session, instance)
}

#[test]
fn the_samples_are_what_the_modules_write() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("invoice.pdf");
    let bytes: Vec<u8> = b"%PDF-1.4\n".iter().copied().chain(0..=255).collect();
    std::fs::write(&file, bytes).expect("a file");
    let file = Value::from(file.to_string_lossy().as_ref());
    let (mut session, module) = session(Platform::V83);
    for (sample, function, arguments) in [
        ("hello", "ОбразецHello", &[][..]),
        ("counterparties", "ОбразецCounterparties", &[]),
        ("inquiries", "ОбразецInquiries", &[]),
        ("documents", "ОбразецDocuments", &[]),
        ("documents-8.2", "ОбразецDocuments82", &[file][..]),
        ("documents-deleted", "ОбразецDocumentsDeleted", &[]),
        ("complete", "ОбразецComplete", &[]),
        ("receipts", "ОбразецReceipts", &[]),
    ] {
        let written =
            session.call(&module, function, arguments).unwrap_or_else(|halt| panic!("{function}: {halt}"));
        let expected = read(&adapter().join("tests/wire").join(format!("{sample}.xml")));
        assert_eq!(written.as_text(), Some(expected.as_str()), "{sample}");
    }
}
