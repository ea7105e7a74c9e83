//! What a deal means for 1C: pure decisions, and the next state of its way.

use domain::{Link, Reason, ReasonCode, Timestamp, quoted};
use store::{InquiryRow, InquiryState, PortalCompany, SentInquiry};

/// What 1C should have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outlook {
    /// Nothing of it.
    Nothing,
    /// It cannot yet, and this is why.
    Waits(Reason),
    /// This.
    Wanted(Box<SentInquiry>),
}

/// What 1C should have of a deal. `clients` are the counterparties of its company; `company` says why that one waits
/// itself.
pub(super) fn outlook(row: &InquiryRow, clients: &[Link], company: Option<&PortalCompany>) -> Outlook {
    let Some(snapshot) = &row.snapshot else { return Outlook::Nothing };
    if !row.is_known_to_onec() && (row.is_gone || row.is_lost) {
        return Outlook::Nothing;
    }
    let Some(company_id) = row.company_id else {
        return Outlook::Waits(Reason::new(
            ReasonCode::NoCompany,
            format!(
                "У сделки «{}» (№ {}) не указана компания: в 1С запрос без контрагента не создаётся. Укажите в сделке \
                 компанию с ИНН — запрос отправится сам.",
                row.title, row.deal_id
            ),
        ));
    };
    // Of several counterparties the one whose requisite was made first stands for the company.
    let client = clients
        .iter()
        .filter(|link| link.onec_ref.is_some())
        .min_by_key(|link| (link.requisite_id.is_none(), link.requisite_id, link.id));
    match client {
        Some(link) => {
            Outlook::Wanted(Box::new(SentInquiry { snapshot: snapshot.clone(), link: link.id, company_id }))
        }
        None => Outlook::Waits(client_waits(row, company)),
    }
}

fn client_waits(row: &InquiryRow, company: Option<&PortalCompany>) -> Reason {
    let title = quoted(company.map_or("", |company| company.title.as_str()));
    let text = match company.and_then(|company| company.waits.as_ref()) {
        Some(reason) => format!(
            "Сделка «{}» (№ {}) ждёт своего клиента: компания {title} не передаётся в 1С. {}",
            row.title, row.deal_id, reason.text
        ),
        None => format!(
            "Сделка «{}» (№ {}) ждёт, пока 1С примет её клиента {title}: запрос отправится сразу после этого.",
            row.title, row.deal_id
        ),
    };
    Reason::new(ReasonCode::ClientWaits, text)
}

/// The state after `outlook`. `handed` is what 1C was given last, as long as nobody knows whether it took it.
pub(super) fn next(row: &mut InquiryRow, outlook: Outlook, handed: Option<&SentInquiry>, now: Timestamp) {
    let is_open = matches!(row.state, InquiryState::Handed { .. });
    let is_refused = matches!(row.state, InquiryState::Rejected(_) | InquiryState::Dropped(_));
    let since = match row.state {
        InquiryState::Due { since } => since,
        _ => now,
    };
    match outlook {
        Outlook::Wanted(sent) if (is_open || is_refused) && handed == Some(&*sent) => {}
        // What it was given may be taken or not: only a receipt tells, so nothing counts as taken until then.
        Outlook::Wanted(_) if is_open => {
            row.taken = None;
            row.state = InquiryState::Due { since };
        }
        Outlook::Wanted(sent) if row.taken.as_ref() == Some(&*sent) => row.state = InquiryState::Still,
        Outlook::Wanted(_) => row.state = InquiryState::Due { since },
        Outlook::Waits(reason) => {
            if is_open {
                row.taken = None;
            }
            row.state = InquiryState::Waits(reason);
        }
        Outlook::Nothing => {
            if is_open {
                row.taken = None;
            }
            row.state = InquiryState::Still;
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{Inquiry, LinkId};

    use super::*;

    const LINK: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

    fn now() -> Timestamp {
        "2026-11-23T12:00:00Z".parse().expect("a moment")
    }

    fn sent(title: &str) -> SentInquiry {
        let snapshot = Inquiry { title: title.to_owned(), ..Inquiry::default() };
        SentInquiry { snapshot, link: link(), company_id: 7 }
    }

    fn boxed(title: &str) -> Box<SentInquiry> {
        Box::new(sent(title))
    }

    fn link() -> LinkId {
        LINK.parse().expect("a ULID")
    }

    fn row(state: InquiryState, taken: Option<SentInquiry>) -> InquiryRow {
        InquiryRow { state, taken, ..InquiryRow::new(1, now()) }
    }

    #[test]
    fn what_1c_has_confirmed_is_not_offered_again() {
        let mut row = row(InquiryState::Still, Some(sent("а")));
        next(&mut row, Outlook::Wanted(boxed("а")), None, now());
        assert_eq!(row.state, InquiryState::Still);
        next(&mut row, Outlook::Wanted(boxed("б")), None, now());
        assert_eq!(row.state, InquiryState::Due { since: now() });
    }

    #[test]
    fn an_edit_taken_back_while_1c_works_on_it_is_offered_all_the_same() {
        let mut row = row(InquiryState::Handed { until: now() }, Some(sent("а")));
        next(&mut row, Outlook::Wanted(boxed("а")), Some(&sent("б")), now());
        assert_eq!((row.state, row.taken), (InquiryState::Due { since: now() }, None));
    }

    #[test]
    fn the_same_state_stays_handed_out_and_a_refused_one_refused() {
        let handed = InquiryState::Handed { until: now() };
        let mut open = row(handed.clone(), None);
        next(&mut open, Outlook::Wanted(boxed("а")), Some(&sent("а")), now());
        assert_eq!(open.state, handed);
        let refused = InquiryState::Rejected(Reason::new(ReasonCode::RejectedByOneC, "нет"));
        let mut closed = row(refused.clone(), None);
        next(&mut closed, Outlook::Wanted(boxed("а")), Some(&sent("а")), now());
        assert_eq!(closed.state, refused);
        next(&mut closed, Outlook::Wanted(boxed("б")), Some(&sent("а")), now());
        assert_eq!(closed.state, InquiryState::Due { since: now() });
    }

    #[test]
    fn a_deal_without_company_says_what_to_do() {
        let mut row = row(InquiryState::Still, None);
        row.snapshot = Some(Inquiry::default());
        let Outlook::Waits(reason) = outlook(&row, &[], None) else { panic!("it cannot travel") };
        assert_eq!(reason.code, ReasonCode::NoCompany);
        assert!(reason.text.contains("Укажите"), "{}", reason.text);
    }

    #[test]
    fn a_deal_that_was_lost_before_1c_heard_of_it_stays_behind() {
        let mut row = row(InquiryState::Still, None);
        row.is_lost = true;
        row.snapshot = Some(Inquiry { closed: true, ..Inquiry::default() });
        assert_eq!(outlook(&row, &[], None), Outlook::Nothing);
        row.onec_ref = domain::OneCRef::parse("6f9619ff-8b86-d011-b42d-00cf4fc964ff");
        assert_ne!(outlook(&row, &[], None), Outlook::Nothing, "1C has it and must hear of it");
    }
}
