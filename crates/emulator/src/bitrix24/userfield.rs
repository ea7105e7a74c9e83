//! User fields of companies and deals.

use super::php::{Array, Php, record};

/// A user field, as `crm.*.userfield.list` shows it.
#[derive(Clone, Debug)]
pub(crate) struct UserField {
    pub(crate) id: i64,
    /// `CRM_COMPANY` or `CRM_DEAL`.
    pub(crate) entity: &'static str,
    pub(crate) name: String,
    pub(crate) type_id: String,
    pub(crate) multiple: bool,
    /// Everything that may be changed later.
    pub(crate) look: Look,
}

/// How a user field looks and behaves in the portal's pages.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    xml_id: Option<String>,
    sort: i64,
    mandatory: bool,
    shown_in_filter: bool,
    /// Whether employees may edit it.
    editable: bool,
    labels: [String; 3],
}

const LABELS: [&str; 3] = ["EDIT_FORM_LABEL", "LIST_COLUMN_LABEL", "LIST_FILTER_LABEL"];

impl Look {
    /// Of a new field: `LABEL` fills every label that has no own one.
    pub(crate) fn new(name: &str, fields: &Array) -> Self {
        let label = text(fields, "LABEL").unwrap_or_else(|| name.to_owned());
        let mut look = Self {
            xml_id: None,
            sort: 100,
            mandatory: false,
            shown_in_filter: false,
            editable: true,
            labels: [label.clone(), label.clone(), label],
        };
        look.change(fields);
        look
    }

    /// Only what is mentioned; type and multiplicity stay for ever.
    pub(crate) fn change(&mut self, fields: &Array) {
        let flag = |name: &str, old: bool| fields.get(name).map_or(old, Php::is_yes);
        if let Some(xml_id) = fields.get("XML_ID").and_then(Php::as_text) {
            self.xml_id = Some(xml_id).filter(|xml_id| !xml_id.is_empty());
        }
        self.sort = fields.get("SORT").map(Php::as_int).filter(|sort| *sort > 0).unwrap_or(self.sort);
        self.mandatory = flag("MANDATORY", self.mandatory);
        self.shown_in_filter = flag("SHOW_FILTER", self.shown_in_filter);
        self.editable = flag("EDIT_IN_LIST", self.editable);
        for (label, name) in self.labels.iter_mut().zip(LABELS) {
            if let Some(new) = text(fields, name) {
                *label = new;
            }
        }
    }
}

/// A text, or the Russian one of several languages.
fn text(fields: &Array, name: &str) -> Option<String> {
    let value = fields.get(name)?;
    value.as_array().map_or_else(|| value.as_text(), |by_language| by_language.get("ru")?.as_text())
}

impl UserField {
    /// Labels come only to those who asked for a language.
    pub(crate) fn to_php(&self, with_labels: bool) -> Array {
        let yes = |flag: bool| if flag { "Y" } else { "N" };
        let look = &self.look;
        let mut shown = record! {
            "ID" => self.id.to_string(),
            "ENTITY_ID" => self.entity,
            "FIELD_NAME" => self.name.as_str(),
            "USER_TYPE_ID" => self.type_id.as_str(),
            "XML_ID" => look.xml_id.clone(),
            "SORT" => look.sort.to_string(),
            "MULTIPLE" => yes(self.multiple),
            "MANDATORY" => yes(look.mandatory),
            // Written as Y, shown as the kind of filter.
            "SHOW_FILTER" => if look.shown_in_filter { "E" } else { "N" },
            "SHOW_IN_LIST" => "Y",
            "EDIT_IN_LIST" => yes(look.editable),
            "IS_SEARCHABLE" => "N",
            "SETTINGS" => Array::default(),
        };
        if with_labels {
            for (name, label) in LABELS.iter().zip(&look.labels) {
                shown.set(name, label.as_str());
            }
        }
        shown
    }
}
