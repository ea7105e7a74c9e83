//! What nobody carries is planned again; what waits for a person is left to them.

use std::collections::{BTreeMap, HashSet};

use domain::{LinkId, Reason, Side};
use store::StoreError;

use super::{Discrepancy, Reconciliation, Standing};
use crate::planning::{HeldBack, Towards};

impl Reconciliation<'_> {
    /// Plans again what was missed among `found`, in one transaction, and says there what came of it.
    pub(super) async fn heal(&self, found: &mut Vec<Discrepancy>) -> Result<(), StoreError> {
        let missed: BTreeMap<LinkId, Towards> = missed(found);
        if missed.is_empty() {
            return Ok(());
        }
        let engine = self.engine;
        let now = engine.clock.now();
        let mut held: BTreeMap<LinkId, HeldBack> = BTreeMap::new();
        let mut write = engine.store.begin().await?;
        for (id, towards) in &missed {
            if let Some(mut link) = write.link(*id).await? {
                held.insert(*id, engine.plan(&mut write, &mut link, *towards, now).await?);
            }
        }
        write.commit().await?;
        engine.wake();

        let ids: Vec<LinkId> = missed.into_keys().collect();
        let open = engine.store.open_deliveries(&ids).await?;
        let open: HashSet<(LinkId, Side)> =
            open.iter().map(|open| (open.delivery.link, open.delivery.side)).collect();
        found.retain_mut(|discrepancy| {
            let (Standing::Missed, Some(link), Some(side)) =
                (discrepancy.standing, discrepancy.link, discrepancy.towards)
            else {
                return true;
            };
            let held = held.get(&link).and_then(|held| match side {
                Side::Bitrix => held.from_bitrix.clone(),
                Side::OneC => held.from_onec.clone(),
            });
            let is_open = open.contains(&(link, side));
            came_of_it(discrepancy, held, is_open);
            // Neither held back nor under way: somebody brought it meanwhile.
            discrepancy.standing != Standing::Missed
        });
        Ok(())
    }
}

/// The links to plan. The way to Bitrix24 is planned only where nobody carries it: a delivery that waits there for a
/// person goes on waiting.
fn missed(found: &[Discrepancy]) -> BTreeMap<LinkId, Towards> {
    let mut missed = BTreeMap::new();
    for discrepancy in found.iter().filter(|discrepancy| discrepancy.standing == Standing::Missed) {
        let Some(link) = discrepancy.link else { continue };
        let towards = missed.entry(link).or_insert(Towards::OneC);
        if discrepancy.towards == Some(Side::Bitrix) {
            *towards = Towards::Both;
        }
    }
    missed
}

fn came_of_it(discrepancy: &mut Discrepancy, held: Option<Reason>, is_open: bool) {
    if let Some(reason) = held {
        discrepancy.standing = Standing::Waits;
        discrepancy.reason = Some(reason.code);
        discrepancy.text = reason.text;
    } else if is_open {
        discrepancy.standing = Standing::Healed;
        discrepancy.needs_person = false;
        "Поставлено в очередь этой сверкой.".clone_into(&mut discrepancy.text);
    }
}
