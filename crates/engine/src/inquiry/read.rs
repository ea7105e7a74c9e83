//! Deals as the portal keeps them become snapshots: products, names and markup understood.

use std::collections::BTreeMap;

use bitrix::wire::{Deal, ProductRow};
use bitrix::{Args, CallError, Chain, Client, Command, Listing, Outcome, PAGE_ROWS, pack};
use domain::{Amount, Date, Inquiry, Product};
use serde_json::Value;

use super::{InquirySettings, Terms};

/// Deals whose rows are asked for by one command: as a rule they fit its page.
const OWNERS_TOGETHER: usize = 15;
/// Pages of rows of one deal after which no more are asked for: nobody sells five thousand things in one deal.
const PAGES_MAX: usize = 100;

/// Deals with everything that travels of them.
pub(crate) fn listing(settings: &InquirySettings) -> Listing {
    Deal::listing().select(settings.extras.values().cloned())
}

/// The product rows of these deals, in their order.
pub(super) async fn products(
    client: &Client,
    deals: &[i64],
) -> Result<BTreeMap<i64, Vec<ProductRow>>, CallError> {
    let mut rows: BTreeMap<i64, Vec<ProductRow>> = BTreeMap::new();
    let mut open: Vec<(Vec<i64>, usize)> =
        deals.chunks(OWNERS_TOGETHER).map(|deals| (deals.to_vec(), 0)).collect();
    let mut pages = 0;
    while !open.is_empty() && pages < PAGES_MAX {
        pages += 1;
        let asked = std::mem::take(&mut open);
        let chains = asked.iter().map(|(deals, start)| {
            let filter = Args::new().set("=ownerType", "D").set("=ownerId", deals.clone());
            let args = Args::new()
                .set("filter", filter)
                .set("order", Args::new().set("id", "ASC"))
                .set("start", i64::try_from(*start).unwrap_or(i64::MAX));
            Chain::of(Command::new("p", "crm.item.productrow.list", args)).expect("one plain command")
        });
        for batch in pack(chains) {
            let mut answer = client.batch(&batch).await?;
            for piece in batch.pieces() {
                let (deals, start) = &asked[piece.index];
                let total = answer.total(piece.index, "p");
                match answer.take(piece.index, "p") {
                    Outcome::Done(result) => {
                        let page = page_of(result);
                        let seen = start + page.len();
                        let more = total.map_or(page.len() >= PAGE_ROWS, |total| {
                            (seen as u64) < total && !page.is_empty()
                        });
                        if more {
                            open.push((deals.clone(), seen));
                        }
                        for row in page {
                            rows.entry(row.owner_id).or_default().push(row);
                        }
                    }
                    Outcome::Refused(error) => {
                        let method = "crm.item.productrow.list".to_owned();
                        return Err(CallError::Refused { method, error });
                    }
                    Outcome::NotRun => open.push((deals.clone(), *start)),
                }
            }
        }
    }
    for rows in rows.values_mut() {
        rows.sort_by_key(|row| (row.sort, row.id));
        rows.dedup_by_key(|row| row.id);
    }
    Ok(rows)
}

fn page_of(result: Value) -> Vec<ProductRow> {
    let rows = match result {
        Value::Object(mut map) => map.remove("productRows").unwrap_or_default(),
        other => other,
    };
    serde_json::from_value(rows).unwrap_or_default()
}

/// What 1C is told of a deal.
pub(super) fn snapshot(
    deal: &Deal,
    products: &[ProductRow],
    terms: &Terms,
    settings: &InquirySettings,
) -> Inquiry {
    let mut inquiry = Inquiry {
        title: one_line(&deal.title),
        stage: terms.stage(&deal.stage_id),
        stage_id: deal.stage_id.clone(),
        closed: deal.closed,
        amount: deal.opportunity.parse().ok(),
        currency: deal.currency_id.clone(),
        responsible: terms.user(deal.assigned_by_id),
        comment: plain(&deal.comments),
        opened_on: day(&deal.begindate),
        closes_on: day(&deal.closedate),
        products: products.iter().map(product).collect(),
        extras: settings
            .extras
            .iter()
            .map(|(name, field)| (name.clone(), deal.user_fields.get(field).map(words).unwrap_or_default()))
            .collect(),
    };
    inquiry.extras.entry("pipeline".to_owned()).or_insert_with(|| terms.pipeline(deal.category_id));
    withhold(&mut inquiry, settings);
    inquiry
}

/// Empties what the settings do not send.
fn withhold(inquiry: &mut Inquiry, settings: &InquirySettings) {
    for field in InquirySettings::FIELDS.into_iter().filter(|field| !settings.sends(field)) {
        match field {
            "title" => inquiry.title.clear(),
            "stage" => inquiry.stage.clear(),
            "amount" => inquiry.amount = None,
            "currency" => inquiry.currency.clear(),
            "responsible" => inquiry.responsible = domain::Responsible::default(),
            "comment" => inquiry.comment.clear(),
            "opened_on" => inquiry.opened_on = None,
            "closes_on" => inquiry.closes_on = None,
            "products" => inquiry.products.clear(),
            _ => unreachable!("every field has its line"),
        }
    }
}

