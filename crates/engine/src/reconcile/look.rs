//! One link: what either side lacks, and who sees to it.

use domain::merge::explain;
use domain::{DeliveryState, Field, Link, MatchKey, Reason, ReasonCode, Shown, Side, Timestamp, Why};
use store::StoreError;

use super::{Discrepancy, DiscrepancyKind, Facts, FieldDifference, Reconciliation, Standing};
use crate::plan::{Gate, Outlook, gate, outlook, without_deal};
use crate::planning::duplicate_in_portal;
use crate::words::in_words;

/// Who sees to what a side lacks.
struct Way {
    standing: Standing,
    reason: Option<ReasonCode>,
    text: String,
    since: Timestamp,
}

impl Reconciliation<'_> {
    /// Adds everything on which the sides of a link do not agree.
    pub(super) async fn look(
        &self,
        link: &Link,
        facts: &Facts,
        found: &mut Vec<Discrepancy>,
    ) -> Result<(), StoreError> {
        let outlook = outlook(link, &self.engine.settings.rules);
        let in_portal = link.company_id.is_some() && link.bitrix.is_some();
        if link.onec.is_some() && !(in_portal && outlook.bitrix_lacks.is_empty()) {
            let kind = if in_portal { DiscrepancyKind::Different } else { DiscrepancyKind::MissingInBitrix };
            let fields = if in_portal { outlook.bitrix_lacks.as_slice() } else { &[] };
            let way = self.way_to_bitrix(link, facts).await?;
            found.push(discrepancy(link, kind, Some(Side::Bitrix), way, differences(link, &outlook, fields)));
        }
        if in_portal && !(link.onec.is_some() && outlook.onec_lacks.is_empty()) {
            let known = link.onec.is_some();
            let kind = if known { DiscrepancyKind::Different } else { DiscrepancyKind::MissingInOneC };
            let fields = if known { outlook.onec_lacks.as_slice() } else { &[] };
            let way = self.way_to_onec(link, &outlook, facts).await?;
            found.push(discrepancy(link, kind, Some(Side::OneC), way, differences(link, &outlook, fields)));
        }
        if in_portal && link.onec.is_some() {
            self.look_apart(link, &outlook, found).await?;
        }
        if facts.not_shown.contains(&link.id) {
            found.extend(self.not_shown(link));
        }
        Ok(())
    }

    async fn way_to_bitrix(&self, link: &Link, facts: &Facts) -> Result<Way, StoreError> {
        match open(link, Side::Bitrix, facts) {
            Some(way) => Ok(way),
            None => Ok(self.dropped(link, Side::Bitrix).await?.unwrap_or_else(|| missed(link))),
        }
    }

    async fn way_to_onec(&self, link: &Link, outlook: &Outlook, facts: &Facts) -> Result<Way, StoreError> {
        if let Some(way) = open(link, Side::OneC, facts) {
            return Ok(way);
        }
        let company = link.company_id.and_then(|company| facts.companies.get(&company));
        let has_deal = company.is_some_and(|company| company.has_deal);
        let reason = if link.onec.is_none() && !has_deal {
            Some(without_deal(&outlook.for_onec))
        } else if let Some(reason) = held_by_the_key(link, facts) {
            Some(reason)
        } else {
            self.held_back(link, outlook).await?
        };
        if let Some(reason) = reason {
            let since = company
                .filter(|company| company.waits.as_ref().is_some_and(|waits| waits.code == reason.code))
                .and_then(|company| company.waits_since);
            return Ok(waits(reason, since.unwrap_or_else(|| last_seen(link))));
        }
        Ok(self.dropped(link, Side::OneC).await?.unwrap_or_else(|| missed(link)))
    }

    /// What planning would find in the way to 1C, beside the deal.
    async fn held_back(&self, link: &Link, outlook: &Outlook) -> Result<Option<Reason>, StoreError> {
        let card = &outlook.for_onec;
        let key: MatchKey = match gate(card, self.engine.settings.match_by, true, Side::Bitrix) {
            Gate::Closed(reason) => return Ok(Some(reason)),
            Gate::Open(None) => return Ok(None),
            Gate::Open(Some(key)) => key,
        };
        let store = &self.engine.store;
        let Some(holder) = store.holder_of_key(&key).await?.filter(|holder| *holder != link.id) else {
            return Ok(None);
        };
        Ok(Some(duplicate_in_portal(card, &key, store.link(holder).await?.as_ref())))
    }

    /// A person said that nobody shall take it. The next change takes it up again.
    async fn dropped(&self, link: &Link, side: Side) -> Result<Option<Way>, StoreError> {
        let Some(last) = self.engine.store.standing(link.id, side).await? else { return Ok(None) };
        Ok(match last.state {
            DeliveryState::Dropped { why } => Some(Way {
                standing: Standing::Dropped,
                reason: None,
                text: format!(
                    "Больше не передаётся: {why}. Следующее изменение снова поставит его в очередь."
                ),
                since: last.delivery.id.made_at(),
            }),
            DeliveryState::Settled
            | DeliveryState::Due { .. }
            | DeliveryState::Leased { .. }
            | DeliveryState::Parked { .. } => None,
        })
    }

    /// Fields that differ and that nobody is to write.
    async fn look_apart(
        &self,
        link: &Link,
        outlook: &Outlook,
        found: &mut Vec<Discrepancy>,
    ) -> Result<(), StoreError> {
        let fields = |why: Why| -> Vec<Field> {
            outlook
                .decisions
                .iter()
                .filter(|decision| decision.why == why)
                .map(|decision| decision.field)
                .collect()
        };
        let asked = fields(Why::Conflict);
        if !asked.is_empty() {
            let kept = self.engine.store.conflicts_of(link.id).await?;
            let since = kept.iter().map(|conflict| conflict.since).min();
            let names: Vec<&str> = asked.iter().map(|field| field.title()).collect();
            let reason = Reason::new(
                ReasonCode::Conflict,
                format!(
                    "Изменено и в 1С, и в Битрикс24, по правилу решает человек: {}. Сделайте одинаковым с обеих сторон.",
                    names.join(", ")
                ),
            );
            let way = waits(reason, since.unwrap_or_else(|| last_seen(link)));
            found.push(discrepancy(
                link,
                DiscrepancyKind::Different,
                None,
                way,
                differences(link, outlook, &asked),
            ));
        }
        let apart = fields(Why::KeptApart);
        if !apart.is_empty() {
            let way = Way {
                standing: Standing::KeptApart,
                reason: None,
                text: "По правилу «заполнять только пустое» каждая сторона остаётся как есть.".to_owned(),
                since: last_seen(link),
            };
            found.push(discrepancy(
                link,
                DiscrepancyKind::Different,
                None,
                way,
                differences(link, outlook, &apart),
            ));
        }
        Ok(())
    }

    /// 1C has shown everything, but not this.
    fn not_shown(&self, link: &Link) -> Option<Discrepancy> {
        let asked_at = self.asked.as_ref()?.wish.asked_at;
        // Shown after the wish had ended, or confirmed by a receipt.
        if link.onec.as_ref().is_none_or(|onec| onec.seen_at >= asked_at) {
            return None;
        }
        let way = Way {
            standing: Standing::Waits,
            reason: None,
            text: "1С показала всё, а его — нет: похоже, в 1С его больше нет. В Битрикс24 ничего не удалено. Найдите \
                   его в 1С по коду; если он удалён нарочно, решите, нужна ли компания."
                .to_owned(),
            since: asked_at,
        };
        Some(discrepancy(link, DiscrepancyKind::NotShown, None, way, Vec::new()))
    }
}

