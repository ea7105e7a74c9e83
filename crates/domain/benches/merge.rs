//! Time that the pure rules take: `cargo bench -p domain`.

use divan::{Bencher, black_box};
use domain::merge::{agreed, differs, merge};
use domain::{BankAccount, Counterparty, Kind, Rules, Shown, Timestamp, normal};

fn main() {
    divan::main();
}

/// A counterparty as 1C shows it, with all fields filled.
fn in_onec() -> Counterparty {
    Counterparty {
        kind: Some(Kind::Legal),
        name: Some("ООО «Яндекс»".into()),
        full_name: Some("Общество с ограниченной ответственностью «Яндекс»".into()),
        inn: Some("7736207543".into()),
        kpp: Some("770401001".into()),
        ogrn: Some("1027700229193".into()),
        ogrnip: Some(String::new()),
        legal_address: Some("119021, г. Москва, ул. Льва Толстого, д. 16".into()),
        actual_address: Some("119021, г. Москва, ул. Льва Толстого, д. 16".into()),
        director: Some("Иванов Иван Иванович".into()),
        bank_accounts: Some(vec![BankAccount {
            number: "40702810200000000001".into(),
            bank_name: "ПАО Сбербанк".into(),
            bik: "044525225".into(),
            correspondent_account: "30101810400000000225".into(),
            main: true,
        }]),
        phones: Some(vec!["+7 495 739-70-00".into()]),
        emails: Some(vec!["info@example.ru".into()]),
        deleted: Some(false),
    }
}

/// The same one in the spelling of the other side, so that every comparison needs the normal form.
fn in_bitrix() -> Counterparty {
    Counterparty {
        name: Some("Яндекс, ООО".into()),
        full_name: Some("ООО \"Яндекс\"".into()),
        legal_address: Some("119021, Россия, г Москва, ул Льва Толстого, д 16".into()),
        actual_address: Some("119021 г. Москва ул. Льва Толстого д. 16".into()),
        director: Some("ИВАНОВ ИВАН ИВАНОВИЧ".into()),
        phones: Some(vec!["8 (495) 739-70-00".into()]),
        emails: Some(vec!["Info@Example.ru".into()]),
        ..in_onec()
    }
}

fn shown(snapshot: Counterparty) -> Shown {
    Shown { snapshot, changed_at: None, seen_at: Timestamp::UNIX_EPOCH }
}

/// At a first load Bitrix24 shows nothing.
#[divan::bench]
fn merge_at_first_load(bencher: Bencher<'_, '_>) {
    let (base, onec, rules) = (Counterparty::default(), shown(in_onec()), Rules::default());
    bencher.bench_local(|| merge(black_box(&base), Some(black_box(&onec)), None, &rules));
}

/// Three records in different spelling: the dearest merge that changes nothing.
#[divan::bench]
fn merge_of_an_echo(bencher: Bencher<'_, '_>) {
    let (base, onec, bitrix) = (in_onec(), shown(in_onec()), shown(in_bitrix()));
    let rules = Rules::default();
    bencher.bench_local(|| merge(black_box(&base), Some(black_box(&onec)), Some(black_box(&bitrix)), &rules));
}

/// What follows a read-back.
#[divan::bench]
fn differs_and_agreed(bencher: Bencher<'_, '_>) {
    let (onec, bitrix) = (in_onec(), in_bitrix());
    bencher.bench_local(|| {
        (
            differs(black_box(&bitrix), black_box(&onec)),
            agreed(&onec, Some(black_box(&onec)), Some(black_box(&bitrix))),
        )
    });
}

#[divan::bench(args = ["8 (495) 739-70-00 доб. 123", "+375 (29) 123-45-67"])]
fn phone(bencher: Bencher<'_, '_>, written: &str) {
    bencher.bench_local(|| normal::phone(black_box(written)));
}
