//! «Запрос», both ways: the deal that 1C polls, and what 1C tells of its document.

use domain::{Amount, Date, InquiryClient, InquiryOffer, Product, Responsible, ShownInquiry, Timestamp};
use jiff::tz::TimeZone;

use crate::record::{Readable, Refusal, Words, gather};
use crate::scalar::{date, deal_id, flag, moment, text};
use crate::speech::at;
use crate::value::Value;

/// Longest «Номер» of a document of 1C.
pub(crate) const NUMBER_MAX: usize = 50;
/// Longest «Состояние».
pub(crate) const STATUS_MAX: usize = 255;

/// Reads one record. Fields that the contract does not name are left out: it grows.
pub(crate) fn read(record: Value, time_zone: &TimeZone) -> Result<Readable<ShownInquiry>, Refusal> {
    let mut draft = Draft::default();
    let gathered = gather(record, &WORDS, |name, value| draft.take(name, value, time_zone))?;
    let Draft { deal_id, number, date, status, deleted, changed_at } = draft;
    let title = number.clone().unwrap_or_default();
    gathered.finish(&title, |onec_ref| ShownInquiry {
        onec_ref,
        deal_id,
        number,
        date,
        status,
        deleted,
        changed_at,
    })
}

const WORDS: Words = Words {
    one: "Запрос",
    of: "запроса",
    refused: "не принят",
    key: "ref",
    title: |name| match name {
        "deal_id" => Some("сделка"),
        "number" => Some("номер"),
        "date" => Some("дата"),
        "status" => Some("состояние"),
        "deleted" => Some("пометка удаления"),
        _ => None,
    },
};

#[derive(Default)]
#[expect(clippy::option_option, reason = "absent and empty differ, here as in the domain")]
struct Draft {
    deal_id: Option<i64>,
    number: Option<String>,
    date: Option<Option<Date>>,
    status: Option<String>,
    deleted: Option<bool>,
    changed_at: Option<Timestamp>,
}

impl Draft {
    fn take(&mut self, name: &str, value: Value, time_zone: &TimeZone) -> Result<(), String> {
        match name {
            "deal_id" => self.deal_id = deal_id(value)?,
            "number" => self.number = Some(text(value, NUMBER_MAX)?),
            "date" => self.date = Some(date(value, time_zone)?),
            "status" => self.status = Some(text(value, STATUS_MAX)?),
            "deleted" => self.deleted = Some(flag(value)?),
            "changed_at" => self.changed_at = moment(value, time_zone)?,
            _ => {}
        }
        Ok(())
    }
}

/// The record that 1C polls. What is not known is an empty text, but `ref`, `code` and `number` are absent until 1C
/// has told them.
pub(crate) fn offered(offer: InquiryOffer, time_zone: &TimeZone) -> Value {
    let InquiryOffer {
        delivery,
        onec_ref,
        proposed_ref,
        number,
        deal_id,
        deal_url,
        client,
        snapshot,
        changed_at,
    } = offer;
    let day = |day: Option<Date>| Value::text(day.map_or_else(String::new, |day| day.to_string()));
    let (action, reference) = match onec_ref {
        Some(onec_ref) => ("update", ("ref", onec_ref)),
        None => ("create", ("proposed_ref", proposed_ref)),
    };
    let mut fields = vec![
        ("delivery", Value::text(delivery.to_string())),
        ("action", Value::text(action)),
        (reference.0, Value::text(reference.1.to_string())),
        ("deal_id", Value::Number(deal_id.into())),
        ("deal_url", Value::Text(deal_url)),
    ];
    fields.extend(number.map(|number| ("number", Value::Text(number))));
    fields.extend([
        ("title", Value::Text(snapshot.title)),
        ("stage", Value::Text(snapshot.stage)),
        ("stage_id", Value::Text(snapshot.stage_id)),
        ("closed", Value::Flag(snapshot.closed)),
        ("counterparty", counterparty(client)),
        ("amount", Value::text(snapshot.amount.map_or_else(String::new, |amount| amount.to_string()))),
        ("currency", Value::Text(snapshot.currency)),
        ("responsible", responsible(snapshot.responsible)),
        ("comment", Value::Text(snapshot.comment)),
        ("opened_on", day(snapshot.opened_on)),
        ("closes_on", day(snapshot.closes_on)),
        ("products", Value::List(snapshot.products.into_iter().map(product).collect())),
        ("changed_at", Value::text(changed_at.map_or_else(String::new, |moment| at(moment, time_zone)))),
    ]);
    let extras = snapshot.extras.into_iter().filter(|(name, _)| bad_extra_name(name).is_none());
    let named = fields.into_iter().map(|(name, value)| (name.into(), value));
    Value::Record(named.chain(extras.map(|(name, text)| (name.into(), Value::Text(text)))).collect())
}

