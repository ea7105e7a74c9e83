//! Templates of requisites. Vendor pages: `api-reference/crm/requisites/presets/*.md`.

use serde::Deserialize;

use super::loose;
use crate::list::Listing;

/// A row of `crm.requisite.preset.list`. Ids differ between portals: find it by `XML_ID`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", default)]
pub struct Preset {
    /// Its number in this portal.
    #[serde(deserialize_with = "loose::int")]
    pub id: i64,
    /// `#CRM_REQUISITE_PRESET_DEF_…#` for those that come with the product.
    #[serde(deserialize_with = "loose::text")]
    pub xml_id: String,
    /// Its name as the portal's administrator sees it.
    #[serde(deserialize_with = "loose::text")]
    pub name: String,
    /// 1 is Russia.
    #[serde(deserialize_with = "loose::int")]
    pub country_id: i64,
    /// Whether employees may choose it.
    #[serde(default = "loose::yes", deserialize_with = "loose::flag_or_yes")]
    pub active: bool,
}

impl Preset {
    /// `XML_ID` of the template for organisations that comes with a Russian portal.
    pub const XML_ID_ORGANIZATION: &str = "#CRM_REQUISITE_PRESET_DEF_RU_COMPANY#";
    /// `XML_ID` of the one for entrepreneurs (ИП).
    pub const XML_ID_ENTREPRENEUR: &str = "#CRM_REQUISITE_PRESET_DEF_RU_INDIVIDUAL#";
    /// `XML_ID` of the one for private persons; it has no ИНН.
    pub const XML_ID_PERSON: &str = "#CRM_REQUISITE_PRESET_DEF_RU_PERSON#";

    /// Everything above.
    pub const SELECT: [&str; 5] = ["ID", "XML_ID", "NAME", "COUNTRY_ID", "ACTIVE"];

    /// All templates, those of other countries too.
    pub fn listing() -> Listing {
        Listing::new("crm.requisite.preset.list").select(Self::SELECT)
    }
}
