//! Counterparties both ways.

use bsl::{Platform, ka11};

use super::office::Office;

#[tokio::test(flavor = "multi_thread")]
async fn the_first_exchange_shows_what_1c_has_and_the_second_nothing() {
    for platform in [Platform::V82, Platform::V83] {
        let office = Office::open(platform).await;
        let yandex = ka11::add_counterparty(&office.base, "ООО «Яндекс»", "7736207543", "770401001");
        ka11::add_counterparty(&office.base, "ИП Иванов Иван Иванович", "500100732259", "");
        let folder = office.base.add(
            "Справочник.Контрагенты",
            &[("Наименование", "Покупатели".into()), ("ЭтоГруппа", true.into())],
        );
        office.base.edit(&yandex, &[("Родитель", folder.into())]);

        let first = office.exchange();
        office.place.arrives().await;
        let writes = office.place.portal.writes();
        let second = office.exchange();
        office.place.arrives().await;

        assert!(first.success, "{first:#?}");
        assert_eq!(first.count("ПоказаноКонтрагентов"), 2, "{first:#?}");
        assert_eq!(office.place.inns(), ["500100732259", "7736207543"]);
        assert_eq!((second.count("ПоказаноКонтрагентов"), office.place.portal.writes()), (0, writes));
        assert_eq!(office.errors(), [""; 0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_an_employee_becomes_a_counterparty_with_all_that_hangs_on_it() {
    for platform in [Platform::V82, Platform::V83] {
        let office = Office::open(platform).await;
        let (company, requisite) = office.employee_makes_a_client();

        let step = office.until("created", |step| step.count("СозданоКонтрагентов") == 1).await;

        assert!(step.success, "{step:#?}");
        let [client] = &office.with_inn("7707083893")[..] else { panic!("one counterparty") };
        assert_eq!(office.text(client, "Наименование"), "ПАО Сбербанк");
        assert_eq!(office.text(client, "КПП"), "773601001");
        assert_eq!(office.text(client, "Покупатель"), "true");
        assert_eq!(office.contact(client, "ЮрАдресКонтрагента"), "117312, г. Москва, ул. Вавилова, д. 19");
        assert_eq!(office.contact(client, "ТелефонКонтрагента"), "+7 495 500-55-50");
        assert_eq!(
            office.contact(client, "АдресЭлектроннойПочтыКонтрагентаДляОбменаДокументами"),
            "info@sberbank.ru"
        );
        assert_eq!(office.property(client, "ОГРН"), "1027700132195");
        assert_eq!(office.property(client, "ID компании Битрикс24"), company.to_string());
        let [account] = &office.owned("Справочник.БанковскиеСчета", client)[..]
        else {
            panic!("one account")
        };
        assert_eq!(office.text(account, "НомерСчета"), "40702810938000000001");
        assert_eq!(office.base.record(client).unwrap().get("ОсновнойБанковскийСчет"), account.clone().into());
        let [director] = &office.owned("Справочник.КонтактныеЛицаКонтрагентов", client)[..]
        else {
            panic!("one contact person")
        };
        assert_eq!(office.text(director, "Наименование"), "Греф Герман Оскарович");

        office.until_silent().await;
        office.place.portal.employee().edits_requisite(requisite, &[("RQ_KPP", "997950001")]).unwrap();
        let step = office.until("updated", |step| step.count("ИзмененоКонтрагентов") == 1).await;
        assert!(step.success, "{step:#?}");
        assert_eq!(office.text(client, "КПП"), "997950001");

        // The accountant's own edit of the same card travels back and takes nothing with it.
        office.base.edit(client, &[("НаименованиеПолное", "Публичное общество Сбербанк".into())]);
        office.until_silent().await;
        let card = office.place.portal.requisites_of(company).remove(0);
        assert_eq!(
            (card.get("RQ_COMPANY_FULL_NAME"), card.get("RQ_KPP")),
            ("Публичное общество Сбербанк", "997950001")
        );
        assert_eq!(office.with_inn("7707083893").len(), 1);
        assert_eq!(office.place.portal.company_count(), 1);
        assert_eq!(office.errors(), [""; 0]);
    }
}
