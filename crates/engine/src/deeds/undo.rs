//! A choice is taken back: the side that lost its value gets it again, and everything is as it was before.

use domain::merge::{same, speaks};
use domain::{Counterparty, DeedId, DeliveryState, Link, Restore, Side, Timestamp};
use store::{Chosen, Deed, DeedKind, Write};
use tracing::info;

use super::{By, DeedError, Done, known, reasons};
use crate::Engine;
use crate::planning::{Towards, shown};

/// What came of undoing a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone {
    /// The line in the history.
    pub done: Done,
    /// Whether the old value has to be written back; otherwise it had not left yet.
    pub is_written_back: bool,
}

impl Engine {
    /// Takes a choice back while nothing newer has overtaken it. What had been overwritten is written back as a new
    /// edit; a conflict is open again afterwards.
    pub async fn undo(&self, id: DeedId, by: &By) -> Result<Undone, DeedError> {
        let now = self.clock.now();
        let mut write = self.store.begin().await?;
        let Some(deed) = write.deed(id).await? else {
            return Err(DeedError::Absent("Такого решения нет в истории.".to_owned()));
        };
        let Some(link) = undoable(&deed)? else {
            return Err(DeedError::impossible("Отменить можно только выбор значений."));
        };
        let mut link = known(&mut write, link).await?;
        wait_for_the_end(&mut write, &link, &deed, now).await?;
        let mut is_written_back = false;
        for chosen in &deed.chosen {
            is_written_back |= take_back(&mut link, chosen)?;
        }
        let held = self.plan(&mut write, &mut link, Towards::Both, now).await?;
        write.undo_deed(id, by.name(), now).await?;
        let fields: Vec<&str> = deed.chosen.iter().map(|chosen| chosen.field.title()).collect();
        let said = format!("отменено решение ({}) от {}: {}", deed.by, deed.at, fields.join(", "));
        let undoing = self.deed_to(link.id, DeedKind::Undid, by, said, now);
        write.record_deed(&undoing).await?;
        write.commit().await?;
        info!(link = %link.id, deed = %id, "A person has undone a choice");
        self.wake();
        Ok(Undone { done: Done { deed: undoing.id, waits: reasons(held) }, is_written_back })
    }
}

/// The counterparty of a deed that can be undone.
fn undoable(deed: &Deed) -> Result<Option<domain::LinkId>, DeedError> {
    if let Some((by, _)) = &deed.undone {
        return Err(DeedError::Changed(format!("Это решение уже отменено ({by}).")));
    }
    let is_choice = matches!(deed.kind, DeedKind::Resolved | DeedKind::Took);
    Ok(deed.link.filter(|_| is_choice && !deed.chosen.is_empty()))
}

/// Nobody knows yet which value a side has that is being written right now.
async fn wait_for_the_end(
    write: &mut Write,
    link: &Link,
    deed: &Deed,
    now: Timestamp,
) -> Result<(), DeedError> {
    for side in [Side::OneC, Side::Bitrix] {
        if deed.chosen.iter().all(|chosen| chosen.side == side) {
            // Its own value stays: nothing is written there.
            continue;
        }
        let Some(standing) = write.standing(link.id, side).await? else { continue };
        let is_unclear = match standing.state {
            DeliveryState::Leased { until } => until > now,
            DeliveryState::Due { .. } => standing.delivery.intent.is_some(),
            DeliveryState::Parked { .. } | DeliveryState::Settled | DeliveryState::Dropped { .. } => false,
        };
        if is_unclear {
            return Err(DeedError::Changed(format!(
                "Выбранное значение как раз записывается в {}: отменить можно будет через несколько минут, когда станет \
                 известно, чем это кончилось.",
                side.title()
            )));
        }
    }
    Ok(())
}

/// Says that the field is to be as it was; whether something has to be written for that.
fn take_back(link: &mut Link, chosen: &Chosen) -> Result<bool, DeedError> {
    let field = chosen.field;
    let silent = Counterparty::default();
    let is_waiting = link.word.ruling(field).is_some_and(|ruling| ruling.value == chosen.value);
    let loser = chosen.side.other();
    let lost = if loser == Side::OneC { &chosen.onec } else { &chosen.bitrix };
    let shows = shown(link, loser).unwrap_or(&silent);
    let keeps = shown(link, loser.other()).unwrap_or(&silent);
    let has_arrived = same(field, shows, &chosen.value);
    let has_not_left = same(field, shows, lost) && is_waiting;
    if !same(field, keeps, &chosen.value) || !(has_arrived || has_not_left) {
        return Err(DeedError::Changed(format!(
            "Поле «{}» с тех пор изменено: отменять решение поздно. Посмотрите запись заново и выберите значение.",
            field.title()
        )));
    }
    if !speaks(lost, field) {
        return Err(DeedError::impossible(format!("Прежнее значение поля «{}» неизвестно.", field.title())));
    }
    let over = shows.only(field);
    link.base.put(field, &chosen.base);
    if has_arrived {
        link.word.restore(Restore { field, side: loser, value: lost.clone(), over });
    } else {
        link.word.forget_field(field);
    }
    Ok(has_arrived)
}
