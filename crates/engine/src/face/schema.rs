//! What the portal calls the fields of a deal, and whether they are fit for what is written.

use std::collections::BTreeMap;

use bitrix::wire::DEAL;
use bitrix::{CallError, Client, ItemField};
use domain::{SignedDuration, Timestamp};

use super::fields::{DealField, DealFields};

/// How long a portal is believed to have the same fields.
const BELIEVED: SignedDuration = SignedDuration::from_mins(10);

/// The fields of deals as the portal has them now.
#[derive(Clone, Debug, Default)]
pub(crate) struct Schema {
    asked_at: Option<Timestamp>,
    /// Names in calls by names of user fields.
    wire: BTreeMap<String, ItemField>,
}

/// Why a field cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// The portal does not have it.
    Missing,
    /// It is of another type; this is the portal's word for it.
    OtherKind(String),
    /// It holds one file, and there may be several.
    Single,
}

impl Schema {
    /// Asks the portal, unless it was asked a while ago.
    pub(super) async fn refresh(&mut self, client: &Client, now: Timestamp) -> Result<(), CallError> {
        if self.asked_at.is_some_and(|at| now.duration_since(at) < BELIEVED && now >= at) {
            return Ok(());
        }
        *self = Self::ask(client, now).await?;
        Ok(())
    }

    /// Asks the portal.
    pub(crate) async fn ask(client: &Client, now: Timestamp) -> Result<Self, CallError> {
        let fields = client.item_fields(DEAL).await?;
        let wire = fields.into_iter().map(|field| (field.upper_name.clone(), field)).collect();
        Ok(Self { asked_at: Some(now), wire })
    }

    /// What is written seems not to be kept: the portal is asked again before the next time.
    pub(super) fn forget(&mut self) {
        self.asked_at = None;
    }

    /// The name of the field in calls.
    pub(super) fn wire(&self, fields: &DealFields, field: DealField) -> Option<&str> {
        let name = fields.name(field)?;
        if self.unfit(fields, field).is_some() {
            return None;
        }
        self.there(name).map(|field| field.name.as_str())
    }

    /// The field of this name. A portal that does not say `upperName` has it under its converted name.
    fn there(&self, name: &str) -> Option<&ItemField> {
        self.wire.get(name).or_else(|| self.wire.get(&converted(name)))
    }

    /// Why the field cannot be written; `None`: it can.
    pub(crate) fn unfit(&self, fields: &DealFields, field: DealField) -> Option<Unfit> {
        let name = fields.name(field)?;
        let Some(there) = self.there(name) else { return Some(Unfit::Missing) };
        let fits = match field.kind() {
            "string" => ["string", "text", "url"].contains(&there.kind.as_str()),
            "money" => ["money", "double"].contains(&there.kind.as_str()),
            "date" => ["date", "datetime"].contains(&there.kind.as_str()),
            "url" => ["url", "string"].contains(&there.kind.as_str()),
            kind => there.kind == kind,
        };
        if !there.kind.is_empty() && !fits {
            return Some(Unfit::OtherKind(there.kind.clone()));
        }
        (field.document().is_some() && !there.is_multiple).then_some(Unfit::Single)
    }

    /// The fields that cannot be written, in Russian, each with its cure.
    pub(crate) fn gaps(&self, fields: &DealFields) -> Vec<String> {
        fields
            .all()
            .filter_map(|(field, name)| Some(in_words(field, name, &self.unfit(fields, field)?)))
            .collect()
    }
}

/// `UF_CRM_PAROM_PAID` → `ufCrmParomPaid`, `UF_CRM_1747309879` → `ufCrm_1747309879`.
/// <https://apidocs.bitrix24.com/api-reference/crm/universal/index.html>
fn converted(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for (place, part) in name.split('_').enumerate() {
        let lower = part.to_ascii_lowercase();
        match lower.chars().next() {
            _ if place == 0 => out.push_str(&lower),
            Some(digit) if digit.is_ascii_digit() => {
                out.push('_');
                out.push_str(&lower);
            }
            Some(first) => {
                out.push(first.to_ascii_uppercase());
                out.push_str(&lower[1..]);
            }
            None => {}
        }
    }
    out
}

fn in_words(field: DealField, name: &str, unfit: &Unfit) -> String {
    let title = field.title();
    match unfit {
        Unfit::Missing if name == field.default_name() => {
            format!("у сделки нет поля «{title}» ({name}): выполните parom setup")
        }
        Unfit::Missing => format!(
            "у сделки нет поля {name}, которое назначено для «{title}»: создайте его в Битрикс24 или исправьте ключ {} \
             в разделе [deal]",
            field.as_str()
        ),
        Unfit::OtherKind(kind) => format!(
            "поле {name} для «{title}» имеет тип {kind}, а нужен {}: назначьте в разделе [deal] другое поле",
            field.kind()
        ),
        Unfit::Single => format!(
            "поле {name} для «{title}» хранит один файл, а документов бывает несколько: назначьте в разделе [deal] \
             множественное поле"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_converted_as_the_vendor_does() {
        assert_eq!(converted("UF_CRM_PAROM_PAID"), "ufCrmParomPaid");
        assert_eq!(converted("UF_CRM_1747309879"), "ufCrm_1747309879");
    }
}
