//! The fields of a deal that are 1C's.

use std::collections::BTreeMap;

use domain::DocumentKind;

/// A field of the deal that Parom writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DealField {
    /// Files of ТКП.
    Quotation,
    /// Files of Договор.
    Contract,
    /// Files of Счёт.
    Invoice,
    /// What the client has paid in all.
    Paid,
    /// Номер of «Запрос».
    Number,
    /// Дата of «Запрос».
    Date,
    /// Состояние of «Запрос».
    Status,
    /// What the client has not paid yet.
    Debt,
    /// The date of the last payment.
    LastPayment,
    /// A link that opens «Запрос» in 1C.
    Link,
}

impl DealField {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Quotation,
        Self::Contract,
        Self::Invoice,
        Self::Paid,
        Self::Number,
        Self::Date,
        Self::Status,
        Self::Debt,
        Self::LastPayment,
        Self::Link,
    ];

    /// The key of the configuration, and the name under which the store keeps what is shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quotation => "quotation",
            Self::Contract => "contract",
            Self::Invoice => "invoice",
            Self::Paid => "paid",
            Self::Number => "number",
            Self::Date => "date",
            Self::Status => "status",
            Self::Debt => "debt",
            Self::LastPayment => "last_payment",
            Self::Link => "link",
        }
    }

    /// The field that `setup` makes.
    pub fn default_name(self) -> &'static str {
        match self {
            Self::Quotation => "UF_CRM_PAROM_QUOTATION",
            Self::Contract => "UF_CRM_PAROM_CONTRACT",
            Self::Invoice => "UF_CRM_PAROM_INVOICE",
            Self::Paid => "UF_CRM_PAROM_PAID",
            Self::Number => "UF_CRM_PAROM_NUMBER",
            Self::Date => "UF_CRM_PAROM_DATE",
            Self::Status => "UF_CRM_PAROM_STATUS",
            Self::Debt => "UF_CRM_PAROM_DEBT",
            Self::LastPayment => "UF_CRM_PAROM_LAST_PAYMENT",
            Self::Link => "UF_CRM_PAROM_LINK",
        }
    }

    /// As employees read it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Quotation => "ТКП",
            Self::Contract => "Договор",
            Self::Invoice => "Счёт",
            Self::Paid => "Оплачено",
            Self::Number => "Номер запроса в 1С",
            Self::Date => "Дата запроса в 1С",
            Self::Status => "Состояние запроса в 1С",
            Self::Debt => "Долг",
            Self::LastPayment => "Дата последней оплаты",
            Self::Link => "Запрос в 1С",
        }
    }

    /// The type of the user field. <https://apidocs.bitrix24.com/api-reference/crm/deals/user-defined-fields/crm-deal-userfield-add.html>
    pub fn kind(self) -> &'static str {
        match self {
            Self::Quotation | Self::Contract | Self::Invoice => "file",
            Self::Paid | Self::Debt => "money",
            Self::Number | Self::Status => "string",
            Self::Date | Self::LastPayment => "date",
            Self::Link => "url",
        }
    }

    /// The documents whose files it holds, if any.
    pub fn document(self) -> Option<DocumentKind> {
        match self {
            Self::Quotation => Some(DocumentKind::Quotation),
            Self::Contract => Some(DocumentKind::Contract),
            Self::Invoice => Some(DocumentKind::Invoice),
            _ => None,
        }
    }

    /// The field of the documents of a kind.
    pub(crate) fn of(kind: DocumentKind) -> Self {
        match kind {
            DocumentKind::Quotation => Self::Quotation,
            DocumentKind::Contract => Self::Contract,
            DocumentKind::Invoice => Self::Invoice,
        }
    }

    /// Whether a portal has it only if somebody asked for it.
    pub fn is_optional(self) -> bool {
        matches!(self, Self::Debt | Self::LastPayment | Self::Link)
    }
}

/// Which field of the portal is which; one that is absent is not written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DealFields {
    names: BTreeMap<DealField, String>,
    /// The pattern of [`DealField::Link`].
    link: String,
}

impl Default for DealFields {
    fn default() -> Self {
        let names = DealField::ALL
            .into_iter()
            .filter(|field| !field.is_optional())
            .map(|field| (field, field.default_name().to_owned()))
            .collect();
        Self { names, link: String::new() }
    }
}

impl DealFields {
    /// No field at all.
    pub(crate) fn none() -> Self {
        Self { names: BTreeMap::new(), link: String::new() }
    }

    /// With this field of the portal; an empty name: it is not written.
    #[must_use]
    pub fn with(mut self, field: DealField, name: &str) -> Self {
        match name.trim() {
            "" => drop(self.names.remove(&field)),
            name => drop(self.names.insert(field, name.to_owned())),
        }
        self
    }

    /// With a pattern for links to 1C: `{ref}` is the reference as 1C writes it in links, `{guid}` the GUID, `{number}`
    /// the number.
    #[must_use]
    pub fn with_link(mut self, pattern: &str) -> Self {
        pattern.trim().clone_into(&mut self.link);
        self
    }

    /// The field of the portal.
    pub fn name(&self, field: DealField) -> Option<&str> {
        self.names.get(&field).map(String::as_str)
    }

    /// The fields that are written, with their names in the portal.
    pub fn all(&self) -> impl Iterator<Item = (DealField, &str)> {
        self.names.iter().map(|(field, name)| (*field, name.as_str()))
    }

    pub(crate) fn link(&self) -> &str {
        &self.link
    }
}
