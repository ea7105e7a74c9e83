//! `[deal]`: which fields of a deal show what 1C tells. `[inquiry]`: what of a deal travels to 1C.

use std::collections::{BTreeMap, BTreeSet};

use engine::{DealField, DealFields, InquirySettings};

use super::Place;
use super::reader::Section;
use super::setting::{Text, UserField};

/// Fields of deals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Deal {
    /// Which field of the portal is which.
    pub(crate) fields: DealFields,
}

impl Deal {
    pub(super) fn read(section: &mut Section<'_, '_>) -> Self {
        let mut fields = DealFields::default();
        for field in DealField::ALL {
            let default = if field.is_optional() { "" } else { field.default_name() };
            let UserField(name) = section.take(field.as_str(), UserField(default.to_owned()));
            fields = fields.with(field, &name);
        }
        let Text(pattern) = section.take("link_pattern", Text::default());
        if fields.name(DealField::Link).is_some() && pattern.is_empty() {
            let text = "в разделе [deal] назначено поле `link`, но нет `link_pattern`: задайте шаблон ссылки, например \
                        e1c://server/ka#e1cib/data/Документ.Запрос?ref={ref}";
            section.complain(Place::Whole, text);
        }
        Self { fields: fields.with_link(&pattern) }
    }
}

/// What travels of a deal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Inquiry {
    fields: Vec<String>,
    extras: Vec<String>,
}

impl Inquiry {
    pub(super) fn read(section: &mut Section<'_, '_>) -> Self {
        let fields: Vec<String> = section.take_list("fields");
        let known = InquirySettings::FIELDS;
        for field in fields.iter().filter(|field| !known.contains(&field.as_str())) {
            let text =
                format!("в разделе [inquiry] `fields`: нет поля «{field}»; бывают {}", known.join(", "));
            section.complain(Place::Whole, text);
        }
        let extras: Vec<String> = section.take_list("extras");
        for extra in &extras {
            if let Some(fault) = pair(extra).and_then(|(name, _)| onec::bad_extra_name(&name)) {
                section.complain(Place::Whole, format!("в разделе [inquiry] `extras`: «{extra}»: {fault}"));
            }
            if pair(extra).is_none() {
                let text = format!(
                    "в разделе [inquiry] `extras`: «{extra}» не пара; нужно имя для 1С и поле сделки, например \
                     delivery_terms=UF_CRM_1747309879"
                );
                section.complain(Place::Whole, text);
            }
        }
        Self { fields, extras }
    }

    /// As the engine takes it, with the pipelines of `[bitrix24]`.
    pub(crate) fn settings(&self, pipelines: &[u32]) -> InquirySettings {
        let fields: BTreeSet<String> = self.fields.iter().cloned().collect();
        let extras: BTreeMap<String, String> = self.extras.iter().filter_map(|extra| pair(extra)).collect();
        InquirySettings {
            pipelines: pipelines.iter().copied().map(i64::from).collect(),
            fields: (!fields.is_empty()).then_some(fields),
            extras,
        }
    }
}

/// `delivery_terms=UF_CRM_1747309879`. The name becomes that of an element of XML.
fn pair(extra: &str) -> Option<(String, String)> {
    let (name, field) = extra.split_once('=')?;
    let (name, field) = (name.trim(), field.trim());
    (!name.is_empty() && field.starts_with("UF_CRM_")).then(|| (name.to_owned(), field.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extra_is_a_name_for_1c_and_a_field_of_the_deal() {
        let read = |text| pair(text).map(|(name, field)| format!("{name} {field}"));
        assert_eq!(
            read("delivery_terms = UF_CRM_1747309879"),
            Some("delivery_terms UF_CRM_1747309879".to_owned())
        );
        assert_eq!(read("Условия=UF_CRM_1"), Some("Условия UF_CRM_1".to_owned()));
        assert_eq!(read("terms=TITLE"), None);
        assert_eq!(read("terms"), None);
    }
}
