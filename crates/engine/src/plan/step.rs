use std::borrow::Cow;

use domain::merge::{differs, merge_with_word, speaks};
use domain::normal::is_deliverable_email;
use domain::{
    Counterparty, Field, Link, MatchBy, Merged, Reason, ReasonCode, Remark, Rules, Shown, Side, quoted,
};

/// A requisite of the portal that carries the ИНН in question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The company that owns it.
    pub company_id: i64,
    /// The requisite itself.
    pub requisite_id: i64,
    /// Its КПП, as typed.
    pub kpp: String,
}

/// What is known of the counterparty in the portal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Its company has been read: this is what it shows.
    Shown(Box<Counterparty>),
    /// It has no company of ours; these requisites have its ИНН.
    Unlinked(Vec<Candidate>),
}

/// What has to be done in Bitrix24.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nobody has this ИНН: make a company of the target.
    Create(Box<Merged>),
    /// One company has it: it is the counterparty. Read it, then plan again.
    Adopt(Candidate),
    /// Bring these fields of the company to the target.
    Change(Box<Merged>, Vec<Field>),
    /// Both sides agree.
    Nothing,
    /// A person has to decide.
    Park(Reason),
}

/// Decides the next step for one link.
pub fn step(link: &Link, presence: &Presence, rules: &Rules, by: MatchBy) -> Step {
    match presence {
        Presence::Shown(shown) => {
            let (merged, _) = target_for_portal(link, Some(shown), rules);
            let fields = differs(shown, &merged.target);
            if fields.is_empty() { Step::Nothing } else { Step::Change(Box::new(merged), fields) }
        }
        Presence::Unlinked(candidates) => match choose(link, candidates, by) {
            Choice::Nobody => Step::Create(Box::new(target_for_portal(link, None, rules).0)),
            Choice::One(candidate) => Step::Adopt(candidate),
            Choice::Several(companies) => Step::Park(several_in_portal(link, &companies)),
        },
    }
}

/// The merged target without what the portal would refuse, and what people should know of that.
pub fn target_for_portal(link: &Link, shown: Option<&Counterparty>, rules: &Rules) -> (Merged, Vec<Remark>) {
    let mut remarks = Vec::new();
    let onec = restored(link, Side::OneC).map(|onec| {
        let mut onec = onec.into_owned();
        remarks = without_bad_emails(&mut onec.snapshot);
        onec
    });
    let bitrix = shown.map(|now| {
        let snapshot = link.word.restored(Side::Bitrix, now).into_owned();
        let (changed_at, seen_at) = match &link.bitrix {
            Some(before) => (before.changed_at, before.seen_at),
            None => (None, link.onec.as_ref().map(|onec| onec.seen_at).unwrap_or_default()),
        };
        Shown { snapshot, changed_at, seen_at }
    });
    let rulings = &link.word.rulings;
    let mut merged = merge_with_word(&link.base, onec.as_ref(), bitrix.as_ref(), rules, rulings);
    if link.word.ruling(Field::Emails).is_some() {
        without_bad_emails(&mut merged.target);
    }
    if let Some(shown) = shown {
        bring_back(link, &mut merged.target, shown);
        leave_out_what_the_card_lacks(&mut merged.target, shown);
    }
    (merged, remarks)
}

/// What comes back to the portal comes back although the sides are left apart afterwards.
fn bring_back(link: &Link, target: &mut Counterparty, shown: &Counterparty) {
    for restore in &link.word.restores {
        let is_left_apart = restore.side == Side::Bitrix && !speaks(target, restore.field);
        if is_left_apart && restore.is_pending(shown) {
            target.put(restore.field, &restore.value);
        }
    }
}

/// What a side of the link shows, with the values that are on their way back to it.
pub(crate) fn restored(link: &Link, side: Side) -> Option<Cow<'_, Shown>> {
    let shown = match side {
        Side::OneC => link.onec.as_ref()?,
        Side::Bitrix => link.bitrix.as_ref()?,
    };
    Some(match link.word.restored(side, &shown.snapshot) {
        Cow::Borrowed(_) => Cow::Borrowed(shown),
        Cow::Owned(snapshot) => Cow::Owned(Shown { snapshot, ..shown.clone() }),
    })
}

/// The portal does not speak of a field that the requisite's template lacks (an entrepreneur's КПП, say). Writing it
/// would store what nobody sees, so it is nobody's difference.
fn leave_out_what_the_card_lacks(target: &mut Counterparty, shown: &Counterparty) {
    for field in Field::ALL {
        if shown.text(field).is_none()
            && let Some(text) = target.text_mut(field)
        {
            *text = None;
        }
    }
    if shown.kind.is_none() {
        target.kind = None;
    }
}

/// One bad address makes the portal refuse the whole company, so it stays behind and the rest travels.
/// <https://apidocs.bitrix24.com/api-reference/crm/companies/crm-company-add.html>, error `ERROR_CORE`.
pub(crate) fn without_bad_emails(snapshot: &mut Counterparty) -> Vec<Remark> {
    let Some(emails) = &mut snapshot.emails else { return Vec::new() };
    let mut remarks = Vec::new();
    emails.retain(|email| {
        let good = is_deliverable_email(email);
        if !good {
            remarks.push(Remark {
                field: Field::Emails,
                text: format!(
                    "Адрес электронной почты «{email}» не передан: Битрикс24 не примет такой адрес. \
                     Остальные данные переданы. Исправьте адрес в 1С."
                ),
            });
        }
        good
    });
    remarks
}

