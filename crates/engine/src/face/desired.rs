//! What the fields of a deal should say.

use domain::{Amount, OneCRef};
use store::{Face, InquiryRow, PaymentRow};

use super::fields::{DealField, DealFields};
use crate::Engine;
use crate::papers::payments::{counted, total};

/// A field of a deal that is 1C's, for people who look at both sides. Files are apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownField {
    /// Which.
    pub field: DealField,
    /// What it should say, as the portal keeps it; empty: nothing.
    pub wanted: String,
    /// What the portal has confirmed; empty: nothing.
    pub confirmed: String,
    /// Whether both say the same.
    pub is_shown: bool,
}

impl Engine {
    /// The fields of a deal that are 1C's, files apart: what they should say, and what the portal has confirmed.
    pub fn shown_fields(
        &self,
        row: &InquiryRow,
        payments: &[PaymentRow],
        confirmed: &Face,
    ) -> Vec<ShownField> {
        let fields = &self.settings.deal_fields;
        let wanted = desired(row, payments, fields);
        let text = |face: &Face, field: DealField| face.get(field.as_str()).cloned().unwrap_or_default();
        let shown = |field: DealField| {
            let (wanted, confirmed) = (text(&wanted, field), text(confirmed, field));
            let is_shown = is_shown(field, &wanted, &confirmed);
            ShownField { field, wanted, confirmed, is_shown }
        };
        fields.all().map(|(field, _)| field).filter(|field| field.document().is_none()).map(shown).collect()
    }
}

/// The values of the fields, files apart. A field that is absent says nothing.
pub(super) fn desired(row: &InquiryRow, payments: &[PaymentRow], fields: &DealFields) -> Face {
    let mut face = Face::new();
    for (field, _) in fields.all() {
        if let Some(value) = value(field, row, payments, fields).filter(|value| !value.is_empty()) {
            face.insert(field.as_str().to_owned(), value);
        }
    }
    face
}

fn value(field: DealField, row: &InquiryRow, payments: &[PaymentRow], fields: &DealFields) -> Option<String> {
    let paper = row.paper.as_ref();
    match field {
        DealField::Quotation | DealField::Contract | DealField::Invoice => None,
        DealField::Number => Some(paper?.number.clone()),
        DealField::Date => Some(paper?.date?.to_string()),
        DealField::Status => {
            let paper = paper?;
            let mark = if paper.deleted { "помечен на удаление" } else { "" };
            Some(match (paper.status.as_str(), mark) {
                (status, "") => status.to_owned(),
                ("", mark) => mark.to_owned(),
                (status, mark) => format!("{status} ({mark})"),
            })
        }
        // A deal for which nobody ever paid shows nothing; one whose payments were all taken back shows a nought.
        DealField::Paid | DealField::Debt if payments.is_empty() => None,
        DealField::Paid => Some(money(total(payments, row.currency()), row.currency())),
        DealField::Debt => {
            let amount = row.snapshot.as_ref()?.amount?;
            Some(money(amount - total(payments, row.currency()), row.currency()))
        }
        DealField::LastPayment => {
            let last = counted(payments, row.currency())
                .filter(|payment| !payment.amount.is_negative())
                .filter_map(|payment| payment.date)
                .max();
            last.map(|date| date.to_string())
        }
        DealField::Link => Some(link(fields.link(), row.onec_ref?, paper.map_or("", |paper| &paper.number))),
    }
}

/// As the portal keeps money. <https://apidocs.bitrix24.com/api-reference/crm/universal/userfieldconfig/userfieldconfig-add.html>
fn money(amount: Amount, currency: &str) -> String {
    format!("{}|{currency}", amount.to_kopecks())
}

fn link(pattern: &str, onec_ref: OneCRef, number: &str) -> String {
    pattern
        .replace("{ref}", &in_links(onec_ref))
        .replace("{guid}", &onec_ref.to_string())
        .replace("{number}", number)
}

/// A reference as 1C writes it in its links: the parts of the GUID from back to front.
fn in_links(onec_ref: OneCRef) -> String {
    let guid = onec_ref.to_string();
    let parts: Vec<&str> = guid.split('-').collect();
    match parts.as_slice() {
        [time_low, time_mid, time_high, clock, node] => {
            [*clock, *node, *time_high, *time_mid, *time_low].concat()
        }
        _ => guid,
    }
}

/// Whether the portal shows what it should: sums are compared as numbers, dates as days, texts without the space around.
pub(super) fn is_shown(field: DealField, wanted: &str, shown: &str) -> bool {
    match field.kind() {
        "money" => same_money(wanted, shown),
        "date" => wanted.get(..10) == shown.get(..10),
        _ => wanted.trim() == shown.trim(),
    }
}

fn same_money(wanted: &str, shown: &str) -> bool {
    let read = |text: &str| -> Option<(Amount, String)> {
        let (number, currency) = text.split_once('|').unwrap_or((text, ""));
        Some((number.parse::<Amount>().ok()?.to_kopecks(), currency.trim().to_owned()))
    };
    match (read(wanted), read(shown)) {
        (Some((wanted, currency)), Some((shown, in_portal))) => {
            wanted == shown && (in_portal.is_empty() || currency.is_empty() || currency == in_portal)
        }
        (None, None) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_compared_as_numbers_and_in_their_currency() {
        let same = |shown| is_shown(DealField::Paid, "15000.00|RUB", shown);
        assert!(same("15000|RUB") && same("15000.0000|RUB") && same("15 000,00|RUB"));
        assert!(!same("15000.01|RUB") && !same("15000|USD") && !same(""));
        assert!(is_shown(DealField::Paid, "", ""));
    }

    #[test]
    fn a_day_is_the_same_with_and_without_its_hour() {
        assert!(is_shown(DealField::Date, "2026-11-23", "2026-11-23T03:00:00+03:00"));
        assert!(!is_shown(DealField::Date, "2026-11-23", "2026-11-24T03:00:00+03:00"));
        assert!(!is_shown(DealField::Date, "2026-11-23", ""));
    }

    #[test]
    fn a_reference_stands_in_a_link_as_1c_writes_it() {
        let onec_ref = OneCRef::parse("6f9619ff-8b86-d011-b42d-00cf4fc964ff").expect("a GUID");
        assert_eq!(
            link("e1c://server/ka#e1cib/data/Документ.Запрос?ref={ref}", onec_ref, "7"),
            "e1c://server/ka#e1cib/data/Документ.Запрос?ref=b42d00cf4fc964ffd0118b866f9619ff"
        );
    }
}
