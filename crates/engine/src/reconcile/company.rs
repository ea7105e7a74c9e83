//! Companies of the portal of which nothing travels and which no link stands for.

use domain::{ReasonCode, Side};
use store::{PortalCompany, StoreError};

use super::{At, Discrepancy, DiscrepancyKind, PAGE, Reconciliation, Standing};

impl Reconciliation<'_> {
    /// The next companies that wait: those without ИНН, with a wrong one, with one that is taken.
    pub(super) async fn companies(&mut self, after: i64) -> Result<Vec<Discrepancy>, StoreError> {
        let store = &self.engine.store;
        let page = store.portal_companies_waiting(None, after, PAGE).await?;
        self.at = match page.last() {
            Some(last) if page.len() == PAGE => At::Companies(last.company_id),
            _ => At::End,
        };
        let ids: Vec<i64> = page.iter().map(|company| company.company_id).collect();
        let links = store.links_by_companies(&ids).await?;
        let has_link = |company: &PortalCompany| {
            let inn = company.waits_inn.as_deref().unwrap_or_default();
            links.iter().any(|link| {
                let shown = link.bitrix.as_ref().and_then(|bitrix| bitrix.snapshot.inn.as_deref());
                link.company_id == Some(company.company_id)
                    && link.bitrix.is_some()
                    && shown.unwrap_or_default().trim() == inn
            })
        };
        // Where a link stands for it, the link was told of.
        Ok(page.iter().filter(|company| !has_link(company)).filter_map(waiting).collect())
    }
}

fn waiting(company: &PortalCompany) -> Option<Discrepancy> {
    let reason = company.waits.as_ref()?;
    // As long as nobody deals with it, a company without ИНН is an entry in an address book and nobody's task.
    let needs_person = company.has_deal || reason.code == ReasonCode::DuplicateInPortal;
    Some(Discrepancy {
        link: None,
        title: company.title.clone(),
        inn: company.waits_inn.clone().unwrap_or_default(),
        onec_code: None,
        onec_ref: None,
        company_id: Some(company.company_id),
        kind: DiscrepancyKind::MissingInOneC,
        standing: Standing::Waits,
        towards: Some(Side::OneC),
        reason: Some(reason.code),
        text: reason.text.clone(),
        since: company.waits_since.unwrap_or(company.seen_at),
        needs_person,
        fields: Vec::new(),
    })
}
