//! Presets of requisites: which fields a card of an organisation, an entrepreneur and a person shows.
//! <https://apidocs.bitrix24.com/api-reference/crm/requisites/presets/index.html>

use super::php::{Array, Php, record};

/// A preset. `fields` are those that the card shows; REST stores any RQ_ field all the same.
#[derive(Clone, Debug)]
pub(crate) struct Preset {
    pub(crate) id: i64,
    pub(crate) name: &'static str,
    pub(crate) xml_id: &'static str,
    pub(crate) sort: i64,
    pub(crate) fields: &'static [&'static str],
}

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
                fields: &[
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
                ],
            },
            Self {
                id: first + STEP,
                name: "ИП",
                xml_id: "#CRM_REQUISITE_PRESET_DEF_RU_INDIVIDUAL#",
                sort: 510,
                fields: &[
                    "RQ_LAST_NAME",
                    "RQ_FIRST_NAME",
                    "RQ_SECOND_NAME",
                    "RQ_INN",
                    "RQ_OGRNIP",
                    "RQ_OKPO",
                    "RQ_OKVED",
                    "RQ_ADDR",
                ],
            },
            Self {
                id: first + 2 * STEP,
                name: "Физ. лицо",
                xml_id: "#CRM_REQUISITE_PRESET_DEF_RU_PERSON#",
                sort: 520,
                fields: &[
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
                ],
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
        (1..)
            .zip(self.fields)
            .map(|(at, field)| {
                record! {
                    "ID" => Php::Int(at),
                    "FIELD_NAME" => *field,
                    "FIELD_TITLE" => "",
                    "IN_SHORT_LIST" => if at == 1 { "Y" } else { "N" },
                    "SORT" => Php::Int(500 + at * 10),
                }
            })
            .collect()
    }
}
