use bitrix::wire::{Address, BankDetail, Requisite};
use domain::normal::{self, AddressParts};
use domain::person::FullName;
use domain::{BankAccount, Counterparty, Field, Kind};

use super::{ACTUAL_ADDRESS, Card, LEGAL_ADDRESS, Presets};

/// What the portal shows of a counterparty. `known_as` is how 1C writes it: where the portal keeps a thing in
/// another form (an entrepreneur's name in three parts) and the parts say the same, 1C's spelling is kept, or the
/// two would look different for ever.
pub fn read(card: &Card, presets: Presets, known_as: Option<&Counterparty>) -> Counterparty {
    let phones = card.company.phones.iter().map(|phone| phone.value.clone()).collect();
    let emails = card.company.emails.iter().map(|email| email.value.clone()).collect();
    let mut shown = Counterparty { phones: Some(phones), emails: Some(emails), ..Counterparty::default() };
    let Some(requisite) = &card.requisite else {
        return without_requisite(shown);
    };
    shown.inn = Some(requisite.rq_inn.clone());
    shown.legal_address = Some(line(&card.addresses, LEGAL_ADDRESS));
    shown.actual_address = Some(line(&card.addresses, ACTUAL_ADDRESS));
    shown.bank_accounts = Some(accounts(&card.banks));
    if requisite.preset_id == presets.entrepreneur {
        read_person(&mut shown, requisite, known_as);
    } else {
        read_organisation(&mut shown, requisite);
    }
    name_after_the_title(&mut shown, &card.company.title, known_as);
    shown
}

/// Employees often fill the title of a company alone. A counterparty that 1C does not know needs a name; for one that
/// it knows the title counts only as long as it says the same.
fn name_after_the_title(shown: &mut Counterparty, title: &str, known_as: Option<&Counterparty>) {
    if shown.name.as_deref().is_some_and(|name| !name.trim().is_empty()) || title.trim().is_empty() {
        return;
    }
    match known_as {
        None => shown.name = Some(title.to_owned()),
        Some(Counterparty { name: Some(known), .. })
            if shown.name.is_some() && normal::equal(Field::Name, known, title) =>
        {
            shown.name = Some(known.clone());
        }
        Some(_) => {}
    }
}

/// A company made by half shows that it has nothing, so that the rest is filled in.
fn without_requisite(mut shown: Counterparty) -> Counterparty {
    for field in Field::ALL {
        if let Some(text) = shown.text_mut(field) {
            *text = Some(String::new());
        }
    }
    Counterparty { bank_accounts: Some(Vec::new()), ..shown }
}

fn read_organisation(shown: &mut Counterparty, requisite: &Requisite) {
    shown.kind = (requisite.rq_inn.trim().len() == 10).then_some(Kind::Legal);
    shown.name = Some(requisite.rq_company_name.clone());
    shown.full_name = Some(requisite.rq_company_full_name.clone());
    shown.kpp = Some(requisite.rq_kpp.clone());
    shown.ogrn = Some(requisite.rq_ogrn.clone());
    shown.director = Some(requisite.rq_director.clone());
}

fn read_person(shown: &mut Counterparty, requisite: &Requisite, known_as: Option<&Counterparty>) {
    shown.kind = (!requisite.rq_ogrnip.trim().is_empty()).then_some(Kind::Entrepreneur);
    shown.ogrnip = Some(requisite.rq_ogrnip.clone());
    let parts = [&requisite.rq_last_name, &requisite.rq_first_name, &requisite.rq_second_name]
        .map(|part| part.trim())
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    let as_known = known_as
        .and_then(|known| {
            [&known.full_name, &known.name].into_iter().flatten().find(|name| says(name, &parts))
        })
        .cloned();
    shown.full_name = Some(match as_known {
        Some(known) => known,
        None if parts.is_empty() => String::new(),
        None => format!("Индивидуальный предприниматель {parts}"),
    });
}

/// Whether `name`, taken apart, is the person whose parts these are.
fn says(name: &str, parts: &str) -> bool {
    FullName::split(name).is_some_and(|FullName { family, first, second }| {
        normal::person(&format!("{family} {first} {second}")) == normal::person(parts)
    })
}

/// An address as one line, the way 1C keeps it.
fn line(addresses: &[Address], type_id: i64) -> String {
    addresses.iter().find(|address| address.type_id == type_id).map(join).unwrap_or_default()
}

fn join(address: &Address) -> String {
    AddressParts {
        postal_code: &address.postal_code,
        country: &address.country,
        province: &address.province,
        region: &address.region,
        city: &address.city,
        address_1: &address.address_1,
        address_2: &address.address_2,
    }
    .one_line()
}

pub(super) fn accounts(banks: &[BankDetail]) -> Vec<BankAccount> {
    let lowest = banks.iter().map(|bank| bank.sort).min();
    let lonely = banks.iter().filter(|bank| Some(bank.sort) == lowest).count() == 1;
    banks
        .iter()
        .map(|bank| BankAccount {
            number: bank.rq_acc_num.clone(),
            bank_name: bank.rq_bank_name.clone(),
            bik: bank.rq_bik.clone(),
            correspondent_account: bank.rq_cor_acc_num.clone(),
            main: lonely && Some(bank.sort) == lowest,
        })
        .collect()
}