fn counterparty(client: InquiryClient) -> Value {
    let InquiryClient { onec_ref, code, inn, kpp, company_id } = client;
    let mut fields = vec![("ref".into(), Value::text(onec_ref.to_string()))];
    fields.extend(code.map(|code| ("code".into(), Value::Text(code))));
    fields.extend([
        ("inn".into(), Value::Text(inn)),
        ("kpp".into(), Value::Text(kpp)),
        ("company_id".into(), Value::Number(company_id.into())),
    ]);
    Value::Record(fields)
}

fn responsible(responsible: Responsible) -> Value {
    let Responsible { name, email } = responsible;
    Value::record([("name", Value::Text(name)), ("email", Value::Text(email))])
}

fn product(product: Product) -> Value {
    let Product { name, article, quantity, unit, price, discount, vat_rate, vat_included, amount } = product;
    Value::record([
        ("name", Value::Text(name)),
        ("article", Value::Text(article)),
        ("quantity", Value::Text(plain(quantity))),
        ("unit", Value::Text(unit)),
        ("price", Value::text(price.to_string())),
        ("discount", Value::text(discount.to_string())),
        ("vat_rate", Value::Text(vat_rate.map_or_else(String::new, plain))),
        ("vat_included", Value::Flag(vat_included)),
        ("amount", Value::text(amount.to_string())),
    ])
}

/// A number that is no money: without the kopecks that it has not.
fn plain(number: Amount) -> String {
    number.to_string().trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Fields of a polled inquiry, whose names no extra may have.
pub(crate) const OFFERED: [&str; 20] = [
    "delivery",
    "action",
    "proposed_ref",
    "ref",
    "deal_id",
    "deal_url",
    "number",
    "title",
    "stage",
    "stage_id",
    "closed",
    "counterparty",
    "amount",
    "currency",
    "responsible",
    "comment",
    "opened_on",
    "closes_on",
    "products",
    "changed_at",
];

/// Why an extra field of an inquiry cannot have this name, in Russian; nothing if it can. The name becomes an XML
/// element and the name of a variable in 1C; an extra whose name is not good is left out of what 1C polls.
pub fn bad_extra_name(name: &str) -> Option<String> {
    let mut letters = name.chars();
    let begins = letters.next().is_some_and(is_letter);
    if !begins || !letters.all(|letter| is_letter(letter) || letter.is_ascii_digit()) {
        Some(format!(
            "имя «{name}» не годится: нужны русские или латинские буквы, цифры и «_», первой — буква или «_»"
        ))
    } else if OFFERED.contains(&name) {
        Some(format!("имя «{name}» занято полем самого запроса; назовите иначе"))
    } else {
        None
    }
}

/// Of those that both XML and 1C take in a name.
fn is_letter(letter: char) -> bool {
    letter == '_' || letter.is_ascii_alphabetic() || matches!(letter, 'А'..='я' | 'Ё' | 'ё')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_is_no_money_has_no_kopecks() {
        for (written, expected) in
            [("2", "2"), ("20.00", "20"), ("100", "100"), ("0", "0"), ("0.125", "0.125")]
        {
            assert_eq!(plain(written.parse().expect("a number")), expected);
        }
    }

    #[test]
    fn an_extra_is_named_as_xml_and_1c_can_name_it_and_not_as_a_field_of_the_contract() {
        for good in ["Заказчик", "цвет_2", "_x", "delivery_terms"] {
            assert_eq!(bad_extra_name(good), None, "{good}");
        }
        for bad in ["", "2x", "номер заявки", "a<b", "a:b", "é"] {
            assert!(bad_extra_name(bad).is_some_and(|why| why.contains("не годится")), "{bad}");
        }
        for taken in ["ref", "products", "changed_at"] {
            assert!(bad_extra_name(taken).is_some_and(|why| why.contains("занято")), "{taken}");
        }
    }
}
