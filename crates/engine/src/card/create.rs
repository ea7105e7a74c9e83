use bitrix::{Arg, Args, Command};
use domain::normal;
use domain::person::FullName;
use domain::{BankAccount, Counterparty, Field};

use crate::code_field::CODE_FIELD;

use super::{
    ACTUAL_ADDRESS, COMPANY, LEGAL_ADDRESS, ORIGINATOR, Presets, REQUISITE, RUSSIA, Shape, bank_key,
    bank_title, requisite_key, sort,
};

/// The key of the command that makes the company.
pub const COMPANY_KEY: &str = "c";
/// The key of the command that makes the requisite.
pub const REQUISITE_KEY: &str = "r";

/// The commands that make a company of `target`: company, requisite, its addresses and bank details, five for an
/// ordinary counterparty. `origin` is the GUID of 1C, `code` its «Код», which a portal without the field passes over.
///
/// A lost answer is repaired by looking for `ORIGIN_ID`, so nothing here may be repeated blindly.
pub fn create(origin: &str, code: Option<&str>, target: &Counterparty, presets: Presets) -> Vec<Command> {
    let mut fields = company_fields(origin, target);
    if let Some(code) = code {
        fields.push(CODE_FIELD, code);
    }
    let company = Args::new()
        .set("fields", fields)
        // Without it every created company notifies its responsible person.
        .set("params", Args::new().set("REGISTER_SONET_EVENT", "N"));
    let mut commands = vec![Command::new(COMPANY_KEY, "crm.company.add", company)];
    commands.extend(create_requisite(origin, Arg::result(COMPANY_KEY), target, presets));
    commands
}

/// The commands that give a company its requisite with everything that hangs on it.
pub(super) fn create_requisite(
    origin: &str,
    owner: Arg,
    target: &Counterparty,
    presets: Presets,
) -> Vec<Command> {
    let mut fields = Args::new()
        .set("ENTITY_TYPE_ID", COMPANY)
        .set("ENTITY_ID", owner)
        .set("PRESET_ID", presets.of(target))
        .set("NAME", target.title())
        .set("XML_ID", requisite_key(origin))
        .set("ACTIVE", "Y")
        .set("SORT", 500);
    put_requisite_fields(&mut fields, target, Shape::of(target));
    let mut commands =
        vec![Command::new(REQUISITE_KEY, "crm.requisite.add", Args::new().set("fields", fields))];
    let owner = Arg::result(REQUISITE_KEY);
    for (type_id, line) in [(LEGAL_ADDRESS, &target.legal_address), (ACTUAL_ADDRESS, &target.actual_address)]
    {
        if let Some(line) = line.as_deref().filter(|line| !line.trim().is_empty()) {
            commands.push(add_address(owner.clone(), type_id, line));
        }
    }
    for (index, account) in target.bank_accounts.iter().flatten().enumerate() {
        commands.push(add_bank(format!("b{index}"), owner.clone(), account));
    }
    commands
}

pub(super) fn add_address(owner: Arg, type_id: i64, line: &str) -> Command {
    let fields = Args::new()
        .set("TYPE_ID", type_id)
        .set("ENTITY_TYPE_ID", REQUISITE)
        .set("ENTITY_ID", owner)
        .set("ADDRESS_1", line.trim());
    Command::new(format!("a{type_id}"), "crm.address.add", Args::new().set("fields", fields))
}

pub(super) fn add_bank(key: String, owner: Arg, account: &BankAccount) -> Command {
    let mut fields =
        Args::new().set("ENTITY_ID", owner).set("COUNTRY_ID", RUSSIA).set("XML_ID", bank_key(account));
    put_bank_fields(&mut fields, account);
    Command::new(key, "crm.requisite.bankdetail.add", Args::new().set("fields", fields))
}

pub(super) fn put_bank_fields(fields: &mut Args, account: &BankAccount) {
    fields.push("NAME", bank_title(account));
    fields.push("RQ_BANK_NAME", account.bank_name.trim());
    fields.push("RQ_BIK", account.bik.trim());
    fields.push("RQ_ACC_NUM", account.number.trim());
    fields.push("RQ_COR_ACC_NUM", account.correspondent_account.trim());
    fields.push("SORT", sort(account));
}

