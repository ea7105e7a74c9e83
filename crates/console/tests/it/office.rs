//! A console with something to show: a seeded database, a clock in the hand, and people of every role.

pub(crate) mod jobs;
pub(crate) mod papers;

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use console::{Origin, Parts, Route, Setting, SettingValue};
use domain::{
    Clock, Counterparty, Field, Ids, Kind, Link, LinkId, ManualClock, OneCRef, Reason, ReasonCode, Role,
    Rule, Rules, Shown, Side, SignedDuration, Timestamp, UserId,
};
use emulator::bitrix24::{Portal, PortalSettings};
use engine::Engine;
use jiff::tz::TimeZone;
use store::{Alert, Conflict, Hello, InquiryRow, InquiryState, NewChange, Person, Store};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::browser::Browser;

/// The password of everybody.
pub(crate) const PASSWORD: &str = "верный пароль";

/// Everything at a fixed moment: «28.11.2026 12:00:00» in Moscow.
pub(crate) struct Office {
    pub(crate) store: Store,
    pub(crate) engine: Engine,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) ids: Arc<Ids>,
    pub(crate) router: Router,
    pub(crate) routes: Vec<Route>,
    made: u32,
    portal: Option<Portal>,
    folder: TempDir,
}

impl Office {
    /// An empty database; nobody may enter yet.
    pub(crate) async fn empty() -> Self {
        Self::opened_at("").await
    }

    /// With people, behind a reverse proxy that has this address.
    pub(crate) async fn behind_proxy(public_url: &str) -> Self {
        Self::opened_at(public_url).await.and_people().await
    }

    /// The file of the database.
    pub(crate) fn database(&self) -> PathBuf {
        self.folder.path().join("parom.db")
    }

    /// The portal of [`with_portal`](Self::with_portal).
    pub(crate) fn portal(&self) -> &Portal {
        self.portal.as_ref().expect("it was opened with one")
    }

    /// The identifier of a login.
    pub(crate) async fn id_of(&self, login: &str) -> UserId {
        self.store.person_by_login(login).await.expect("the database is ours").expect("somebody").id
    }

