//! Deliveries in the hands of 1C.
//!
//! A delivery that was handed out stands for exactly the state that 1C was given. When something newer comes, it is
//! replaced by another delivery: a late receipt can then never settle what 1C has not seen.

use std::collections::HashMap;

use domain::{Counterparty, DeliveryId, Field, LinkId, Reason, Side, Timestamp};
use serde::{Deserialize, Serialize};

use crate::dialect::Conn;
use crate::{Happened, Result, Subject, Write, codec, summary};

/// What 1C was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// The state to take.
    pub snapshot: Counterparty,
    /// Where it differed from what 1C had shown.
    pub changed: Vec<Field>,
}

/// What 1C says of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// It has taken it; what it did: `created`, `updated`, `unchanged`.
    Taken {
        /// The word for the statistics.
        outcome: &'static str,
    },
    /// It refused it.
    Rejected(Reason),
}

/// What a receipt means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Receiving {
    /// It ends the delivery, or has ended it before.
    Settled {
        /// Of which counterparty.
        link: LinkId,
        /// What 1C was given.
        sent: Sent,
    },
    /// Something newer has replaced it.
    Outdated {
        /// Of which counterparty.
        link: LinkId,
        /// What 1C was given.
        sent: Sent,
    },
    /// There is none of that number, or it was never handed out.
    Unknown,
}

/// A delivery to 1C that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InHand {
    /// Which one.
    pub delivery: DeliveryId,
    /// What 1C was given; `None`: it has not polled it.
    pub sent: Option<Sent>,
    /// Fields that are named to it although it may show them already.
    pub named: Vec<Field>,
    /// Whether it waits for a person.
    pub is_parked: bool,
}

reads! {
    /// The open delivery of a link to 1C.
    fn open_to_onec(link: LinkId) -> Option<InHand>;
    /// Fields that are named with these deliveries although the side may show them already.
    fn named(ids: &[DeliveryId]) -> HashMap<DeliveryId, Vec<Field>>;
    /// What 1C was given with those of these deliveries that were handed out.
    fn sent(ids: &[DeliveryId]) -> HashMap<DeliveryId, Sent>;
}

async fn sent(conn: Conn<'_>, ids: &[DeliveryId]) -> Result<HashMap<DeliveryId, Sent>> {
    const SQL: &str = "
        -- outbox: what was handed out
        select id, sent
          from delivery
         where id in (select value from json_each($1)) and sent is not null";
    let rows: Vec<(String, String)> =
        on_db!(conn, db => sqlx::query_as(SQL).bind(codec::list(ids)).fetch_all(db).await?);
    rows.into_iter().map(|(id, sent)| Ok((codec::id(&id)?, codec::from_json(&sent)?))).collect()
}

async fn open_to_onec(conn: Conn<'_>, link: LinkId) -> Result<Option<InHand>> {
    const SQL: &str = "
        -- outbox: what 1C has in its hands
        select id, state, sent, named
          from delivery
         where link_id = $1 and side = 'onec' and state in ('due', 'leased', 'parked')";
    let row: Option<(String, String, Option<String>, Option<String>)> =
        on_db!(conn, db => sqlx::query_as(SQL).bind(link.to_string()).fetch_optional(db).await?);
    row.map(|(id, state, sent, named)| {
        Ok(InHand {
            delivery: codec::id(&id)?,
            sent: sent.as_deref().map(codec::from_json).transpose()?,
            named: named.as_deref().map(codec::from_json).transpose()?.unwrap_or_default(),
            is_parked: state == "parked",
        })
    })
    .transpose()
}

async fn named(conn: Conn<'_>, ids: &[DeliveryId]) -> Result<HashMap<DeliveryId, Vec<Field>>> {
    const SQL: &str = "
        -- outbox: what is named with deliveries
        select id, named
          from delivery
         where id in (select value from json_each($1)) and named is not null";
    let rows: Vec<(String, String)> =
        on_db!(conn, db => sqlx::query_as(SQL).bind(codec::list(ids)).fetch_all(db).await?);
    rows.into_iter().map(|(id, named)| Ok((codec::id(&id)?, codec::from_json(&named)?))).collect()
}

