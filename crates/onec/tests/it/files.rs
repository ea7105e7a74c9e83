//! Counterparties in files.

use std::fmt::Write as _;
use std::path::PathBuf;

use domain::{BankAccount, Kind};
use onec::{BadRecord, FileError, Reading, ShownCounterparty, read_file};
use tempfile::TempDir;

use crate::office::{MIB, OTHER_REF, REF, moscow};

struct Folder(TempDir);

impl Folder {
    fn open() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).expect("a file");
        path
    }

    fn reads(&self, name: &str, content: impl AsRef<[u8]>) -> Vec<Result<ShownCounterparty, BadRecord>> {
        read_file(&self.file(name, content), &moscow()).unwrap_or_else(|error| panic!("{error}")).collect()
    }

    fn refuses(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        match read_file(&self.file(name, content), &moscow()) {
            Ok(_) => panic!("{name} is read"),
            Err(error) => error.to_string(),
        }
    }
}

/// Names of the good records, and lines with texts of the bad ones.
fn told(records: &[Result<ShownCounterparty, BadRecord>]) -> Vec<String> {
    records
        .iter()
        .map(|record| match record {
            Ok(shown) => shown.snapshot.name.clone().unwrap_or_default(),
            Err(bad) => bad.to_string(),
        })
        .collect()
}

#[test]
fn json_lines_are_read_and_bad_ones_reported_with_their_line() {
    let content = format!(
        "\u{feff}{{\"ref\":\"{REF}\",\"name\":\"А\"}}\r\n\n{{\"ref\":\n{{\"name\":\"Б\"}}\n\
         {{\"ref\":\"{OTHER_REF}\",\"name\":\"В\"}}"
    );

    let records = Folder::open().reads("file.jsonl", content);

    let told = told(&records);
    assert_eq!(told.len(), 4, "{told:?}");
    assert_eq!((told[0].as_str(), told[3].as_str()), ("А", "В"));
    assert!(told[1].starts_with("строка 3: JSON оборван"), "{}", told[1]);
    assert!(told[2].starts_with("строка 4: Контрагент «Б» не принят: нет поля ref"), "{}", told[2]);
}

#[test]
fn a_line_without_end_is_passed_over() {
    let content = format!("{{\"name\":\"{}\n{{\"ref\":\"{REF}\",\"name\":\"А\"}}\n", "ы".repeat(MIB));

    let told = told(&Folder::open().reads("file.ndjson", content));

    assert_eq!(told, ["строка 1: строка длиннее 1 МиБ", "А"]);
}

#[test]
fn an_array_is_cut_into_records_and_a_bad_one_does_not_stop_the_rest() {
    let content = format!(
        "[\n  {{\"ref\": \"{REF}\", \"name\": \"А, ]}} \\\" [{{\"}},\n  {{\"ref\": x}},\n  7,\n  \
         {{\n    \"ref\": \"{OTHER_REF}\",\n    \"name\": \"Б\"\n  }}\n]\n"
    );

    let told = told(&Folder::open().reads("file.json", content));

    assert_eq!(told.len(), 4, "{told:?}");
    assert_eq!(told[0], "А, ]} \" [{");
    assert!(told[1].starts_with("строка 3: нарушен синтаксис JSON"), "{}", told[1]);
    assert!(told[2].starts_with("строка 4: Запись не является объектом"), "{}", told[2]);
    assert_eq!(told[3], "Б");
}

#[test]
fn an_array_that_is_cut_off_says_that_the_rest_was_not_read() {
    let records = Folder::open().reads("file.json", format!("[{{\"ref\":\"{REF}\"}},\n{{\"ref\":"));

    assert_eq!(records.len(), 2);
    let bad = records[1].as_ref().expect_err("the second is cut");
    assert_eq!((bad.line, bad.reading), (2, Reading::Stops));
    assert!(bad.text.contains("дальше файл не прочитан"), "{}", bad.text);
}