    /// With people, and with a portal that answers.
    pub(crate) async fn with_portal() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let clock = morning();
        let portal = Portal::start(PortalSettings::new(Arc::clone(&clock) as Arc<dyn Clock>)).await;
        let portal = portal.expect("the loopback has a free port");
        let mut office = Self::opened("", clock, &portal.webhook_url()).await;
        office.portal = Some(portal);
        office.and_people().await
    }

    async fn opened_at(public_url: &str) -> Self {
        Self::opened(public_url, morning(), NOBODY).await
    }

    async fn opened(public_url: &str, clock: Arc<ManualClock>, webhook: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let url = format!("sqlite://{}/parom.db", folder.path().display());
        let store = Store::open(&url).await.expect("an empty database opens");
        let ids = Arc::new(Ids::new(Arc::clone(&clock) as Arc<dyn Clock>, 1));
        let engine = Engine::new(engine::Parts {
            store: store.clone(),
            client: client(webhook, Arc::clone(&clock) as Arc<dyn Clock>),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            ids: Arc::clone(&ids),
            settings: engine::Settings {
                // So that a director whom both sides changed is a person's choice.
                rules: Rules::default().with(Field::Director, Rule::Ask),
                ..engine::Settings::default()
            },
        });
        let engine = engine.with_load_file(Arc::new(jobs::Lines));
        let (router, listed) = console::assemble(Parts {
            store: store.clone(),
            engine: engine.clone(),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            ids: Arc::clone(&ids),
            zone: TimeZone::get("Europe/Moscow").expect("it is built in"),
            portal: "https://portal.example.ru".to_owned(),
            public_url: public_url.parse().ok(),
            settings: settings(),
            alert_rules: alerts::Rules::default(),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        });
        Self { store, engine, clock, ids, router, routes: listed, made: 0, portal: None, folder }
    }

    /// With `anna` (administrator), `olga` (operator) and `viktor` (viewer).
    pub(crate) async fn with_people() -> Self {
        Self::empty().await.and_people().await
    }

    async fn and_people(self) -> Self {
        for (login, name, role) in [
            ("anna", "Анна Смирнова", Role::Administrator),
            ("olga", "Ольга Кузнецова", Role::Operator),
            ("viktor", "Виктор Орлов", Role::Viewer),
        ] {
            self.adds(login, name, role).await;
        }
        self
    }

    /// With people and with records in every state that a page may show. Pages that need more seed it here, so that
    /// the checks of links and texts see it.
    pub(crate) async fn busy() -> Self {
        let mut office = Self::with_people().await;
        office.onec_called().await;
        office.parked(ReasonCode::InvalidInn, "ООО «Ромашка»").await;
        office.parked(ReasonCode::DuplicateInOneC, "ЗАО «Лютик»").await;
        office.parked(ReasonCode::DuplicateInOneC, "ИП Васильков А. Б.").await;
        office.disputed().await;
        office.alerted().await;
        office.deal_waits(777, "Насосы для ЦНС", ReasonCode::NoCompany).await;
        office.deal_with_papers().await;
        office.missed("ООО «Ландыш»").await;
        office.compared().await;
        office.job_asked_for().await;
        office
    }

    /// Somebody with [`PASSWORD`].
    pub(crate) async fn adds(&self, login: &str, name: &str, role: Role) {
        let person = Person {
            id: self.ids.user(),
            login: login.to_owned(),
            name: name.to_owned(),
            role,
            password: console::passwords::hash(PASSWORD),
            must_change: false,
            is_blocked: false,
            created_at: self.clock.now(),
            seen_at: None,
        };
        let mut write = self.store.begin().await.expect("the database is ours");
        write.add_person(&person).await.expect("a new login");
        write.commit().await.expect("the database is ours");
    }

    /// 1C said hello and called two minutes ago.
    pub(crate) async fn onec_called(&self) {
        let at = self.clock.now() - SignedDuration::from_mins(2);
        let hello = Hello {
            adapter: "Паром для 1С 1.0.0".to_owned(),
            platform: "8.2.19.130".to_owned(),
            compatibility_mode: String::new(),
            configuration: "КомплекснаяАвтоматизация".to_owned(),
            configuration_version: "1.1.115.1".to_owned(),
            missing: Vec::new(),
            at,
        };
        let mut write = self.store.begin().await.expect("the database is ours");
        write.adapter_said(&hello).await.expect("a hello");
        write.seen_onec(at).await.expect("a moment");
        write.commit().await.expect("the database is ours");
    }

    /// A counterparty of 1C that waits for a person.
    pub(crate) async fn parked(&mut self, code: ReasonCode, name: &str) {
        self.made += 1;
        let mut link = Link::new(self.ids.link());
        link.onec_ref = OneCRef::parse(&format!("6f9619ff-8b86-d011-b42d-{:012x}", self.made));
        let snapshot = Counterparty { name: Some(name.to_owned()), ..Counterparty::default() };
        link.onec = Some(Shown { snapshot, changed_at: None, seen_at: self.clock.now() });
        let reason = Reason::new(code, "исправьте карточку в 1С");
        let mut write = self.store.begin().await.expect("the database is ours");
        write.save_link(&link).await.expect("a new link");
        write
            .park_new(&self.ids, link.id, Side::Bitrix, &reason, self.clock.now())
            .await
            .expect("a new delivery");
        write.commit().await.expect("the database is ours");
    }

    /// The disk is almost full.
    pub(crate) async fn alerted(&self) {
        let since = self.clock.now() - SignedDuration::from_mins(40);
        let alert = Alert {
            cause: alerts::Cause::Disk.as_str().to_owned(),
            since,
            title: "на диске базы осталось 1 ГиБ".to_owned(),
            advice: "Освободите место или перенесите базу.".to_owned(),
            calm_since: None,
            told: 1,
            remind_at: self.clock.now() + SignedDuration::from_hours(1),
            ended_at: None,
        };
        let mut write = self.store.begin().await.expect("the database is ours");
        write.keep_alert(&alert).await.expect("a new alert");
        write.commit().await.expect("the database is ours");
    }

    /// A counterparty whose director both sides have changed.
    pub(crate) async fn disputed(&mut self) -> LinkId {
        let card = |director: &str| Counterparty {
            kind: Some(Kind::Legal),
            name: Some("ООО «Тензор»".to_owned()),
            inn: Some("7605016030".to_owned()),
            kpp: Some("760401001".to_owned()),
            director: Some(director.to_owned()),
            ..Counterparty::default()
        };
        let (agreed, onec, bitrix) = (
            card("Уманский Сергей Вячеславович"),
            card("Орлова Анна Павловна"),
            card("Орлов Антон Павлович"),
        );
        let mut link = Link::new(self.ids.link());
        link.onec_ref = OneCRef::parse("0b7e0b52-7a30-4f0e-9d3a-5a1c2f3d4e5f");
        link.onec_code = Some("000000777".to_owned());
        (link.company_id, link.requisite_id) = (Some(2928), Some(544));
        link.base = agreed.clone();
        let at = |hours: i64| self.clock.now() - SignedDuration::from_hours(hours);
        let shown = |snapshot: &Counterparty, at| {
            Some(Shown { snapshot: snapshot.clone(), changed_at: Some(at), seen_at: at })
        };
        (link.onec, link.bitrix) = (shown(&onec, at(2)), shown(&bitrix, at(1)));
        let journal = [
            (Side::OneC, "1c", &agreed, at(5)),
            (Side::Bitrix, "dispatch", &agreed, at(4)),
            (Side::OneC, "1c", &onec, at(2)),
            (Side::Bitrix, "collect", &bitrix, at(1)),
        ];
        let mut write = self.store.begin().await.expect("the database is ours");
        for (side, source, snapshot, at) in journal {
            let change = NewChange {
                link: link.id,
                side,
                source,
                changed_at: Some(at),
                seen_at: at,
                snapshot,
                note: "",
            };
            write.record(&change).await.expect("a new entry");
        }
        write.save_link(&link).await.expect("a new link");

        let conflict = Conflict {
            link: link.id,
            field: Field::Director,
            base: agreed.director.clone(),
            onec: onec.director.clone(),
            bitrix: bitrix.director.clone(),
            onec_changed_at: Some(at(2)),
            bitrix_changed_at: Some(at(1)),
            bitrix_changed_by: Some(7),
            since: at(1),
        };
        write.set_conflicts(link.id, &[conflict]).await.expect("a new conflict");
        write.commit().await.expect("the database is ours");
        link.id
    }

    /// A deal that cannot go to 1C yet.
    pub(crate) async fn deal_waits(&self, deal: i64, title: &str, code: ReasonCode) {
        let reason = Reason::new(code, "укажите в сделке компанию");
        let inquiry = InquiryRow {
            title: title.to_owned(),
            state: InquiryState::Waits(reason),
            ..InquiryRow::new(deal, self.clock.now())
        };
        let mut write = self.store.begin().await.expect("the database is ours");
        write.put_inquiry(&inquiry).await.expect("a new deal");
        write.commit().await.expect("the database is ours");
    }

    /// A browser that nobody has used yet.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.router.clone())
    }

    /// A browser in which somebody is signed in.
    pub(crate) async fn signed_in(&self, login: &str) -> Browser {
        let mut browser = self.browser();
        browser.signs_in(login, PASSWORD).await;
        browser
    }
}

/// A portal that does not answer.
const NOBODY: &str = "http://127.0.0.1:9/rest/1/secret/";

fn morning() -> Arc<ManualClock> {
    let start: Timestamp = "2026-11-28T09:00:00Z".parse().expect("a moment");
    Arc::new(ManualClock::at(start))
}

fn client(webhook: &str, clock: Arc<dyn Clock>) -> bitrix::Client {
    let webhook = webhook.parse().expect("an address of a webhook");
    bitrix::Client::new(&bitrix::Settings::new(webhook), clock).expect("a client asks nothing yet")
}

/// Of every sort one.
fn settings() -> Vec<Setting> {
    let setting = |section: &str, key: &str, value: SettingValue, origin: Origin| Setting {
        section: section.to_owned(),
        key: key.to_owned(),
        value,
        origin,
    };
    vec![
        setting("server", "listen", SettingValue::Text("127.0.0.1:8024".to_owned()), Origin::Default),
        setting("bitrix24", "webhook_url", SettingValue::Hidden, Origin::SecretFile),
        setting("bitrix24", "module_secret", SettingValue::Unset, Origin::Default),
        setting("onec", "login", SettingValue::Text("1c".to_owned()), Origin::File),
    ]
}
