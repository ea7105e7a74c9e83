//! The queue of offline events: one row for one event of one object, whatever happened to it in between.
//! <https://apidocs.bitrix24.com/api-reference/events/offline-events.html>

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::super::call::Refusal;
use super::super::happened::{Happened, Thing};
use super::super::php::{Array, Php, record};
use super::super::{COMPANY, REQUISITE};

/// What the application wants to know and what it has not taken yet.
#[derive(Clone)]
pub(crate) struct OfflineQueue {
    pub(crate) is_extended: bool,
    /// Names of events, and whether the subscription is offline.
    pub(crate) bound: BTreeSet<(String, bool)>,
    pub(crate) rows: Vec<Row>,
    last_id: i64,
    last_process: u64,
}

/// One event of one object.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) id: i64,
    pub(crate) at: Timestamp,
    pub(crate) name: String,
    pub(crate) data: Array,
    pub(crate) message: String,
    /// Empty while nobody has reserved it.
    pub(crate) process: String,
    pub(crate) is_failed: bool,
}

impl Default for OfflineQueue {
    fn default() -> Self {
        Self { is_extended: true, bound: BTreeSet::new(), rows: Vec::new(), last_id: 0, last_process: 0 }
    }
}

impl OfflineQueue {
    pub(crate) fn counts(&self) -> (usize, usize) {
        let reserved = self.rows.iter().filter(|row| !row.process.is_empty()).count();
        (self.rows.len() - reserved, reserved)
    }

    pub(crate) fn subscriptions(&self) -> usize {
        self.bound.iter().filter(|(_, is_offline)| *is_offline).count()
    }

    /// Writes down what somebody subscribed to. A repetition renews the row that is not reserved yet.
    pub(crate) fn take_in(&mut self, happened: &[Happened]) {
        for one in happened {
            let name = one.name();
            if !self.bound.contains(&(name.clone(), true)) {
                continue;
            }
            let data = record! { "FIELDS" => fields(&one.thing) };
            let message = message(&name, &data);
            let same = |row: &&mut Row| row.message == message && row.process.is_empty();
            if let Some(row) = self.rows.iter_mut().find(same) {
                row.at = one.at;
                continue;
            }
            self.last_id += 1;
            let (process, is_failed) = (String::new(), false);
            self.rows.push(Row { id: self.last_id, at: one.at, name, data, message, process, is_failed });
        }
    }

    /// A name for a parcel that nobody has had.
    pub(crate) fn take_process(&mut self) -> String {
        self.last_process += 1;
        format!("{:032x}", u128::from(self.last_process) << 64 | 0xd15c)
    }
}

/// The same as an online event brings, as texts.
fn fields(thing: &Thing) -> Array {
    match *thing {
        Thing::Address { kind, requisite, company } => record! {
            "TYPE_ID" => kind.to_string(),
            "ENTITY_TYPE_ID" => REQUISITE.to_string(),
            "ENTITY_ID" => requisite.to_string(),
            "ANCHOR_ID" => company.to_string(),
            "ANCHOR_TYPE_ID" => COMPANY.to_string(),
        },
        Thing::Company(id)
        | Thing::Requisite { id, .. }
        | Thing::BankDetail { id, .. }
        | Thing::Deal { id, .. } => record! { "ID" => id.to_string() },
    }
}

/// The key of a row: the same event with the same data has the same.
fn message(name: &str, data: &Array) -> String {
    let text = format!("{name}{data:?}");
    let fold = |seed: u64| {
        text.bytes().fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    };
    format!("{:016x}{:016x}", fold(0xcbf2_9ce4_8422_2325), fold(0x8422_2325_cbf2_9ce4))
}

