//! A person says: try again.

use domain::{Counterparty, DeliveryId, DeliveryState, LinkId, ReasonCode, Timestamp};
use store::{Store, StoreError, Write};

/// Parked deliveries unlinked together.
const PAGE: usize = 500;

/// Makes a parked delivery due again. One whose company is gone from the portal begins anew, with a company to be
/// made. `false`: nobody waits for it any more.
pub async fn retry_parked(store: &Store, id: DeliveryId, now: Timestamp) -> Result<bool, StoreError> {
    let mut write = store.begin().await?;
    if let Some(standing) = write.delivery(id).await?
        && matches!(&standing.state, DeliveryState::Parked { reason, .. } if reason.code == ReasonCode::GoneInPortal)
    {
        unlink(&mut write, standing.delivery.link).await?;
    }
    let retried = write.retry_parked(id, now).await?;
    write.commit().await?;
    Ok(retried)
}

/// The same for all parked deliveries, or those of one cause, and for deals that 1C rejected or that cannot show what 1C
/// told. Returns how many.
pub async fn retry_all_parked(
    store: &Store,
    code: Option<ReasonCode>,
    now: Timestamp,
) -> Result<i64, StoreError> {
    if code.is_none_or(|code| code == ReasonCode::GoneInPortal) {
        let mut after = None;
        loop {
            let page = store.parked(Some(ReasonCode::GoneInPortal), after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.delivery);
            let mut write = store.begin().await?;
            for row in &page {
                unlink(&mut write, row.link).await?;
            }
            write.commit().await?;
        }
    }
    let mut write = store.begin().await?;
    let mut retried = write.retry_parked_all(code, now).await?;
    if code.is_none_or(|code| code == ReasonCode::RejectedByOneC) {
        retried += write.retry_rejected_inquiries(now).await?;
    }
    for cause in ReasonCode::ALL.iter().filter(|cause| code.is_none_or(|code| code == **cause)) {
        retried += write.hurry_faces(*cause, now).await?;
    }
    write.commit().await?;
    Ok(retried)
}

/// Forgets the company, and what was agreed on with it: the next one starts from what 1C shows.
async fn unlink(write: &mut Write, link: LinkId) -> Result<(), StoreError> {
    let Some(mut link) = write.link(link).await? else { return Ok(()) };
    link.company_id = None;
    link.requisite_id = None;
    link.bitrix = None;
    link.base = Counterparty::default();
    write.save_link(&link).await
}
