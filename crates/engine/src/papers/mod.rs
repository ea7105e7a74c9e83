//! What 1C pushes for its inquiries: documents with their PDF, and payments. Kept by GUID, told to the deal by
//! [`face`](crate::face).

pub(crate) mod documents;
pub(crate) mod payments;

use domain::{OneCRef, Timestamp};
use store::{StoreError, Write};

/// The deals to which something belongs or belonged: all of them have to be looked at.
async fn want_faces(write: &mut Write, deals: [Option<i64>; 2], now: Timestamp) -> Result<(), StoreError> {
    let [first, second] = deals;
    if let Some(deal) = first {
        write.want_face(deal, now).await?;
    }
    if let Some(deal) = second.filter(|deal| first != Some(*deal)) {
        write.want_face(deal, now).await?;
    }
    Ok(())
}

/// The deal of an inquiry that is named by its GUID, by its deal, or by both.
async fn deal_of(
    write: &mut Write,
    inquiry: Option<OneCRef>,
    told_deal: Option<i64>,
) -> Result<Option<i64>, StoreError> {
    let known = match inquiry {
        Some(inquiry) => write.inquiry_by_ref(inquiry).await?.map(|row| row.deal_id),
        None => None,
    };
    Ok(known.or(told_deal))
}

/// Whether 1C said this before something that is known already.
fn is_stale(said: Option<Timestamp>, known: Option<Timestamp>) -> bool {
    matches!((said, known), (Some(said), Some(known)) if said < known)
}
