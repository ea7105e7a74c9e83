//! `parom.bridge.*`: what the box module says of itself. Without it these methods do not exist.

use super::super::call::{Answer, Caller, Outcome, Params, Refusal};
use super::super::module::Installed;
use super::super::php::{Array, Php, record};
use super::super::state::State;
use super::super::table::iso;
use super::method_not_found;

/// Cards that the module knows.
const ENTITIES: [&str; 3] = ["company", "deal", "requisite"];

pub(super) fn ping(state: &mut State, _: &Array, _: &Caller) -> Outcome {
    let module = Installed::running(state.module.as_ref()).ok_or_else(method_not_found)?;
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

pub(super) fn state(state: &mut State, params: &Array, _: &Caller) -> Outcome {
    let module = Installed::running(state.module.as_ref()).ok_or_else(method_not_found)?;
    let (entity, id) = (Params(params).text("entity"), Params(params).int("id"));
    if !ENTITIES.contains(&entity.as_str()) || id <= 0 {
        return Err(Refusal::coded(400, "ERROR_ARGUMENT", "entity: company, deal, requisite; id > 0"));
    }
    let (waiting, changed, posted) = module.outbox.of(&entity, id);
    let moment = |at: Option<_>| at.map_or(Php::Null, |at| iso(at, &state.zone).into());
    Ok(Answer::of(record! {
        "entity" => entity.as_str(),
        "id" => id,
        "waiting" => i64::try_from(waiting).unwrap_or(i64::MAX),
        "last_change_at" => moment(changed),
        "last_posted_at" => moment(posted),
    }))
}
