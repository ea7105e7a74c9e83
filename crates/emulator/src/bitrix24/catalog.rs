//! Which fields a thing has, what they are called in old methods and in `crm.item.*`, and how they show.

use std::borrow::Cow;
use std::collections::HashMap;

use super::php::{Array, Php, record};

/// What a field holds. It decides how a value is stored, compared and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Int,
    User,
    Text,
    /// An entry of a directory: a text on which LIKE does not work.
    Status,
    /// `Y` or `N`.
    Flag,
    Time,
    Number,
    /// A number that old methods show with two decimals.
    Amount,
    /// User field «деньги»: `"12.50|RUB"`.
    Money,
    File,
    /// PHONE, EMAIL, WEB, IM.
    Multi,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Int => "integer",
            Self::User => "user",
            Self::Text => "string",
            Self::Status => "crm_status",
            Self::Flag => "char",
            Self::Time => "datetime",
            Self::Number | Self::Amount => "double",
            Self::Money => "money",
            Self::File => "file",
            Self::Multi => "crm_multifield",
        }
    }
}

/// Where a row keeps the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Id,
    /// The thing the row belongs to.
    Owner,
    Created,
    Modified,
    CreatedBy,
    ModifiedBy,
    Cell,
    Constant(i64),
    /// The last two digits of an address's own id.
    AddressType,
    /// `Y` when there is an entry of that multi-field.
    Has(&'static str),
    Multi(&'static str),
}

/// One field.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a property of its own in the vendor's description"
)]
pub(crate) struct Field {
    pub(crate) name: Cow<'static, str>,
    pub(crate) item: String,
    pub(crate) kind: Kind,
    pub(crate) source: Source,
    pub(crate) writable: bool,
    pub(crate) default: Option<&'static str>,
    pub(crate) multiple: bool,
    pub(crate) is_custom: bool,
    /// Deleted; its place is not given to another.
    pub(crate) is_gone: bool,
}

/// Which names the caller uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Naming {
    /// `ORIGIN_ID`.
    Old,
    /// `originId`, `ufCrm_1747309879`.
    Item,
    /// `originId`, `UF_CRM_1747309879`: `useOriginalUfNames=Y`, since crm 25.0.0.
    ItemOriginalUf,
}

/// The fields of one kind of thing.
#[derive(Clone, Debug)]
pub(crate) struct Catalog {
    fields: Vec<Field>,
    by_name: HashMap<String, u16>,
    by_item: HashMap<String, u16>,
}

impl Catalog {
    pub(crate) fn new(fields: Vec<Field>) -> Self {
        let mut catalog = Self { fields: Vec::new(), by_name: HashMap::new(), by_item: HashMap::new() };
        for field in fields {
            catalog.add(field);
        }
        catalog
    }

    pub(crate) fn add(&mut self, field: Field) {
        let at = u16::try_from(self.fields.len()).expect("user fields are limited to about a thousand");
        self.by_name.insert(field.name.clone().into_owned(), at);
        self.by_item.insert(field.item.clone(), at);
        self.fields.push(field);
    }

    /// The name leads to nothing any more; the places of the others stay.
    pub(crate) fn remove(&mut self, name: &str) {
        if let Some(at) = self.by_name.remove(name)
            && let Some(field) = self.fields.get_mut(usize::from(at))
        {
            self.by_item.remove(&field.item);
            field.is_gone = true;
        }
    }

    pub(crate) fn find(&self, name: &str, naming: Naming) -> Option<(u16, &Field)> {
        let at = match naming {
            // `crm.item.list` knows `ID` beside `id`: the vendor's page on large lists names both, and clients in use
            // order by it.
            _ if name == "ID" => self.by_name.get(name),
            Naming::Old => self.by_name.get(name),
            Naming::Item => self.by_item.get(name),
            Naming::ItemOriginalUf if name.starts_with("UF_") => self.by_name.get(name),
            Naming::ItemOriginalUf => self.by_item.get(name).filter(|_| !name.starts_with("ufCrm")),
        }?;
        self.fields.get(usize::from(*at)).map(|field| (*at, field))
    }

    pub(crate) fn at(&self, index: u16) -> Option<&Field> {
        self.fields.get(usize::from(index))
    }

