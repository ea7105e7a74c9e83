//! As many counterparties as one likes, each made from its number alone: a hundred thousand of them need
//! no more memory than one.

use uuid::Uuid;

use super::catalog::{ContactKind, Element, LegalStatus, OGRN, OGRNIP};
use super::random::Random;
use super::real::{self, RealBank};
use super::{digits, dirt};

/// Makes counterparties that are all different, all with right check digits, and typed as people type.
/// The same seed makes the same ones.
#[derive(Clone, Debug)]
pub struct Generator {
    count: u64,
    seed: u64,
    banks: Vec<RealBank>,
}

/// Code of the region, city, area code of its telephones, first digits of its postal index.
const CITIES: [(&str, &str, &str, &str); 24] = [
    ("77", "г. Москва", "495", "101"),
    ("78", "г. Санкт-Петербург", "812", "190"),
    ("66", "Свердловская обл., г. Екатеринбург", "343", "620"),
    ("54", "Новосибирская обл., г. Новосибирск", "383", "630"),
    ("16", "Респ. Татарстан, г. Казань", "843", "420"),
    ("52", "Нижегородская обл., г. Нижний Новгород", "831", "603"),
    ("63", "Самарская обл., г. Самара", "846", "443"),
    ("74", "г. Челябинск", "351", "454"),
    ("02", "Респ. Башкортостан, г. Уфа", "347", "450"),
    ("55", "г. Омск", "381", "644"),
    ("61", "Ростовская обл., г. Ростов-на-Дону", "863", "344"),
    ("23", "г. Краснодар", "861", "350"),
    ("36", "г. Воронеж", "473", "394"),
    ("59", "г. Пермь", "342", "614"),
    ("34", "г. Волгоград", "844", "400"),
    ("24", "г. Красноярск", "391", "660"),
    ("64", "г. Саратов", "845", "410"),
    ("72", "г. Тюмень", "345", "625"),
    ("71", "г. Тула", "487", "300"),
    ("35", "Вологодская обл., г. Череповец", "820", "162"),
    ("38", "г. Иркутск", "395", "664"),
    ("27", "г. Хабаровск", "421", "680"),
    ("05", "Респ. Дагестан, г. Махачкала", "872", "367"),
    ("39", "г. Калининград", "401", "236"),
];

const FORMS: [(&str, &str); 8] = [
    ("ООО", "Общество с ограниченной ответственностью"),
    ("ООО", "Общество с ограниченной ответственностью"),
    ("ООО", "Общество с ограниченной ответственностью"),
    ("ООО", "Общество с ограниченной ответственностью"),
    ("АО", "Акционерное общество"),
    ("ПАО", "Публичное акционерное общество"),
    ("ЗАО", "Закрытое акционерное общество"),
    ("МУП", "Муниципальное унитарное предприятие"),
];
const FIRST_WORDS: [&str; 16] = [
    "Гидро",
    "Пром",
    "Тех",
    "Строй",
    "Энерго",
    "Агро",
    "Метал",
    "Нефте",
    "Водо",
    "Тепло",
    "Электро",
    "Транс",
    "Хим",
    "Горно",
    "Авто",
    "Лесо",
];
const LAST_WORDS: [&str; 14] = [
    "маш",
    "насос",
    "комплект",
    "сервис",
    "монтаж",
    "снаб",
    "проект",
    "ресурс",
    "инвест",
    "оборудование",
    "система",
    "поставка",
    "альянс",
    "центр",
];
const STREETS: [&str; 12] = [
    "ул. Ленина",
    "пр-кт Мира",
    "ул. Заводская",
    "ш. Московское",
    "ул. 50 лет Октября",
    "наб. Речная",
    "ул. Карла Маркса",
    "пер. Кузнечный",
    "б-р Строителей",
    "ул. Н. Островского",
    "пл. Труда",
    "тер. Промзона «Юг»",
];
const FAMILY_NAMES: [&str; 14] = [
    "Иванов",
    "Смирнов",
    "Кузнецов",
    "Попов",
    "Соколов",
    "Лебедев",
    "Козлов",
    "Новиков",
    "Морозов",
    "Петров",
    "Волков",
    "Семёнов",
    "Виноградов",
    "Голубев",
];
const FIRST_NAMES: [&str; 10] =
    ["Александр", "Сергей", "Алексей", "Пётр", "Дмитрий", "Олег", "Фёдор", "Михаил", "Юрий", "Андрей"];