fn open(link: &Link, side: Side, facts: &Facts) -> Option<Way> {
    let open = facts.open.get(&(link.id, side))?;
    match &open.state {
        DeliveryState::Due { .. } | DeliveryState::Leased { .. } => Some(Way {
            standing: Standing::UnderWay,
            reason: None,
            text: match side {
                Side::Bitrix => "В очереди в Битрикс24: передастся само.".to_owned(),
                Side::OneC => "Ждёт, когда 1С заберёт его при обмене.".to_owned(),
            },
            since: open.delivery.id.made_at(),
        }),
        DeliveryState::Parked { reason, since } => Some(waits(reason.clone(), *since)),
        DeliveryState::Settled | DeliveryState::Dropped { .. } => None,
    }
}

/// What shuts the gate shuts it both ways; the way to Bitrix24 says so.
fn held_by_the_key(link: &Link, facts: &Facts) -> Option<Reason> {
    match &facts.open.get(&(link.id, Side::Bitrix))?.state {
        DeliveryState::Parked { reason, .. } => match reason.code {
            ReasonCode::MissingInn
            | ReasonCode::InvalidInn
            | ReasonCode::DuplicateInOneC
            | ReasonCode::SeveralInPortal => Some(reason.clone()),
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn missed_text() -> String {
    "Передача не начата. Её начнёт следующая полная сверка или команда parom reconcile --heal.".to_owned()
}

fn missed(link: &Link) -> Way {
    Way { standing: Standing::Missed, reason: None, text: missed_text(), since: last_seen(link) }
}

fn waits(reason: Reason, since: Timestamp) -> Way {
    Way { standing: Standing::Waits, reason: Some(reason.code), text: reason.text, since }
}

/// When either side was last seen to show something new: no difference is older.
fn last_seen(link: &Link) -> Timestamp {
    [&link.onec, &link.bitrix].into_iter().flatten().map(|shown| shown.seen_at).max().unwrap_or_default()
}

fn discrepancy(
    link: &Link,
    kind: DiscrepancyKind,
    towards: Option<Side>,
    way: Way,
    fields: Vec<FieldDifference>,
) -> Discrepancy {
    let shown = |pick: fn(&Shown) -> &str| {
        let texts = [&link.onec, &link.bitrix].into_iter().flatten().map(pick);
        texts.map(str::trim).find(|text| !text.is_empty()).unwrap_or_default().to_owned()
    };
    let needs_person = match way.standing {
        Standing::Missed => true,
        // The first deal of a company comes, or it does not.
        Standing::Waits => way.reason != Some(ReasonCode::NoDeal),
        Standing::Healed | Standing::UnderWay | Standing::KeptApart | Standing::Dropped => false,
    };
    Discrepancy {
        link: Some(link.id),
        title: shown(|shown| shown.snapshot.title()),
        inn: shown(|shown| shown.snapshot.inn.as_deref().unwrap_or_default()),
        onec_code: link.onec_code.clone(),
        onec_ref: link.onec_ref,
        company_id: link.company_id,
        kind,
        standing: way.standing,
        towards,
        reason: way.reason,
        text: way.text,
        since: way.since,
        needs_person,
        fields,
    }
}

fn differences(link: &Link, outlook: &Outlook, fields: &[Field]) -> Vec<FieldDifference> {
    let words = |shown: &Option<Shown>, field| {
        shown.as_ref().map(|shown| in_words(&shown.snapshot, field)).unwrap_or_default()
    };
    let verdict = |field: Field| {
        let decision = outlook.decisions.iter().find(|decision| decision.field == field);
        decision.map(explain).unwrap_or_default()
    };
    fields
        .iter()
        .map(|&field| FieldDifference {
            field,
            onec: words(&link.onec, field),
            bitrix: words(&link.bitrix, field),
            base: in_words(&link.base, field),
            verdict: verdict(field),
        })
        .collect()
}