/// The conditions of `filter` that a row has to meet.
pub(crate) struct Filter(Vec<(Operation, &'static str, String)>);

#[derive(Clone, Copy, PartialEq)]
enum Operation {
    Equal,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
}

fn argument(text: String) -> Refusal {
    Refusal::coded(400, "ERROR_ARGUMENT", text)
}

impl Filter {
    pub(crate) fn read(filter: Option<&Php>, fields: &[&'static str]) -> Result<Self, Refusal> {
        let filter = match filter {
            None | Some(Php::Null) => return Ok(Self(Vec::new())),
            Some(Php::Array(filter)) => filter,
            Some(_) => return Err(argument("The filter is not an array.".to_owned())),
        };
        let mut conditions = Vec::new();
        for (key, value) in filter.iter() {
            let key = key.to_string();
            let name = key.trim_start_matches(|letter: char| !letter.is_ascii_alphanumeric());
            let operation = match &key[..key.len() - name.len()] {
                "" | "=" => Operation::Equal,
                ">" => Operation::Greater,
                "<" => Operation::Less,
                ">=" => Operation::GreaterOrEqual,
                "<=" => Operation::LessOrEqual,
                other => return Err(argument(format!("Filter operation not allowed: {other}"))),
            };
            let field = fields.iter().find(|field| field.eq_ignore_ascii_case(name));
            let field = *field.ok_or_else(|| argument(format!("Filter field not allowed: {name}")))?;
            let value = value
                .as_text()
                .ok_or_else(|| argument(format!("The value of an argument '{key}' has an invalid type")))?;
            conditions.push((operation, field, value));
        }
        Ok(Self(conditions))
    }

    pub(crate) fn takes(&self, row: &Row) -> bool {
        self.0.iter().all(|(operation, field, value)| {
            let order = match (*field, value.parse::<Timestamp>()) {
                ("ID", _) => row.id.cmp(&value.parse().unwrap_or(0)),
                ("ERROR", _) => i64::from(row.is_failed).cmp(&value.parse().unwrap_or(0)),
                ("TIMESTAMP_X", Ok(at)) => row.at.cmp(&at),
                _ => row.cell(field).cmp(value),
            };
            match operation {
                Operation::Equal => order.is_eq(),
                Operation::Greater => order.is_gt(),
                Operation::Less => order.is_lt(),
                Operation::GreaterOrEqual => order.is_ge(),
                Operation::LessOrEqual => order.is_le(),
            }
        })
    }
}

/// How rows are sorted: fields, and whether downwards.
pub(crate) struct Order(Vec<(&'static str, bool)>);

impl Order {
    pub(crate) fn read(
        order: Option<&Php>,
        fields: &[&'static str],
        by: &'static str,
    ) -> Result<Self, Refusal> {
        let order = match order {
            None | Some(Php::Null) => return Ok(Self(vec![(by, false)])),
            Some(Php::Array(order)) => order,
            Some(_) => return Err(argument("The order is not an array.".to_owned())),
        };
        let mut keys = Vec::new();
        for (key, value) in order.iter() {
            let name = key.to_string();
            let field = fields.iter().find(|field| field.eq_ignore_ascii_case(&name));
            let field = *field.ok_or_else(|| argument(format!("Order field not allowed: {name}")))?;
            let is_down = match value.as_text().unwrap_or_default().to_ascii_uppercase().as_str() {
                "ASC" => false,
                "DESC" => true,
                _ => return Err(argument("Order direction should be one of {ASC|DESC}".to_owned())),
            };
            keys.push((field, is_down));
        }
        Ok(Self(keys))
    }

    pub(crate) fn sort(&self, rows: &mut [&mut Row]) {
        rows.sort_by(|one, other| {
            let orders = self.0.iter().map(|(field, is_down)| {
                let order = match *field {
                    "ID" => one.id.cmp(&other.id),
                    "TIMESTAMP_X" => one.at.cmp(&other.at),
                    field => one.cell(field).cmp(&other.cell(field)),
                };
                if *is_down { order.reverse() } else { order }
            });
            orders.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then).then(one.id.cmp(&other.id))
        });
    }
}

impl Row {
    fn cell(&self, field: &str) -> String {
        match field {
            "EVENT_NAME" => self.name.clone(),
            "MESSAGE_ID" => self.message.clone(),
            "PROCESS_ID" => self.process.clone(),
            "ERROR" => i64::from(self.is_failed).to_string(),
            _ => String::new(),
        }
    }
}
