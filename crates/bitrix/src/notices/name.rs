//! Names of events and entities. Vendor pages: `api-reference/crm/*/events/*.md`.

use super::{Entity, Event};

/// `ONCRMCOMPANYUPDATE` in any case: the vendor's own pages write it in three ways. Events about user fields and
/// about everything that is no counterparty are [`Entity::Other`].
pub(super) fn of_event(name: &str) -> (Entity, Event) {
    let name = name.to_ascii_uppercase();
    let families = [
        ("ONCRMCOMPANY", Entity::Company),
        ("ONCRMREQUISITE", Entity::Requisite),
        ("ONCRMBANKDETAIL", Entity::BankDetail),
        ("ONCRMADDRESS", Entity::Address),
        ("ONCRMDEAL", Entity::Deal),
    ];
    families
        .iter()
        .find_map(|(family, entity)| Some((*entity, verb(*entity, name.strip_prefix(family)?)?)))
        .unwrap_or((Entity::Other, Event::Other))
}

fn verb(entity: Entity, verb: &str) -> Option<Event> {
    match (entity, verb) {
        (Entity::Address, "REGISTER") => Some(Event::Added),
        (Entity::Address, "UNREGISTER") => Some(Event::Deleted),
        (Entity::Address, _) => None,
        (_, "ADD") => Some(Event::Added),
        (_, "UPDATE") | (Entity::Deal, "MOVETOCATEGORY") => Some(Event::Changed),
        (_, "DELETE") => Some(Event::Deleted),
        _ => None,
    }
}

/// The words of the box module.
pub(super) fn of_module(entity: &str, event: &str) -> (Entity, Event) {
    let entity = match entity {
        "company" => Entity::Company,
        "requisite" => Entity::Requisite,
        "bankdetail" | "bank_detail" => Entity::BankDetail,
        "address" => Entity::Address,
        "deal" => Entity::Deal,
        _ => Entity::Other,
    };
    let event = match event {
        "add" => Event::Added,
        "update" => Event::Changed,
        "delete" => Event::Deleted,
        _ => Event::Other,
    };
    (entity, event)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_known_in_every_spelling_of_the_vendor() {
        for name in ["ONCRMREQUISITEUPDATE", "onCrmRequisiteUpdate", "OnCrmRequisiteUpdate"] {
            assert_eq!(of_event(name), (Entity::Requisite, Event::Changed));
        }
        assert_eq!(of_event("ONCRMADDRESSREGISTER"), (Entity::Address, Event::Added));
        assert_eq!(of_event("ONCRMADDRESSUNREGISTER"), (Entity::Address, Event::Deleted));
        assert_eq!(of_event("ONCRMDEALMOVETOCATEGORY"), (Entity::Deal, Event::Changed));
    }

    #[test]
    fn an_event_about_something_else_is_not_taken_for_a_card() {
        let others = [
            "ONCRMCOMPANYUSERFIELDUPDATE",
            "ONCRMDEALRECURRINGADD",
            "ONCRMCONTACTUPDATE",
            "ONCRMDYNAMICITEMUPDATE_128",
            "ONTASKADD",
            "",
        ];
        for name in others {
            assert_eq!(of_event(name), (Entity::Other, Event::Other), "{name}");
        }
    }
}
