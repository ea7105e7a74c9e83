//! A store of each kind, and the verbs that the promises are told in.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use domain::{
    Clock, Counterparty, Delivery, DeliveryId, Ids, Link, LinkId, ManualClock, OneCRef, Reason, ReasonCode,
    Shown, Side, SignedDuration, Timestamp, Verdict,
};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection};
use store::{Settling, Store, StoreError};
use tempfile::TempDir;

/// How a promise ends when it is kept; a broken one panics.
pub(crate) type Kept = Result<(), StoreError>;

/// Where a PostgreSQL is in which the tests may create databases.
pub(crate) const POSTGRES_URL: &str = "PAROM_TEST_POSTGRES_URL";

/// Checks a promise on an empty SQLite and then on an empty PostgreSQL.
pub(crate) async fn on_both(promise: impl AsyncFn(&mut World) -> Kept) {
    for place in [Place::sqlite(), Place::postgres().await] {
        let mut world = World::open(place).await;
        println!("on {:?}", world.store);
        if let Err(error) = promise(&mut world).await {
            panic!("on {:?}: {error:?}", world.store);
        }
        world.close().await;
    }
}

/// An empty database with its clock and identifiers.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) place: Place,
    pub(crate) ids: Ids,
    pub(crate) clock: Arc<ManualClock>,
    made: u32,
    fence: i64,
}

impl World {
    async fn open(place: Place) -> Self {
        let store = Store::open(&place.url).await.expect("an empty database opens");
        let start = "2026-11-23T20:48:00Z".parse().expect("a moment");
        let clock = Arc::new(ManualClock::at(start));
        let ids = Ids::new(Arc::clone(&clock) as Arc<dyn Clock>, 1);
        Self { store, place, ids, clock, made: 0, fence: 0 }
    }

    async fn close(self) {
        self.store.close().await;
        self.place.remove().await;
    }

    /// The process ends and another one begins.
    pub(crate) async fn restart(&mut self) {
        self.store.close().await;
        self.store = Store::open(&self.place.url).await.expect("what was closed opens again");
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// This long after now.
    pub(crate) fn later(&self, seconds: i64) -> Timestamp {
        self.now() + SignedDuration::from_secs(seconds)
    }

    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    /// A link that 1C has shown; the clock moves on, so that identifiers sort in the order of their making.
    pub(crate) fn shown_link(&mut self) -> Link {
        self.made += 1;
        self.pass(1);
        let mut link = Link::new(self.ids.link());
        link.onec_ref = OneCRef::parse(&format!("6f9619ff-8b86-d011-b42d-{:012x}", self.made));
        link.onec = Some(Shown {
            snapshot: Counterparty {
                name: Some(format!("ООО «Ромашка-{}»", self.made)),
                ..Counterparty::default()
            },
            changed_at: None,
            seen_at: self.now(),
        });
        link
    }

    pub(crate) async fn saved_link(&mut self) -> Result<LinkId, StoreError> {
        let link = self.shown_link();
        let mut write = self.store.begin().await?;
        write.save_link(&link).await?;
        write.commit().await?;
        Ok(link.id)
    }

    pub(crate) async fn offer(&self, link: LinkId) -> Result<DeliveryId, StoreError> {
        let mut write = self.store.begin().await?;
        let id = write.offer(&self.ids, link, Side::Bitrix, self.now()).await?;
        write.commit().await?;
        Ok(id)
    }

    pub(crate) async fn offered_link(&mut self) -> Result<LinkId, StoreError> {
        let link = self.saved_link().await?;
        self.offer(link).await?;
        Ok(link)
    }

    /// Parks the newest state of the link.
    pub(crate) async fn park(&self, link: LinkId, code: ReasonCode) -> Result<DeliveryId, StoreError> {
        let mut write = self.store.begin().await?;
        let reason = Reason::new(code, "исправьте карточку");
        let id = write.park_new(&self.ids, link, Side::Bitrix, &reason, self.now()).await?;
        write.commit().await?;
        Ok(id)
    }

    /// Leases everything that is due, for a minute.
    pub(crate) async fn lease_all(&mut self) -> Result<Vec<Delivery>, StoreError> {
        self.fence += 1;
        self.store.lease(Side::Bitrix, 1000, self.now(), self.later(60), self.fence).await
    }

    /// Leases the only delivery that is due.
    pub(crate) async fn lease_one(&mut self) -> Result<Delivery, StoreError> {
        let leased = self.lease_all().await?;
        let [delivery] = leased.try_into().expect("exactly one delivery is due");
        Ok(delivery)
    }

    pub(crate) async fn settle(&self, delivery: &Delivery, verdict: Verdict) -> Result<Settling, StoreError> {
        let outcome = (verdict == Verdict::Settled).then_some("created");
        let mut write = self.store.begin().await?;
        let settling = write.settle(delivery, &verdict, outcome, self.now()).await?;
        write.commit().await?;
        Ok(settling)
    }
}

/// Where a database of a test is.
pub(crate) struct Place {
    pub(crate) url: String,
    kind: Kind,
}

enum Kind {
    Sqlite(TempDir),
    Postgres { admin: String, database: String },
}

impl Place {
    fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite://{}", folder.path().join("parom.db").display());
        Self { url, kind: Kind::Sqlite(folder) }
    }

    /// A database of its own.
    async fn postgres() -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let Ok(admin) = std::env::var(POSTGRES_URL) else {
            panic!(
                "every promise is checked on PostgreSQL too, and {POSTGRES_URL} is not set: \
                 run `scripts/postgres-for-tests cargo test -p store`"
            );
        };
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let database = format!("parom_test_{}_{number}", std::process::id());
        execute(&admin, format!("create database {database}")).await;
        Self { url: with_database(&admin, &database), kind: Kind::Postgres { admin, database } }
    }

    async fn remove(self) {
        match self.kind {
            Kind::Sqlite(folder) => drop(folder),
            Kind::Postgres { admin, database } => {
                execute(&admin, format!("drop database {database} with (force)")).await;
            }
        }
    }

    /// Whether it is a file.
    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self.kind, Kind::Sqlite(_))
    }
}

/// `postgres://login@host/database?options` with another database.
fn with_database(url: &str, database: &str) -> String {
    let (address, options) = url.split_once('?').map_or((url, None), |(left, right)| (left, Some(right)));
    let after_scheme = address.find("://").map_or(0, |at| at + 3);
    let host = address[after_scheme..].find('/').map_or(address, |at| &address[..after_scheme + at]);
    let options = options.map(|options| format!("?{options}")).unwrap_or_default();
    format!("{host}/{database}{options}")
}

async fn execute(url: &str, sql: String) {
    let mut connection = PgConnection::connect(url).await.expect("the PostgreSQL for tests answers");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.expect("an administrator may do that");
}
