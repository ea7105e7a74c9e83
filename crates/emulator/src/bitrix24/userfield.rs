//! User fields of companies and deals.

use super::php::{Array, record};

/// A user field, as `crm.*.userfield.list` shows it.
#[derive(Clone, Debug)]
pub(crate) struct UserField {
    pub(crate) id: i64,
    /// `CRM_COMPANY` or `CRM_DEAL`.
    pub(crate) entity: &'static str,
    pub(crate) name: String,
    pub(crate) type_id: String,
    pub(crate) xml_id: Option<String>,
    pub(crate) multiple: bool,
    pub(crate) label: String,
}

impl UserField {
    /// Labels come only to those who asked for a language.
    pub(crate) fn to_php(&self, with_labels: bool) -> Array {
        let mut shown = record! {
            "ID" => self.id.to_string(),
            "ENTITY_ID" => self.entity,
            "FIELD_NAME" => self.name.as_str(),
            "USER_TYPE_ID" => self.type_id.as_str(),
            "XML_ID" => self.xml_id.clone(),
            "SORT" => "100",
            "MULTIPLE" => if self.multiple { "Y" } else { "N" },
            "MANDATORY" => "N",
            "SHOW_FILTER" => "N",
            "SHOW_IN_LIST" => "Y",
            "EDIT_IN_LIST" => "Y",
            "IS_SEARCHABLE" => "N",
            "SETTINGS" => Array::default(),
        };
        if with_labels {
            for key in ["EDIT_FORM_LABEL", "LIST_COLUMN_LABEL", "LIST_FILTER_LABEL"] {
                shown.set(key, self.label.as_str());
            }
        }
        shown
    }
}
