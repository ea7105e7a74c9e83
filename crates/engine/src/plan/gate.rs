use domain::requisites::{Inn, Kpp};
use domain::{Counterparty, Kind, MatchBy, MatchKey, Reason, ReasonCode, Side, quoted};

/// Whether a counterparty may cross to the other side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    /// It may, and this is what makes it unique. A foreign one has no key: only its GUID.
    Open(Option<MatchKey>),
    /// It waits for a person.
    Closed(Reason),
}

/// Decides by the card alone, whichever side filled it; `written_in` is the side whose card is to be mended. `known`
/// says whether it is in Bitrix24 already: a deletion mark stops only what never crossed.
pub fn gate(card: &Counterparty, by: MatchBy, known: bool, written_in: Side) -> Gate {
    if card.deleted == Some(true) && !known {
        return closed(
            ReasonCode::MarkedDeleted,
            format!(
                "{} помечен на удаление в 1С и в Битрикс24 не передаётся. \
                 Снимите пометку удаления, если контрагент нужен: передача начнётся сама.",
                quoted(card.title())
            ),
        );
    }
    let text = card.inn.as_deref().unwrap_or_default().trim();
    if text.is_empty() {
        return if card.kind == Some(Kind::Foreign) { Gate::Open(None) } else { missing(card, written_in) };
    }
    match Inn::parse(text) {
        Ok(inn) => {
            let kpp = card.kpp.as_deref().and_then(|kpp| Kpp::parse(kpp).ok());
            Gate::Open(Some(MatchKey::new(by, &inn, kpp.as_ref())))
        }
        // A tax number of another country is not ours to check.
        Err(_) if card.kind == Some(Kind::Foreign) => Gate::Open(None),
        Err(error) => closed(
            ReasonCode::InvalidInn,
            format!(
                "{} не передан в {}: {error}. Исправьте ИНН {}: передача повторится сама.",
                quoted(card.title()),
                other(written_in),
                place(written_in),
            ),
        ),
    }
}

/// Why a company that nobody has dealt with stays out of 1C.
pub fn without_deal(card: &Counterparty) -> Reason {
    Reason::new(
        ReasonCode::NoDeal,
        format!(
            "{} не передан в 1С: у компании нет ни одной сделки. Он будет передан сам, как только появится первая.",
            quoted(card.title())
        ),
    )
}

fn missing(card: &Counterparty, written_in: Side) -> Gate {
    let or_else = match written_in {
        Side::OneC => " (для нерезидента поставьте признак «Не является резидентом»)",
        Side::Bitrix => "",
    };
    closed(
        ReasonCode::MissingInn,
        format!(
            "{} не передан в {}: не заполнен ИНН. Заполните ИНН {}{or_else}: передача повторится сама.",
            quoted(card.title()),
            other(written_in),
            place(written_in),
        ),
    )
}

fn other(side: Side) -> &'static str {
    match side {
        Side::OneC => "Битрикс24",
        Side::Bitrix => "1С",
    }
}

fn place(side: Side) -> &'static str {
    match side {
        Side::OneC => "в карточке контрагента в 1С",
        Side::Bitrix => "в реквизитах компании в Битрикс24",
    }
}

fn closed(code: ReasonCode, text: String) -> Gate {
    Gate::Closed(Reason::new(code, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_inn(inn: &str) -> Counterparty {
        Counterparty {
            inn: Some(inn.into()), name: Some("ООО «Ромашка»".into()), ..Counterparty::default()
        }
    }

    fn code(gate: Gate) -> Option<ReasonCode> {
        match gate {
            Gate::Open(_) => None,
            Gate::Closed(reason) => Some(reason.code),
        }
    }

    #[test]
    fn a_right_inn_opens_the_gate_and_is_the_key() {
        let Gate::Open(Some(key)) = gate(&with_inn(" 7736207543 "), MatchBy::Inn, false, Side::OneC) else {
            panic!("closed")
        };

        assert_eq!(key.as_str(), "7736207543");
    }

    #[test]
    fn branches_are_told_apart_by_kpp_only_when_the_setting_says_so() {
        let branch = Counterparty { kpp: Some("770401001".into()), ..with_inn("7736207543") };

        let Gate::Open(Some(by_inn)) = gate(&branch, MatchBy::Inn, false, Side::OneC) else {
            panic!("closed")
        };
        let Gate::Open(Some(by_both)) = gate(&branch, MatchBy::InnKpp, false, Side::OneC) else {
            panic!("closed")
        };

        assert_eq!(by_inn.as_str(), "7736207543");
        assert_eq!(by_both.as_str(), "7736207543/770401001");
    }

    #[test]
    fn a_wrong_or_absent_inn_waits_for_a_person_unless_the_counterparty_is_foreign() {
        let foreign = |inn: &str| Counterparty { kind: Some(Kind::Foreign), ..with_inn(inn) };

        assert_eq!(
            code(gate(&with_inn("7736207544"), MatchBy::Inn, false, Side::OneC)),
            Some(ReasonCode::InvalidInn)
        );
        assert_eq!(code(gate(&with_inn(""), MatchBy::Inn, false, Side::OneC)), Some(ReasonCode::MissingInn));
        assert_eq!(gate(&foreign(""), MatchBy::Inn, false, Side::OneC), Gate::Open(None));
        assert_eq!(gate(&foreign("DE123456789"), MatchBy::Inn, false, Side::OneC), Gate::Open(None));
    }

    #[test]
    fn a_deletion_mark_stops_only_what_never_crossed() {
        let marked = Counterparty { deleted: Some(true), ..with_inn("7736207543") };

        assert_eq!(code(gate(&marked, MatchBy::Inn, false, Side::OneC)), Some(ReasonCode::MarkedDeleted));
        assert_eq!(code(gate(&marked, MatchBy::Inn, true, Side::OneC)), None);
    }

    #[test]
    fn the_explanation_names_the_record_and_the_cure() {
        let Gate::Closed(reason) = gate(&with_inn("7736207544"), MatchBy::Inn, false, Side::OneC) else {
            panic!("open")
        };

        for part in ["ООО «Ромашка»", "7736207544", "Исправьте ИНН"] {
            assert!(reason.text.contains(part), "«{part}» is missing in: {}", reason.text);
        }
    }
}
