//! ТКП, договоры and счета become files of their deals.

use std::rc::Rc;

use bsl::{Binary, Infobase, Platform, Ref, Value, ValueStorage, processor_file};

use super::office::Office;

const PRINT_FORM: &str = "
Функция Печать() Экспорт
	ТабДок = Новый ТабличныйДокумент;
	ТабДок.Вывести(\"ТКП № \" + СсылкаНаОбъект.Номер + \" на \" + СсылкаНаОбъект.СуммаДокумента);
	Возврат ТабДок;
КонецФункции
";

const PRINT_MODULE: &str = "
Функция СформироватьПечатныеФормыДляБыстройПечати(ИмяМенеджера, ИмяМакета, Объекты, Параметры) Экспорт
	Если Объекты[0].Номер = \"НЗ00-666666\" Тогда
		ВызватьИсключение \"Не заполнен банковский счёт организации\";
	КонецЕсли;
	Листы = Новый СписокЗначений;
	ТабДок = Новый ТабличныйДокумент;
	ТабДок.Вывести(\"Счёт \" + Объекты[0].Номер + \" по макету \" + ИмяМакета);
	Листы.Добавить(ТабДок, \"Счёт\");
	Возврат Новый Структура(\"ТабличныеДокументы\", Листы);
КонецФункции
";

/// The base can print: an external form for ТКП, the print subsystem for bills.
fn install_printing(base: &Infobase) {
    let file = Value::Object(Rc::new(Binary::new(processor_file(PRINT_FORM))));
    let storage = Value::Object(Rc::new(ValueStorage::new(file)));
    let form = base.add(
        "Справочник.ВнешниеОбработки",
        &[("Наименование", "ТКП".into()), ("ХранилищеВнешнейОбработки", storage)],
    );
    // The row names the kind of document and has no file of its own.
    let quotation = base.reference("Документ.ТКП", uuid::Uuid::nil());
    base.add_row(&form, "Принадлежность", &[("СсылкаОбъекта", quotation.into())]);
    base.add_module("УправлениеПечатью", PRINT_MODULE);
}

fn add_document(base: &Infobase, table: &str, inquiry: &Ref, amount: i64) -> Ref {
    base.add(
        table,
        &[
            ("Дата", "20261123100000".into()),
            ("Запрос", inquiry.clone().into()),
            ("СуммаДокумента", amount.into()),
            ("ВалютаДокумента", bsl::ka11::roubles(base).into()),
            ("Проведен", true.into()),
        ],
    )
}

/// Whether a request carried a document or its content.
fn carried(requests: &[String]) -> usize {
    requests.iter().filter(|request| request.contains("/1c/v1/documents")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_printed_once_for_every_state_and_stand_in_the_deal() {
    for platform in [Platform::V82, Platform::V83] {
        let (office, deal, inquiry) = Office::with_an_inquiry(platform).await;
        install_printing(&office.base);
        let quotation = add_document(&office.base, "Документ.ТКП", &inquiry, 120_000);
        add_document(&office.base, "Документ.СчетНаОплатуПокупателю", &inquiry, 60_000);
        let draft = add_document(&office.base, "Документ.ТКП", &inquiry, 1);
        office.base.edit(&draft, &[("Проведен", false.into())]);

        let step = office.exchange();
        assert!(step.success, "{step:#?}");
        assert_eq!(step.count("ПереданоДокументов"), 2, "{step:#?}");
        office.until_silent().await;
        let [file] = &office.place.portal.deal_files(deal, "UF_CRM_PAROM_QUOTATION")[..] else {
            panic!("one ТКП")
        };
        assert!(file.content.starts_with(b"%PDF-"));
        assert_eq!(file.name, "ТКП НЗ00-000001 от 23.11.2026.pdf");
        let bills = office.place.portal.deal_files(deal, "UF_CRM_PAROM_INVOICE");
        assert_eq!(
            bills.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(),
            ["Счёт НЗ00-000001 от 23.11.2026.pdf"]
        );
        assert_eq!(carried(&office.exchange().requests), 0, "what is as before is not printed again");

        office.base.edit(&quotation, &[("СуммаДокумента", 130_000.into())]);
        let step = office.exchange();
        assert_eq!(step.count("ПереданоДокументов"), 1, "{step:#?}");
        office.until_silent().await;
        let files = office.place.portal.deal_files(deal, "UF_CRM_PAROM_QUOTATION");
        assert!(files.len() == 1 && files[0].content != file.content, "the new one instead of the old");

        office.base.edit(&quotation, &[("ПометкаУдаления", true.into())]);
        office.until_silent().await;
        assert!(office.place.portal.deal_files(deal, "UF_CRM_PAROM_QUOTATION").is_empty());
        assert_eq!(office.errors(), [""; 0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_does_not_print_is_told_and_the_others_go_on() {
    let (office, deal, inquiry) = Office::with_an_inquiry(Platform::V82).await;
    install_printing(&office.base);
    let bad = add_document(&office.base, "Документ.СчетНаОплатуПокупателю", &inquiry, 1);
    office.base.edit(&bad, &[("Номер", "НЗ00-666666".into())]);
    add_document(&office.base, "Документ.СчетНаОплатуПокупателю", &inquiry, 2);
    add_document(&office.base, "Документ.ТКП", &inquiry, 3);

    let step = office.exchange();

    assert!(!step.success, "{step:#?}");
    let errors = office.errors();
    let told =
        errors.iter().find(|error| error.contains("НЗ00-666666")).unwrap_or_else(|| panic!("{errors:#?}"));
    assert!(
        told.contains("не напечатан") && told.contains("Не заполнен банковский счёт организации"),
        "{told}"
    );
    office.place.arrives().await;
    crate::support::really_wait(std::time::Duration::from_millis(1500)).await;
    office.place.arrives().await;
    assert_eq!(office.place.portal.deal_files(deal, "UF_CRM_PAROM_INVOICE").len(), 1);
    assert_eq!(office.place.portal.deal_files(deal, "UF_CRM_PAROM_QUOTATION").len(), 1);
    let doctor = {
        office.exchange();
        office.place.run(&["doctor"]).out
    };
    assert!(crate::adapters::contains(&doctor, "не напечатан"), "Parom knows of it: {doctor}");

    office.base.edit(&bad, &[("Номер", "НЗ00-000003".into())]);
    office.until_silent().await;
    assert_eq!(office.place.portal.deal_files(deal, "UF_CRM_PAROM_INVOICE").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_is_the_scan_that_people_have_attached() {
    let (office, deal, inquiry) = Office::with_an_inquiry(Platform::V83).await;
    install_printing(&office.base);
    let client = office.with_inn("7707083893").remove(0);
    let contract = office.base.add(
        "Справочник.ДоговорыКонтрагентов",
        &[
            ("Владелец", client.into()),
            ("Наименование", "Договор 17".into()),
            ("Номер", "17".into()),
            ("Дата", "20261101".into()),
            ("ВалютаВзаиморасчетов", bsl::ka11::roubles(&office.base).into()),
        ],
    );
    office.base.edit(&inquiry, &[("ДоговорКонтрагента", contract.clone().into())]);
    let without = office.exchange();
    assert!(!without.success && without.text.contains("не приложен файл PDF"), "{without:#?}");

    let scan = Value::Object(Rc::new(Binary::new(b"%PDF-1.4 scan".to_vec())));
    let fields = [
        ("Наименование", "Скан".into()),
        ("ИмяФайла", "Договор подписанный.PDF".into()),
        ("Объект", contract.into()),
        ("Хранилище", Value::Object(Rc::new(ValueStorage::new(scan)))),
    ];
    office.base.add("Справочник.ХранилищеДополнительнойИнформации", &fields);
    office.until_silent().await;

    let [file] = &office.place.portal.deal_files(deal, "UF_CRM_PAROM_CONTRACT")[..] else {
        panic!("one contract")
    };
    assert_eq!(&file.content[..], b"%PDF-1.4 scan");
}
