use crate::SearchKind;

/// What waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HeldKind {
    /// A counterparty that Bitrix24 cannot take.
    ToBitrix,
    /// A counterparty that 1C cannot take.
    ToOneC,
    /// A company of the portal that does not travel, and should.
    Company,
    /// A field that both sides changed and whose rule leaves the choice to a person.
    Conflict,
    /// A deal that 1C rejected.
    Inquiry,
    /// A document that cannot be shown in its deal.
    Document,
    /// A deal that does not show what it should.
    Deal,
    /// A deal that travels as soon as its client or its company does.
    InquiryWaiting,
    /// A company of the portal with which nobody deals yet.
    CompanyWithoutDeal,
}

impl HeldKind {
    /// All of them, in the order in which people are shown them.
    pub const ALL: [Self; 9] = [
        Self::ToBitrix,
        Self::ToOneC,
        Self::Company,
        Self::Conflict,
        Self::Inquiry,
        Self::Document,
        Self::Deal,
        Self::InquiryWaiting,
        Self::CompanyWithoutDeal,
    ];

    /// The word that the database and addresses of pages keep.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ToBitrix => "bitrix",
            Self::ToOneC => "onec",
            Self::Company => "company",
            Self::Conflict => "conflict",
            Self::Inquiry => "inquiry",
            Self::Document => "document",
            Self::Deal => "deal",
            Self::InquiryWaiting => "inquiry-waiting",
            Self::CompanyWithoutDeal => "company-without-deal",
        }
    }

    /// The words for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::ToBitrix => "Контрагенты, которые не передаются в Битрикс24",
            Self::ToOneC => "Контрагенты, которые не передаются в 1С",
            Self::Company => "Компании Битрикс24, которые не передаются в 1С",
            Self::Conflict => "Поля, изменённые с обеих сторон",
            Self::Inquiry => "Сделки, отвергнутые 1С",
            Self::Document => "Документы, которые не попали в сделку",
            Self::Deal => "Сделки, в которых не видно данных 1С",
            Self::InquiryWaiting => "Сделки, которые ждут клиента или компанию",
            Self::CompanyWithoutDeal => "Компании Битрикс24 без сделок",
        }
    }

    /// Reads the word back.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Whether a person has to do something. The others go by themselves, as soon as something else has happened.
    pub fn needs_person(self) -> bool {
        !matches!(self, Self::InquiryWaiting | Self::CompanyWithoutDeal)
    }

    /// Whether people can have it tried again. A document goes on when its file or its inquiry comes, a conflict when
    /// somebody decides.
    pub fn can_be_retried(self) -> bool {
        !matches!(self, Self::Document | Self::Conflict)
    }

    /// Whether people can give it up: what is carried. The rest is what one of both sides shows, and is read anew anyway.
    pub fn can_be_given_up(self) -> bool {
        matches!(self, Self::ToBitrix | Self::ToOneC | Self::Inquiry)
    }

    /// As what the search finds it.
    pub(super) fn found_as(self) -> SearchKind {
        match self {
            Self::ToBitrix | Self::ToOneC | Self::Conflict => SearchKind::Counterparty,
            Self::Company | Self::CompanyWithoutDeal => SearchKind::Company,
            Self::Inquiry | Self::InquiryWaiting | Self::Deal => SearchKind::Deal,
            Self::Document => SearchKind::Document,
        }
    }
}
