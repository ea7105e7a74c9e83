//! Notices: cards of the portal to be looked at. Durable, and one for a card, however often it is noticed.

use std::fmt;

use domain::Timestamp;

use crate::dialect::Conn;
use crate::{Result, StoreError, Write, codec, tallies};

/// What of the portal a notice names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Entity {
    /// A company.
    Company,
    /// A requisite.
    Requisite,
    /// A bank detail.
    BankDetail,
    /// An address, named by its requisite.
    Address,
    /// A deal.
    Deal,
}

impl Entity {
    const ALL: [Self; 5] = [Self::Company, Self::Requisite, Self::BankDetail, Self::Address, Self::Deal];

    /// The word that the database keeps.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Requisite => "requisite",
            Self::BankDetail => "bankdetail",
            Self::Address => "address",
            Self::Deal => "deal",
        }
    }

    fn parse(word: &str) -> Result<Self> {
        let known = Self::ALL.into_iter().find(|entity| entity.as_str() == word);
        known.ok_or_else(|| StoreError::corrupt(format!("`{word}` не сущность портала")))
    }
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A card to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewLook {
    /// What it is.
    pub entity: Entity,
    /// Its number in the portal; of an address, that of its requisite.
    pub entity_id: i64,
    /// The company that it belongs to, if that was said.
    pub owner_id: Option<i64>,
}

/// A card that somebody said has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// What it is.
    pub entity: Entity,
    /// Its number in the portal; of an address, that of its requisite.
    pub entity_id: i64,
    /// The company that it belongs to, if that was said.
    pub owner_id: Option<i64>,
    /// How often it was noticed so far.
    pub noticed: i64,
}

reads! {
    /// The next `limit` cards to look at, those that wait longest first.
    fn looks(limit: usize) -> Vec<Look>;
    /// How many cards wait to be looked at.
    fn looks_waiting() -> i64;
}

async fn looks(conn: Conn<'_>, limit: usize) -> Result<Vec<Look>> {
    const SQL: &str = "
        -- looks: the next ones
        select entity, entity_id, owner_id, noticed
          from look
         order by at, entity, entity_id
         limit $1";
    let rows: Vec<Row> =
        on_db!(conn, db => sqlx::query_as(SQL).bind(codec::limit(limit)).fetch_all(db).await?);
    rows.into_iter().map(Row::into_look).collect()
}

async fn looks_waiting(conn: Conn<'_>) -> Result<i64> {
    Ok(tallies::read(conn).await?.queue("look"))
}

impl Write {
    /// Puts cards into the queue. One that waits already is noticed once more; what is known of its owner stays.
    pub async fn look_at(&mut self, looks: &[NewLook], now: Timestamp) -> Result<()> {
        const PUT: &str = "
            -- looks: put
            insert into look (entity, entity_id, owner_id, noticed, at)
            values ($1, $2, $3, 1, $4)
            on conflict (entity, entity_id) do update
               set noticed = look.noticed + 1,
                   owner_id = coalesce(excluded.owner_id, look.owner_id)";
        for look in looks {
            on_db!(self.conn(), db => {
                sqlx::query(PUT)
                    .bind(look.entity.as_str())
                    .bind(look.entity_id)
                    .bind(look.owner_id)
                    .bind(codec::micros(now))
                    .execute(db)
                    .await?;
            });
        }
        Ok(())
    }

    /// These were looked at. One that was noticed again meanwhile stays.
    pub async fn looked(&mut self, looks: &[Look]) -> Result<()> {
        const FORGET: &str = "
            -- looks: forget
            delete from look
             where entity = $1 and entity_id = $2 and noticed = $3";
        for look in looks {
            on_db!(self.conn(), db => {
                sqlx::query(FORGET)
                    .bind(look.entity.as_str())
                    .bind(look.entity_id)
                    .bind(look.noticed)
                    .execute(db)
                    .await?;
            });
        }
        Ok(())
    }
}

row! {
    Row {
        entity: String,
        entity_id: i64,
        owner_id: Option<i64>,
        noticed: i64,
    }
}

impl Row {
    fn into_look(self) -> Result<Look> {
        Ok(Look {
            entity: Entity::parse(&self.entity)?,
            entity_id: self.entity_id,
            owner_id: self.owner_id,
            noticed: self.noticed,
        })
    }
}
