//! The instruction for 1C names every setting, as the adapter does.

use super::{Module, adapter, object_module, read};

/// A row of the table of settings: name, kind, default.
type Row = [String; 3];

/// The rows in the functions whose names begin with «Настройки».
fn settings_of_the_adapter(module: &str) -> Vec<Row> {
    let rows = module.lines().map(str::trim_start).filter(|line| line.starts_with(['"', '|']));
    rows.map(|line| line.trim_start_matches(['"', '|']).split('¦').map(str::trim).collect::<Vec<_>>())
        .filter(|cells| cells.len() == 4)
        .map(|cells| [cells[0].to_owned(), cells[1].to_owned(), cells[2].to_owned()])
        .collect()
}

/// The rows of the tables whose first column is a name in code.
fn settings_of_the_page(page: &str) -> Vec<Row> {
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    rows.map(|line| {
        line.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`')).collect::<Vec<_>>()
    })
    .filter(|cells| cells.len() == 4)
    .map(|cells| [cells[0].to_owned(), cells[1].to_owned(), cells[2].to_owned()])
    .collect()
}

#[test]
fn the_instruction_has_the_table_of_settings_of_the_adapter() {
    let Module { text, .. } = object_module();
    let page = read(&adapter().join("../../docs/1c-setup.ru.md"));

    let (ours, theirs) = (settings_of_the_adapter(&text), settings_of_the_page(&page));

    assert!(ours.len() > 50, "only {} settings found: the check is broken", ours.len());
    assert_eq!(ours, theirs);
}

#[test]
fn a_setting_that_the_page_does_not_know_is_told() {
    let ours =
        settings_of_the_adapter("\t\"Адрес ¦ Строка ¦ http://a ¦ Где\n\t|Пароль ¦ Строка ¦  ¦ Какой\";");
    let theirs = settings_of_the_page("| настройка | вид |\n| `Адрес` | Строка | `http://a` | Где |\n");

    assert_eq!(ours.len(), 2);
    assert_eq!(theirs, ours[..1]);
}
