//! Deals become documents «Запрос».

use bsl::{Halt, Platform};

use super::office::{Office, number};

#[tokio::test(flavor = "multi_thread")]
async fn a_deal_becomes_one_inquiry_with_its_products_and_shows_its_number() {
    for platform in [Platform::V82, Platform::V83] {
        let (office, deal, inquiry) = Office::with_an_inquiry(platform).await;
        let client = office.with_inn("7707083893").remove(0);
        let record = office.base.record(&inquiry).unwrap();
        assert_eq!(record.get("Контрагент"), client.into());
        assert_eq!(office.text(&inquiry, "Тема"), "Насосы");
        assert_eq!(record.get("Состояние"), office.base.constant("Перечисление.СостоянияЗапросов.Новый"));
        assert_eq!(office.deal_field(deal, "UF_CRM_PAROM_NUMBER"), office.text(&inquiry, "Номер"));
        assert_eq!(office.deal_field(deal, "UF_CRM_PAROM_STATUS"), "Новый");

        let employee = office.place.portal.employee();
        employee
            .writes_products(deal, &[("Насос ЦНСг 38-44", "50000", "2"), ("Пуск", "1000.50", "1")])
            .unwrap();
        employee.edits_deal(deal, &[("TITLE", "Насосы для ЦНС")]).unwrap();
        office.until_silent().await;
        assert_eq!(office.text(&inquiry, "Тема"), "Насосы для ЦНС");
        let rows = office.base.record(&inquiry).unwrap().section("Товары");
        let shown: Vec<String> = rows
            .iter()
            .map(|row| format!("{:?} {:?} {:?}", row["наименование"], row["количество"], row["цена"]))
            .collect();
        assert_eq!(shown, ["\"Насос ЦНСг 38-44\" 2 50000", "\"Пуск\" 1 1000.5"].map(ToOwned::to_owned));

        // The manager's own state of the inquiry is shown, and stays when the deal is edited.
        let in_work = office.base.constant("Перечисление.СостоянияЗапросов.ВРаботе");
        office.base.edit(&inquiry, &[("Состояние", in_work.clone())]);
        office.until_silent().await;
        assert_eq!(office.deal_field(deal, "UF_CRM_PAROM_STATUS"), "В работе");
        office.place.portal.employee().edits_deal(deal, &[("COMMENTS", "срочно")]).unwrap();
        office.until_silent().await;
        assert_eq!(office.base.record(&inquiry).unwrap().get("Состояние"), in_work);

        office.place.portal.employee().edits_deal(deal, &[("STAGE_ID", "WON")]).unwrap();
        office.until_silent().await;
        let done = office.base.constant("Перечисление.СостоянияЗапросов.Выполнен");
        assert_eq!(office.base.record(&inquiry).unwrap().get("Состояние"), done);
        assert_eq!(office.errors(), [""; 0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_1c_that_dies_anywhere_makes_no_second_inquiry_and_no_second_counterparty() {
    for platform in [Platform::V82, Platform::V83] {
        let (office, _, _) = Office::with_an_inquiry(platform).await;
        let company = number(office.place.portal.companies()[0].get("ID"));
        // How long a step is that makes an inquiry.
        let first = office.place.portal.employee().adds_deal(company, &[("TITLE", "Мера")]).unwrap();
        let whole = office.until("created", |step| step.count("СозданоЗапросов") == 1).await.calls;
        assert!(office.inquiry(first).is_some() && whole > 1000, "{whole} calls");
        let mut minutes = 0;
        let mut deaths = 0;
        for part in 1..=6 {
            let deal = office.place.portal.employee().adds_deal(company, &[("TITLE", "Насосы")]).unwrap();
            // So long until Parom offers it.
            crate::support::really_wait(std::time::Duration::from_millis(2500)).await;
            let mut session = office.session();
            session.die_after(whole * part / 7);
            let step = office.step(&mut session);
            deaths += u32::from(matches!(step, Err(Halt::Death)));
            drop(session);
            minutes += 10;
            office.later(minutes);
            crate::support::really_wait(std::time::Duration::from_millis(1200)).await;
            office.until("has its inquiry", |_| office.inquiry(deal).is_some()).await;
        }
        office.until_silent().await;
        assert!(deaths >= 4, "only {deaths} died");
        for deal in office.place.portal.deals() {
            assert!(office.inquiry(number(deal.get("ID"))).is_some());
        }
        assert_eq!(office.with_inn("7707083893").len(), 1);
        assert_eq!(office.place.portal.company_count(), 1);
    }
}
