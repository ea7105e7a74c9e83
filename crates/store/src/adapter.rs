//! The adapter of 1C: how it introduced itself; and when either side was last heard of.

use domain::{Side, Timestamp};
use serde::{Deserialize, Serialize};

use crate::dialect::Conn;
use crate::{Result, Store, Write, codec};

/// What the adapter says of itself and of its 1C.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// Version of the adapter.
    pub adapter: String,
    /// Version of the platform: `8.2.19.130`.
    pub platform: String,
    /// «Режим совместимости».
    pub compatibility_mode: String,
    /// Name of the configuration.
    pub configuration: String,
    /// Its version.
    pub configuration_version: String,
    /// What the adapter looked for in this 1C and did not find.
    pub missing: Vec<String>,
    /// When it said so.
    pub at: Timestamp,
}

reads! {
    /// How the adapter introduced itself last.
    fn adapter() -> Option<Hello>;
}

impl Store {
    /// When 1C last called.
    pub async fn seen_onec(&self) -> Result<Option<Timestamp>> {
        self.seen(Side::OneC).await
    }

    /// When Bitrix24 last answered.
    pub async fn seen_portal(&self) -> Result<Option<Timestamp>> {
        self.seen(Side::Bitrix).await
    }

    async fn seen(&self, side: Side) -> Result<Option<Timestamp>> {
        const SQL: &str = "
            -- last seen: get
            select at
              from last_seen
             where side = $1";
        let row: Option<(i64,)> = on_db!(self.reader().await?.conn(), db => {
            sqlx::query_as(SQL).bind(side.as_str()).fetch_optional(db).await?
        });
        row.map(|(at,)| codec::moment(at)).transpose()
    }
}

async fn adapter(conn: Conn<'_>) -> Result<Option<Hello>> {
    const SQL: &str = "
        -- adapter: last hello
        select hello
          from adapter
         where id = 1";
    let row: Option<(String,)> = on_db!(conn, db => sqlx::query_as(SQL).fetch_optional(db).await?);
    row.map(|(hello,)| codec::from_json(&hello)).transpose()
}

impl Write {
    /// The adapter has introduced itself.
    pub async fn adapter_said(&mut self, hello: &Hello) -> Result<()> {
        const SAID: &str = "
            -- adapter: hello
            insert into adapter (id, hello)
            values (1, $1)
            on conflict (id) do update
               set hello = excluded.hello";
        on_db!(self.conn(), db => { sqlx::query(SAID).bind(codec::json(hello)).execute(db).await?; });
        Ok(())
    }

    /// 1C has called.
    pub async fn seen_onec(&mut self, now: Timestamp) -> Result<()> {
        self.seen(Side::OneC, now).await
    }

    /// Bitrix24 has answered.
    pub async fn seen_portal(&mut self, now: Timestamp) -> Result<()> {
        self.seen(Side::Bitrix, now).await
    }

    async fn seen(&mut self, side: Side, now: Timestamp) -> Result<()> {
        const SEEN: &str = "
            -- last seen: set
            insert into last_seen (side, at)
            values ($1, $2)
            on conflict (side) do update
               set at = excluded.at";
        on_db!(self.conn(), db => {
            sqlx::query(SEEN).bind(side.as_str()).bind(codec::micros(now)).execute(db).await?;
        });
        Ok(())
    }
}
