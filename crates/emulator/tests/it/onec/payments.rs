//! Payments of the emulated 1C, and how Parom hears of them.

use emulator::onec::{Format, Kopecks, OneC, PaymentsTold, Sending, Settings};
use serde_json::json;
use uuid::Uuid;

use super::inquiries::{habits, of_deal, office, with_inquiries};
use super::parom::{Mood, Parom};
use super::{connect, with};

const EVERY_WAY: [PaymentsTold; 3] =
    [PaymentsTold::Complete, PaymentsTold::CompleteWhenChanged, PaymentsTold::Singly];

fn rub(onec: &OneC, inquiry: Uuid) -> i64 {
    onec.paid(inquiry).get("RUB").copied().unwrap_or_default().0
}

#[tokio::test]
async fn whatever_accountants_do_parom_hears_the_sum_that_1c_has() {
    for told in EVERY_WAY {
        let (parom, to, mut onec) = office(Settings::default()).await;
        habits(&mut onec, |habits| habits.payments = told);
        with_inquiries(&parom, &to, &mut onec, &[1, 2]).await;
        let (one, two) = (of_deal(1), of_deal(2));
        let first = onec.pay(one, Kopecks(1_500_000)).expect("an inquiry");
        let second = onec.pay(one, Kopecks(250_050)).expect("an inquiry");
        let foreign = onec.pay_in(one, Kopecks(10_000), "USD").expect("an inquiry");
        let expect = async |onec: &mut OneC, sums: (i64, i64), what: &str| {
            onec.exchange(&to).await.expect("exchanged");
            assert_eq!((rub(onec, one), rub(onec, two)), sums, "{what}");
            assert_eq!(parom.deals(|deals| (deals.paid(one), deals.paid(two))), sums, "{told:?} {what}");
        };
        expect(&mut onec, (1_750_050, 0), "paid").await;

        onec.refund(one, Kopecks(50)).expect("an inquiry");
        expect(&mut onec, (1_750_000, 0), "refunded").await;
        assert!(onec.cancel_payment(first));
        expect(&mut onec, (250_000, 0), "cancelled").await;
        assert!(onec.restore_payment(first));
        onec.reverse_payment(second).expect("a payment");
        expect(&mut onec, (1_499_950, 0), "reversed").await;
        assert!(onec.move_payment(first, two));
        expect(&mut onec, (-50, 1_500_000), "moved").await;
        assert!(onec.edit_payment(first, |payment| payment.amount = Kopecks(1)));
        expect(&mut onec, (-50, 1), "changed").await;

        let dollars = &parom.deals(|deals| deals.payments[&foreign.to_string()].clone());
        assert_eq!((&dollars["currency"], &dollars["amount"]), (&json!("USD"), &json!("100.00")));
        assert_eq!(onec.paid(one)["USD"], Kopecks(10_000));
        assert!(!onec.move_payment(first, Uuid::from_u128(9)));
        assert_eq!(onec.pay(Uuid::from_u128(9), Kopecks(1)), None);
    }
}

#[tokio::test]
async fn a_payment_is_told_with_everything_in_both_formats() {
    for format in [Format::Json, Format::Xml] {
        for told in [PaymentsTold::Complete, PaymentsTold::Singly] {
            let (parom, to, mut onec) = office(with(|settings| settings.format = format)).await;
            habits(&mut onec, |habits| habits.payments = told);
            with_inquiries(&parom, &to, &mut onec, &[1]).await;
            let refund = onec.refund(of_deal(1), Kopecks(1_500_005)).expect("an inquiry");

            onec.exchange(&to).await.expect("exchanged");

            assert_eq!(
                parom.deals(|deals| deals.payments[&refund.to_string()].clone()),
                json!({"ref": refund.to_string(), "inquiry": of_deal(1).to_string(), "number": "ПП-1",
                       "date": "2026-11-23", "amount": "-15000.05", "currency": "RUB", "cancelled": false,
                       "changed_at": "2026-11-23T20:48:00"})
            );
        }
    }
}

#[tokio::test]
async fn a_deleted_payment_is_missing_from_the_complete_list() {
    for told in [PaymentsTold::Complete, PaymentsTold::CompleteWhenChanged] {
        let (parom, to, mut onec) = office(Settings::default()).await;
        habits(&mut onec, |habits| habits.payments = told);
        with_inquiries(&parom, &to, &mut onec, &[1]).await;
        let payment = onec.pay(of_deal(1), Kopecks(100)).expect("an inquiry");
        onec.exchange(&to).await.expect("exchanged");
        assert_eq!(parom.deals(|deals| deals.payments.len()), 1);

        assert!(onec.delete_payment(payment));
        onec.exchange(&to).await.expect("exchanged");

        assert_eq!(parom.deals(|deals| deals.payments.len()), 0, "{told:?}");
    }
}

