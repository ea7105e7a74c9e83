//! Product rows of deals.
//! <https://apidocs.bitrix24.com/api-reference/crm/universal/product-rows/crm-item-productrow-list.html>

use super::super::call::{Answer, Caller, Outcome, Params, Refusal};
use super::super::happened::{Event, Thing};
use super::super::list::PAGE;
use super::super::php::{Array, Php, record};
use super::super::state::State;

/// A row of a deal.
#[derive(Clone, Debug)]
pub(crate) struct ProductRow {
    id: i64,
    name: String,
    /// Of one unit, with discount and tax.
    price: f64,
    quantity: f64,
    discount: f64,
    tax_rate: Option<f64>,
    tax_included: bool,
    measure: String,
    sort: i64,
}

impl ProductRow {
    fn read(row: &Array, id: i64, sort: i64) -> Self {
        let number =
            |name: &str| row.get(name).and_then(Php::as_text).and_then(|text| text.parse::<f64>().ok());
        let text = |name: &str| row.get(name).and_then(Php::as_text).unwrap_or_default();
        let measure = match text("measureName") {
            measure if measure.is_empty() => "шт".to_owned(),
            measure => measure,
        };
        Self {
            id,
            name: text("productName"),
            price: number("price").unwrap_or(0.0),
            quantity: number("quantity").unwrap_or(1.0),
            discount: number("discountSum").unwrap_or(0.0),
            tax_rate: number("taxRate"),
            tax_included: row.get("taxIncluded").is_none_or(Php::is_yes),
            measure,
            sort,
        }
    }

    fn to_php(&self, owner: i64) -> Array {
        let tax = self.tax_rate.unwrap_or(0.0) / 100.0;
        let exclusive = self.price / (1.0 + tax);
        record! {
            "id" => self.id,
            "ownerId" => owner,
            "ownerType" => "D",
            "productId" => 0_i64,
            "productName" => self.name.as_str(),
            "price" => Php::Float(self.price),
            "priceAccount" => format!("{:.2}", self.price),
            "priceExclusive" => Php::Float(exclusive),
            "priceNetto" => Php::Float(exclusive + self.discount),
            "priceBrutto" => Php::Float(self.price + self.discount),
            "quantity" => Php::Float(self.quantity),
            "discountTypeId" => 1_i64,
            "discountRate" => Php::Float(0.0),
            "discountSum" => Php::Float(self.discount),
            "taxRate" => self.tax_rate.map_or(Php::Null, Php::Float),
            "taxIncluded" => if self.tax_included { "Y" } else { "N" },
            "customized" => "Y",
            "measureCode" => 796_i64,
            "measureName" => self.measure.as_str(),
            "sort" => self.sort,
            "xmlId" => "",
            "type" => 1_i64,
            "storeId" => 0_i64,
        }
    }
}

/// Replaces all rows. The amount of the deal follows them, unless it was set by hand.
pub(super) fn set(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    if !caller.rights.update {
        return Err(Refusal::coded(400, "ACCESS_DENIED", "Access denied"));
    }
    if params.get("ownerType").and_then(Php::as_text).as_deref() != Some("D") {
        return Err(Refusal::coded(400, "INVALID_ARG_VALUE", "Unknown owner type"));
    }
    let deal = params.get("ownerId").map_or(0, Php::as_int);
    let rows = Params(params).array("productRows")?.clone();
    let Some(mut row) = state.deals.get(deal).cloned() else {
        return Err(Refusal::coded(400, "OWNER_NOT_FOUND", "Owner not found"));
    };
    let mut products = Vec::new();
    for (sort, given) in (1_i64..).zip(rows.values().filter_map(Php::as_array)) {
        products.push(ProductRow::read(given, state.next_product_row, sort * 10));
        state.next_product_row += 1;
    }
    let total: f64 = products.iter().map(|product| product.price * product.quantity).sum();
    let by_hand =
        state.deals.catalog.index_of("IS_MANUAL_OPPORTUNITY").and_then(|at| row.cell(at).map(str::to_owned));
    if by_hand.as_deref() != Some("Y")
        && let Some(at) = state.deals.catalog.index_of("OPPORTUNITY")
    {
        row.set_cell(at, Some(&total.to_string()));
    }
    row.modified = Some(state.now());
    row.modified_by = Some(caller.user);
    let company = row.owner;
    state.deals.remove(deal);
    state.deals.insert(row);
    let shown: Array = products.iter().map(|product| product.to_php(deal)).collect();
    state.product_rows.insert(deal, products);
    state.wrote(Thing::Deal { id: deal, company }, Event::Changed);
    Ok(Answer::of(record! { "productRows" => shown }))
}

/// Both keys of the filter are mandatory; «`=` works with arrays as well».
pub(super) fn list(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    if !caller.rights.read {
        return Err(Refusal::coded(400, "ACCESS_DENIED", "Access denied"));
    }
    let params = Params(params);
    let filter = params.array("filter")?;
    let kind = filter.get("=ownerType").and_then(Php::as_text);
    let Some(owners) = filter.get("=ownerId").filter(|_| kind.as_deref() == Some("D")) else {
        return Err(Refusal::coded(
            400,
            "INVALID_ARG_VALUE",
            "ownerType and ownerId are required in the filter",
        ));
    };
    let mut owners: Vec<i64> = match owners.as_array() {
        Some(owners) => owners.values().map(Php::as_int).collect(),
        None => vec![owners.as_int()],
    };
    owners.sort_unstable();
    owners.dedup();
    let mut rows: Vec<(i64, Array)> = owners
        .iter()
        .filter(|owner| state.deals.get(**owner).is_some())
        .flat_map(|owner| {
            let rows = state.product_rows.get(owner).map(Vec::as_slice).unwrap_or_default();
            rows.iter().map(|row| (row.id, row.to_php(*owner)))
        })
        .collect();
    rows.sort_by_key(|(id, _)| *id);
    let skip = usize::try_from(params.int("start")).unwrap_or(0);
    let total = rows.len();
    let page: Array = rows.into_iter().map(|(_, row)| row).skip(skip).take(PAGE).collect();
    let after = skip + page.len();
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let next = (after < total).then(|| number(after));
    Ok(Answer { result: record! { "productRows" => page }.into(), total: Some(number(total)), next })
}
