//! The outbox: states that a side still has to take.
//!
//! A delivery is offered in the transaction that wrote the journal entry, leased by a worker, and leaves by one of
//! three doors: settled, parked (see `parked`), dropped. At most one is open per link and side, and it always
//! means the newest state: `version` tells whether a newer one came while an older one was under way, `fence`
//! whether the lease of the one who speaks is still the last.

mod hand;
mod lease;
mod offer;
mod settle;

use domain::{Delivery, DeliveryId, DeliveryState, LinkId, Reason, ReasonCode, Side};

use crate::dialect::Conn;
use crate::{Result, StoreError, codec};

pub use hand::{InHand, Received, Receiving, Sent};
pub use settle::Settling;

/// A delivery with the place where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Which one.
    pub delivery: Delivery,
    /// Where it stands.
    pub state: DeliveryState,
}

reads! {
    /// A delivery by the identifier that 1C returned in a receipt.
    fn delivery(id: DeliveryId) -> Option<Standing>;
    /// The open delivery of a link to a side, else the last one that was closed.
    fn standing(link: LinkId, side: Side) -> Option<Standing>;
    /// The open deliveries of these links, to either side, in no order. Any number: they are asked for in pieces.
    fn open_deliveries(links: &[LinkId]) -> Vec<Standing>;
}

/// The columns of [`StandingRow`], in every statement the same.
macro_rules! select_standing {
    ($name:literal, $rest:literal) => {
        concat!(
            "-- outbox: ",
            $name,
            "
            select id, link_id, side, version, fence, attempts, intent,
                   state, at, lease_until, reason_code, reason_text
              from delivery ",
            $rest
        )
    };
}

pub(crate) async fn delivery(conn: Conn<'_>, id: DeliveryId) -> Result<Option<Standing>> {
    const SQL: &str = select_standing!("by id", "where id = $1");
    let row = on_db!(conn, db => sqlx::query_as(SQL).bind(id.to_string()).fetch_optional(db).await?);
    row.map(StandingRow::into_standing).transpose()
}

async fn standing(mut conn: Conn<'_>, link: LinkId, side: Side) -> Result<Option<Standing>> {
    const OPEN: &str = select_standing!(
        "the open one",
        "where link_id = $1 and side = $2 and state in ('due', 'leased', 'parked')"
    );
    const CLOSED: &str =
        select_standing!("the last one", "where link_id = $1 and side = $2 order by id desc limit 1");
    for sql in [OPEN, CLOSED] {
        let row: Option<StandingRow> = on_db!(conn.again(), db => {
            sqlx::query_as(sql).bind(link.to_string()).bind(side.as_str()).fetch_optional(db).await?
        });
        if let Some(row) = row {
            return Ok(Some(row.into_standing()?));
        }
    }
    Ok(None)
}

pub(crate) async fn open_deliveries(mut conn: Conn<'_>, links: &[LinkId]) -> Result<Vec<Standing>> {
    const SQL: &str = select_standing!(
        "open ones of links",
        "where link_id in (select value from json_each($1)) and state in ('due', 'leased', 'parked')"
    );
    let mut open = Vec::new();
    for links in links.chunks(LIST_MAX) {
        let rows: Vec<StandingRow> =
            on_db!(conn.again(), db => sqlx::query_as(SQL).bind(codec::list(links)).fetch_all(db).await?);
        for row in rows {
            open.push(row.into_standing()?);
        }
    }
    Ok(open)
}

/// How many identifiers one statement names.
const LIST_MAX: usize = 1000;

row! {
    DeliveryRow {
        id: String,
        link_id: String,
        side: String,
        version: i64,
        fence: i64,
        attempts: i64,
        intent: Option<String>,
    }
}

impl DeliveryRow {
    fn into_delivery(self) -> Result<Delivery> {
        Ok(Delivery {
            id: codec::id(&self.id)?,
            link: codec::id(&self.link_id)?,
            side: codec::side(&self.side)?,
            version: self.version,
            fence: self.fence,
            attempts: u32::try_from(self.attempts).unwrap_or(u32::MAX),
            intent: self.intent.as_deref().map(codec::from_json).transpose()?,
        })
    }
}

row! {
    StandingRow {
        id: String,
        link_id: String,
        side: String,
        version: i64,
        fence: i64,
        attempts: i64,
        intent: Option<String>,
        state: String,
        at: i64,
        lease_until: Option<i64>,
        reason_code: Option<String>,
        reason_text: Option<String>,
    }
}

impl StandingRow {
    fn into_standing(self) -> Result<Standing> {
        let at = codec::moment(self.at)?;
        let state = match self.state.as_str() {
            "due" => DeliveryState::Due { at },
            "leased" => DeliveryState::Leased { until: codec::moment(self.lease_until.unwrap_or(self.at))? },
            "parked" => {
                let code = reason_code(self.reason_code.as_deref().unwrap_or_default())?;
                let reason = Reason::new(code, self.reason_text.unwrap_or_default());
                DeliveryState::Parked { reason, since: at }
            }
            "settled" => DeliveryState::Settled,
            "dropped" => DeliveryState::Dropped { why: self.reason_text.unwrap_or_default() },
            other => return Err(StoreError::corrupt(format!("`{other}` не состояние доставки"))),
        };
        let delivery = DeliveryRow {
            id: self.id,
            link_id: self.link_id,
            side: self.side,
            version: self.version,
            fence: self.fence,
            attempts: self.attempts,
            intent: self.intent,
        };
        Ok(Standing { delivery: delivery.into_delivery()?, state })
    }
}

/// Reads the cause of parking back.
pub(crate) fn reason_code(word: &str) -> Result<ReasonCode> {
    ReasonCode::parse(word).ok_or_else(|| StoreError::corrupt(format!("`{word}` не причина остановки")))
}
