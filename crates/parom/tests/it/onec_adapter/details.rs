//! What hangs on a counterparty, piece by piece: what is added, taken away, cut, or belongs to somebody else.

use bsl::{Platform, Ref, ka11};

use super::office::{Office, number};

/// An office in which both sides have one client; the company, its requisite, the counterparty.
async fn with_a_client(platform: Platform) -> (Office, i64, i64, Ref) {
    let office = Office::open(platform).await;
    let (company, requisite) = office.employee_makes_a_client();
    office.until_silent().await;
    let client = office.with_inn("7707083893").remove(0);
    (office, company, requisite, client)
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_added_marked_and_taken_back_and_their_numbers_never_change() {
    let (office, _, requisite, client) = with_a_client(Platform::V82).await;
    let employee = office.place.portal.employee();
    let account = [
        ("RQ_BIK", "044525974"),
        ("RQ_BANK_NAME", "АО «ТБанк»"),
        ("RQ_ACC_NUM", "40702810100000000012"),
        ("RQ_COR_ACC_NUM", "30101810145250000974"),
    ];
    let added = employee.adds_bank_detail(requisite, &account).unwrap();
    office.until_silent().await;
    let accounts = office.owned("Справочник.БанковскиеСчета", &client);
    assert_eq!(accounts.len(), 2);
    let second =
        accounts.iter().find(|own| office.text(own, "НомерСчета") == "40702810100000000012").unwrap();

    // A deletion leaves no trace in the portal; the next edit of the card brings it to light.
    employee.deletes_bank_detail(added).unwrap();
    employee.edits_requisite(requisite, &[("RQ_KPP", "997950001")]).unwrap();
    office.until_silent().await;
    assert_eq!(office.text(second, "ПометкаУдаления"), "true", "nothing is deleted in 1C");

    employee.adds_bank_detail(requisite, &account).unwrap();
    office.until_silent().await;
    assert_eq!(office.text(second, "ПометкаУдаления"), "false", "the same element serves again");
    assert_eq!(office.owned("Справочник.БанковскиеСчета", &client).len(), 2);
    assert_eq!(office.errors(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn telephones_stand_under_kinds_of_their_own_and_a_fax_is_none() {
    let (office, company, _, client) = with_a_client(Platform::V83).await;
    let fax = office.base.constant("Справочник.ВидыКонтактнойИнформации.ФаксКонтрагента");
    let phone = office.base.constant("Перечисление.ТипыКонтактнойИнформации.Телефон");
    office.base.add_record(
        "РегистрСведений.КонтактнаяИнформация",
        &[
            ("Объект", client.clone().into()),
            ("Тип", phone),
            ("Вид", fax),
            ("Представление", "+7 495 000-00-00".into()),
        ],
    );
    let employee = office.place.portal.employee();
    employee.adds_phone(company, "+7 495 500-55-51").unwrap();
    employee.adds_phone(company, "+7 495 500-55-52").unwrap();
    office.until_silent().await;

    let phones = office.phones(&client);
    assert_eq!(phones, ["+7 495 000-00-00", "+7 495 500-55-50", "+7 495 500-55-51", "+7 495 500-55-52"]);
    employee.removes_phone(company, "+7 495 500-55-50").unwrap();
    office.until_silent().await;
    assert_eq!(office.phones(&client), ["+7 495 000-00-00", "+7 495 500-55-51", "+7 495 500-55-52"]);
    assert_eq!(office.contact(&client, "ФаксКонтрагента"), "+7 495 000-00-00");
    assert!(
        !office.place.portal.company(company).unwrap().get("PHONE").contains("000-00-00"),
        "a fax is no telephone"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_director_is_a_new_person_and_the_old_one_stays_without_his_role() {
    let (office, _, requisite, client) = with_a_client(Platform::V82).await;
    office
        .place
        .portal
        .employee()
        .edits_requisite(requisite, &[("RQ_DIRECTOR", "Иванов Иван Иванович")])
        .unwrap();
    office.until_silent().await;

    let people = office.owned("Справочник.КонтактныеЛицаКонтрагентов", &client);
    let mut told: Vec<(String, bool)> = people
        .iter()
        .map(|person| {
            let role = office.base.record(person).unwrap().get("РольКонтактногоЛица");
            (office.text(person, "Наименование"), role.is_filled())
        })
        .collect();
    told.sort_unstable();
    assert_eq!(
        told,
        [("Греф Герман Оскарович".to_owned(), false), ("Иванов Иван Иванович".to_owned(), true)]
    );

    office
        .place
        .portal
        .employee()
        .edits_requisite(requisite, &[("RQ_DIRECTOR", "Греф Герман Оскарович")])
        .unwrap();
    office.until_silent().await;
    assert_eq!(office.owned("Справочник.КонтактныеЛицаКонтрагентов", &client).len(), 2, "he is known");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_1c_cannot_hold_is_cut_there_and_does_not_come_back_as_an_edit() {
    for platform in [Platform::V82, Platform::V83] {
        let (office, company, requisite, client) = with_a_client(platform).await;
        let long = format!("Общество «{}»", "очень длинное наименование ".repeat(6).trim());
        office.place.portal.employee().edits_requisite(requisite, &[("RQ_COMPANY_NAME", &long)]).unwrap();
        office.until_silent().await;

        let cut = office.text(&client, "Наименование");
        assert!(cut.chars().count() <= 100 && long.starts_with(&cut), "{cut}");
        let card = office.place.portal.requisites_of(company).remove(0);
        assert_eq!(card.get("RQ_COMPANY_NAME"), long);

        office.base.edit(&client, &[("Наименование", "Сбербанк".into())]);
        office.until_silent().await;
        let card = office.place.portal.requisites_of(company).remove(0);
        assert_eq!(card.get("RQ_COMPANY_NAME"), "Сбербанк", "an edit of the accountant is one");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entrepreneur_is_a_person_for_1c_and_has_his_ogrnip_in_a_property() {
    let office = Office::open(Platform::V82).await;
    let employee = office.place.portal.employee();
    let company = employee.creates_company("ИП Иванов").unwrap();
    let fields = [
        ("RQ_INN", "500100732259"),
        ("RQ_OGRNIP", "304500116000157"),
        ("RQ_LAST_NAME", "Иванов"),
        ("RQ_FIRST_NAME", "Иван"),
        ("RQ_SECOND_NAME", "Иванович"),
    ];
    employee.adds_requisite(company, "INDIVIDUAL", &fields).unwrap();
    employee.adds_deal(company, &[("TITLE", "Насос")]).unwrap();
    office.until("created", |step| step.count("СозданоКонтрагентов") == 1).await;

    let client = office.with_inn("500100732259").remove(0);
    let record = office.base.record(&client).unwrap();
    assert_eq!(record.get("ЮрФизЛицо"), office.base.constant("Перечисление.ЮрФизЛицо.ФизЛицо"));
    assert_eq!(office.property(&client, "ОГРНИП"), "304500116000157");
    assert_eq!(office.property(&client, "ОГРН"), "");
    office.until_silent().await;
    assert_eq!(office.errors(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_1c_has_already_is_taken_by_his_inn_and_keeps_what_only_1c_knows() {
    let mut office = Office::open(Platform::V83).await;
    office.set("ПередаватьКонтрагентов", false);
    let known = ka11::add_counterparty(&office.base, "Сбербанк (старое имя)", "7707083893", "");
    office.base.edit(&known, &[("Комментарий", "любимый клиент".into())]);
    office.employee_makes_a_client();

    office.until("updated", |step| step.count("ИзмененоКонтрагентов") == 1).await;

    assert_eq!(office.with_inn("7707083893"), std::slice::from_ref(&known));
    assert_eq!(office.text(&known, "КПП"), "773601001");
    assert_eq!(office.text(&known, "Комментарий"), "любимый клиент");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_for_deletion_is_told_and_deletes_nothing() {
    let (office, company, _, client) = with_a_client(Platform::V82).await;
    office.base.edit(&client, &[("ПометкаУдаления", true.into())]);
    assert_eq!(office.exchange().count("ПоказаноКонтрагентов"), 1);
    office.place.arrives().await;
    assert!(office.place.portal.company(company).is_some());
    assert_eq!(number(office.place.portal.requisites()[0].get("ENTITY_ID")), company);
}