#[tokio::test]
async fn complete_lists_of_all_open_inquiries_travel_in_one_call() {
    let (parom, to, mut onec) = office(Settings::default()).await;
    let deals: Vec<i64> = (1..=50).collect();
    with_inquiries(&parom, &to, &mut onec, &deals).await;
    onec.exchange(&to).await.expect("the new ones are shown");
    onec.pay(of_deal(7), Kopecks(100)).expect("an inquiry");

    let exchanged = onec.exchange(&to).await.expect("exchanged");

    assert_eq!((exchanged.payments.requests, exchanged.payments.sent), (1, 50));
    assert_eq!((exchanged.payments.accepted, exchanged.payments.unchanged), (1, 49));
}

#[tokio::test]
async fn no_call_has_more_payments_than_a_call_may_have_records() {
    let (parom, to, mut onec) = office(Settings::default()).await;
    with_inquiries(&parom, &to, &mut onec, &[1, 2, 3]).await;
    for deal in [1, 2, 3] {
        for _ in 0..400 {
            onec.pay(of_deal(deal), Kopecks(100)).expect("an inquiry");
        }
    }

    let exchanged = onec.exchange(&to).await.expect("exchanged");

    assert_eq!((exchanged.payments.requests, exchanged.payments.sent), (2, 3));
    assert_eq!((parom.deals(|deals| deals.paid(of_deal(3))), onec.counters().payments), (40_000, 1200));
}

#[tokio::test]
async fn an_adapter_that_remembers_tells_only_what_has_changed() {
    for told in [PaymentsTold::CompleteWhenChanged, PaymentsTold::Singly] {
        let (parom, to, mut onec) = office(Settings::default()).await;
        habits(&mut onec, |habits| habits.payments = told);
        with_inquiries(&parom, &to, &mut onec, &[1, 2]).await;
        let payment = onec.pay(of_deal(1), Kopecks(100)).expect("an inquiry");

        let mut sent = Vec::new();
        for change in [false, false, true, false] {
            if change {
                onec.cancel_payment(payment);
            }
            sent.push(onec.exchange(&to).await.expect("exchanged").payments.sent);
        }

        assert_eq!(sent, [1, 0, 1, 0], "{told:?}");
    }
}

#[tokio::test]
async fn an_answer_that_nobody_read_makes_the_payment_come_again() {
    for told in EVERY_WAY {
        let (parom, to, mut onec) = office(Settings::default()).await;
        habits(&mut onec, |habits| habits.payments = told);
        with_inquiries(&parom, &to, &mut onec, &[1]).await;
        onec.pay(of_deal(1), Kopecks(100)).expect("an inquiry");

        onec.crash_while_sending(Sending::Payments);
        assert!(onec.exchange(&to).await.expect("it is no error of Parom").crashed);
        let again = onec.exchange(&to).await.expect("lives again");

        assert_eq!((again.payments.sent, again.payments.unchanged), (1, 1), "{told:?}");
    }
}

#[tokio::test]
async fn a_parom_that_does_not_say_whose_list_it_answers_for_is_understood() {
    let (parom, to, mut onec) = office(Settings::default()).await;
    with_inquiries(&parom, &to, &mut onec, &[1, 2]).await;
    parom.deals(|deals| deals.names_no_lists = true);
    onec.pay(of_deal(1), Kopecks(100)).expect("an inquiry");

    let exchanged = onec.exchange(&to).await.expect("exchanged");

    assert_eq!((exchanged.payments.accepted, exchanged.payments.unchanged), (1, 1));
}

#[tokio::test]
async fn lost_answers_on_the_way_lose_nothing_and_every_request_is_counted() {
    let parom = Parom::open(Mood::Friendly).await;
    let to = connect(&parom, with(|settings| settings.lose_every = 3));
    let mut onec = super::inquiries::with_client(super::clock());
    with_inquiries(&parom, &to, &mut onec, &[1, 2, 3]).await;
    for deal in [1, 2, 3] {
        onec.make_document(of_deal(deal), emulator::onec::DocumentKind::Invoice).expect("an inquiry");
        onec.pay(of_deal(deal), Kopecks(100)).expect("an inquiry");
    }

    onec.exchange(&to).await.expect("exchanged");

    assert_eq!(parom.deals(|deals| (deals.contents.len(), deals.payments.len())), (3, 3));
    assert_eq!(to.calls(), parom.calls().len() as u64);
}
