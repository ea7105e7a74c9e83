//! Why something waits for a person.

use serde::{Deserialize, Serialize};

/// A cause of parking with its explanation: what happened, with what, what to do. In Russian.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The cause; parked records are grouped by it.
    pub code: ReasonCode,
    /// The sentence for people.
    pub text: String,
}

impl Reason {
    /// A reason with its sentence.
    pub fn new(code: ReasonCode, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }
}

macro_rules! reason_codes {
    ($( $(#[$doc:meta])* $name:ident = $word:literal, $title:literal; )*) => {
        /// The causes that park a delivery.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum ReasonCode { $( $(#[$doc])* $name, )* }

        impl ReasonCode {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
            /// The word that the database keeps.
            pub fn as_str(self) -> &'static str { match self { $(Self::$name => $word,)* } }
            /// The heading under which people find it.
            pub fn title(self) -> &'static str { match self { $(Self::$name => $title,)* } }
            /// Reads the word back.
            pub fn parse(word: &str) -> Option<Self> { match word { $($word => Some(Self::$name),)* _ => None } }
        }
    };
}

reason_codes! {
    /// 1C shows no ИНН and the counterparty is not foreign.
    MissingInn = "missing-inn", "Нет ИНН";
    /// The ИНН fails its check digits.
    InvalidInn = "invalid-inn", "Неверный ИНН";
    /// Another counterparty of 1C has the same ИНН.
    DuplicateInOneC = "duplicate-in-one-c", "Повтор ИНН в 1С";
    /// Several companies of the portal have the ИНН.
    SeveralInPortal = "several-in-portal", "Несколько компаний с этим ИНН в Битрикс24";
    /// The company that the link names is gone.
    GoneInPortal = "gone-in-portal", "Компания удалена в Битрикс24";
    /// Marked for deletion before it ever travelled.
    MarkedDeleted = "marked-deleted", "Помечен на удаление в 1С";
    /// The portal refused the data.
    Refused = "refused", "Битрикс24 отказал";
    /// The portal said yes and kept something else.
    NotStored = "not-stored", "Битрикс24 не сохранил поле";
    /// More attempts than a record may have.
    Exhausted = "exhausted", "Исчерпаны попытки";
    /// 1C refused the delivery.
    RejectedByOneC = "rejected-by-one-c", "1С отклонила";
    /// The company has no deal yet, and 1C does not know it.
    NoDeal = "no-deal", "Нет сделки";
    /// Another company of the portal has the same ИНН and came first.
    DuplicateInPortal = "duplicate-in-portal", "Клиент с таким ИНН уже создан";
    /// The only company with the ИНН is the portal owner's own one.
    OwnCompany = "own-company", "Своя компания";
    /// Both sides changed a field whose rule says «ask».
    Conflict = "conflict", "Изменено с обеих сторон";
    /// The deal has no company.
    NoCompany = "no-company", "У сделки нет компании";
    /// The company of the deal is not in 1C yet.
    ClientWaits = "client-waits", "Клиент ещё не передан в 1С";
    /// The pipeline of the deal is not among those that travel.
    OtherPipeline = "other-pipeline", "Воронка не передаётся";
    /// The portal lacks a field that Parom writes.
    FieldMissing = "field-missing", "Нет поля в Битрикс24";
    /// The deal was deleted.
    DealGone = "deal-gone", "Сделка удалена в Битрикс24";
    /// 1C told of a document and sent no file.
    NoContent = "no-content", "Нет файла документа";
    /// A person has parted the counterparty of 1C and the company.
    Unlinked = "unlinked", "Связь разорвана человеком";
    /// 1C told of a document of an inquiry that nobody knows.
    NoInquiry = "no-inquiry", "Запрос ещё не известен";
}
