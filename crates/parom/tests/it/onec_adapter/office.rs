//! An office with a 1C in it: the real modules of `adapters/1c`, interpreted, over an infobase in memory; and beside it
//! the real `parom serve` with the emulated portal.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use bitrix::SystemClock;
use bsl::{Halt, Infobase, JournalEntry, LoadError, Platform, Ref, Session, Structure, Value, ka11};
use domain::{Clock as _, SignedDuration};
use jiff::tz::Offset;

use crate::support::{PASSWORD, Place, Running, really_wait};

/// Looks until something arrives; each takes a tenth of a second.
const LOOKS_MAX: u32 = 300;

/// Both shores and the ferry between them.
pub(crate) struct Office {
    pub(crate) place: Place,
    pub(crate) service: Option<Running>,
    pub(crate) base: Infobase,
    pub(crate) platform: Platform,
    /// What the adapter is told besides the address and the password.
    pub(crate) settings: Vec<(&'static str, Value)>,
}

/// What became of one step of the exchange.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) success: bool,
    pub(crate) text: String,
    counts: Vec<(String, String)>,
    /// Requests that were made.
    pub(crate) requests: Vec<String>,
    /// Calls of the platform.
    pub(crate) calls: u64,
}

impl Step {
    /// One of the adapter's own counters.
    pub(crate) fn count(&self, name: &str) -> u32 {
        let found = self.counts.iter().find(|(known, _)| known == name);
        found.map_or(0, |(_, count)| count.parse().expect("a counter is a number"))
    }
}

/// The modules in the order in which the build puts them together.
pub(crate) fn adapter() -> String {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../adapters/1c");
    let parts = std::fs::read_to_string(folder.join("parts.txt")).expect("the parts are listed");
    parts
        .lines()
        .map(|part| {
            let file = folder.join("src").join(format!("{part}.bsl"));
            std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{part}: {error}")) + "\n"
        })
        .collect()
}

/// The time in Moscow so many minutes from now.
pub(crate) fn moscow(minutes: i64) -> jiff::civil::DateTime {
    let now = SystemClock.now() + SignedDuration::from_mins(minutes);
    Offset::from_hours(3).expect("an offset").to_datetime(now)
}

/// A step in this session; the death of the process is an error.
pub(crate) fn run(session: &mut Session, method: &str, parameters: Value) -> Result<Step, Halt> {
    let before = session.network().requests().len();
    let loaded = session.load("ВнешняяОбработка.Паром.МодульОбъекта", &adapter(), &[]);
    let adapter = loaded.map_err(|error| match error {
        LoadError::Halt(halt) => halt,
        LoadError::Syntax(errors) => panic!("{errors:#?}"),
    })?;
    let outcome = session.call(&adapter, method, &[parameters]);
    assert_eq!(session.complaints(), [""; 0]);
    let value = match outcome {
        Ok(value) => value,
        Err(Halt::Death) => return Err(Halt::Death),
        Err(halt) => panic!("the exchange lets no exception through: {halt}"),
    };
    assert!(session.left_files().is_empty(), "temporary files are left");
    let result = value.downcast::<Structure>().expect("a structure");
    let field = |name: &str| result.field(name).unwrap_or_default();
    let counts = result.fields().into_iter().map(|(name, value)| (name, format!("{value:?}")));
    Ok(Step {
        success: field("Успех") == Value::Boolean(true),
        text: field("Текст").as_text().unwrap_or_default().to_owned(),
        counts: counts.collect(),
        requests: session.network().requests()[before..].to_vec(),
        calls: session.calls(),
    })
}

impl Office {
    /// An empty 1C, an empty portal, and the service between them. Sweeps and redelivery take seconds.
    pub(crate) async fn open(platform: Platform) -> Self {
        let place = Place::open().await;
        let file = place.folder.path().join("parom.toml");
        let settings = std::fs::read_to_string(&file).expect("the folder is ours");
        let settings = settings.replace("[onec]", "sweep_every = \"1s\"\n[onec]\nredeliver_after = \"1s\"");
        std::fs::write(&file, settings).expect("the folder is ours");
        assert_eq!(place.run(&["setup"]).code, Some(0), "the portal gets its fields");
        let service = Some(place.serve());
        Self { place, service, base: ka11::infobase(|| moscow(0)), platform, settings: Vec::new() }
    }

    /// Adds a setting of the adapter.
    pub(crate) fn set(&mut self, name: &'static str, value: impl Into<Value>) {
        self.settings.push((name, value.into()));
    }

