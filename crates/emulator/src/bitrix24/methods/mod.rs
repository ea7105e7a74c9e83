//! The methods by name. What is not here answers 404 `ERROR_METHOD_NOT_FOUND`, as a box without that module.
#![expect(clippy::unnecessary_wraps, reason = "every method has the one signature that the table holds")]

mod address;
mod bank_detail;
mod bridge;
mod card;
mod company;
mod deal;
mod event;
mod item;
mod merge;
mod notification;
mod preset;
mod product_row;
mod requisite;
mod service;
mod timeline;
mod userfield;

use super::call::{Caller, Outcome, Refusal};
use super::module::Installed;
use super::php::Array;
use super::state::State;

pub(crate) use address::key as address_key;
pub(crate) use merge::companies as merge_companies;
pub(crate) use product_row::ProductRow;

type Handler = fn(&mut State, &Array, &Caller) -> Outcome;

/// A method and one of the scopes that open it; `basic` is open to every webhook.
pub(crate) struct Method {
    pub(crate) name: &'static str,
    scopes: &'static [&'static str],
    /// There only where the box module is.
    of_module: bool,
    run: Handler,
}

const fn crm(name: &'static str, run: Handler) -> Method {
    Method { name, scopes: &["crm"], of_module: false, run }
}

const fn basic(name: &'static str, run: Handler) -> Method {
    Method { name, scopes: &[], of_module: false, run }
}

const fn im(name: &'static str, run: Handler) -> Method {
    Method { name, scopes: &["im"], of_module: false, run }
}

const fn module(name: &'static str, run: Handler) -> Method {
    Method { name, scopes: &[MODULE_SCOPE], of_module: true, run }
}

const fn user(name: &'static str, run: Handler) -> Method {
    Method { name, scopes: &["user", "user_basic", "user_brief"], of_module: false, run }
}

/// The scope that the box module brings along.
const MODULE_SCOPE: &str = "parom";