impl Write {
    /// Keeps what 1C is given with leased deliveries (number, fence). Commit before the answer goes out.
    pub async fn hand_out(&mut self, handed: &[(DeliveryId, i64, Sent)]) -> Result<()> {
        const HAND: &str = "
            -- outbox: hand out
            update delivery
               set sent = $3
             where id = $1 and fence = $2 and state = 'leased'";
        for (id, fence, sent) in handed {
            on_db!(self.conn(), db => {
                sqlx::query(HAND).bind(id.to_string()).bind(fence).bind(codec::json(sent)).execute(db).await?;
            });
        }
        Ok(())
    }

    /// Takes a receipt, however late it comes. The same receipt twice is the same answer twice.
    pub async fn receive(
        &mut self,
        id: DeliveryId,
        received: &Received,
        now: Timestamp,
    ) -> Result<Receiving> {
        const FIND: &str = "
            -- outbox: what a receipt is about
            select link_id, state, sent
              from delivery
             where id = $1 and side = 'onec'";
        const SETTLE: &str = "
            -- outbox: a receipt settles
            update delivery
               set state = 'settled',
                   at = $2,
                   lease_until = null,
                   reason_code = null,
                   reason_text = null,
                   outcome = $3
             where id = $1";
        const REJECT: &str = "
            -- outbox: a receipt rejects
            update delivery
               set state = 'parked',
                   at = $2,
                   lease_until = null,
                   reason_code = $3,
                   reason_text = $4
             where id = $1";
        let text = id.to_string();
        let row: Option<(String, String, Option<String>)> =
            on_db!(self.conn(), db => sqlx::query_as(FIND).bind(&text).fetch_optional(db).await?);
        let Some((link, state, Some(sent))) = row else { return Ok(Receiving::Unknown) };
        let (link, sent): (LinkId, Sent) = (codec::id(&link)?, codec::from_json(&sent)?);
        match (state.as_str(), received) {
            ("dropped", _) => Ok(Receiving::Outdated { link, sent }),
            ("settled", _) => Ok(Receiving::Settled { link, sent }),
            (_, Received::Taken { outcome }) => {
                on_db!(self.conn(), db => {
                    sqlx::query(SETTLE).bind(&text).bind(codec::micros(now)).bind(*outcome).execute(db).await?;
                });
                self.tally(summary::outcome(Side::OneC, outcome), 1);
                if let Some(happened) = Happened::parse(outcome) {
                    self.happened(Subject::Counterparty, Side::OneC, happened, now);
                }
                Ok(Receiving::Settled { link, sent })
            }
            (_, Received::Rejected(reason)) => {
                on_db!(self.conn(), db => {
                    sqlx::query(REJECT)
                        .bind(&text)
                        .bind(codec::micros(now))
                        .bind(reason.code.as_str())
                        .bind(&reason.text)
                        .execute(db)
                        .await?;
                });
                self.happened(Subject::Counterparty, Side::OneC, Happened::Parked, now);
                Ok(Receiving::Settled { link, sent })
            }
        }
    }

    /// Something newer comes, or nothing is to be taken any more: what 1C has in its hands counts no longer. Returns the
    /// fields that were named with it.
    pub(super) async fn replace_handed_out(
        &mut self,
        link: LinkId,
        side: Side,
        now: Option<Timestamp>,
    ) -> Result<Vec<Field>> {
        const REPLACE: &str = "
            -- outbox: replace what was handed out
            update delivery
               set state = 'dropped',
                   at = coalesce($2, at),
                   lease_until = null,
                   reason_code = null,
                   reason_text = 'заменена более новой',
                   outcome = 'replaced'
             where link_id = $1 and side = 'onec' and state in ('due', 'leased', 'parked') and sent is not null
            returning named";
        if side == Side::Bitrix {
            return Ok(Vec::new());
        }
        let replaced: Option<(Option<String>,)> = on_db!(self.conn(), db => {
            sqlx::query_as(REPLACE)
                .bind(link.to_string())
                .bind(now.map(codec::micros))
                .fetch_optional(db)
                .await?
        });
        Ok(replaced
            .and_then(|(named,)| named)
            .as_deref()
            .map(codec::from_json)
            .transpose()?
            .unwrap_or_default())
    }
}