const PATRONYMICS: [&str; 9] = [
    "Иванович",
    "Сергеевич",
    "Петрович",
    "Александрович",
    "Ильич",
    "Николаевич",
    "Юрьевич",
    "Олегович",
    "Кузьмич",
];

/// How far apart the GUIDs of two generators lie: the number of a record is in its last six bytes.
const NUMBER_MASK: u128 = (1 << 48) - 1;
/// No two numbers below this make the same ИНН: regions × inspections × serial numbers.
const NUMBERS: u64 = CITIES.len() as u64 * INSPECTIONS * SERIALS;
const INSPECTIONS: u64 = 90;
const SERIALS: u64 = 100_000;

impl Generator {
    /// A maker of `count` counterparties.
    pub fn new(count: u64, seed: u64) -> Self {
        assert!(count <= NUMBERS, "no more than {NUMBERS} different ИНН can be made");
        Self { count, seed, banks: real::banks() }
    }

    /// How many.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// All of them, one after the other.
    pub fn iter(&self) -> impl Iterator<Item = Element> {
        (0..self.count).map(|number| self.element(number))
    }

    /// The counterparty with this number, counted from 0.
    pub fn element(&self, number: u64) -> Element {
        let mut random = Random::new(self.seed, number);
        let place = Place::of(self.seed, number);
        let mut element = Element {
            reference: self.reference(number),
            code: format!("{:09}", 1_000_000 + number),
            ..Element::default()
        };
        if random.below(8) == 0 {
            entrepreneur(&mut element, &place, &mut random);
        } else {
            organisation(&mut element, &place, &mut random);
        }
        self.accounts(&mut element, &mut random);
        contacts(&mut element, &place, number, &mut random);
        element
    }

    /// Which number has this GUID.
    pub(crate) fn number_of(&self, reference: Uuid) -> Option<u64> {
        let number = u64::try_from(reference.as_u128() & NUMBER_MASK).expect("48 bits");
        (number < self.count && self.reference(number) == reference).then_some(number)
    }

    fn reference(&self, number: u64) -> Uuid {
        let upper = Random::new(self.seed, u64::MAX).guid().as_u128();
        Uuid::from_u128(upper & !NUMBER_MASK | u128::from(number))
    }

    fn accounts(&self, element: &mut Element, random: &mut Random) {
        let balance = match element.legal_status {
            LegalStatus::Organisation => "40702810",
            LegalStatus::Person => "40802810",
        };
        for _ in 0..[1, 1, 1, 1, 1, 1, 0, 2][usize::try_from(random.below(8)).expect("below 8")] {
            let bank =
                &self.banks[usize::try_from(random.below(self.banks.len() as u64)).expect("below a length")];
            let tail = random.digits(11);
            element.open_account(random.guid(), digits::account(balance, &tail, &bank.bik), bank.bik.clone());
        }
    }
}

/// Where a counterparty is registered, and under which serial number: different for every number.
struct Place {
    region: &'static str,
    city: &'static str,
    area: &'static str,
    index: &'static str,
    inspection: u64,
    serial: u64,
}

