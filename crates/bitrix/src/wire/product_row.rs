//! Product rows. Vendor page: `api-reference/crm/universal/product-rows/crm-item-productrow-list.md`.

use serde::Deserialize;

use super::loose;

/// A row of `crm.item.productrow.list`. Numbers are texts with a point.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ProductRow {
    /// Its number.
    #[serde(deserialize_with = "loose::int")]
    pub id: i64,
    /// The deal.
    #[serde(deserialize_with = "loose::int")]
    pub owner_id: i64,
    /// The name in the row.
    #[serde(deserialize_with = "loose::text")]
    pub product_name: String,
    /// Of one unit, with discount and tax.
    #[serde(deserialize_with = "loose::text")]
    pub price: String,
    /// Of one unit, with discount and without tax.
    #[serde(deserialize_with = "loose::text")]
    pub price_exclusive: String,
    /// How many.
    #[serde(deserialize_with = "loose::text")]
    pub quantity: String,
    /// Off one unit, in money.
    #[serde(deserialize_with = "loose::text")]
    pub discount_sum: String,
    /// In per cent; empty is «без НДС».
    #[serde(deserialize_with = "loose::text")]
    pub tax_rate: String,
    /// Whether the price was entered with tax.
    #[serde(deserialize_with = "loose::flag")]
    pub tax_included: bool,
    /// «шт».
    #[serde(deserialize_with = "loose::text")]
    pub measure_name: String,
    /// Its place.
    #[serde(deserialize_with = "loose::int")]
    pub sort: i64,
}