/// Every method that this portal has, in lower case.
pub(crate) static METHODS: &[Method] = &[
    basic("app.info", service::application),
    crm("crm.address.add", address::add),
    crm("crm.address.delete", address::delete),
    crm("crm.address.fields", address::fields),
    crm("crm.address.list", address::list),
    crm("crm.address.update", address::update),
    crm("crm.category.list", deal::categories),
    crm("crm.company.add", company::add),
    crm("crm.company.delete", company::delete),
    crm("crm.company.fields", company::fields),
    crm("crm.company.get", company::get),
    crm("crm.company.list", company::list),
    crm("crm.company.update", company::update),
    crm("crm.company.userfield.add", userfield::add_to_company),
    crm("crm.company.userfield.get", userfield::get_of_company),
    crm("crm.company.userfield.list", userfield::list_of_company),
    crm("crm.company.userfield.update", userfield::update_of_company),
    crm("crm.deal.add", deal::add),
    crm("crm.deal.delete", deal::delete),
    crm("crm.deal.fields", deal::fields),
    crm("crm.deal.get", deal::get),
    crm("crm.deal.list", deal::list),
    crm("crm.deal.update", deal::update),
    crm("crm.deal.userfield.add", userfield::add_to_deal),
    crm("crm.deal.userfield.delete", userfield::delete_of_deal),
    crm("crm.deal.userfield.get", userfield::get_of_deal),
    crm("crm.deal.userfield.list", userfield::list_of_deal),
    crm("crm.deal.userfield.update", userfield::update_of_deal),
    crm("crm.entity.mergebatch", merge::batch),
    crm("crm.enum.addresstype", address::types),
    crm("crm.item.add", item::add),
    crm("crm.item.batchimport", item::batch_import),
    crm("crm.item.delete", item::delete),
    crm("crm.item.fields", item::fields),
    crm("crm.item.get", item::get),
    crm("crm.item.import", item::import),
    crm("crm.item.list", item::list),
    crm("crm.item.productrow.list", product_row::list),
    crm("crm.item.productrow.set", product_row::set),
    crm("crm.item.update", item::update),
    crm("crm.requisite.add", requisite::add),
    crm("crm.requisite.bankdetail.add", bank_detail::add),
    crm("crm.requisite.bankdetail.delete", bank_detail::delete),
    crm("crm.requisite.bankdetail.fields", bank_detail::fields),
    crm("crm.requisite.bankdetail.get", bank_detail::get),
    crm("crm.requisite.bankdetail.list", bank_detail::list),
    crm("crm.requisite.bankdetail.update", bank_detail::update),
    crm("crm.requisite.delete", requisite::delete),
    crm("crm.requisite.fields", requisite::fields),
    crm("crm.requisite.get", requisite::get),
    crm("crm.requisite.list", requisite::list),
    crm("crm.requisite.preset.countries", preset::countries),
    crm("crm.requisite.preset.field.add", preset::add_field),
    crm("crm.requisite.preset.field.availabletoadd", preset::available_fields),
    crm("crm.requisite.preset.field.list", preset::field_list),
    crm("crm.requisite.preset.get", preset::get),
    crm("crm.requisite.preset.list", preset::list),
    crm("crm.requisite.update", requisite::update),
    crm("crm.status.list", deal::statuses),
    crm("crm.timeline.comment.add", timeline::comment),
    crm("crm.timeline.comment.list", timeline::comments),
    crm("crm.timeline.logmessage.add", timeline::log_message),
    crm("crm.timeline.logmessage.list", timeline::log_messages),
    basic("event.bind", event::bind),
    basic("event.get", event::get),
    basic("event.offline.clear", event::clear),
    basic("event.offline.error", event::fail),
    basic("event.offline.get", event::reserve),
    basic("event.offline.list", event::list),
    basic("event.unbind", event::unbind),
    basic("events", event::events),
    basic("feature.get", service::feature),
    im("im.notify", notification::by_type),
    im("im.notify.personal.add", notification::from_caller),
    im("im.notify.system.add", notification::from_system),
    basic("method.get", service::method),
    basic("methods", service::methods),
    module("parom.bridge.ping", bridge::ping),
    module("parom.bridge.state", bridge::state),
    basic("profile", service::profile),
    basic("scope", service::scope),
    basic("server.time", service::server_time),
    user("user.current", service::current_user),
    user("user.get", service::users),
];

pub(crate) fn find(state: &State, name: &str) -> Option<&'static Method> {
    let at = METHODS.binary_search_by(|method| method.name.cmp(name)).ok()?;
    Some(&METHODS[at]).filter(|method| method.is_there(state))
}

impl Method {
    pub(crate) fn is_there(&self, state: &State) -> bool {
        !self.of_module || Installed::running(state.module.as_ref()).is_some()
    }

    pub(crate) fn is_open_to(&self, caller: &Caller) -> bool {
        self.scopes.is_empty() || caller.scopes.iter().any(|scope| self.scopes.contains(&scope.as_str()))
    }
}

/// Runs one method. `name` in any letter case.
pub(crate) fn run(state: &mut State, name: &str, params: &Array, caller: &Caller) -> Outcome {
    let name = name.to_ascii_lowercase();
    let Some(method) = find(state, &name) else { return Err(method_not_found()) };
    if !method.is_open_to(caller) {
        return Err(insufficient_scope());
    }
    (method.run)(state, params, caller)
}

pub(crate) fn method_not_found() -> Refusal {
    Refusal::coded(404, "ERROR_METHOD_NOT_FOUND", "Method not found!")
}

pub(crate) fn insufficient_scope() -> Refusal {
    Refusal::coded(
        403,
        "insufficient_scope",
        "The request requires higher privileges than provided by the webhook token",
    )
}

fn access_denied() -> Refusal {
    Refusal::nameless("Access denied.")
}

/// Refuses unless the right is there.
fn need(right: bool) -> Result<(), Refusal> {
    if right { Ok(()) } else { Err(access_denied()) }
}

#[cfg(test)]
mod tests {
    use super::METHODS;

    #[test]
    fn methods_are_sorted_so_that_a_search_finds_each() {
        assert!(METHODS.is_sorted_by(|a, b| a.name < b.name));
    }
}