#[test]
fn an_unclosed_quote_does_not_pull_the_whole_file_into_memory() {
    let folder = Folder::open();
    let mut json = format!("[{{\"ref\":\"{REF}\"}},\n{{\"name\":\"");
    let mut csv = format!("ref,name\n{REF},А\n{OTHER_REF},\"");
    let mut xml =
        format!("<counterparties><counterparty><ref>{REF}</ref></counterparty><counterparty><name>");
    for text in [&mut json, &mut csv, &mut xml] {
        text.push_str(&"ы".repeat(2 * MIB));
    }

    for (name, content) in [("file.json", json), ("file.csv", csv), ("file.xml", xml)] {
        let records = folder.reads(name, content);
        assert_eq!(records.len(), 2, "{name}");
        let bad = records[1].as_ref().expect_err("the second has no end");
        assert_eq!(bad.reading, Reading::Stops, "{name}");
        assert!(bad.text.contains("запись слишком велика или не закрыта"), "{name}: {}", bad.text);
    }
}

#[test]
fn xml_is_read_element_by_element() {
    let content = format!(
        "<?xml version='1.0' encoding='utf-8'?>\n<counterparties>\n<counterparty><ref>{REF}</ref><name>А</name>\
         </counterparty>\n<counterparty>\n<name>Б</name></counterparty>\n<counterparty><ref>{OTHER_REF}</ref>\
         <name>В</name></counterparty>\n<counterparty>"
    );

    let told = told(&Folder::open().reads("file.xml", content));

    assert_eq!(told.len(), 4, "{told:?}");
    assert_eq!((told[0].as_str(), told[2].as_str()), ("А", "В"));
    assert!(told[1].starts_with("строка 4: Контрагент «Б» не принят"), "{}", told[1]);
    assert!(told[3].starts_with("строка 7: XML оборван"), "{}", told[3]);
}

const EXCEL: &str = "ref;Код;Вид контрагента;Наименование;ИНН;КПП;Юридический адрес;Телефоны;Расчётный счёт;Банк;\
    БИК;Корр. счёт;Менеджер\r\n";

#[test]
fn a_table_of_a_russian_excel_is_read() {
    let row = format!(
        "{REF};000000123;Юр. лицо;\"ООО \"\"Ромашка\"\"\";0541012345;054101001;\"г. Махачкала;\nул. Ленина, 1\";\
         +7 872 1|+7 872 2;40702810400000012345|40702810400000012346;ПАО Сбербанк|Банк ВТБ (ПАО);\
         044525225|044525187;;Иванова\r\n"
    );
    // № and «» are what tables in windows-1251 are full of, and they are in its upper half.
    let windows1251: Vec<u8> = format!("{EXCEL}{row}")
        .chars()
        .map(|letter| match letter {
            'А'..='я' => u8::try_from(u32::from(letter) - 0x410 + 0xC0).expect("a letter"),
            'ё' => 0xB8,
            other => u8::try_from(u32::from(other)).expect("ASCII"),
        })
        .collect();

    let folder = Folder::open();
    let in_utf8 = folder.reads("utf8.csv", format!("\u{feff}{EXCEL}{row}"));
    let in_windows1251 = folder.reads("excel.CSV", windows1251);

    assert_eq!(in_utf8, in_windows1251);
    assert_eq!(in_utf8.len(), 1);
    let shown = in_utf8[0].as_ref().unwrap_or_else(|bad| panic!("{bad}"));
    assert_eq!(shown.onec_ref.to_string(), REF);
    assert_eq!(shown.code.as_deref(), Some("000000123"));
    let card = &shown.snapshot;
    assert_eq!(card.kind, Some(Kind::Legal));
    assert_eq!(card.name.as_deref(), Some("ООО \"Ромашка\""));
    assert_eq!(card.inn.as_deref(), Some("0541012345"));
    assert_eq!(card.legal_address.as_deref(), Some("г. Махачкала; ул. Ленина, 1"));
    assert_eq!(card.phones, Some(vec!["+7 872 1".to_owned(), "+7 872 2".to_owned()]));
    assert_eq!(card.emails, None, "a table does not speak of columns that it does not have");
    let account = |number: &str, bank_name: &str, bik: &str, main| BankAccount {
        number: number.to_owned(),
        bank_name: bank_name.to_owned(),
        bik: bik.to_owned(),
        correspondent_account: String::new(),
        main,
    };
    assert_eq!(
        card.bank_accounts,
        Some(vec![
            account("40702810400000012345", "ПАО Сбербанк", "044525225", true),
            account("40702810400000012346", "Банк ВТБ (ПАО)", "044525187", false),
        ])
    );
}