    pub(crate) fn index_of(&self, name: &str) -> Option<u16> {
        self.by_name.get(name).copied()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (u16, &Field)> {
        (0..).zip(&self.fields).filter(|(_, field)| !field.is_gone)
    }

    /// The answer of `crm.*.fields` of the old methods.
    pub(crate) fn describe(&self, required: &[&str]) -> Array {
        let mut fields = Array::default();
        for (_, field) in self.iter() {
            fields.set(&field.name, describe(field, required.contains(&field.name.as_ref())));
        }
        fields
    }

    /// `fields` of `crm.item.fields`.
    pub(crate) fn describe_items(&self, naming: Naming) -> Array {
        let mut fields = Array::default();
        for (_, field) in self.iter().filter(|(_, field)| field.kind != Kind::Multi) {
            let mut described = describe(field, false);
            described.set("upperName", field.name.as_ref());
            fields.set(field.shown_as(naming), described);
        }
        fields
    }
}

fn describe(field: &Field, required: bool) -> Array {
    record! {
        "type" => field.kind.name(),
        "isRequired" => required,
        "isReadOnly" => !field.writable,
        "isImmutable" => false,
        "isMultiple" => field.multiple || field.kind == Kind::Multi,
        "isDynamic" => field.is_custom,
        "title" => field.name.as_ref(),
    }
}

impl Field {
    pub(crate) fn shown_as(&self, naming: Naming) -> &str {
        match naming {
            Naming::Old => &self.name,
            Naming::ItemOriginalUf if self.is_custom => &self.name,
            Naming::Item | Naming::ItemOriginalUf => &self.item,
        }
    }

    fn new(name: &'static str, kind: Kind, source: Source) -> Self {
        Self {
            name: Cow::Borrowed(name),
            item: camel(name),
            kind,
            source,
            writable: false,
            default: None,
            multiple: false,
            is_custom: false,
            is_gone: false,
        }
    }

    pub(crate) fn user(name: String, kind: Kind, multiple: bool) -> Self {
        let item = camel_uf(&name);
        Self {
            name: Cow::Owned(name),
            item,
            kind,
            source: Source::Cell,
            writable: true,
            default: None,
            multiple,
            is_custom: true,
            is_gone: false,
        }
    }

    fn item(mut self, item: &str) -> Self {
        item.clone_into(&mut self.item);
        self
    }

