use bitrix::wire::MultiField;
use bitrix::{Arg, Args, Command};
use domain::{BankAccount, Counterparty, Field, normal};

use super::create::{add_address, add_bank, create_requisite, put_bank_fields, put_requisite_fields};
use super::{ACTUAL_ADDRESS, COMPANY, Card, LEGAL_ADDRESS, Presets, REQUISITE, Shape, read, requisite_key};

/// A card, what it shows, and what it should show in the named fields.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// The card as read just now.
    pub card: &'a Card,
    /// What [`read`](super::read()) makes of it.
    pub shown: &'a Counterparty,
    /// What it should show.
    pub target: &'a Counterparty,
    /// Where the two differ; nothing else is touched.
    pub fields: &'a [Field],
    /// The templates of this portal.
    pub presets: Presets,
    /// The GUID of 1C.
    pub origin: &'a str,
}

/// The commands that undo the difference. They can be repeated only after the card has been read again: an added
/// phone has no key that would stop a second one.
pub fn change(difference: Change<'_>) -> Vec<Command> {
    let Change { card, target, fields, .. } = difference;
    let mut commands = Vec::from_iter(change_company(difference));
    let Some(requisite) = &card.requisite else {
        let owner = Arg::from(card.company.id);
        commands.extend(create_requisite(difference.origin, owner, target, difference.presets));
        return commands;
    };
    commands.extend(change_requisite(difference));
    for (field, type_id, line) in [
        (Field::LegalAddress, LEGAL_ADDRESS, &target.legal_address),
        (Field::ActualAddress, ACTUAL_ADDRESS, &target.actual_address),
    ] {
        if let Some(line) = line.as_deref().filter(|_| fields.contains(&field)) {
            commands.push(change_address(card, requisite.id, type_id, line));
        }
    }
    if fields.contains(&Field::BankAccounts) {
        commands.extend(change_banks(
            card,
            requisite.id,
            target.bank_accounts.as_deref().unwrap_or_default(),
        ));
    }
    commands
}

/// Title, phones and e-mails. `crm.item.update` documents what an `fm` object does to each entry: numeric keys
/// change or delete, `n0`, `n1`, … add, what is not mentioned stays.
/// <https://apidocs.bitrix24.com/api-reference/crm/data-types.html#crm_multifield>
fn change_company(Change { card, shown, target, fields, .. }: Change<'_>) -> Option<Command> {
    let mut changed = Args::new();
    if fields.contains(&Field::Name)
        && let (Some(old), Some(new)) = (&shown.name, &target.name)
        // The title follows the name as long as nobody gave the company a title of its own.
        && normal::equal(Field::Name, &card.company.title, old)
    {
        changed.push("title", new.trim());
    }
    let mut entries = Args::new();
    let mut added = 0;
    for (field, type_id, present, wanted) in [
        (Field::Phones, "PHONE", &card.company.phones, &target.phones),
        (Field::Emails, "EMAIL", &card.company.emails, &target.emails),
    ] {
        if fields.contains(&field) {
            change_multi(
                &mut entries,
                &mut added,
                field,
                type_id,
                present,
                wanted.as_deref().unwrap_or_default(),
            );
        }
    }
    if !entries.is_empty() {
        changed.push("fm", entries);
    }
    if changed.is_empty() {
        return None;
    }
    let args = Args::new().set("entityTypeId", COMPANY).set("id", card.company.id).set("fields", changed);
    Some(Command::new("c", "crm.item.update", args))
}