#[test]
fn a_table_with_the_names_of_the_contract_and_commas_is_read() {
    let content = format!(
        "ref,kind,name,emails,deleted,changed_at,account_number\n{REF},,А,a@example.ru,да,2026-11-23,\n"
    );

    let records = Folder::open().reads("file.csv", content);

    let shown = records[0].as_ref().unwrap_or_else(|bad| panic!("{bad}"));
    assert_eq!(shown.snapshot.kind, None);
    assert_eq!(shown.snapshot.deleted, Some(true));
    assert_eq!(shown.snapshot.bank_accounts, Some(vec![]));
    assert_eq!(shown.changed_at.map(|at| at.to_string()).as_deref(), Some("2026-11-22T21:00:00Z"));
}

#[test]
fn bad_rows_of_a_table_are_reported_with_their_line() {
    let content = format!(
        "ref,name,bik,account_number\n{REF},А,,\n,Б,,\n{REF}\n{REF},\"Г\nД\",1|2,3\n{OTHER_REF},Е,,\n"
    );

    let told = told(&Folder::open().reads("file.csv", content));

    assert_eq!(told.len(), 5, "{told:?}");
    assert_eq!((told[0].as_str(), told[4].as_str()), ("А", "Е"));
    assert!(told[1].starts_with("строка 3: Контрагент «Б» не принят: нет поля ref"), "{}", told[1]);
    assert!(told[2].starts_with("строка 4: в строке 1 ячеек, а в заголовке 4"), "{}", told[2]);
    assert!(told[3].starts_with("строка 5: в колонках банковского счёта разное число"), "{}", told[3]);
}

#[test]
fn files_that_cannot_be_read_say_why() {
    let folder = Folder::open();

    assert!(folder.refuses("file.xlsx", "").contains("имя должно кончаться на .jsonl"));
    assert!(folder.refuses("names.csv", "Наименование;ИНН\nА;1\n").contains("нет колонки ref"));
    assert!(folder.refuses("twice.csv", "ref,ИНН,inn\n").contains("«inn» есть в заголовке дважды"));
    assert!(folder.refuses("object.json", "{\"ref\":1}").contains("назовите файл .jsonl"));
    assert!(folder.refuses("root.xml", "<root/>").contains("ожидался корень <counterparties>"));
    assert!(folder.refuses("dtd.xml", "<!DOCTYPE a><counterparties/>").contains("DTD"));
    assert!(folder.refuses("empty.csv", "").contains("нет колонки ref"));
    let missing = read_file(&folder.0.path().join("none.csv"), &moscow());
    assert!(matches!(missing, Err(FileError::Unopened { .. })));
}

#[test]
fn progress_ends_at_the_size_of_the_file() {
    let mut content = String::new();
    for number in 0..5000 {
        writeln!(content, "{{\"ref\":\"00000000-0000-0000-0001-{number:012}\"}}").expect("a line");
    }
    let path = Folder::open();
    let path = path.file("file.jsonl", &content);
    let mut file = read_file(&path, &moscow()).expect("a file");

    file.next().expect("a record").expect("a good one");
    let early = file.position();
    assert_eq!(file.by_ref().count(), 4999);

    assert!(early < file.size() / 2, "the file is not read at once: {early}");
    assert_eq!(file.position(), file.size());
}
