//! A person chooses whose value both sides shall show.

use domain::merge::{same, speaks};
use domain::{Counterparty, DeliveryState, Field, Link, LinkId, Ruling, Side, Why};
use store::{Chosen, DeedKind, StoreError, Write};
use tracing::info;

use super::{By, DeedError, Done, Seen, known, reasons};
use crate::Engine;
use crate::plan::outlook;
use crate::planning::{Towards, shown};
use crate::words::in_words;

/// What a person chose for one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Which field.
    pub field: Field,
    /// Whose value is taken.
    pub side: Side,
    /// What the person saw. `None`: whatever is there, said at the command line.
    pub seen: Option<Seen>,
}

impl Engine {
    /// Resolves conflicts of a counterparty, several fields at once or none of them. The side that loses gets the value
    /// as one write; the other gets nothing.
    pub async fn resolve_conflicts(
        &self,
        link: LinkId,
        choices: &[Choice],
        by: &By,
    ) -> Result<Done, DeedError> {
        let mut write = self.store.begin().await?;
        let found = known(&mut write, link).await?;
        let asked: Vec<Field> = outlook(&found, &self.settings.rules)
            .decisions
            .iter()
            .filter(|decision| decision.why == Why::Conflict)
            .map(|decision| decision.field)
            .collect();
        if let Some(choice) = choices.iter().find(|choice| !asked.contains(&choice.field)) {
            return Err(DeedError::Changed(format!(
                "Поле «{}» уже изменилось: конфликта в нём больше нет. Посмотрите запись заново.",
                choice.field.title()
            )));
        }
        self.choose(write, found, choices, DeedKind::Resolved, by).await
    }

    /// Takes the values of one side, whatever the rules say, for fields that differ.
    pub async fn take_values(&self, link: LinkId, choices: &[Choice], by: &By) -> Result<Done, DeedError> {
        let mut write = self.store.begin().await?;
        let found = known(&mut write, link).await?;
        self.choose(write, found, choices, DeedKind::Took, by).await
    }

    /// Takes all values of one side that differ from the other's. A field of which that side does not speak stays.
    pub async fn take_all(&self, link: LinkId, side: Side, by: &By) -> Result<Done, DeedError> {
        let mut write = self.store.begin().await?;
        let found = known(&mut write, link).await?;
        let (Some(onec), Some(bitrix)) = (shown(&found, Side::OneC), shown(&found, Side::Bitrix)) else {
            return Err(one_sided());
        };
        let choices: Vec<Choice> = Field::ALL
            .into_iter()
            // Whether it is a person or an entrepreneur follows from the ИНН.
            .filter(|field| *field != Field::Kind && !same(*field, onec, bitrix))
            .filter(|field| speaks(onec, *field) && speaks(bitrix, *field))
            .map(|field| Choice { field, side, seen: None })
            .collect();
        self.choose(write, found, &choices, DeedKind::Took, by).await
    }

    async fn choose(
        &self,
        mut write: Write,
        mut link: Link,
        choices: &[Choice],
        kind: DeedKind,
        by: &By,
    ) -> Result<Done, DeedError> {
        let (Some(onec), Some(bitrix)) = (shown(&link, Side::OneC), shown(&link, Side::Bitrix)) else {
            return Err(one_sided());
        };
        let (onec, bitrix) = (onec.clone(), bitrix.clone());
        let under_way = under_way(&mut write, &link).await?;
        let mut chosen = Vec::with_capacity(choices.len());
        for choice in choices {
            check(link.id, choice, &onec, &bitrix)?;
            let from = if choice.side == Side::OneC { &onec } else { &bitrix };
            let known = [&onec, &bitrix, &link.base].into_iter().chain(&under_way);
            link.word.rule(Ruling {
                field: choice.field,
                value: from.only(choice.field),
                known: known.map(|known| known.only(choice.field)).collect(),
            });
            chosen.push(Chosen {
                field: choice.field,
                side: choice.side,
                value: from.only(choice.field),
                onec: onec.only(choice.field),
                bitrix: bitrix.only(choice.field),
                base: link.base.only(choice.field),
            });
        }
        if chosen.is_empty() {
            return Err(DeedError::impossible(
                "Стороны показывают одно и то же: выбирать нечего. Чтобы записать всё заново, отправьте запись снова.",
            ));
        }
        let now = self.clock.now();
        let held = self.plan(&mut write, &mut link, Towards::Both, now).await?;
        let mut deed = self.deed_to(link.id, kind, by, said(&chosen), now);
        deed.chosen = chosen;
        write.record_deed(&deed).await?;
        write.commit().await?;
        info!(link = %link.id, deed = %deed.id, "A person has chosen values for {} fields", deed.chosen.len());
        self.wake();
        Ok(Done { deed: deed.id, waits: reasons(held) })
    }
}

/// States that are on their way to either side and may appear there yet.
pub(super) async fn under_way(write: &mut Write, link: &Link) -> Result<Vec<Counterparty>, StoreError> {
    let mut states = Vec::new();
    if let Some(sent) = write.open_to_onec(link.id).await?.and_then(|open| open.sent) {
        states.push(sent.snapshot);
    }
    if let Some(standing) = write.standing(link.id, Side::Bitrix).await?
        && !matches!(standing.state, DeliveryState::Settled | DeliveryState::Dropped { .. })
        && let Some(written) = standing.delivery.intent.and_then(|intent| intent.written)
    {
        states.push(*written);
    }
    Ok(states)
}

fn check(link: LinkId, choice: &Choice, onec: &Counterparty, bitrix: &Counterparty) -> Result<(), DeedError> {
    let field = choice.field;
    let (onec_says, bitrix_says) = (in_words(onec, field), in_words(bitrix, field));
    if choice.seen.as_ref().is_some_and(|seen| *seen != Seen::of(link, field, &onec_says, &bitrix_says)) {
        return Err(DeedError::Changed(format!(
            "Поле «{}» уже изменилось: сейчас в 1С «{onec_says}», в Битрикс24 «{bitrix_says}». Посмотрите и решите \
             заново.",
            field.title()
        )));
    }
    for (side, says) in [(Side::OneC, onec), (Side::Bitrix, bitrix)] {
        if !speaks(says, field) {
            return Err(DeedError::Impossible(format!(
                "Поле «{}» показывает только {}: передать его туда, где поля нет, нельзя.",
                field.title(),
                side.other().title()
            )));
        }
    }
    if same(field, onec, bitrix) {
        return Err(DeedError::Changed(format!(
            "Поле «{}» уже одинаково с обеих сторон: «{onec_says}».",
            field.title()
        )));
    }
    Ok(())
}

fn one_sided() -> DeedError {
    DeedError::impossible(
        "Запись есть только на одной стороне: выбирать не из чего. Сначала её надо связать.",
    )
}

fn said(chosen: &[Chosen]) -> String {
    let of = |side: Side| -> Option<String> {
        let fields: Vec<&str> =
            chosen.iter().filter(|chosen| chosen.side == side).map(|chosen| chosen.field.title()).collect();
        (!fields.is_empty()).then(|| format!("взято значение из {}: {}", side.title(), fields.join(", ")))
    };
    [of(Side::OneC), of(Side::Bitrix)].into_iter().flatten().collect::<Vec<_>>().join("; ")
}