    /// What the adapter is told.
    pub(crate) fn parameters(&self) -> Value {
        let address = self.service.as_ref().map_or("127.0.0.1:9", |service| service.address.as_str());
        let own = [
            ("Адрес", format!("http://{address}").into()),
            ("Пароль", PASSWORD.into()),
            ("СтрокаСоединения", "Srvr=server-1c; Ref=ka11".into()),
        ];
        let own = own.into_iter().filter(|(name, _)| !self.settings.iter().any(|(set, _)| set == name));
        Value::Object(Rc::new(Structure::of(own.chain(self.settings.iter().cloned()))))
    }

    /// The clock of 1C goes so many minutes before that of everybody else: a lock that a dead session has left is over.
    pub(crate) fn later(&self, minutes: i64) {
        self.base.set_clock(move || moscow(minutes));
    }

    /// A session as a scheduled job has it.
    pub(crate) fn session(&self) -> Session {
        Session::new(self.platform, &self.base)
    }

    /// One step of the exchange, as it goes every five minutes. Nothing that the platform would not say may be wrong
    /// with it.
    pub(crate) fn exchange(&self) -> Step {
        self.step(&mut self.session()).expect("nobody has killed it")
    }

    /// The step in this session; the death of the process is an error.
    pub(crate) fn step(&self, session: &mut Session) -> Result<Step, Halt> {
        self.call(session, "ВыполнитьОбмен")
    }

    /// Another exported method that gives a result of an exchange.
    pub(crate) fn call(&self, session: &mut Session, method: &str) -> Result<Step, Halt> {
        tokio::task::block_in_place(|| run(session, method, self.parameters()))
    }

    /// Exchanges until a step does what is wanted.
    pub(crate) async fn until(&self, what: &str, is_done: impl Fn(&Step) -> bool) -> Step {
        let mut last = None;
        for _ in 0..LOOKS_MAX {
            let step = self.exchange();
            if is_done(&step) {
                return step;
            }
            last = Some(step);
            really_wait(Duration::from_millis(100)).await;
        }
        panic!("never {what}: {last:#?}\n{:#?}", self.base.journal());
    }

    /// Exchanges until two steps in a row have done nothing and nothing is under way.
    pub(crate) async fn until_silent(&self) {
        let mut silent = 0;
        for _ in 0..LOOKS_MAX {
            self.place.arrives().await;
            let writes = (self.base.writes(), self.place.portal.writes());
            let step = self.exchange();
            really_wait(Duration::from_millis(1100)).await;
            let is_silent = step.text == "изменений нет"
                && writes == (self.base.writes(), self.place.portal.writes())
                && self.place.status()["onec"]["waiting"] == 0;
            silent = if is_silent { silent + 1 } else { 0 };
            if silent == 2 {
                return;
            }
        }
        panic!("never silent: {:#}\n{:#?}", self.place.status(), self.base.journal());
    }

    /// What the event log says of the exchange, errors alone.
    pub(crate) fn errors(&self) -> Vec<String> {
        let journal = self.base.journal().into_iter();
        journal.filter(|entry| entry.level == "Ошибка").map(|JournalEntry { comment, .. }| comment).collect()
    }

    /// The counterparties with this ИНН that are not marked for deletion.
    pub(crate) fn with_inn(&self, inn: &str) -> Vec<Ref> {
        let all = self.base.objects("Справочник.Контрагенты").into_iter();
        all.filter(|(_, record)| {
            record.get("ИНН") == inn.into() && record.get("ПометкаУдаления") != Value::Boolean(true)
        })
        .map(|(reference, _)| reference)
        .collect()
    }

    /// A field of an object, as text.
    pub(crate) fn text(&self, reference: &Ref, field: &str) -> String {
        let record = self.base.record(reference).expect("the object is there");
        match record.get(field) {
            Value::Text(text) => text.to_string(),
            Value::Undefined => String::new(),
            other => format!("{other:?}"),
        }
    }

    /// The contact of a counterparty of a kind.
    pub(crate) fn contact(&self, of: &Ref, kind: &str) -> String {
        let kind = self.base.constant(&format!("Справочник.ВидыКонтактнойИнформации.{kind}"));
        let records = self.base.records("РегистрСведений.КонтактнаяИнформация");
        let found = records
            .iter()
            .find(|record| record.get("Объект") == of.clone().into() && record.get("Вид") == kind);
        found.and_then(|record| record.get("Представление").as_text().map(str::to_owned)).unwrap_or_default()
    }