fn company_fields(origin: &str, target: &Counterparty) -> Args {
    let mut fields =
        Args::new().set("TITLE", target.title()).set("ORIGINATOR_ID", ORIGINATOR).set("ORIGIN_ID", origin);
    for (name, field, values) in
        [("PHONE", Field::Phones, &target.phones), ("EMAIL", Field::Emails, &target.emails)]
    {
        let values = distinct(field, values.as_deref().unwrap_or_default());
        if !values.is_empty() {
            fields.push(name, values.into_iter().map(multi_value).collect::<Vec<_>>());
        }
    }
    fields
}

/// 1C may show one telephone twice, written in two ways.
fn distinct(field: Field, values: &[String]) -> Vec<&str> {
    let mut distinct: Vec<&str> = Vec::with_capacity(values.len());
    for value in values.iter().map(|value| value.trim()).filter(|value| !value.is_empty()) {
        if !distinct.iter().any(|other| normal::equal(field, other, value)) {
            distinct.push(value);
        }
    }
    distinct
}

fn multi_value(value: &str) -> Args {
    Args::new().set("VALUE", value).set("VALUE_TYPE", "WORK")
}

/// The `RQ_…` fields of the template, filled from `target`. A field that the target leaves alone is left out.
pub(super) fn put_requisite_fields(fields: &mut Args, target: &Counterparty, shape: Shape) {
    let mut put = |name: &str, value: &Option<String>| {
        if let Some(value) = value {
            fields.push(name, value.trim());
        }
    };
    put("RQ_INN", &target.inn);
    match shape {
        Shape::Organisation => {
            put("RQ_COMPANY_NAME", &target.name);
            put("RQ_COMPANY_FULL_NAME", &target.full_name);
            put("RQ_KPP", &target.kpp);
            put("RQ_OGRN", &target.ogrn);
            put("RQ_DIRECTOR", &target.director);
        }
        Shape::Person => {
            put("RQ_OGRNIP", &target.ogrnip);
            if let Some(name) = person(target) {
                fields.push("RQ_LAST_NAME", name.family);
                fields.push("RQ_FIRST_NAME", name.first);
                fields.push("RQ_SECOND_NAME", name.second);
            }
        }
    }
}

/// Family, first and second name of an entrepreneur, from wherever 1C keeps them.
fn person(target: &Counterparty) -> Option<FullName> {
    [&target.full_name, &target.director, &target.name]
        .into_iter()
        .flatten()
        .find_map(|text| FullName::split(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordinary() -> Counterparty {
        Counterparty {
            name: Some("ООО «Ромашка»".into()),
            inn: Some("7736207543".into()),
            legal_address: Some("119021, г. Москва".into()),
            actual_address: Some("101000, г. Москва".into()),
            bank_accounts: Some(vec![BankAccount {
                number: "40702810400000012345".into(),
                ..BankAccount::default()
            }]),
            ..Counterparty::default()
        }
    }

    fn commands(target: &Counterparty) -> Vec<Command> {
        create(
            "6f9619ff-8b86-d011-b42d-00cf4fc964ff",
            None,
            target,
            Presets { organisation: 5, entrepreneur: 8 },
        )
    }

    #[test]
    fn an_ordinary_counterparty_costs_five_commands() {
        let methods: Vec<_> = commands(&ordinary()).into_iter().map(|command| command.method).collect();

        assert_eq!(
            methods,
            [
                "crm.company.add",
                "crm.requisite.add",
                "crm.address.add",
                "crm.address.add",
                "crm.requisite.bankdetail.add"
            ]
        );
    }

    #[test]
    fn nobody_is_notified_of_companies_that_a_load_makes() {
        let company = &commands(&ordinary())[0];
        let quiet = Arg::from(Args::new().set("REGISTER_SONET_EVENT", "N"));

        assert!(company.args.iter().any(|(name, value)| name == "params" && *value == quiet));
    }

    #[test]
    fn one_telephone_written_in_two_ways_is_one() {
        let twice = ["+7 495 739-70-00".to_owned(), "8 (495) 7397000".to_owned(), " ".to_owned()];

        assert_eq!(distinct(Field::Phones, &twice), ["+7 495 739-70-00"]);
    }
}