fn change_multi(
    entries: &mut Args,
    added: &mut usize,
    field: Field,
    type_id: &str,
    present: &[MultiField],
    wanted: &[String],
) {
    let is_among =
        |values: &[&str], value: &str| values.iter().any(|other| normal::equal(field, other, value));
    let wanted: Vec<&str> = wanted.iter().map(|value| value.trim()).collect();
    let mut kept: Vec<&str> = Vec::with_capacity(wanted.len());
    for entry in present {
        if is_among(&wanted, &entry.value) {
            kept.push(&entry.value);
        } else {
            // An empty value with its `typeId` deletes; without the `typeId` it would do nothing, silently.
            entries.push(entry.id.to_string(), Args::new().set("typeId", type_id).set("value", ""));
        }
    }
    for value in wanted {
        if !is_among(&kept, value) {
            let entry = Args::new().set("typeId", type_id).set("valueType", "WORK").set("value", value);
            entries.push(format!("n{added}"), entry);
            *added += 1;
            kept.push(value);
        }
    }
}

fn change_requisite(difference: Change<'_>) -> Option<Command> {
    let Change { card, target, fields, presets, origin, .. } = difference;
    let requisite = card.requisite.as_ref()?;
    let mut changed = Args::new();
    if fields.contains(&Field::Kind) {
        // Another template shows other fields, so all of them are written.
        changed.push("PRESET_ID", presets.of(target));
        put_requisite_fields(&mut changed, target, Shape::of(target));
    } else {
        let mut only = Counterparty::default();
        for field in Field::ALL.into_iter().filter(|field| fields.contains(field)) {
            if let (Some(slot), Some(text)) = (only.text_mut(field), target.text(field)) {
                *slot = Some(text.to_owned());
            }
        }
        let is_person = requisite.preset_id == presets.entrepreneur;
        put_requisite_fields(
            &mut changed,
            &only,
            if is_person { Shape::Person } else { Shape::Organisation },
        );
    }
    if changed.is_empty() {
        return None;
    }
    if requisite.xml_id.is_empty() {
        changed.push("XML_ID", requisite_key(origin));
    }
    Some(Command::new(
        "r",
        "crm.requisite.update",
        Args::new().set("id", requisite.id).set("fields", changed),
    ))
}

/// The whole line goes into `ADDRESS_1` and the other parts are emptied, or the portal would show both.
fn change_address(card: &Card, requisite: i64, type_id: i64, line: &str) -> Command {
    if !card.addresses.iter().any(|address| address.type_id == type_id) {
        return add_address(Arg::from(requisite), type_id, line);
    }
    let mut fields = Args::new()
        .set("TYPE_ID", type_id)
        .set("ENTITY_TYPE_ID", REQUISITE)
        .set("ENTITY_ID", requisite)
        .set("ADDRESS_1", line.trim());
    for part in ["ADDRESS_2", "CITY", "POSTAL_CODE", "REGION", "PROVINCE", "COUNTRY"] {
        fields.push(part, "");
    }
    Command::new(format!("a{type_id}"), "crm.address.update", Args::new().set("fields", fields))
}

fn change_banks(card: &Card, requisite: i64, wanted: &[BankAccount]) -> Vec<Command> {
    let is = |account: &BankAccount, number: &str, bik: &str| {
        normal::digits(&account.number) == normal::digits(number)
            && normal::digits(&account.bik) == normal::digits(bik)
    };
    let mut commands = Vec::new();
    for (index, (bank, before)) in card.banks.iter().zip(read::accounts(&card.banks)).enumerate() {
        let key = format!("b{index}");
        match wanted.iter().find(|account| is(account, &bank.rq_acc_num, &bank.rq_bik)) {
            Some(account) if *account == before => {}
            Some(account) => {
                let mut fields = Args::new();
                put_bank_fields(&mut fields, account);
                let args = Args::new().set("id", bank.id).set("fields", fields);
                commands.push(Command::new(key, "crm.requisite.bankdetail.update", args));
            }
            None => {
                let args = Args::new().set("id", bank.id);
                commands.push(Command::new(key, "crm.requisite.bankdetail.delete", args));
            }
        }
    }
    for (index, account) in wanted.iter().enumerate() {
        if !card.banks.iter().any(|bank| is(account, &bank.rq_acc_num, &bank.rq_bik)) {
            commands.push(add_bank(format!("n{index}"), Arg::from(requisite), account));
        }
    }
    commands
}
