//! How deliveries come to be, and how they end without an attempt.

use domain::{DeliveryId, Field, Ids, LinkId, Reason, Side, Timestamp};

use crate::{Happened, Result, Subject, Write, codec};

impl Write {
    /// The side has to take the newest state of the link. An open delivery becomes due at once, with no attempts
    /// counted, also if it was parked; one that somebody works on stays with them and comes due when they are
    /// done. An intent of an earlier attempt is kept: the next one looks first.
    pub async fn offer(&mut self, ids: &Ids, link: LinkId, side: Side, now: Timestamp) -> Result<DeliveryId> {
        const OFFER: &str = "
            -- outbox: offer
            insert into delivery (id, link_id, side, state, at, version, fence, attempts)
            values ($1, $2, $3, 'due', $4, 1, 0, 0)
            on conflict (link_id, side) where state in ('due', 'leased', 'parked') do update
               set state = case delivery.state when 'leased' then 'leased' else 'due' end,
                   at = case delivery.state when 'leased' then delivery.at else excluded.at end,
                   version = delivery.version + 1,
                   attempts = 0,
                   reason_code = null,
                   reason_text = null
            returning id";
        let named = self.replace_handed_out(link, side, Some(now)).await?;
        let (id,): (String,) = on_db!(self.conn(), db => {
            sqlx::query_as(OFFER)
                .bind(ids.delivery().to_string())
                .bind(link.to_string())
                .bind(side.as_str())
                .bind(codec::micros(now))
                .fetch_one(db)
                .await?
        });
        let id = codec::id(&id)?;
        self.name_fields(id, &named).await?;
        Ok(id)
    }

    /// Offers the newest state, and names these fields to the side although it may show them already. What was named by
    /// an earlier delivery that this one replaces is named again.
    pub async fn offer_again(
        &mut self,
        ids: &Ids,
        link: LinkId,
        side: Side,
        fields: &[Field],
        now: Timestamp,
    ) -> Result<DeliveryId> {
        let id = self.offer(ids, link, side, now).await?;
        self.name_fields(id, fields).await?;
        Ok(id)
    }

    async fn name_fields(&mut self, id: DeliveryId, fields: &[Field]) -> Result<()> {
        const NAMED: &str = "
            -- outbox: what is named
            select named
              from delivery
             where id = $1";
        const NAME: &str = "
            -- outbox: name fields
            update delivery
               set named = $2
             where id = $1";
        if fields.is_empty() {
            return Ok(());
        }
        let id = id.to_string();
        let (before,): (Option<String>,) =
            on_db!(self.conn(), db => sqlx::query_as(NAMED).bind(&id).fetch_one(db).await?);
        let mut named: Vec<Field> = before.as_deref().map(codec::from_json).transpose()?.unwrap_or_default();
        named.extend(fields);
        named.sort_unstable();
        named.dedup();
        on_db!(self.conn(), db => {
            sqlx::query(NAME).bind(&id).bind(codec::json(&named)).execute(db).await?;
        });
        Ok(())
    }