    fn or(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    fn writable(mut self) -> Self {
        self.writable = true;
        self
    }
}

/// `ORIGIN_ID` → `originId`.
fn camel(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for (at, word) in name.split('_').enumerate() {
        let lower = word.to_ascii_lowercase();
        if at == 0 {
            out.push_str(&lower);
        } else {
            let mut letters = lower.chars();
            out.extend(letters.next().map(|first| first.to_ascii_uppercase()));
            out.push_str(letters.as_str());
        }
    }
    out
}

/// `UF_CRM_1747309879` → `ufCrm_1747309879`, `UF_CRM_MANAGER_NOTE` → `ufCrmManagerNote`.
/// <https://apidocs.bitrix24.com/api-reference/crm/universal/index.html>
fn camel_uf(name: &str) -> String {
    let rest = name.strip_prefix("UF_CRM_").unwrap_or(name);
    let mut out = "ufCrm".to_owned();
    for word in rest.split('_') {
        if word.chars().all(|letter| letter.is_ascii_digit()) {
            out.push('_');
            out.push_str(word);
        } else {
            let mut letters = word.chars();
            out.extend(letters.next().map(|first| first.to_ascii_uppercase()));
            out.push_str(&letters.as_str().to_ascii_lowercase());
        }
    }
    out
}

fn texts(names: &[&'static str]) -> Vec<Field> {
    names.iter().map(|name| Field::new(name, Kind::Text, Source::Cell).writable()).collect()
}

fn multis() -> Vec<Field> {
    ["PHONE", "EMAIL", "WEB", "IM"]
        .map(|name| Field::new(name, Kind::Multi, Source::Multi(name)).writable())
        .to_vec()
}

/// <https://apidocs.bitrix24.com/api-reference/crm/companies/crm-company-fields.html>
pub(crate) fn company() -> Catalog {
    use Kind::{Flag, Int, Number, Status, Text, Time, User};
    let mut fields = vec![
        Field::new("ID", Int, Source::Id),
        Field::new("COMPANY_TYPE", Status, Source::Cell).item("typeId").writable(),
        Field::new("TITLE", Text, Source::Cell).writable(),
        Field::new("LOGO", Kind::File, Source::Cell).writable(),
        Field::new("LEAD_ID", Int, Source::Cell),
        Field::new("HAS_PHONE", Flag, Source::Has("PHONE")),
        Field::new("HAS_EMAIL", Flag, Source::Has("EMAIL")),
        Field::new("HAS_IMOL", Flag, Source::Has("IM")),
        Field::new("ASSIGNED_BY_ID", User, Source::Cell).writable(),
        Field::new("CREATED_BY_ID", User, Source::CreatedBy).item("createdBy"),
        Field::new("MODIFY_BY_ID", User, Source::ModifiedBy).item("updatedBy"),
        Field::new("BANKING_DETAILS", Text, Source::Cell).writable(),
        Field::new("INDUSTRY", Status, Source::Cell).writable(),
        Field::new("REVENUE", Number, Source::Cell).or("0").writable(),
        Field::new("CURRENCY_ID", Text, Source::Cell).or("RUB").writable(),
        Field::new("EMPLOYEES", Status, Source::Cell).writable(),
        Field::new("COMMENTS", Text, Source::Cell).writable(),
        Field::new("DATE_CREATE", Time, Source::Created).item("createdTime"),
        Field::new("DATE_MODIFY", Time, Source::Modified).item("updatedTime"),
        Field::new("OPENED", Flag, Source::Cell).or("Y").writable(),
        Field::new("IS_MY_COMPANY", Flag, Source::Cell).or("N").writable(),
        Field::new("CATEGORY_ID", Int, Source::Constant(0)),
    ];
    fields.extend(texts(&["ORIGINATOR_ID", "ORIGIN_ID", "ORIGIN_VERSION"]));
    for name in ["ADDRESS", "ADDRESS_CITY", "ADDRESS_LEGAL", "REG_ADDRESS", "REG_ADDRESS_CITY"] {
        // Left from the time before requisites; nothing is written there any more.
        fields.push(Field::new(name, Text, Source::Cell));
    }
    fields.extend(texts(&["UTM_SOURCE", "UTM_MEDIUM", "UTM_CAMPAIGN", "UTM_CONTENT", "UTM_TERM"]));
    fields.push(Field::new("LAST_ACTIVITY_BY", User, Source::CreatedBy));
    fields.push(Field::new("LAST_ACTIVITY_TIME", Time, Source::Created));
    fields.extend(multis());
    Catalog::new(fields)
}

/// <https://apidocs.bitrix24.com/api-reference/crm/deals/crm-deal-fields.html>
pub(crate) fn deal() -> Catalog {
    use Kind::{Amount, Flag, Int, Status, Text, Time, User};
    let mut fields = vec![
        Field::new("ID", Int, Source::Id),
        Field::new("TITLE", Text, Source::Cell).writable(),
        Field::new("TYPE_ID", Status, Source::Cell).writable(),
        Field::new("STAGE_ID", Status, Source::Cell).or("NEW").writable(),
        Field::new("PROBABILITY", Int, Source::Cell).writable(),
        Field::new("CURRENCY_ID", Text, Source::Cell).or("RUB").writable(),
        Field::new("OPPORTUNITY", Amount, Source::Cell).or("0").writable(),
        Field::new("IS_MANUAL_OPPORTUNITY", Flag, Source::Cell).or("N").writable(),
        Field::new("TAX_VALUE", Amount, Source::Cell).or("0").writable(),
        Field::new("LEAD_ID", Int, Source::Cell),
        Field::new("COMPANY_ID", Int, Source::Owner).writable(),
        Field::new("CONTACT_ID", Int, Source::Cell).or("0").writable(),
        Field::new("BEGINDATE", Time, Source::Cell).writable(),
        Field::new("CLOSEDATE", Time, Source::Cell).writable(),
        Field::new("ASSIGNED_BY_ID", User, Source::Cell).writable(),
        Field::new("CREATED_BY_ID", User, Source::CreatedBy).item("createdBy"),
        Field::new("MODIFY_BY_ID", User, Source::ModifiedBy).item("updatedBy"),
        Field::new("DATE_CREATE", Time, Source::Created).item("createdTime"),
        Field::new("DATE_MODIFY", Time, Source::Modified).item("updatedTime"),
        Field::new("OPENED", Flag, Source::Cell).or("Y").writable(),
        Field::new("CLOSED", Flag, Source::Cell).or("N").writable(),
        Field::new("COMMENTS", Text, Source::Cell).writable(),
        Field::new("ADDITIONAL_INFO", Text, Source::Cell).writable(),
        Field::new("CATEGORY_ID", Int, Source::Cell).or("0").writable(),
        Field::new("STAGE_SEMANTIC_ID", Text, Source::Cell).or("P"),
        Field::new("SOURCE_ID", Status, Source::Cell).writable(),
        Field::new("SOURCE_DESCRIPTION", Text, Source::Cell).writable(),
    ];
    fields.extend(texts(&["ORIGINATOR_ID", "ORIGIN_ID"]));
    fields.extend(texts(&["UTM_SOURCE", "UTM_MEDIUM", "UTM_CAMPAIGN", "UTM_CONTENT", "UTM_TERM"]));
    Catalog::new(fields)
}

/// Service fields that requisites and bank details share.
fn service(owner_kind: i64) -> Vec<Field> {
    use Kind::{Flag, Int, Text, Time, User};
    vec![
        Field::new("ID", Int, Source::Id),
        Field::new("ENTITY_TYPE_ID", Int, Source::Constant(owner_kind)),
        Field::new("ENTITY_ID", Int, Source::Owner),
        Field::new("DATE_CREATE", Time, Source::Created),
        Field::new("DATE_MODIFY", Time, Source::Modified),
        Field::new("CREATED_BY_ID", User, Source::CreatedBy),
        Field::new("MODIFY_BY_ID", User, Source::ModifiedBy),
        Field::new("NAME", Text, Source::Cell).writable(),
        Field::new("CODE", Text, Source::Cell).writable(),
        Field::new("XML_ID", Text, Source::Cell).writable(),
        Field::new("ORIGINATOR_ID", Text, Source::Cell).writable(),
        Field::new("ACTIVE", Flag, Source::Cell).or("Y").writable(),
        Field::new("SORT", Int, Source::Cell).or("500").writable(),
    ]
}

/// <https://apidocs.bitrix24.com/api-reference/crm/requisites/universal/crm-requisite-fields.html>
pub(crate) fn requisite() -> Catalog {
    let mut fields = service(super::COMPANY);
    fields.push(Field::new("PRESET_ID", Kind::Int, Source::Cell).writable());
    fields.push(Field::new("ADDRESS_ONLY", Kind::Flag, Source::Cell).or("N").writable());
    fields.extend(texts(&[
        "RQ_NAME",
        "RQ_FIRST_NAME",
        "RQ_LAST_NAME",
        "RQ_SECOND_NAME",
        "RQ_COMPANY_ID",
        "RQ_COMPANY_NAME",
        "RQ_COMPANY_FULL_NAME",
        "RQ_COMPANY_REG_DATE",
        "RQ_DIRECTOR",
        "RQ_ACCOUNTANT",
        "RQ_CEO_NAME",
        "RQ_CEO_WORK_POS",
        "RQ_CONTACT",
        "RQ_EMAIL",
        "RQ_PHONE",
        "RQ_FAX",
        "RQ_IDENT_TYPE",
        "RQ_IDENT_DOC",
        "RQ_IDENT_DOC_SER",
        "RQ_IDENT_DOC_NUM",
        "RQ_IDENT_DOC_PERS_NUM",
        "RQ_IDENT_DOC_DATE",
        "RQ_IDENT_DOC_ISSUED_BY",
        "RQ_IDENT_DOC_DEP_CODE",
        "RQ_INN",
        "RQ_KPP",
        "RQ_USRLE",
        "RQ_IFNS",
        "RQ_OGRN",
        "RQ_OGRNIP",
        "RQ_OKPO",
        "RQ_OKTMO",
        "RQ_OKVED",
        "RQ_EDRPOU",
        "RQ_DRFO",
        "RQ_KBE",
        "RQ_IIN",
        "RQ_BIN",
        "RQ_ST_CERT_SER",
        "RQ_ST_CERT_NUM",
        "RQ_ST_CERT_DATE",
        "RQ_VAT_ID",
        "RQ_VAT_CERT_SER",
        "RQ_VAT_CERT_NUM",
        "RQ_VAT_CERT_DATE",
        "RQ_RESIDENCE_COUNTRY",
        "RQ_BASE_DOC",
    ]));
    fields.push(Field::new("RQ_VAT_PAYER", Kind::Flag, Source::Cell).or("N").writable());
    Catalog::new(fields)
}

/// <https://apidocs.bitrix24.com/api-reference/crm/requisites/bank-detail/crm-requisite-bank-detail-fields.html>
pub(crate) fn bank_detail() -> Catalog {
    // `crm.requisite.bankdetail.get` of the vendor's page does not show ENTITY_TYPE_ID, its table names it.
    let mut fields = service(super::REQUISITE);
    fields.push(Field::new("COUNTRY_ID", Kind::Int, Source::Cell).or("1").writable());
    fields.extend(texts(&[
        "RQ_BANK_NAME",
        "RQ_BANK_CODE",
        "RQ_BANK_ADDR",
        "RQ_BANK_ROUTE_NUM",
        "RQ_BIK",
        "RQ_MFO",
        "RQ_ACC_NAME",
        "RQ_ACC_NUM",
        "RQ_ACC_TYPE",
        "RQ_IIK",
        "RQ_ACC_CURRENCY",
        "RQ_COR_ACC_NUM",
        "RQ_IBAN",
        "RQ_SWIFT",
        "RQ_BIC",
        "RQ_CODEB",
        "RQ_CODEG",
        "RQ_RIB",
        "RQ_AGENCY_NAME",
        "COMMENTS",
    ]));
    Catalog::new(fields)
}

/// The parts of an address that people write.
pub(crate) const ADDRESS_PARTS: [&str; 8] =
    ["ADDRESS_1", "ADDRESS_2", "CITY", "POSTAL_CODE", "REGION", "PROVINCE", "COUNTRY", "COUNTRY_CODE"];

/// <https://apidocs.bitrix24.com/api-reference/crm/requisites/addresses/crm-address-fields.html>
pub(crate) fn address() -> Catalog {
    let mut fields = vec![
        Field::new("TYPE_ID", Kind::Int, Source::AddressType),
        Field::new("ENTITY_TYPE_ID", Kind::Int, Source::Constant(super::REQUISITE)),
        Field::new("ENTITY_ID", Kind::Int, Source::Owner),
    ];
    fields.extend(texts(&ADDRESS_PARTS));
    fields.push(Field::new("LOC_ADDR_ID", Kind::Int, Source::Cell));
    fields.push(Field::new("ANCHOR_TYPE_ID", Kind::Int, Source::Constant(super::COMPANY)));
    fields.push(Field::new("ANCHOR_ID", Kind::Int, Source::Cell));
    Catalog::new(fields)
}

/// `null`, or what the kind makes of a stored text, in the old methods' way: everything is a string.
pub(crate) fn show_old(kind: Kind, text: &str) -> Php {
    match kind {
        Kind::Amount => format!("{:.2}", text.parse::<f64>().unwrap_or(0.0)).into(),
        _ => text.into(),
    }
}

/// The same in the way of `crm.item.*`: numbers are numbers.
pub(crate) fn show_item(kind: Kind, text: &str) -> Php {
    match kind {
        Kind::Int | Kind::User => Php::Int(text.parse().unwrap_or(0)),
        Kind::Number | Kind::Amount => Php::Float(text.parse().unwrap_or(0.0)),
        _ => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_fields_are_renamed_as_the_vendor_describes() {
        assert_eq!(camel_uf("UF_CRM_1747309879"), "ufCrm_1747309879");
        assert_eq!(camel_uf("UF_CRM_MANAGER_NOTE"), "ufCrmManagerNote");
        assert_eq!(camel("ORIGINATOR_ID"), "originatorId");
    }
}
