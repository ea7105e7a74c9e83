//! Who works on what, and since when nobody does.

use std::collections::BTreeMap;

use domain::{Delivery, DeliveryId, Intent, Side, Timestamp};

use super::DeliveryRow;
use crate::dialect::{Conn, Dialects};
use crate::{Result, Store, Write, codec};

impl Store {
    /// [`Write::lease`] in a transaction of its own.
    pub async fn lease(
        &self,
        side: Side,
        limit: usize,
        now: Timestamp,
        lease_until: Timestamp,
        fence: i64,
    ) -> Result<Vec<Delivery>> {
        let mut write = self.begin().await?;
        let leased = write.lease(side, limit, now, lease_until, fence).await?;
        write.commit().await?;
        Ok(leased)
    }
}

impl Write {
    /// Takes up to `limit` deliveries that are due, or whose lease has run out, the longest waiting first, until
    /// `lease_until`. `fence` marks the lease and must differ from every earlier one. A lease that ran out counts
    /// as an attempt, so that what kills its worker does not come back for ever.
    pub async fn lease(
        &mut self,
        side: Side,
        limit: usize,
        now: Timestamp,
        lease_until: Timestamp,
        fence: i64,
    ) -> Result<Vec<Delivery>> {
        // The rows are chosen apart from the update, or PostgreSQL may choose, and lock, more than once.
        const LEASE: Dialects = locking!(
            "
            -- outbox: lease what is due, the longest waiting first
            with ready as materialized (
                select id as ready_id
                  from delivery
                 where side = $1
                   and at <= $2
                   and state in ('due', 'leased')
                   and (state = 'due' or lease_until <= $2)
                 order by at, id
                 limit $3",
            " for update skip locked",
            ")
            update delivery
               set state = 'leased',
                   lease_until = $4,
                   fence = $5,
                   attempts = case state when 'leased' then attempts + 1 else attempts end
              from ready
             where id = ready_id
            returning at, id, link_id, side, version, fence, attempts, intent"
        );
        let mut conn = self.conn();
        let sql = conn.pick(&LEASE);
        let mut rows: Vec<LeasedRow> = on_db!(conn.again(), db => {
            sqlx::query_as(sql)
                .bind(side.as_str())
                .bind(codec::micros(now))
                .bind(codec::limit(limit))
                .bind(codec::micros(lease_until))
                .bind(fence)
                .fetch_all(db)
                .await?
        });
        // `returning` keeps no order.
        rows.sort_by(|left, right| (left.at, &left.id).cmp(&(right.at, &right.id)));
        rows.into_iter().map(LeasedRow::into_delivery).collect()
    }

    /// Gives back what a killed process had leased: it is due again at once, and the attempt is not counted. Right
    /// only where nobody else can work on this side: see [`Store::is_single_node`].
    pub async fn release_leases(&mut self, side: Side) -> Result<u64> {
        const RELEASE: &str = "
            -- outbox: release all leases
            update delivery
               set state = 'due',
                   lease_until = null
             where side = $1 and state = 'leased'";
        Ok(on_db!(self.conn(), db => {
            sqlx::query(RELEASE).bind(side.as_str()).execute(db).await?.rows_affected()
        }))
    }

    /// Writes down what is about to be called, for those of `leases` (delivery and fence) that are still held.
    /// Returns these; nothing may be called for the others. Commit before the call.
    pub async fn intend(&mut self, leases: &[(DeliveryId, i64)], intent: &Intent) -> Result<Vec<DeliveryId>> {
        self.set_intent(leases, Some(codec::json(intent))).await
    }

    /// The call is known to have made nothing: the next attempt need not look first. Returns those still held.
    pub async fn clear_intent(&mut self, leases: &[(DeliveryId, i64)]) -> Result<Vec<DeliveryId>> {
        self.set_intent(leases, None).await
    }

    async fn set_intent(
        &mut self,
        leases: &[(DeliveryId, i64)],
        intent: Option<String>,
    ) -> Result<Vec<DeliveryId>> {
        const SET: &str = "
            -- outbox: set the intent
            update delivery
               set intent = $1
             where fence = $2
               and state = 'leased'
               and id in (select value from json_each($3))
            returning id";
        // Deliveries of one round have one fence, so this is one statement in life.
        let mut by_fence: BTreeMap<i64, Vec<DeliveryId>> = BTreeMap::new();
        for &(id, fence) in leases {
            by_fence.entry(fence).or_default().push(id);
        }
        let mut held = Vec::with_capacity(leases.len());
        for (fence, ids) in by_fence {
            let rows: Vec<(String,)> = on_db!(self.conn(), db => {
                sqlx::query_as(SET).bind(&intent).bind(fence).bind(codec::list(&ids)).fetch_all(db).await?
            });
            for (id,) in rows {
                held.push(codec::id(&id)?);
            }
        }
        Ok(held)
    }
}

reads! {
    /// When there will next be something to lease: the earliest due time or end of a lease. `None`: nothing waits.
    fn next_due(side: Side) -> Option<Timestamp>;
}

async fn next_due(conn: Conn<'_>, side: Side) -> Result<Option<Timestamp>> {
    // Each half reads the first entry of its index, however much waits.
    const SQL: &str = "
        -- outbox: next due
        select min(at)
          from (select at
                  from (select at
                          from delivery
                         where side = $1 and state in ('due', 'leased') and state = 'due'
                         order by at
                         limit 1) as due
                 union all
                select lease_until
                  from (select lease_until
                          from delivery
                         where side = $1 and state = 'leased'
                         order by lease_until
                         limit 1) as leased) as next";
    let (at,): (Option<i64>,) =
        on_db!(conn, db => sqlx::query_as(SQL).bind(side.as_str()).fetch_one(db).await?);
    at.map(codec::moment).transpose()
}

row! {
    LeasedRow {
        at: i64,
        id: String,
        link_id: String,
        side: String,
        version: i64,
        fence: i64,
        attempts: i64,
        intent: Option<String>,
    }
}

impl LeasedRow {
    fn into_delivery(self) -> Result<Delivery> {
        DeliveryRow {
            id: self.id,
            link_id: self.link_id,
            side: self.side,
            version: self.version,
            fence: self.fence,
            attempts: self.attempts,
            intent: self.intent,
        }
        .into_delivery()
    }
}
