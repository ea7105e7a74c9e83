//! Presets of requisites: which fields a card of an organisation, an entrepreneur and a person shows.
//! <https://apidocs.bitrix24.com/api-reference/crm/requisites/presets/index.html>

use super::catalog::Catalog;
use super::php::{Array, Php, record};

/// A preset. `fields` are those that the card shows; REST stores any RQ_ field all the same.
#[derive(Clone, Debug)]
pub(crate) struct Preset {
    pub(crate) id: i64,
    pub(crate) name: &'static str,
    pub(crate) xml_id: &'static str,
    pub(crate) sort: i64,
    pub(crate) fields: Vec<PresetField>,
}

/// A field of a preset; its id is unique within the preset.
#[derive(Clone, Debug)]
pub(crate) struct PresetField {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) sort: i64,
}

/// What of a requisite no card of a Russian company may show.
const FOREIGN: [&str; 6] = ["RQ_EDRPOU", "RQ_DRFO", "RQ_KBE", "RQ_IIN", "RQ_BIN", "RQ_VAT_ID"];
/// Fields of presets that are no columns of a requisite.
const MADE_UP: [&str; 3] = ["RQ_ADDR", "RQ_SIGNATURE", "RQ_STAMP"];

/// Ids of presets are not neighbours, as on a portal where somebody deleted one.
const STEP: i64 = 3;

impl Preset {
    /// The three that come with a Russian portal. The values of XML_ID are those of the product's code; the
    /// documentation only names their prefix.
    pub(crate) fn russian(first: i64) -> Vec<Self> {
        vec![
            Self {
                id: first,
                name: "Организация",
                xml_id: "#CRM_REQUISITE_PRESET_DEF_RU_COMPANY#",
                sort: 500,
                fields: delivered(&[
                    "RQ_INN",
                    "RQ_COMPANY_NAME",
                    "RQ_COMPANY_FULL_NAME",
                    "RQ_OGRN",
                    "RQ_KPP",
                    "RQ_COMPANY_REG_DATE",
                    "RQ_OKPO",
                    "RQ_OKTMO",
                    "RQ_DIRECTOR",
                    "RQ_ACCOUNTANT",
                    "RQ_ADDR",
                    "RQ_SIGNATURE",
                    "RQ_STAMP",
                ]),
            },
            Self {
                id: first + STEP,
                name: "ИП",
                xml_id: "#CRM_REQUISITE_PRESET_DEF_RU_INDIVIDUAL#",
                sort: 510,
                fields: delivered(&[
                    "RQ_LAST_NAME",
                    "RQ_FIRST_NAME",
                    "RQ_SECOND_NAME",
                    "RQ_INN",
                    "RQ_OGRNIP",
                    "RQ_OKPO",
                    "RQ_OKVED",
                    "RQ_ADDR",
                ]),
            },
            Self {
                id: first + 2 * STEP,
                name: "Физ. лицо",
                xml_id: "#CRM_REQUISITE_PRESET_DEF_RU_PERSON#",
                sort: 520,
                fields: delivered(&[
                    "RQ_LAST_NAME",
                    "RQ_FIRST_NAME",
                    "RQ_SECOND_NAME",
                    "RQ_IDENT_DOC",
                    "RQ_IDENT_DOC_SER",
                    "RQ_IDENT_DOC_NUM",
                    "RQ_IDENT_DOC_ISSUED_BY",
                    "RQ_IDENT_DOC_DATE",
                    "RQ_IDENT_DOC_DEP_CODE",
                    "RQ_ADDR",
                ]),
            },
        ]
    }

    pub(crate) fn to_php(&self) -> Array {
        record! {
            "ID" => self.id.to_string(),
            "ENTITY_TYPE_ID" => "8",
            "COUNTRY_ID" => "1",
            "DATE_CREATE" => "2024-05-24T15:45:44+03:00",
            "DATE_MODIFY" => "",
            "CREATED_BY_ID" => "1",
            "MODIFY_BY_ID" => Php::Null,
            "NAME" => self.name,
            "XML_ID" => self.xml_id,
            "ACTIVE" => "Y",
            "SORT" => self.sort.to_string(),
        }
    }

    pub(crate) fn field_list(&self) -> Array {
        let shown = |field: &PresetField| {
            record! {
                "ID" => field.id,
                "FIELD_NAME" => field.name.as_str(),
                "FIELD_TITLE" => field.title.as_str(),
                "IN_SHORT_LIST" => if field.id == 1 { "Y" } else { "N" },
                "SORT" => field.sort,
            }
        };
        self.fields.iter().map(shown).collect()
    }

    /// The fields of requisites that it does not have yet and may have.
    pub(crate) fn available(&self, catalog: &Catalog) -> Vec<String> {
        let columns = catalog.iter().map(|(_, field)| field.name.as_ref());
        let all = columns.filter(|name| name.starts_with("RQ_") && !FOREIGN.contains(name)).chain(MADE_UP);
        all.filter(|name| !self.fields.iter().any(|field| field.name == *name)).map(str::to_owned).collect()
    }

    /// One more field; its id.
    pub(crate) fn add_field(&mut self, name: &str, title: &str, sort: i64) -> i64 {
        let id = self.fields.iter().map(|field| field.id).max().unwrap_or(0) + 1;
        self.fields.push(PresetField { id, name: name.to_owned(), title: title.to_owned(), sort });
        id
    }
}

fn delivered(names: &[&str]) -> Vec<PresetField> {
    let field = |(id, name): (i64, &&str)| PresetField {
        id,
        name: (*name).to_owned(),
        title: String::new(),
        sort: 500 + id * 10,
    };
    (1..).zip(names).map(field).collect()
}