    /// The newest state of the link cannot travel until a person has done something. An open delivery is parked,
    /// whoever works on it: their verdict is [`Stale`](crate::Settling::Stale), their intent is kept. One that is
    /// parked for the same cause keeps its time.
    pub async fn park_new(
        &mut self,
        ids: &Ids,
        link: LinkId,
        side: Side,
        reason: &Reason,
        now: Timestamp,
    ) -> Result<DeliveryId> {
        const PARK: &str = "
            -- outbox: park at once
            insert into delivery (id, link_id, side, state, at, version, fence, attempts, reason_code, reason_text)
            values ($1, $2, $3, 'parked', $4, 1, 0, 0, $5, $6)
            on conflict (link_id, side) where state in ('due', 'leased', 'parked') do update
               set state = 'parked',
                   at = case when delivery.state = 'parked' and delivery.reason_code = excluded.reason_code
                             then delivery.at
                             else excluded.at
                         end,
                   lease_until = null,
                   version = delivery.version + 1,
                   attempts = 0,
                   reason_code = excluded.reason_code,
                   reason_text = excluded.reason_text
            returning id, at";
        let named = self.replace_handed_out(link, side, Some(now)).await?;
        let (id, since): (String, i64) = on_db!(self.conn(), db => {
            sqlx::query_as(PARK)
                .bind(ids.delivery().to_string())
                .bind(link.to_string())
                .bind(side.as_str())
                .bind(codec::micros(now))
                .bind(reason.code.as_str())
                .bind(&reason.text)
                .fetch_one(db)
                .await?
        });
        if since == codec::micros(now) {
            self.happened(Subject::Counterparty, side, Happened::Parked, now);
        }
        let id = codec::id(&id)?;
        self.name_fields(id, &named).await?;
        Ok(id)
    }

    /// The side already shows what it should: an untouched delivery is taken back and leaves no trace, and the
    /// answer is `true`. One that somebody works on, or whose earlier attempt ended unclear, may have changed the
    /// side, or still change it: it stays open with a newer version, so that somebody looks again.
    pub async fn close_open(&mut self, link: LinkId, side: Side) -> Result<bool> {
        const TAKE_BACK: &str = "
            -- outbox: take back what nobody has touched
            delete from delivery
             where link_id = $1 and side = $2 and state in ('due', 'parked') and intent is null";
        const LOOK_AGAIN: &str = "
            -- outbox: look again at what somebody has touched
            update delivery
               set state = case state when 'leased' then 'leased' else 'due' end,
                   version = version + 1,
                   attempts = 0,
                   reason_code = null,
                   reason_text = null
             where link_id = $1 and side = $2 and state in ('due', 'leased', 'parked')";
        self.replace_handed_out(link, side, None).await?;
        let (link, side) = (link.to_string(), side.as_str());
        let left_open = on_db!(self.conn(), db => {
            sqlx::query(TAKE_BACK).bind(&link).bind(side).execute(&mut *db).await?;
            sqlx::query(LOOK_AGAIN).bind(&link).bind(side).execute(db).await?.rows_affected()
        });
        Ok(left_open == 0)
    }

    /// The side already shows what it should. The same as [`close_open`](Self::close_open), but what a person asked for
    /// stays: somebody looks at it all the same.
    pub async fn close_needless(&mut self, link: LinkId, side: Side) -> Result<()> {
        const IS_NAMED: &str = "
            -- outbox: was it asked for
            select 1
              from delivery
             where link_id = $1 and side = $2 and state in ('due', 'leased', 'parked') and named is not null";
        let named: Option<(i32,)> = on_db!(self.conn(), db => {
            sqlx::query_as(IS_NAMED).bind(link.to_string()).bind(side.as_str()).fetch_optional(db).await?
        });
        if named.is_none() {
            self.close_open(link, side).await?;
        }
        Ok(())
    }

    /// Nobody shall take it any more, by decision of a person or a rule. The row stays, with `why`; a worker who
    /// has it finds its verdict [`Stale`](crate::Settling::Stale). `false`: there was none.
    pub async fn drop_delivery(
        &mut self,
        link: LinkId,
        side: Side,
        why: &str,
        now: Timestamp,
    ) -> Result<bool> {
        const DROP: &str = "
            -- outbox: drop
            update delivery
               set state = 'dropped',
                   at = $4,
                   lease_until = null,
                   reason_code = null,
                   reason_text = $3
             where link_id = $1 and side = $2 and state in ('due', 'leased', 'parked')";
        let dropped = on_db!(self.conn(), db => {
            sqlx::query(DROP)
                .bind(link.to_string())
                .bind(side.as_str())
                .bind(why)
                .bind(codec::micros(now))
                .execute(db)
                .await?
                .rows_affected()
        });
        Ok(dropped > 0)
    }
}