enum Choice {
    Nobody,
    One(Candidate),
    Several(Vec<i64>),
}

impl Candidate {
    /// Whether it may be the counterparty of a link with the same ИНН: by setting only with the same КПП.
    pub(crate) fn may_be(&self, link: &Link, by: MatchBy) -> bool {
        match by {
            MatchBy::Inn => true,
            MatchBy::InnKpp => self.kpp.trim() == kpp_of(link),
        }
    }
}

fn kpp_of(link: &Link) -> &str {
    link.onec.as_ref().and_then(|onec| onec.snapshot.kpp.as_deref()).unwrap_or_default().trim()
}

fn choose(link: &Link, candidates: &[Candidate], by: MatchBy) -> Choice {
    let same_kpp = |candidate: &&Candidate| candidate.kpp.trim() == kpp_of(link);
    let eligible: Vec<&Candidate> =
        candidates.iter().filter(|candidate| candidate.may_be(link, by)).collect();
    let mut companies: Vec<i64> = eligible.iter().map(|candidate| candidate.company_id).collect();
    companies.sort_unstable();
    companies.dedup();
    match companies.as_slice() {
        [] => Choice::Nobody,
        // Several requisites of one company are its branches: the one with our КПП, else the oldest.
        [_] => Choice::One(
            eligible
                .iter()
                .find(|candidate| same_kpp(candidate))
                .or_else(|| eligible.iter().min_by_key(|candidate| candidate.requisite_id))
                .map(|candidate| (*candidate).clone())
                .expect("a company came from a candidate"),
        ),
        _ => Choice::Several(companies),
    }
}

pub(crate) fn several_in_portal(link: &Link, companies: &[i64]) -> Reason {
    let shown = link.onec.as_ref().map(|onec| onec.snapshot.clone()).unwrap_or_default();
    let ids = companies.iter().map(|id| format!("№ {id}")).collect::<Vec<_>>().join(", ");
    Reason::new(
        ReasonCode::SeveralInPortal,
        format!(
            "{} (ИНН {}) не передан: в Битрикс24 несколько компаний с этим ИНН: {ids}. \
             Объедините их в Битрикс24 или исправьте ИНН у лишней: передача повторится сама.",
            quoted(shown.title()),
            shown.inn.as_deref().unwrap_or_default(),
        ),
    )
}

#[cfg(test)]
mod tests {
    use domain::{Clock, Ids, ManualClock, Shown, Timestamp};

    use super::*;

    fn link(snapshot: Counterparty) -> Link {
        let clock: std::sync::Arc<dyn Clock> = std::sync::Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
        let mut link = Link::new(Ids::new(clock, 1).link());
        link.onec = Some(Shown { snapshot, changed_at: None, seen_at: Timestamp::UNIX_EPOCH });
        link
    }

    fn yandex() -> Counterparty {
        Counterparty {
            name: Some("ООО «Яндекс»".into()),
            inn: Some("7736207543".into()),
            kpp: Some("770401001".into()),
            ..Counterparty::default()
        }
    }

    fn candidate(company_id: i64, requisite_id: i64, kpp: &str) -> Candidate {
        Candidate { company_id, requisite_id, kpp: kpp.into() }
    }

    fn with_candidates(candidates: Vec<Candidate>, by: MatchBy) -> Step {
        step(&link(yandex()), &Presence::Unlinked(candidates), &Rules::default(), by)
    }

    #[test]
    fn nobody_with_the_inn_means_create() {
        assert!(matches!(with_candidates(vec![], MatchBy::Inn), Step::Create(_)));
    }

    #[test]
    fn one_company_with_the_inn_is_adopted_by_its_requisite_with_the_same_kpp() {
        let branches = vec![candidate(7, 1, "997950001"), candidate(7, 2, "770401001")];

        assert_eq!(with_candidates(branches.clone(), MatchBy::Inn), Step::Adopt(branches[1].clone()));
    }

    #[test]
    fn several_companies_with_the_inn_wait_for_a_person() {
        let Step::Park(reason) =
            with_candidates(vec![candidate(7, 1, ""), candidate(9, 2, "")], MatchBy::Inn)
        else {
            panic!("not parked")
        };

        assert_eq!(reason.code, ReasonCode::SeveralInPortal);
        assert!(reason.text.contains("№ 7, № 9"), "{}", reason.text);
    }

    #[test]
    fn with_branches_another_kpp_is_another_counterparty() {
        assert!(matches!(
            with_candidates(vec![candidate(7, 1, "997950001")], MatchBy::InnKpp),
            Step::Create(_)
        ));
    }

    #[test]
    fn what_both_sides_already_show_makes_nothing() {
        let shown = Counterparty { name: Some("ООО \"ЯНДЕКС\"".into()), ..yandex() };

        let next = step(&link(yandex()), &Presence::Shown(Box::new(shown)), &Rules::default(), MatchBy::Inn);

        assert_eq!(next, Step::Nothing);
    }

    #[test]
    fn an_address_that_the_portal_would_refuse_stays_behind_with_a_remark() {
        let mut snapshot = Counterparty {
            emails: Some(vec!["бухгалтерия".into(), "info@example.ru".into()]),
            ..yandex()
        };

        let remarks = without_bad_emails(&mut snapshot);

        assert_eq!(snapshot.emails, Some(vec!["info@example.ru".to_owned()]));
        assert_eq!(remarks.len(), 1);
        assert!(remarks[0].text.contains("«бухгалтерия»"));
    }
}