    /// All telephones of a counterparty, whatever their kind.
    pub(crate) fn phones(&self, of: &Ref) -> Vec<String> {
        let phone = self.base.constant("Перечисление.ТипыКонтактнойИнформации.Телефон");
        let records = self.base.records("РегистрСведений.КонтактнаяИнформация").into_iter();
        let mut phones: Vec<String> = records
            .filter(|record| record.get("Объект") == of.clone().into() && record.get("Тип") == phone)
            .filter_map(|record| record.get("Представление").as_text().map(str::to_owned))
            .collect();
        phones.sort_unstable();
        phones
    }

    /// A property of a counterparty.
    pub(crate) fn property(&self, of: &Ref, name: &str) -> String {
        let property =
            ka11::find(&self.base, "ПланВидовХарактеристик.СвойстваОбъектов", "Наименование", name);
        let Some(property) = property else { return String::new() };
        let records = self.base.records("РегистрСведений.ЗначенияСвойствОбъектов");
        let found = records.iter().find(|record| {
            record.get("Объект") == of.clone().into() && record.get("Свойство") == property.clone().into()
        });
        found.and_then(|record| record.get("Значение").as_text().map(str::to_owned)).unwrap_or_default()
    }

    /// Who of a catalog belongs to a counterparty.
    pub(crate) fn owned(&self, table: &str, by: &Ref) -> Vec<Ref> {
        let all = self.base.objects(table).into_iter();
        all.filter(|(_, record)| record.get("Владелец") == by.clone().into()).map(|(own, _)| own).collect()
    }

    /// An employee makes a client with everything, and a deal with it; the company and its requisite.
    pub(crate) fn employee_makes_a_client(&self) -> (i64, i64) {
        let employee = self.place.portal.employee();
        let company = employee.creates_company("Сбербанк").expect("employees may");
        let fields = [
            ("RQ_INN", "7707083893"),
            ("RQ_KPP", "773601001"),
            ("RQ_OGRN", "1027700132195"),
            ("RQ_COMPANY_NAME", "ПАО Сбербанк"),
            ("RQ_DIRECTOR", "Греф Герман Оскарович"),
        ];
        let requisite = employee.adds_requisite(company, "COMPANY", &fields).expect("employees may");
        let address = [("ADDRESS_1", "117312, г. Москва, ул. Вавилова, д. 19")];
        employee.writes_address(requisite, 6, &address).expect("employees may");
        let account = [
            ("RQ_BIK", "044525225"),
            ("RQ_BANK_NAME", "ПАО Сбербанк"),
            ("RQ_ACC_NUM", "40702810938000000001"),
            ("RQ_COR_ACC_NUM", "30101810400000000225"),
        ];
        employee.adds_bank_detail(requisite, &account).expect("employees may");
        employee.adds_phone(company, "+7 495 500-55-50").expect("employees may");
        employee.adds_email(company, "info@sberbank.ru").expect("employees may");
        employee.adds_deal(company, &[("TITLE", "Насосы")]).expect("employees may");
        (company, requisite)
    }

    /// The document «Запрос» of a deal. There is never a second.
    pub(crate) fn inquiry(&self, deal: i64) -> Option<Ref> {
        let all = self.base.objects("Документ.Запрос").into_iter();
        let own: Vec<Ref> = all
            .filter(|(_, record)| record.get("НомерСделки") == deal.into())
            .map(|(reference, _)| reference)
            .collect();
        assert!(own.len() <= 1, "deal {deal} has {} inquiries", own.len());
        own.into_iter().next()
    }

    /// A client of an employee, with whom both shores agree, his deal and its inquiry.
    pub(crate) async fn with_an_inquiry(platform: Platform) -> (Self, i64, Ref) {
        let office = Self::open(platform).await;
        office.employee_makes_a_client();
        let deal = number(office.place.portal.deals()[0].get("ID"));
        office.until("has an inquiry", |step| step.count("СозданоЗапросов") == 1).await;
        let inquiry = office.inquiry(deal).expect("it was created");
        office.until_silent().await;
        (office, deal, inquiry)
    }

    /// A field of a deal.
    pub(crate) fn deal_field(&self, deal: i64, field: &str) -> String {
        let deals = self.place.portal.deals();
        let card = deals.iter().find(|card| number(card.get("ID")) == deal).expect("the deal is there");
        card.get(field).to_owned()
    }
}

/// An id as the portal writes it.
pub(crate) fn number(text: &str) -> i64 {
    text.parse().expect("an id is a number")
}
