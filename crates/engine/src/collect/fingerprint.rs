use bitrix::wire::{BankDetail, MultiField, Requisite};
use sha2::{Digest, Sha256};

use crate::portal::cards::Whole;

/// A digest of everything that a card shows. Times and authors are left out: they say nothing of the content.
pub(super) fn fingerprint(whole: &Whole) -> String {
    let company = &whole.company;
    let multi = |fields: &[MultiField]| fields.iter().map(|field| field.value.clone()).collect::<Vec<_>>();
    let cards: Vec<_> = whole
        .cards
        .iter()
        .map(|card| {
            let requisite = card.requisite.clone().map(|requisite| Requisite {
                date_create: None,
                date_modify: None,
                modify_by_id: 0,
                ..requisite
            });
            let mut addresses = card.addresses.clone();
            addresses.sort_by_key(|address| address.type_id);
            let mut banks: Vec<_> = card
                .banks
                .iter()
                .cloned()
                .map(|bank| BankDetail { date_create: None, date_modify: None, modify_by_id: 0, ..bank })
                .collect();
            banks.sort_by_key(|bank| bank.id);
            format!("{requisite:?}{addresses:?}{banks:?}")
        })
        .collect();
    let text = format!(
        "{}\u{1}{:?}\u{1}{:?}\u{1}{}\u{1}{}\u{1}{cards:?}",
        company.title,
        multi(&company.phones),
        multi(&company.emails),
        company.assigned_by_id,
        company.is_my_company,
    );
    let digest = Sha256::digest(text.as_bytes());
    let short = digest[..16].try_into().expect("a SHA-256 has 32 bytes");
    format!("{:032x}", u128::from_be_bytes(short))
}
