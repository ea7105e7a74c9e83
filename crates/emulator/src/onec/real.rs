//! Real legal entities and banks from public registers, and beside them the records that every old base has.

use uuid::Uuid;

use super::catalog::{ContactKind, Element, Folder, LegalStatus, OGRN, OGRNIP};
use super::digits;
use super::random::Random;

const ENTITIES: &str = include_str!("../../data/real-legal-entities.csv");
const BANKS: &str = include_str!("../../data/real-banks.csv");
/// Any number: it only has to stay the same, so that a second demo knows the records of the first.
const SEED: u64 = 1_100_115;

/// A bank as the classifier of the Bank of Russia lists it.
#[derive(Clone, Debug, serde::Deserialize)]
pub(crate) struct RealBank {
    pub(crate) bank_name: String,
    pub(crate) bik: String,
    pub(crate) correspondent_account: String,
}

#[derive(serde::Deserialize)]
struct RealEntity {
    name: String,
    full_name: String,
    inn: String,
    kpp: String,
    ogrn: String,
    legal_address: String,
}

pub(crate) fn banks() -> Vec<RealBank> {
    rows(BANKS)
}

/// Two groups, as in every office.
pub(crate) fn folders() -> [Folder; 2] {
    let mut random = Random::new(SEED, u64::MAX);
    [("000000001", "Покупатели"), ("000000002", "Поставщики")].map(|(code, name)| Folder {
        reference: random.guid(),
        code: code.to_owned(),
        name: name.to_owned(),
    })
}

/// The real entities with accounts, telephones and e-mails made up for them: the registers keep none.
pub(crate) fn entities(folder: Uuid) -> Vec<Element> {
    let banks = banks();
    let entities: Vec<RealEntity> = rows(ENTITIES);
    entities
        .into_iter()
        .zip(0_u64..)
        .map(|(real, number)| {
            let mut random = Random::new(SEED, number);
            let bank = &banks[usize::try_from(number).expect("few entities") % banks.len()];
            let mut element = Element {
                reference: random.guid(),
                code: format!("{:09}", 100 + number),
                parent: Some(folder),
                name: real.name,
                full_name: real.full_name,
                inn: real.inn,
                kpp: real.kpp,
                ..Element::default()
            };
            element.properties.insert(OGRN.to_owned(), real.ogrn);
            let number_of_account = digits::account("40702810", &random.digits(11), &bank.bik);
            element.open_account(random.guid(), number_of_account, bank.bik.clone());
            element.contacts.insert(ContactKind::LegalAddress, real.legal_address.clone());
            element.contacts.insert(ContactKind::ActualAddress, real.legal_address);
            element.contacts.insert(ContactKind::Phone, format!("8 (495) 739-70-{number:02} доб. 12"));
            element.contacts.insert(ContactKind::Email, format!("info{number}@example.ru"));
            element
        })
        .collect()
}

/// What ten years of work leave behind, one record of each sort. Four of them a bridge has to stop:
/// a branch with the ИНН of its head, a wrong ИНН, no ИНН at all, and a record marked for deletion.
pub(crate) fn neighbours(folder: Uuid, head: &Element) -> Vec<Element> {
    let mut random = Random::new(SEED, 1 << 32);
    let mut next = 900;
    let mut record = |name: &str, full_name: &str, inn: &str| {
        next += 1;
        Element {
            reference: random.guid(),
            code: format!("КА{next:07}"),
            parent: Some(folder),
            name: name.to_owned(),
            full_name: full_name.to_owned(),
            inn: inn.to_owned(),
            ..Element::default()
        }
    };

    let mut branch = record(
        "Северо-Западный банк ПАО Сбербанк",
        "Филиал публичного акционерного общества «Сбербанк России» – Северо-Западный банк",
        &head.inn,
    );
    branch.kpp = "784243001".into();
    branch.head = Some(head.reference);

    let mut entrepreneur = record(
        "Иванов Иван Иванович ИП",
        "Индивидуальный предприниматель Иванов\u{a0}Иван  Иванович",
        "500100732259",
    );
    entrepreneur.legal_status = LegalStatus::Person;
    entrepreneur.properties.insert(OGRNIP.to_owned(), "304500116000157".into());
    entrepreneur.contacts.insert(ContactKind::Phone, "8-916-123-45-67".into());
    entrepreneur
        .contacts
        .insert(ContactKind::OwnPhone("Телефон бухгалтерии".into()), "+7 (916) 123 45 67".into());

    let mut foreigner = record("Siemens AG", "Siemens Aktiengesellschaft", "");
    foreigner.non_resident = true;
    foreigner.contacts.insert(ContactKind::LegalAddress, "Werner-von-Siemens-Straße 1, 80333 München".into());
    foreigner.contacts.insert(ContactKind::Email, "contact@example.com".into());

    let mut typed = record(
        "ООО  \"Ромашка\u{a0}и Ко\" ",
        "Общество с  ограниченной ответственностью \"Ромашка\u{a0}и Ко\"",
        &format!("{} ", digits::inn_of_organisation("770112345")),
    );
    typed.kpp = "770101001".into();
    typed.set_director("Ромашкина  Анна Петровна");
    typed.contacts.insert(ContactKind::LegalAddress, "101000,г.Москва,\r\nул. Мясницкая, д. 1 ".into());
    typed.contacts.insert(ContactKind::Phone, "(495)7397000 Марья Ивановна".into());
    typed.contacts.insert(ContactKind::Fax, "(495)7397001".into());
    typed.contacts.insert(ContactKind::Email, "нет".into());
    typed.contacts.insert(ContactKind::OwnEmail("Почта бухгалтерии".into()), "Buh@Example.RU".into());

    let mut wrong =
        record("ЗАО «Старый клиент»", "Закрытое акционерное общество «Старый клиент»", "7707083894");
    wrong.kpp = "770701001".into();

    let nameless = record("Частное лицо (касса)", "Частное лицо", "");

    let mut marked =
        record("НЕ ИСПОЛЬЗОВАТЬ ООО «Вектор»", "Общество с ограниченной ответственностью «Вектор»", "");
    marked.inn = digits::inn_of_organisation("781000001");
    marked.kpp = "781001001".into();
    marked.deletion_mark = true;

    vec![branch, entrepreneur, foreigner, typed, wrong, nameless, marked]
}

fn rows<T: serde::de::DeserializeOwned>(text: &str) -> Vec<T> {
    csv::Reader::from_reader(text.as_bytes())
        .into_deserialize()
        .collect::<Result<_, _>>()
        .expect("the tables of this crate are well-formed, a test reads them")
}
