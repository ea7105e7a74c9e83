//! How the exchange is started, and where it keeps what it remembers.

use std::rc::Rc;

use bsl::{Binary, Infobase, Platform, Session, Structure, Value, ValueStorage, ka11, processor_file};

use super::office::{Office, adapter};

/// The text of the common module that the instruction adds to the configuration.
fn common_module() -> String {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../adapters/1c/ways/ОбщийМодульПаром.bsl");
    std::fs::read_to_string(file).expect("the text is shipped")
}

/// «Паром.epf» stands in the catalog of external processors.
fn install(base: &Infobase) {
    let file = Value::Object(Rc::new(Binary::new(processor_file(&adapter()))));
    let storage = Value::Object(Rc::new(ValueStorage::new(file)));
    let fields = [("Наименование", "Паром".into()), ("ХранилищеВнешнейОбработки", storage)];
    base.add("Справочник.ВнешниеОбработки", &fields);
    base.add_module("Паром", &common_module());
}

/// Calls the method of the scheduled job.
fn scheduled_job(platform: Platform, base: &Infobase) {
    let mut session = Session::new(platform, base);
    let caller = "Процедура Задание() Экспорт\n\tПаром.ОбменПоРасписанию();\nКонецПроцедуры\n";
    let caller = session.load("Планировщик", caller, &[]).unwrap_or_else(|error| panic!("{error}"));
    tokio::task::block_in_place(|| session.call(&caller, "Задание", &[]))
        .unwrap_or_else(|halt| panic!("{halt}"));
    assert_eq!(session.complaints(), [""; 0]);
    assert!(session.left_files().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheduled_job_and_a_common_module_exchange_with_settings_kept_in_the_base() {
    for platform in [Platform::V82, Platform::V83] {
        let office = Office::open(platform).await;
        ka11::add_counterparty(&office.base, "ООО «Яндекс»", "7736207543", "770401001");
        scheduled_job_without_a_processor(&office);
        install(&office.base);
        let mut administrator = office.session();
        let processor = administrator.load("Паром", &adapter(), &[]).unwrap();
        let settings = administrator.call(&processor, "ПрочитатьНастройки", &[office.parameters()]).unwrap();
        administrator.call(&processor, "СохранитьНастройки", &[settings]).unwrap();
        administrator.call(&processor, "ЗапомнитьБазу", &[]).unwrap();
        let checked =
            tokio::task::block_in_place(|| administrator.call(&processor, "Проверить", &[])).unwrap();
        let checked = checked.as_text().unwrap().to_owned();
        assert!(checked.contains("отвечает"), "{checked}");

        scheduled_job(platform, &office.base);

        office.place.arrives().await;
        assert_eq!(office.place.inns(), ["7736207543"]);
        assert_eq!(office.errors(), ["В справочнике «Внешние обработки» нет обработки «Паром»"]);
    }
}

fn scheduled_job_without_a_processor(office: &Office) {
    let base = &office.base;
    let mut session = office.session();
    let module =
        session.load("ОбщийМодуль.Паром.Модуль", &common_module(), &[]).expect("the module compiles");
    session.call(&module, "ОбменПоРасписанию", &[]).expect("the exchange throws nothing");
    assert_eq!(base.journal().len(), 1, "{:#?}", base.journal());
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_and_memory_may_stand_in_files() {
    for platform in [Platform::V82, Platform::V83] {
        let mut office = Office::open(platform).await;
        ka11::add_counterparty(&office.base, "ООО «Яндекс»", "7736207543", "770401001");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("Настройки.xml").to_string_lossy().into_owned();
        office.set("КаталогДанных", folder.path().to_string_lossy().into_owned());
        let mut administrator = office.session();
        let processor = administrator.load("Паром", &adapter(), &[]).unwrap();
        let settings = administrator.call(&processor, "ПрочитатьНастройки", &[office.parameters()]).unwrap();
        let written = [settings, file.as_str().into()];
        administrator.call(&processor, "СохранитьНастройки", &written).unwrap();

        for shown in [1, 0] {
            let mut session = office.session();
            let processor = session.load("Паром", &adapter(), &[]).unwrap();
            let outcome = tokio::task::block_in_place(|| {
                session.call(&processor, "ВыполнитьОбмен", &[file.as_str().into()])
            });
            let outcome = outcome.unwrap();
            let outcome = outcome.downcast::<Structure>().unwrap();
            assert_eq!(outcome.field("ПоказаноКонтрагентов"), Some(shown.into()), "{:?}", outcome.fields());
        }
        assert!(folder.path().join("Паром.Память.dat").exists());

        std::fs::write(&file, "<Настройки><Адрез>x</Адрез></Настройки>").unwrap();
        let mut session = office.session();
        let processor = session.load("Паром", &adapter(), &[]).unwrap();
        let outcome = session.call(&processor, "ВыполнитьОбмен", &[file.as_str().into()]).unwrap();
        let told = outcome.downcast::<Structure>().unwrap().field("Текст").unwrap();
        assert!(told.as_text().unwrap().contains("незнакомая настройка «Адрез»"), "{told:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_load_that_runs_out_of_time_goes_on_where_it_stopped() {
    const MANY: usize = 60;
    let mut office = Office::open(Platform::V82).await;
    office.set("ЗаписейЗаВызов", 10);
    office.set("ПередаватьОплаты", false);
    for number in 0..MANY {
        ka11::add_counterparty(&office.base, &format!("ООО «{number}»"), &inn(number), "770101001");
    }
    let mut session = office.session();
    let (base, calls) = (office.base.clone(), std::cell::Cell::new(0));
    session.network().meanwhile(move |request| {
        calls.set(calls.get() + u32::from(request.starts_with("POST /1c/v1/counterparties")));
        if calls.get() == 3 {
            // Five minutes pass while Parom thinks.
            base.set_clock(|| super::office::moscow(5));
        }
    });

    let first = office.step(&mut session).unwrap();
    let second = office.exchange();

    assert_eq!(
        (first.count("ПоказаноКонтрагентов"), second.count("ПоказаноКонтрагентов")),
        (30, 30),
        "{first:#?}"
    );
    assert!(
        !first.requests.iter().any(|request| request.starts_with("GET")),
        "nothing is taken before all is shown"
    );
    office.place.arrives().await;
    assert_eq!(office.place.inns().len(), MANY);
}

/// An ИНН with a right control digit.
fn inn(number: usize) -> String {
    const WEIGHTS: [usize; 9] = [2, 4, 10, 3, 5, 9, 4, 6, 8];
    let digits = format!("77{number:07}");
    let sum: usize =
        digits.bytes().zip(WEIGHTS).map(|(digit, weight)| usize::from(digit - b'0') * weight).sum();
    format!("{digits}{}", sum % 11 % 10)
}
