//! What «Комплексная автоматизация 1.1» keeps of a counterparty, in its own shape: catalogs, the register of
//! contact information, additional properties. Nothing here knows the contract with Parom.

use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;

/// «Справочник.Контрагенты» is hierarchical, and its folders are records too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// `ЭтоГруппа = Истина`: shown to people, never sent.
    Folder(Folder),
    /// `ЭтоГруппа = Ложь`: a counterparty.
    Element(Box<Element>),
}

/// A group of counterparties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// «Ссылка».
    pub reference: Uuid,
    /// «Код».
    pub code: String,
    /// «Наименование».
    pub name: String,
}

/// A counterparty with everything that other catalogs and registers hold for it. 1C finds those by their
/// owner only, so they are kept with the owner here.
///
/// Texts are kept as people typed them: the object module checks neither uniqueness nor check digits of ИНН.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// «Ссылка».
    pub reference: Uuid,
    /// «Код», 9 characters with leading zeros or with a prefix of the node.
    pub code: String,
    /// «Родитель»: a folder.
    pub parent: Option<Uuid>,
    /// «ПометкаУдаления».
    pub deletion_mark: bool,
    /// «Наименование», up to 100 characters.
    pub name: String,
    /// «НаименованиеПолное».
    pub full_name: String,
    /// «ИНН», up to 12 characters.
    pub inn: String,
    /// «КПП», up to 9 characters, empty for people.
    pub kpp: String,
    /// «ЮрФизЛицо».
    pub legal_status: LegalStatus,
    /// «НеЯвляетсяРезидентом».
    pub non_resident: bool,
    /// «ГоловнойКонтрагент» of a branch; `None`: the element is its own head.
    pub head: Option<Uuid>,
    /// «ОсновнойБанковскийСчет»: one of `accounts`.
    pub main_account: Option<Uuid>,
    /// «Справочник.БанковскиеСчета» with this owner.
    pub accounts: Vec<Account>,
    /// «РегистрСведений.КонтактнаяИнформация»: Тип + Вид → Представление.
    pub contacts: BTreeMap<ContactKind, String>,
    /// «Справочник.КонтактныеЛицаКонтрагентов».
    pub persons: Vec<ContactPerson>,
    /// «РегистрСведений.ЗначенияСвойствОбъектов»: where КА 1.1 keeps ОГРН and ОГРНИП, which have no attribute.
    pub properties: BTreeMap<String, String>,
    /// When the adapter saw the last change. The catalog itself keeps no such time.
    pub changed_at: Option<Timestamp>,
}

/// «Перечисление.ЮрФизЛицо». There is no value for an entrepreneur: that is a person with an ОГРНИП.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LegalStatus {
    /// «ЮрЛицо».
    #[default]
    Organisation,
    /// «ФизЛицо».
    Person,
}

/// An element of «Справочник.БанковскиеСчета».
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// «Ссылка».
    pub reference: Uuid,
    /// «НомерСчета», 20 digits.
    pub number: String,
    /// «Банк», by its code, which is the БИК.
    pub bik: String,
}

/// An element of «Справочник.Банки»; its code is the БИК.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bank {
    /// «Наименование».
    pub name: String,
    /// «КоррСчет».
    pub correspondent_account: String,
}

/// Тип and Вид of a record of contact information. Вид is composite in 1C: a predefined kind or any text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ContactKind {
    /// «ЮрАдресКонтрагента».
    LegalAddress,
    /// «ФактАдресКонтрагента».
    ActualAddress,
    /// «ТелефонКонтрагента».
    Phone,
    /// Another telephone under a kind that the users made up.
    OwnPhone(String),
    /// «ФаксКонтрагента»: no telephone that anybody calls, so it does not travel.
    Fax,
    /// «АдресЭлектроннойПочтыКонтрагентаДляОбменаДокументами», the only predefined kind of e-mail.
    Email,
    /// Another e-mail under a kind that the users made up.
    OwnEmail(String),
}

/// A person who works for the counterparty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactPerson {
    /// ФИО.
    pub name: String,
    /// «РольКонтактногоЛица»; «Директор» is the one that travels.
    pub role: String,
}

/// The role under which the office keeps the director.
pub const DIRECTOR: &str = "Директор";
/// The additional property of legal entities.
pub const OGRN: &str = "ОГРН";
/// The additional property of entrepreneurs.
pub const OGRNIP: &str = "ОГРНИП";

impl Element {
    /// The person in the role [`DIRECTOR`], or an empty text.
    pub fn director(&self) -> &str {
        self.persons.iter().find(|person| person.role == DIRECTOR).map_or("", |person| &person.name)
    }

    /// Puts another person into the role [`DIRECTOR`]; an empty name leaves it vacant.
    pub fn set_director(&mut self, name: &str) {
        self.persons.retain(|person| person.role != DIRECTOR);
        if name.is_empty() {
            return;
        }
        self.persons.push(ContactPerson { name: name.to_owned(), role: DIRECTOR.to_owned() });
    }

    /// A record of contact information, or an empty text.
    pub fn contact(&self, kind: &ContactKind) -> &str {
        self.contacts.get(kind).map_or("", String::as_str)
    }

    /// An additional property, or an empty text.
    pub fn property(&self, name: &str) -> &str {
        self.properties.get(name).map_or("", String::as_str)
    }

    /// Opens an account; the first one becomes the main one, as the form of 1C does it.
    pub fn open_account(&mut self, reference: Uuid, number: String, bik: String) {
        self.accounts.push(Account { reference, number, bik });
        self.main_account.get_or_insert(reference);
    }
}
