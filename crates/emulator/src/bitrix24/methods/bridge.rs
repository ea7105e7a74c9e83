//! `parom.bridge.*`: what the box module says of itself. Without it these methods do not exist.

use super::super::call::{Answer, Caller, Outcome, Params, Refusal};
use super::super::module::Installed;
use super::super::php::{Array, Php, record};
use super::super::state::State;
use super::super::table::iso;
use super::method_not_found;

/// Cards that the module knows.
const ENTITIES: [&str; 5] = ["company", "requisite", "bankdetail", "address", "deal"];

pub(super) fn ping(state: &mut State, _: &Array, caller: &Caller) -> Outcome {
    let module = admitted(state, caller)?;
    let (settings, outbox) = (&module.settings, &module.outbox);
    let oldest = outbox.oldest().map_or(Php::Null, |at| iso(at, &state.zone).into());
    Ok(Answer::of(record! {
        "module" => "parom.bridge",
        "version" => settings.version.as_str(),
        "protocol" => settings.protocol,
        "guard" => settings.guard,
        "outbox" => record! {
            "enabled" => settings.posts(),
            "length" => i64::try_from(outbox.len()).unwrap_or(i64::MAX),
            "oldest_at" => oldest,
            "last_error" => outbox.last_error(),
        },
        "php" => "8.2.28",
        "main" => "26.250.100",
        "time" => iso(state.now(), &state.zone),
    }))
}

pub(super) fn state(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let module = admitted(state, caller)?;
    let (entity, id) = (Params(params).text("entity"), Params(params).int("id"));
    if !ENTITIES.contains(&entity.as_str()) {
        let text = format!("Параметр entity — одно из: {}", ENTITIES.join(", "));
        return Err(Refusal::coded(400, "ERROR_ARGUMENT", text));
    }
    if id <= 0 {
        return Err(Refusal::coded(400, "ERROR_ARGUMENT", "Параметр id — номер больше нуля"));
    }
    let of_card = module.outbox.of_card(&entity, id);
    let moment = |at: Option<_>| at.map_or(Php::Null, |at| iso(at, &state.zone).into());
    Ok(Answer::of(record! {
        "entity" => entity.as_str(),
        "id" => id,
        "waiting" => i64::try_from(of_card.rows).unwrap_or(i64::MAX),
        "last_change_at" => moment(of_card.last_change_at),
        "last_posted_at" => moment(of_card.last_posted_at),
    }))
}

/// The answers name no client but speak of the inside of the portal.
fn admitted<'s>(state: &'s State, caller: &Caller) -> Result<&'s Installed, Refusal> {
    let module = Installed::running(state.module.as_ref()).ok_or_else(method_not_found)?;
    let technical_user = module.settings.technical_user;
    if caller.admin || (technical_user > 0 && caller.user == technical_user) {
        return Ok(module);
    }
    let text = "Метод доступен администратору портала и техническому пользователю из настроек модуля «Паром»";
    Err(Refusal::coded(403, "ACCESS_DENIED", text))
}