impl Place {
    fn of(seed: u64, number: u64) -> Self {
        let cities = CITIES.len() as u64;
        let (region, city, area, index) = CITIES[usize::try_from(number % cities).expect("below 24")];
        let rest = number / cities;
        // 7919 has no divisor in common with 100,000, so that this walks through all serial numbers.
        let serial = ((rest % SERIALS) * 7919 + seed % SERIALS) % SERIALS;
        Self { region, city, area, index, inspection: 10 + rest / SERIALS, serial }
    }

    fn address(&self, random: &mut Random) -> String {
        let (house, office) = (1 + random.below(150), 1 + random.below(400));
        let street = random.one_of(&STREETS);
        let index = format!("{}{:03}", self.index, random.below(1000));
        match random.below(4) {
            0 => format!("{index}, {}, {street}, д. {house}", self.city),
            1 => format!("{index}, {}, {street}, дом № {house}, корпус {}", self.city, 1 + house % 5),
            2 => format!("{index}, {}, {street}, д. {house}, стр. 1, пом. {office}", self.city),
            _ => format!("{index}, {}, {street}, д. {house}, оф. {office}", self.city),
        }
    }
}

fn organisation(element: &mut Element, place: &Place, random: &mut Random) {
    let (short, long) = random.one_of(&FORMS);
    let name = format!("{}{}", random.one_of(&FIRST_WORDS), random.one_of(&LAST_WORDS));
    let title = if random.below(3) == 0 { format!("{name}-{}", 1 + random.below(99)) } else { name };
    element.name = dirt::typed(&format!("{short} «{title}»"), random);
    element.full_name = dirt::typed(&format!("{long} «{title}»"), random);
    let office = format!("{}{:02}", place.region, place.inspection);
    element.inn = digits::inn_of_organisation(&format!("{office}{:05}", place.serial));
    element.kpp = format!("{office}01001");
    let year = 2 + random.below(23);
    let ogrn = digits::ogrn(&format!("1{year:02}{}{}", place.region, random.digits(7)));
    element.properties.insert(OGRN.to_owned(), ogrn);
    element.set_director(&full_name_of_a_person(random));
}

fn entrepreneur(element: &mut Element, place: &Place, random: &mut Random) {
    let person = full_name_of_a_person(random);
    element.legal_status = LegalStatus::Person;
    element.name = match random.below(3) {
        0 => format!("{person} ИП"),
        1 => format!("ИП {person}"),
        _ => format!("ИП  {person}"),
    };
    element.full_name = dirt::typed(&format!("Индивидуальный предприниматель {person}"), random);
    let ten = format!("{}{:02}0{:05}", place.region, place.inspection, place.serial);
    element.inn = digits::inn_of_person(&ten);
    let year = 4 + random.below(21);
    let ogrnip = digits::ogrnip(&format!("3{year:02}{}{}", place.region, random.digits(9)));
    element.properties.insert(OGRNIP.to_owned(), ogrnip);
}

fn contacts(element: &mut Element, place: &Place, number: u64, random: &mut Random) {
    let legal = place.address(random);
    let actual = if random.below(3) == 0 { place.address(random) } else { legal.clone() };
    element.contacts.insert(ContactKind::LegalAddress, dirt::typed(&legal, random));
    element.contacts.insert(ContactKind::ActualAddress, dirt::typed(&actual, random));
    let local = format!("{}{}", 2 + random.below(7), random.digits(6));
    element.contacts.insert(ContactKind::Phone, dirt::phone(place.area, &local, random));
    if random.below(4) == 0 {
        let mobile = dirt::phone("912", &random.digits(7), random);
        element.contacts.insert(ContactKind::OwnPhone("Мобильный директора".into()), mobile);
    }
    if random.below(5) != 0 {
        element.contacts.insert(ContactKind::Email, format!("office{number}@example.ru"));
    }
}

fn full_name_of_a_person(random: &mut Random) -> String {
    let (family, first) = (random.one_of(&FAMILY_NAMES), random.one_of(&FIRST_NAMES));
    format!("{family} {first} {}", random.one_of(&PATRONYMICS))
}
