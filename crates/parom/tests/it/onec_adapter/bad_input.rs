//! What is wrong ends in a message for a person, in the event log and in Parom, and the rest goes on.

use bsl::{Platform, Right, ka11};

use super::office::Office;
use crate::adapters::contains;

/// Runs `parom parked` to see what waits, and how.
fn parked(office: &Office) -> String {
    office.place.run(&["parked", "list"]).out
}

/// An error of the event log that says all this.
fn told(office: &Office, parts: &[&str]) {
    let errors = office.errors();
    assert!(
        errors.iter().any(|error| parts.iter().all(|part| error.contains(part))),
        "{parts:?}: {errors:#?}"
    );
}

/// A second client, with whom nothing is wrong.
fn employee_makes_another(office: &Office) {
    let employee = office.place.portal.employee();
    let company = employee.creates_company("Яндекс").expect("employees may");
    let fields = [("RQ_INN", "7736207543"), ("RQ_KPP", "770401001"), ("RQ_COMPANY_NAME", "ООО «Яндекс»")];
    employee.adds_requisite(company, "COMPANY", &fields).expect("employees may");
    employee.adds_deal(company, &[("TITLE", "Трубы")]).expect("employees may");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_counterparties_of_one_inn_are_both_named_and_the_rest_goes_on() {
    let mut office = Office::open(Platform::V82).await;
    // They stand in 1C, and Parom has not been shown them.
    office.set("ПередаватьКонтрагентов", false);
    ka11::add_counterparty(&office.base, "Сбербанк", "7707083893", "773601001");
    ka11::add_counterparty(&office.base, "Сбербанк (филиал)", "7707083893", "997950001");
    let marked = ka11::add_counterparty(&office.base, "Сбербанк старый", "7707083893", "");
    office.base.edit(&marked, &[("ПометкаУдаления", true.into())]);
    office.employee_makes_a_client();
    employee_makes_another(&office);

    office.until("rejected", |step| step.count("Отклонено") > 0).await;
    office.until("goes on", |_| office.with_inn("7736207543").len() == 1).await;

    told(
        &office,
        &["7707083893", "000000001 («Сбербанк»)", "000000002 («Сбербанк (филиал)»)", "пометьте на удаление"],
    );
    assert!(!office.errors().iter().any(|error| error.contains("000000003")), "who is marked is none");
    let waits = parked(&office);
    assert!(waits.contains("000000001") || waits.contains("Сбербанк"), "{waits}");
    assert_eq!(office.with_inn("7707083893").len(), 2, "nobody was added");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_bank_rejects_the_counterparty_as_a_whole_until_somebody_adds_it() {
    let office = Office::open(Platform::V83).await;
    let sberbank = ka11::find(&office.base, "Справочник.Банки", "Код", "044525225").unwrap();
    office.base.edit(&sberbank, &[("ПометкаУдаления", true.into())]);
    office.employee_makes_a_client();

    office.until("rejected", |step| step.count("Отклонено") > 0).await;

    told(&office, &["ПАО Сбербанк", "нет банка с БИК 044525225", "СоздаватьБанки"]);
    assert!(office.with_inn("7707083893").is_empty(), "the transaction took everything back");
    assert!(office.base.records("РегистрСведений.КонтактнаяИнформация").is_empty());

    office.base.edit(&sberbank, &[("ПометкаУдаления", false.into())]);
    assert_eq!(office.place.run(&["parked", "retry", "--all"]).code, Some(0));
    office.until("created", |step| step.count("СозданоКонтрагентов") == 1).await;
    assert_eq!(office.with_inn("7707083893").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_is_created_where_the_settings_allow_it() {
    let mut office = Office::open(Platform::V82).await;
    office.set("СоздаватьБанки", true);
    let sberbank = ka11::find(&office.base, "Справочник.Банки", "Код", "044525225").unwrap();
    office.base.edit(&sberbank, &[("Код", "000000000".into())]);
    office.employee_makes_a_client();

    office.until("created", |step| step.count("СозданоКонтрагентов") == 1).await;

    let bank =
        ka11::find(&office.base, "Справочник.Банки", "Код", "044525225").expect("the bank was created");
    assert_eq!(office.text(&bank, "КоррСчет"), "30101810400000000225");
    assert_eq!(office.text(&sberbank, "Наименование"), "ПАО Сбербанк", "the other is as it was");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_without_rights_is_told_which_and_what_he_may_do_goes_on() {
    let office = Office::open(Platform::V82).await;
    ka11::add_counterparty(&office.base, "ООО «Яндекс»", "7736207543", "770401001");
    for right in [Right::Add, Right::Change] {
        office.base.deny(right, "Справочник.Контрагенты");
    }
    office.employee_makes_a_client();

    let step = office.exchange();
    assert_eq!(step.count("ПоказаноКонтрагентов"), 1, "to show needs no right to change: {step:#?}");
    // Parom may have seen the client before 1C has asked for the first time.
    if step.count("Отклонено") == 0 {
        office.until("rejected", |step| step.count("Отклонено") > 0).await;
    }

    told(&office, &["Недостаточно прав", "«Паром»", "Пользователь и права"]);
    let waits = parked(&office);
    assert!(waits.contains("прав"), "{waits}");
    let doctor = office.place.run(&["doctor"]);
    assert!(contains(&doctor.out, "нет права изменять контрагентов"), "{}{}", doctor.out, doctor.err);

    office.base.allow_everything();
    office.place.run(&["parked", "retry", "--all"]);
    office.until("created", |step| step.count("СозданоКонтрагентов") == 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_read_is_told_and_nothing_breaks() {
    let office = Office::open(Platform::V82).await;
    ka11::add_counterparty(&office.base, "ООО «Яндекс»", "7736207543", "770401001");
    office.base.deny(Right::Read, "РегистрСведений.КонтактнаяИнформация");

    let step = office.exchange();

    assert!(!step.success, "{step:#?}");
    told(&office, &["Недостаточно прав", "КонтактнаяИнформация"]);
    assert_eq!(step.count("ПоказаноКонтрагентов"), 0, "half of a counterparty is not shown");
    office.base.allow_everything();
    assert_eq!(office.exchange().count("ПоказаноКонтрагентов"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_a_user_has_open_comes_again_and_his_edit_is_not_trampled_on() {
    for platform in [Platform::V82, Platform::V83] {
        let office = Office::open(platform).await;
        let (_, requisite) = office.employee_makes_a_client();
        office.until("created", |step| step.count("СозданоКонтрагентов") == 1).await;
        office.until_silent().await;
        let client = office.with_inn("7707083893").remove(0);
        let deal = super::office::number(office.place.portal.deals()[0].get("ID"));
        let inquiry = office.inquiry(deal).expect("there is a deal");
        office.base.user_opens(&client);
        office.base.user_opens(&inquiry);
        let employee = office.place.portal.employee();
        employee.edits_requisite(requisite, &[("RQ_KPP", "997950001")]).unwrap();
        employee.edits_deal(deal, &[("TITLE", "Насосы и трубы")]).unwrap();

        for _ in 0..3 {
            office.exchange();
            crate::support::really_wait(std::time::Duration::from_millis(1200)).await;
        }

        assert_eq!(office.text(&client, "КПП"), "773601001");
        assert_eq!(office.text(&inquiry, "Тема"), "Насосы");
        assert_eq!(office.errors(), [""; 0], "it passes by itself");
        let warned =
            office.base.journal().iter().filter(|entry| entry.comment.contains("занят другим")).count();
        assert!(warned > 0, "{:#?}", office.base.journal());
        office.base.user_closes(&client);
        office.base.user_closes(&inquiry);
        office.until_silent().await;
        assert_eq!(office.text(&client, "КПП"), "997950001");
        assert_eq!(office.text(&inquiry, "Тема"), "Насосы и трубы");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_the_base_touches_nothing() {
    let office = Office::open(Platform::V82).await;
    ka11::add_counterparty(&office.base, "ООО «Яндекс»", "7736207543", "770401001");
    office.base.set_connection_string("File=\"D:\\Копия\";");

    let step = office.exchange();

    assert!(!step.success && step.text.contains("это копия"), "{step:#?}");
    assert_eq!(step.requests, [""; 0]);
    told(&office, &["Обмен не начат", "D:\\Копия"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_do_not_fit_the_configuration_are_told_in_1c_and_by_doctor() {
    let mut office = Office::open(Platform::V83).await;
    office.set("ДокументЗапрос", "Запросик");
    office.set("Телефон", "Мобильный");

    let step = office.exchange();

    let doctor = office.place.run(&["doctor"]).out;
    for missing in ["нет документа «Запросик»", "нет вида контактной информации «Мобильный»"]
    {
        assert!(contains(&doctor, missing), "{missing}: {doctor}");
        assert!(
            office.base.journal().iter().any(|entry| entry.comment.contains(missing)),
            "{missing}: {step:#?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_and_a_wrong_address_are_told_once() {
    let mut office = Office::open(Platform::V82).await;
    office.set("Пароль", "не тот");
    let step = office.exchange();
    assert!(!step.success && step.text.contains("пароль"), "{step:#?}");
    assert_eq!(step.requests.len(), 1, "a password is not tried again: {step:#?}");

    office.settings.clear();
    office.set("Адрес", "127.0.0.1");
    let step = office.exchange();
    assert!(!step.success && step.text.contains("Проверьте адрес"), "{step:#?}");
}
