//! A base that looks like «Комплексная автоматизация 1.1»: the tables that the adapter touches, with the names and
//! lengths of the family, and the customer's own documents «Запрос» and «ТКП».

mod checks;
mod schema;

use jiff::civil::DateTime;

use crate::infobase::{Infobase, Ref};
use crate::value::Value;

/// An empty base: currencies, two banks, an organisation, and nobody in it.
pub fn infobase(clock: impl Fn() -> DateTime + 'static) -> Infobase {
    let base = Infobase::new(schema::schema(), clock);
    add_currency(&base, "руб.", "643", "Российский рубль");
    add_currency(&base, "USD", "840", "Доллар США");
    add_bank(&base, "044525225", "ПАО Сбербанк", "30101810400000000225");
    add_bank(&base, "044525974", "АО «ТБанк»", "30101810145250000974");
    base.add("Справочник.Организации", &[("Наименование", "ООО «Насосный завод»".into())]);
    base
}

fn add_currency(base: &Infobase, name: &str, code: &str, full: &str) {
    let fields = [("Код", code.into()), ("Наименование", name.into()), ("НаименованиеПолное", full.into())];
    base.add("Справочник.Валюты", &fields);
}

/// The currency of accounts in Russia.
///
/// # Panics
/// If somebody has deleted it: the test is wrong.
pub fn roubles(base: &Infobase) -> Ref {
    find(base, "Справочник.Валюты", "Код", "643").expect("the base was made with roubles")
}

/// Adds a bank to the catalog.
pub fn add_bank(base: &Infobase, bik: &str, name: &str, correspondent: &str) -> Ref {
    let fields = [("Код", bik.into()), ("Наименование", name.into()), ("КоррСчет", correspondent.into())];
    base.add("Справочник.Банки", &fields)
}

/// Adds a counterparty, as an accountant enters it.
pub fn add_counterparty(base: &Infobase, name: &str, inn: &str, kpp: &str) -> Ref {
    let kind = if inn.len() == 12 { "ФизЛицо" } else { "ЮрЛицо" };
    let fields = [
        ("Наименование", name.into()),
        ("НаименованиеПолное", name.into()),
        ("ИНН", inn.into()),
        ("КПП", kpp.into()),
        ("ЮрФизЛицо", base.constant(&format!("Перечисление.ЮрФизЛицо.{kind}"))),
        ("Покупатель", true.into()),
    ];
    let counterparty = base.add("Справочник.Контрагенты", &fields);
    base.edit(&counterparty, &[("ГоловнойКонтрагент", counterparty.clone().into())]);
    counterparty
}

/// The first object of a table whose field has this value.
pub fn find(base: &Infobase, table: &str, field: &str, value: impl Into<Value>) -> Option<Ref> {
    let value = value.into();
    base.objects(table)
        .into_iter()
        .find(|(_, record)| record.get(field) == value)
        .map(|(reference, _)| reference)
}
