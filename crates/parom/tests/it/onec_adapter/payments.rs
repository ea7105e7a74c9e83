//! What was paid for a deal, by either rule, with everything that is easily counted wrong.

use bsl::{Infobase, Item, Platform, Ref, Value};

use super::office::Office;

/// A payment document that is right in everything; what a test wants else stands in `more`.
fn pay(base: &Infobase, kind: &str, deal: Option<&Ref>, amount: i64, more: &[(&str, Value)]) -> Ref {
    let table = format!("Документ.{kind}");
    let document = base.add(
        &table,
        &[
            ("Дата", "20261123120000".into()),
            ("ВидОперации", base.constant("Перечисление.ВидыОпераций.ОплатаПокупателя")),
            ("Оплачено", true.into()),
            ("ОтраженоВОперУчете", true.into()),
            ("Проведен", true.into()),
            ("СуммаДокумента", amount.into()),
            ("ВалютаДокумента", bsl::ka11::roubles(base).into()),
        ],
    );
    base.edit(&document, more);
    let mut row = vec![("СуммаПлатежа", Value::from(amount))];
    row.extend(deal.map(|deal| ("Сделка", deal.clone().into())));
    base.add_row(&document, "РасшифровкаПлатежа", &row);
    document
}

fn operation(base: &Infobase, name: &str) -> (&'static str, Value) {
    ("ВидОперации", base.constant(&format!("Перечисление.ВидыОпераций.{name}")))
}

fn bill(base: &Infobase, inquiry: &Ref) -> Ref {
    base.add(
        "Документ.СчетНаОплатуПокупателю",
        &[("Дата", "20261123".into()), ("Запрос", inquiry.clone().into())],
    )
}

/// Documents are not looked at here: there is nothing to print them with.
async fn office(platform: Platform) -> (Office, i64, Ref) {
    let (mut office, deal, inquiry) = Office::with_an_inquiry(platform).await;
    office.set("ПередаватьДокументы", false);
    (office, deal, inquiry)
}

async fn paid(office: &Office, deal: i64) -> String {
    office.until_silent().await;
    office.deal_field(deal, "UF_CRM_PAROM_PAID")
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_a_counts_what_was_paid_and_nothing_twice() {
    for platform in [Platform::V82, Platform::V83] {
        let (office, deal, inquiry) = office(platform).await;
        let base = &office.base;
        let bill = bill(base, &inquiry);
        let incoming = pay(base, "ПлатежноеПоручениеВходящее", Some(&bill), 60_000, &[]);
        // Paid by an order: the base document is posted and no longer «Оплачено».
        let part =
            pay(base, "ПлатежноеПоручениеВходящее", Some(&bill), 10_000, &[("Оплачено", false.into())]);
        let paid_part = [("РасчетныйДокумент", part.into())];
        pay(base, "ПлатежныйОрдерПоступлениеДенежныхСредств", Some(&bill), 10_000, &paid_part);
        // A card document may be a refund.
        let refund = operation(base, "ВозвратДенежныхСредствПокупателю");
        pay(base, "ОплатаОтПокупателяПлатежнойКартой", Some(&bill), 5_000, std::slice::from_ref(&refund));
        pay(base, "РасходныйКассовыйОрдер", Some(&bill), 1_000, &[refund]);
        // The row names no deal, the head does.
        pay(base, "ПриходныйКассовыйОрдер", None, 2_000, &[("ДокументОснование", bill.clone().into())]);
        // None of these is a payment.
        pay(
            base,
            "ПриходныйКассовыйОрдер",
            Some(&bill),
            100,
            &[operation(base, "ВозвратДенежныхСредствПоставщиком")],
        );
        pay(base, "ПриходныйКассовыйОрдер", Some(&bill), 200, &[("Проведен", false.into())]);
        pay(base, "ПриходныйКассовыйОрдер", Some(&bill), 400, &[("ПометкаУдаления", true.into())]);
        pay(base, "ПриходныйКассовыйОрдер", None, 800, &[]);

        assert_eq!(paid(&office, deal).await, "66000.00|RUB", "60000 + 10000 + 2000 - 5000 - 1000");
        let silent = office.exchange();
        assert!(!silent.requests.iter().any(|request| request.contains("payments")), "{silent:#?}");

        office.base.edit(&incoming, &[("Проведен", false.into())]);
        assert_eq!(paid(&office, deal).await, "6000.00|RUB", "what was cancelled no longer counts");
        assert_eq!(office.errors(), [""; 0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_payment_for_two_deals_is_shared_and_an_order_of_the_inquiry_counts_too() {
    let (office, deal, inquiry) = office(Platform::V82).await;
    let company = super::office::number(office.place.portal.companies()[0].get("ID"));
    let other = office.place.portal.employee().adds_deal(company, &[("TITLE", "Трубы")]).unwrap();
    office.until("has a second inquiry", |_| office.inquiry(other).is_some()).await;
    let base = &office.base;
    let first = bill(base, &inquiry);
    let order = [("Дата", "20261123".into()), ("ДокументОснование", office.inquiry(other).unwrap().into())];
    let second = base.add("Документ.ЗаказПокупателя", &order);
    let payment = pay(base, "ПлатежноеПоручениеВходящее", Some(&first), 700, &[]);
    base.add_row(&payment, "РасшифровкаПлатежа", &[("Сделка", second.into()), ("СуммаПлатежа", 300.into())]);

    assert_eq!(paid(&office, deal).await, "700.00|RUB");
    assert_eq!(office.deal_field(other, "UF_CRM_PAROM_PAID"), "300.00|RUB");
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_b_takes_movements_and_never_a_missing_balance() {
    let (mut office, deal, inquiry) = office(Platform::V83).await;
    office.set("ПравилоОплаты", "Б");
    let bill = bill(&office.base, &inquiry);
    assert_eq!(paid(&office, deal).await, "", "a bill without movements is not paid");
    let order = office.base.add("Документ.ЗаказПокупателя", &[("Дата", "20261123".into())]);
    let payment = pay(&office.base, "ПлатежноеПоручениеВходящее", Some(&bill), 15_000, &[]);
    let refund = pay(&office.base, "РасходныйКассовыйОрдер", Some(&bill), 500, &[]);
    for (recorder, direction, amount, is_active) in [
        (&order, "Приход", 20_000, true),
        (&payment, "Расход", 15_000, true),
        (&refund, "Приход", 500, true),
        (&payment, "Расход", 7, false),
    ] {
        office.base.add_record(
            "РегистрНакопления.РасчетыСКонтрагентами",
            &[
                ("Период", "20261123".into()),
                ("Регистратор", recorder.clone().into()),
                ("Активность", is_active.into()),
                (
                    "ВидДвижения",
                    Value::Item(Item {
                        enumeration: "ВидДвиженияНакопления", name: direction
                    }),
                ),
                ("Сделка", bill.clone().into()),
                ("СуммаВзаиморасчетов", amount.into()),
            ],
        );
    }

    assert_eq!(paid(&office, deal).await, "14500.00|RUB");
    assert_eq!(office.errors(), [""; 0]);
}
