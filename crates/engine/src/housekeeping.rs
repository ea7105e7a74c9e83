//! Forgets what nobody asks for any more. It runs after every full compare, in small steps: other writers come in between.
//!
//! What both sides showed (the journal), what people did to records (deeds) and what they dropped stay for ever: explanations
//! are made of them.

use domain::{SignedDuration, Timestamp};
use store::{StoreError, Write};
use tracing::info;

use crate::Engine;

/// Days for which a delivery that has ended stays in the history of its record.
pub const DELIVERY_DAYS: i64 = 100;
/// Days for which requests and answers stay there.
pub const TRANSCRIPT_DAYS: i64 = 30;

/// Rows forgotten in one transaction: some milliseconds.
const TOGETHER: usize = 1_000;
/// Contents of documents forgotten in one transaction: each is many rows.
const CONTENTS_TOGETHER: usize = 50;

/// Something that grows.
#[derive(Clone, Copy, Debug)]
enum Old {
    /// Deliveries that have ended.
    Deliveries,
    /// States of deals that 1C was given.
    HandedInquiries,
    /// What was said to either side and what it answered.
    Transcripts,
    /// What people did in the console.
    Audit,
    /// Contents that no document has any more.
    Contents,
}

impl Old {
    const ALL: [Self; 5] =
        [Self::Deliveries, Self::HandedInquiries, Self::Transcripts, Self::Audit, Self::Contents];

    /// How long it is kept: docs/operations.md says the same.
    const fn kept(self) -> SignedDuration {
        match self {
            // People look at the last days, and sometimes at a quarter.
            Self::Deliveries => days(DELIVERY_DAYS),
            // A receipt that comes later speaks of nothing that anybody knows.
            Self::HandedInquiries => days(60),
            Self::Transcripts => days(TRANSCRIPT_DAYS),
            Self::Audit => days(3 * 365),
            Self::Contents => SignedDuration::ZERO,
        }
    }

    /// Forgets some; `true`: there may be more.
    async fn forget(self, write: &mut Write, before: Timestamp) -> Result<(u64, bool), StoreError> {
        let limit = if matches!(self, Self::Contents) { CONTENTS_TOGETHER } else { TOGETHER };
        let forgotten = match self {
            Self::Deliveries => write.prune_settled(before, limit).await?,
            Self::HandedInquiries => write.prune_handed_inquiries(before, limit).await?,
            Self::Transcripts => write.prune_transcripts(before, limit).await?,
            Self::Audit => write.prune_audit(before, limit).await?,
            Self::Contents => write.prune_blobs(limit).await?,
        };
        Ok((forgotten, forgotten >= limit as u64))
    }
}

/// What crossed, by hours: as long as deliveries.
const ACTIVITY_KEPT: SignedDuration = Old::Deliveries.kept();

const fn days(number: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * number)
}

impl Engine {
    /// Forgets everything that is older than it has to be.
    pub(crate) async fn forget_the_old(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        for old in Old::ALL {
            let mut total = 0;
            loop {
                let mut write = self.store.begin().await?;
                let (forgotten, has_more) = old.forget(&mut write, now - old.kept()).await?;
                write.commit().await?;
                total += forgotten;
                if !has_more {
                    break;
                }
            }
            if total > 0 {
                info!(forgotten = total, "{old:?} that nobody asks for any more were forgotten");
            }
        }
        let mut write = self.store.begin().await?;
        write.prune_activity(now - ACTIVITY_KEPT).await?;
        write.commit().await?;
        self.prune_jobs().await
    }
}