/// The portal keeps the final price of a unit, with discount and tax; the contract wants the price before the discount.
fn product(row: &ProductRow) -> Product {
    let number = |text: &str| text.parse::<Amount>().unwrap_or_default();
    let (quantity, discount) = (number(&row.quantity), number(&row.discount_sum));
    let with_tax = number(&row.price);
    let entered = if row.tax_included || row.price_exclusive.is_empty() {
        with_tax
    } else {
        number(&row.price_exclusive)
    };
    Product {
        name: one_line(&row.product_name),
        article: String::new(),
        quantity,
        unit: row.measure_name.trim().to_owned(),
        price: entered + discount,
        discount,
        vat_rate: row.tax_rate.parse().ok(),
        vat_included: row.tax_included,
        amount: with_tax.times(quantity).to_kopecks(),
    }
}

/// The day that stands first in a date of the portal, whatever offset follows.
fn day(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok().filter(|day: &Date| day.year() > 1)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A value of a custom field in words: lists by commas, a sum without its currency sign in between.
fn words(value: &Value) -> String {
    match value {
        Value::String(text) => one_line(text),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => if *truth { "да" } else { "нет" }.to_owned(),
        Value::Array(values) => {
            values.iter().map(words).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
        }
        Value::Null | Value::Object(_) => String::new(),
    }
}

/// A comment without markup: `<br>`, `[b]…[/b]`, `&nbsp;`. A bracket that belongs to no mark stays.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['<', '[', '&']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (length, instead) = mark(rest).unwrap_or((1, &rest[..1]));
        out.push_str(instead);
        rest = &rest[length..];
    }
    out.push_str(rest);
    one_line(&out)
}

/// The mark with which the text begins: its length and what stands for it.
fn mark(text: &str) -> Option<(usize, &'static str)> {
    const ENTITIES: [(&str, &str); 6] =
        [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#039;", "'"), ("&amp;", "&")];
    if let Some((entity, sign)) = ENTITIES.into_iter().find(|(entity, _)| text.starts_with(entity)) {
        return Some((entity.len(), sign));
    }
    let close = match text.as_bytes().first()? {
        b'<' => '>',
        b'[' => ']',
        _ => return None,
    };
    let end = text.find(close)?;
    let inside = text[1..end].trim_start_matches('/');
    let name = inside.split(|letter: char| !letter.is_ascii_alphanumeric()).next()?;
    let is_mark =
        inside == "*" || (name.starts_with(|letter: char| letter.is_ascii_alphabetic()) && name.len() <= 10);
    let breaks = ["br", "p", "div", "li", "tr"].contains(&name.to_ascii_lowercase().as_str());
    is_mark.then_some((end + 1, if breaks { " " } else { "" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_loses_its_markup_and_nothing_else() {
        assert_eq!(
            plain("Нужны <b>насосы</b><br>до 5&nbsp;мая &lt;срочно&gt;"),
            "Нужны насосы до 5 мая <срочно>"
        );
        assert_eq!(plain("[b]Важно[/b]: [url=https://a.ru]сайт[/url]\n[*] пункт"), "Важно: сайт пункт");
        assert_eq!(plain("2 < 3, [5 шт] и a & b"), "2 < 3, [5 шт] и a & b");
    }

    #[test]
    fn a_day_is_what_employees_see_whatever_the_offset() {
        assert_eq!(day("2026-11-20T03:00:00+03:00"), "2026-11-20".parse().ok());
        assert_eq!(day("2026-11-20"), "2026-11-20".parse().ok());
        assert_eq!(day(""), None);
        assert_eq!(day("двадцатого"), None);
    }

    #[test]
    fn a_row_shows_the_price_before_the_discount_and_what_it_costs_in_all() {
        let row = ProductRow {
            product_name: "Насос".into(),
            price: "45000".into(),
            price_exclusive: "37500".into(),
            quantity: "2".into(),
            discount_sum: "5000".into(),
            tax_rate: "20".into(),
            tax_included: true,
            ..ProductRow::default()
        };
        let product = product(&row);
        let amount = |text: &str| text.parse::<Amount>().expect("an amount");
        assert_eq!((product.price, product.discount), (amount("50000"), amount("5000")));
        assert_eq!(product.amount, amount("90000"));
        assert_eq!(product.vat_rate, Some(amount("20")));
        let untaxed = ProductRow { tax_rate: String::new(), ..row };
        assert_eq!(super::product(&untaxed).vat_rate, None, "«без НДС»");
    }
}
