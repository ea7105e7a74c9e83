use std::collections::HashMap;

use domain::merge::agreed;
use domain::{Counterparty, Delivery, Link, LinkId};
use store::StoreError;

use crate::Engine;
use crate::plan::without_bad_emails;

/// A leased delivery with its link and what is known of it in the portal.
#[derive(Clone, Debug)]
pub(super) struct Work {
    pub(super) delivery: Delivery,
    pub(super) link: Link,
    /// The company is new to the link: found in the portal in this round.
    pub(super) adopted: bool,
    /// What was last written into the portal, or may have been.
    pub(super) written: Option<Counterparty>,
}

impl Work {
    /// The GUID under which the portal keeps what was made for this link.
    pub(super) fn origin(&self) -> String {
        self.link.onec_ref.map_or_else(|| self.link.id.to_string(), |onec_ref| onec_ref.to_string())
    }

    /// Where the portal shows what was written, both sides have agreed: it is our own doing and no edit of an
    /// employee. Without this a call whose answer was lost would stand against a newer state of 1C.
    pub(super) fn base_after(&self, base: &Counterparty, shown: &Counterparty) -> Counterparty {
        agreed(base, self.written.as_ref(), Some(shown))
    }

    /// What of `target` is 1C's own word. The rest of it the portal showed before, or both sides together: 1C has
    /// not agreed to that by showing something else.
    pub(super) fn word_of_onec(&self, target: &Counterparty) -> Counterparty {
        let Some(onec) = &self.link.onec else { return Counterparty::default() };
        let mut onec = onec.snapshot.clone();
        without_bad_emails(&mut onec);
        agreed(&Counterparty::default(), Some(&onec), Some(target))
    }

    /// The name as 1C shows it.
    pub(super) fn title(&self) -> &str {
        self.link.onec.as_ref().map_or("", |onec| onec.snapshot.title())
    }

    /// ИНН as 1C shows it.
    pub(super) fn inn(&self) -> &str {
        let onec = self.link.onec.as_ref();
        onec.and_then(|onec| onec.snapshot.inn.as_deref()).unwrap_or_default().trim()
    }
}

impl Engine {
    pub(super) async fn load(&self, deliveries: Vec<Delivery>) -> Result<Vec<Work>, StoreError> {
        let ids: Vec<LinkId> = deliveries.iter().map(|delivery| delivery.link).collect();
        let mut links: HashMap<LinkId, Link> =
            self.store.links_by_ids(&ids).await?.into_iter().map(|link| (link.id, link)).collect();
        Ok(deliveries
            .into_iter()
            .filter_map(|delivery| {
                let link = links.remove(&delivery.link)?;
                let written = delivery.intent.as_ref().and_then(|intent| intent.written.as_deref().cloned());
                Some(Work { delivery, link, adopted: false, written })
            })
            .collect())
    }
}
