//! How attempts end.

use domain::{Delivery, Reason, Timestamp, Verdict};

use crate::dialect::Dialects;
use crate::{Happened, Result, Subject, Write, codec, summary};

/// What became of a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settling {
    /// It stands.
    Done,
    /// It was about an older state; the newer one is due now.
    Newer,
    /// The lease had run out and somebody else has the delivery, or it was closed: the verdict is ignored.
    Stale,
}

impl Write {
    /// Records how the attempt at a leased delivery ended. `outcome` is what the side did (`created`, `linked`,
    /// `updated`, `unchanged`), for [`Verdict::Settled`].
    pub async fn settle(
        &mut self,
        delivery: &Delivery,
        verdict: &Verdict,
        outcome: Option<&str>,
        now: Timestamp,
    ) -> Result<Settling> {
        let Some(lease) = self.held_lease(delivery).await? else { return Ok(Settling::Stale) };
        let newer = lease.version > delivery.version;
        let end = match verdict {
            Verdict::Settled if newer => End { intent: None, ..End::due(now, 0) },
            Verdict::Settled => {
                End { state: "settled", intent: None, outcome, ..End::due(now, lease.attempts) }
            }
            Verdict::Park(_) if newer => End { intent: lease.intent, ..End::due(now, 0) },
            Verdict::Park(reason) => End {
                state: "parked",
                intent: lease.intent,
                reason: Some(reason),
                ..End::due(now, lease.attempts)
            },
            // What failed was an older state: the newer one has not been tried yet, but the trouble may be the same.
            Verdict::RetryAt(at) => {
                End { intent: lease.intent, ..End::due(*at, lease.attempts + i64::from(!newer)) }
            }
            Verdict::PutBackUntil(at) => End { intent: lease.intent, ..End::due(*at, lease.attempts) },
        };
        let happened = match verdict {
            Verdict::Settled => {
                self.tally(summary::outcome(delivery.side, outcome.unwrap_or_default()), 1);
                outcome.and_then(Happened::parse)
            }
            Verdict::Park(_) if !newer => Some(Happened::Parked),
            Verdict::Park(_) | Verdict::RetryAt(_) | Verdict::PutBackUntil(_) => None,
        };
        if let Some(happened) = happened {
            self.happened(Subject::Counterparty, delivery.side, happened, now);
        }
        self.end_lease(delivery, end).await?;
        let ignored = newer && matches!(verdict, Verdict::Settled | Verdict::Park(_));
        Ok(if ignored { Settling::Newer } else { Settling::Done })
    }

    async fn held_lease(&mut self, delivery: &Delivery) -> Result<Option<Lease>> {
        const HELD: Dialects = locking!(
            "
            -- outbox: is the lease still held
            select version, attempts, intent
              from delivery
             where id = $1 and fence = $2 and state = 'leased'",
            " for update"
        );
        let mut conn = self.conn();
        let sql = conn.pick(&HELD);
        Ok(on_db!(conn.again(), db => {
            sqlx::query_as(sql).bind(delivery.id.to_string()).bind(delivery.fence).fetch_optional(db).await?
        }))
    }

    async fn end_lease(&mut self, delivery: &Delivery, end: End<'_>) -> Result<()> {
        const END: &str = "
            -- outbox: end a lease
            update delivery
               set state = $2,
                   at = $3,
                   lease_until = null,
                   attempts = $4,
                   intent = $5,
                   reason_code = $6,
                   reason_text = $7,
                   outcome = $8
             where id = $1";
        on_db!(self.conn(), db => {
            sqlx::query(END)
                .bind(delivery.id.to_string())
                .bind(end.state)
                .bind(codec::micros(end.at))
                .bind(end.attempts)
                .bind(end.intent)
                .bind(end.reason.map(|reason| reason.code.as_str()))
                .bind(end.reason.map(|reason| reason.text.as_str()))
                .bind(end.outcome)
                .execute(db)
                .await?;
        });
        Ok(())
    }

    /// Forgets up to `limit` deliveries that were settled or dropped before `before`; returns how many. Small
    /// limits keep the transaction short; repeat until it returns less. One that was dropped, and that nothing newer
    /// followed, stays: it is the word of a person that this shall not be carried.
    pub async fn prune_settled(&mut self, before: Timestamp, limit: usize) -> Result<u64> {
        const PRUNE: &str = "
            -- outbox: prune
            delete from delivery
             where id in (select old.id
                            from delivery old
                           where old.state in ('settled', 'dropped') and old.at < $1
                             and (old.state = 'settled'
                                  or exists (select 1
                                               from delivery newer
                                              where newer.link_id = old.link_id
                                                and newer.side = old.side
                                                and newer.id > old.id))
                           order by old.at, old.id
                           limit $2)";
        Ok(on_db!(self.conn(), db => {
            sqlx::query(PRUNE)
                .bind(codec::micros(before))
                .bind(codec::limit(limit))
                .execute(db)
                .await?
                .rows_affected()
        }))
    }
}

row! {
    Lease {
        version: i64,
        attempts: i64,
        intent: Option<String>,
    }
}

/// What the row becomes.
struct End<'a> {
    state: &'static str,
    at: Timestamp,
    attempts: i64,
    intent: Option<String>,
    reason: Option<&'a Reason>,
    outcome: Option<&'a str>,
}

impl End<'_> {
    fn due(at: Timestamp, attempts: i64) -> Self {
        Self { state: "due", at, attempts, intent: None, reason: None, outcome: None }
    }
}
