//! Legal entities that 1C may show, as many as one likes.

use domain::{BankAccount, Counterparty, Kind, OneCRef};
use engine::Showing;

/// A record as the contract brings it; equal snapshots have equal fingerprints.
pub(crate) fn showing(onec_ref: OneCRef, snapshot: Counterparty) -> Showing {
    let fingerprint = format!("{snapshot:?}");
    Showing { onec_ref, code: Some("000000001".into()), snapshot, changed_at: None, fingerprint }
}

/// The GUID of the n-th record of 1C.
pub(crate) fn guid(number: u32) -> OneCRef {
    OneCRef::parse(&format!("6f9619ff-8b86-d011-b42d-{number:012x}")).expect("a GUID")
}

/// A right ИНН of a legal entity.
pub(crate) fn inn(number: u32) -> String {
    const WEIGHTS: [u32; 9] = [2, 4, 10, 3, 5, 9, 4, 6, 8];
    let base = format!("77{number:07}");
    let sum: u32 =
        base.chars().zip(WEIGHTS).map(|(digit, weight)| digit.to_digit(10).expect("a digit") * weight).sum();
    format!("{base}{}", sum % 11 % 10)
}

/// A full legal entity: requisite, two addresses, an account, a telephone and an e-mail.
pub(crate) fn entity(number: u32) -> Counterparty {
    Counterparty {
        kind: Some(Kind::Legal),
        name: Some(format!("ООО «Ромашка-{number}»")),
        full_name: Some(format!("Общество с ограниченной ответственностью «Ромашка-{number}»")),
        inn: Some(inn(number)),
        kpp: Some("770401001".into()),
        ogrn: Some("1027700229193".into()),
        ogrnip: Some(String::new()),
        legal_address: Some(format!("119021, г. Москва, ул. Льва Толстого, д. {number}")),
        actual_address: Some(format!("101000, г. Москва, ул. Мясницкая, д. {number}")),
        director: Some("Иванов Иван Иванович".into()),
        bank_accounts: Some(vec![BankAccount {
            number: format!("407028104{number:011}"),
            bank_name: "ПАО Сбербанк".into(),
            bik: "044525225".into(),
            correspondent_account: "30101810400000000225".into(),
            main: true,
        }]),
        phones: Some(vec![format!("+7 495 {:03}-{:02}-11", number / 100 % 1000, number % 100)]),
        emails: Some(vec![format!("info{number}@example.ru")]),
        deleted: None,
    }
}
