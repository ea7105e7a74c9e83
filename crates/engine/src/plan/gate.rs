use domain::requisites::{Inn, Kpp};
use domain::{Counterparty, Kind, MatchBy, MatchKey, Reason, ReasonCode};

/// Whether a counterparty of 1C may cross to Bitrix24.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    /// It may, and this is what makes it unique. A foreign one has no key: only its GUID.
    Open(Option<MatchKey>),
    /// It waits for a person.
    Closed(Reason),
}

/// Decides by what 1C shows alone. `known` says whether it already is in Bitrix24: a deletion mark stops only
/// what never crossed.
pub fn gate(shown: &Counterparty, by: MatchBy, known: bool) -> Gate {
    if shown.deleted == Some(true) && !known {
        return closed(
            ReasonCode::MarkedDeleted,
            format!(
                "«{}» помечен на удаление в 1С и в Битрикс24 не передаётся. \
                 Снимите пометку удаления, если контрагент нужен: передача начнётся сама.",
                shown.title()
            ),
        );
    }
    let text = shown.inn.as_deref().unwrap_or_default().trim();
    if text.is_empty() {
        return if shown.kind == Some(Kind::Foreign) { Gate::Open(None) } else { missing(shown) };
    }
    match Inn::parse(text) {
        Ok(inn) => {
            let kpp = shown.kpp.as_deref().and_then(|kpp| Kpp::parse(kpp).ok());
            Gate::Open(Some(MatchKey::new(by, &inn, kpp.as_ref())))
        }
        // A tax number of another country is not ours to check.
        Err(_) if shown.kind == Some(Kind::Foreign) => Gate::Open(None),
        Err(error) => closed(
            ReasonCode::InvalidInn,
            format!(
                "«{}» не передан в Битрикс24: {error}. Исправьте ИНН в карточке контрагента в 1С: \
                 передача повторится сама.",
                shown.title()
            ),
        ),
    }
}

fn missing(shown: &Counterparty) -> Gate {
    closed(
        ReasonCode::MissingInn,
        format!(
            "«{}» не передан в Битрикс24: не заполнен ИНН. Заполните ИНН в карточке контрагента в 1С \
             (для нерезидента поставьте признак «Не является резидентом»): передача повторится сама.",
            shown.title()
        ),
    )
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
        let Gate::Open(Some(key)) = gate(&with_inn(" 7736207543 "), MatchBy::Inn, false) else {
            panic!("closed")
        };

        assert_eq!(key.as_str(), "7736207543");
    }

    #[test]
    fn branches_are_told_apart_by_kpp_only_when_the_setting_says_so() {
        let branch = Counterparty { kpp: Some("770401001".into()), ..with_inn("7736207543") };

        let Gate::Open(Some(by_inn)) = gate(&branch, MatchBy::Inn, false) else { panic!("closed") };
        let Gate::Open(Some(by_both)) = gate(&branch, MatchBy::InnKpp, false) else { panic!("closed") };

        assert_eq!(by_inn.as_str(), "7736207543");
        assert_eq!(by_both.as_str(), "7736207543/770401001");
    }

    #[test]
    fn a_wrong_or_absent_inn_waits_for_a_person_unless_the_counterparty_is_foreign() {
        let foreign = |inn: &str| Counterparty { kind: Some(Kind::Foreign), ..with_inn(inn) };

        assert_eq!(code(gate(&with_inn("7736207544"), MatchBy::Inn, false)), Some(ReasonCode::InvalidInn));
        assert_eq!(code(gate(&with_inn(""), MatchBy::Inn, false)), Some(ReasonCode::MissingInn));
        assert_eq!(gate(&foreign(""), MatchBy::Inn, false), Gate::Open(None));
        assert_eq!(gate(&foreign("DE123456789"), MatchBy::Inn, false), Gate::Open(None));
    }

    #[test]
    fn a_deletion_mark_stops_only_what_never_crossed() {
        let marked = Counterparty { deleted: Some(true), ..with_inn("7736207543") };

        assert_eq!(code(gate(&marked, MatchBy::Inn, false)), Some(ReasonCode::MarkedDeleted));
        assert_eq!(code(gate(&marked, MatchBy::Inn, true)), None);
    }

    #[test]
    fn the_explanation_names_the_record_and_the_cure() {
        let Gate::Closed(reason) = gate(&with_inn("7736207544"), MatchBy::Inn, false) else { panic!("open") };

        for part in ["ООО «Ромашка»", "7736207544", "Исправьте ИНН"] {
            assert!(reason.text.contains(part), "«{part}» is missing in: {}", reason.text);
        }
    }
}
