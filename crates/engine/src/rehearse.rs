//! What a load would do, without doing it: for `parom plan` and for people who want to see before they believe.

use std::collections::{BTreeSet, HashMap};

use domain::{
    Counterparty, Field, Link, MatchKey, OneCRef, Reason, ReasonCode, Remark, Shown, Side, Timestamp, quoted,
};

use crate::Engine;
use crate::accept::{Showing, prepared};
use crate::card::{self, Presets};
use crate::engine::EngineError;
use crate::plan::{Candidate, Gate, Presence, Step, gate, step, target_for_portal};
use crate::portal::{self, cards};
use crate::words::in_words;

/// Goes through a load piece by piece and remembers the ИНН that it has met.
#[derive(Debug)]
pub struct Rehearsal {
    engine: Engine,
    presets: Presets,
    met: HashMap<MatchKey, (OneCRef, String)>,
}

/// One counterparty of the load and what would become of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rehearsed {
    /// The GUID in 1C.
    pub onec_ref: OneCRef,
    /// «Код» in 1C.
    pub code: Option<String>,
    /// Its name.
    pub title: String,
    /// ИНН as 1C shows it.
    pub inn: String,
    /// The company in the portal, if there is one.
    pub company_id: Option<i64>,
    /// What a load would do.
    pub would: WouldDo,
    /// What would stay behind.
    pub remarks: Vec<Remark>,
}

/// What a load would do with a counterparty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WouldDo {
    /// Make a company.
    Create,
    /// Take a company of the portal for it and change these fields.
    Link(Vec<Difference>),
    /// Change these fields of its company.
    Update(Vec<Difference>),
    /// Nothing: both sides agree.
    Nothing,
    /// Park it.
    Park(Reason),
}

/// A field that the load would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which.
    pub field: Field,
    /// What Bitrix24 shows.
    pub now: String,
    /// What it would show.
    pub then: String,
}

impl Engine {
    /// Begins a rehearsal. Asks the portal for its templates only.
    pub async fn rehearse(&self) -> Result<Rehearsal, EngineError> {
        let presets = *self.presets.get_or_try_init(|| portal::presets(&self.client)).await?;
        Ok(Rehearsal { engine: self.clone(), presets, met: HashMap::new() })
    }
}

impl Rehearsal {
    /// Remembers the ИНН of these, which were looked at before.
    pub(crate) fn meet(&mut self, showings: &[Showing]) {
        for showing in showings {
            let snapshot = prepared(Counterparty::default(), showing.snapshot.clone());
            if let Gate::Open(Some(key)) = gate(&snapshot, self.engine.settings.match_by, false, Side::OneC) {
                let title = snapshot.title().to_owned();
                self.met.entry(key).or_insert((showing.onec_ref, title));
            }
        }
    }

    /// What would become of these, in their order. At most a few hundred at a time; writes nothing anywhere.
    pub async fn look_at(&mut self, showings: Vec<Showing>) -> Result<Vec<Rehearsed>, EngineError> {
        let now = self.engine.clock.now();
        let refs: Vec<OneCRef> = showings.iter().map(|showing| showing.onec_ref).collect();
        let mut links: HashMap<OneCRef, Link> = self
            .engine
            .store
            .links_by_refs(&refs)
            .await?
            .into_iter()
            .filter_map(|link| Some((link.onec_ref?, link)))
            .collect();
        let mut rehearsed = Vec::with_capacity(showings.len());
        for showing in showings {
            let link = links.remove(&showing.onec_ref).unwrap_or_else(|| Link::new(self.engine.ids.link()));
            rehearsed.push(self.first_look(link, showing, now).await?);
        }
        self.match_with_portal(&mut rehearsed).await?;
        self.compare_with_portal(rehearsed).await
    }

    /// The gates and the keys, as at a real load.
    async fn first_look(
        &mut self,
        mut link: Link,
        showing: Showing,
        now: Timestamp,
    ) -> Result<Looked, EngineError> {
        let before = link.onec.take().map(|onec| onec.snapshot).unwrap_or_default();
        let snapshot = prepared(before, showing.snapshot);
        let shut = match gate(&snapshot, self.engine.settings.match_by, link.company_id.is_some(), Side::OneC)
        {
            Gate::Closed(reason) => Some(reason),
            Gate::Open(None) => None,
            Gate::Open(Some(key)) => self.duplicate(&link, &key, showing.onec_ref, snapshot.title()).await?,
        };
        link.onec_ref = Some(showing.onec_ref);
        link.onec_code = showing.code.or(link.onec_code);
        let linked = link.company_id.is_some();
        link.onec = Some(Shown { snapshot, changed_at: showing.changed_at, seen_at: now });
        Ok(Looked { link, linked, shut })
    }

    async fn duplicate(
        &mut self,
        link: &Link,
        key: &MatchKey,
        onec_ref: OneCRef,
        title: &str,
    ) -> Result<Option<Reason>, EngineError> {
        let holder = self.engine.store.holder_of_key(key).await?.filter(|holder| *holder != link.id);
        let other = match holder {
            Some(holder) => self
                .engine
                .store
                .link(holder)
                .await?
                .and_then(|holder| Some(holder.onec?.snapshot.title().to_owned())),
            None => match self.met.get(key) {
                Some((other, title)) if *other != onec_ref => Some(title.clone()),
                Some(_) => None,
                None => {
                    self.met.insert(key.clone(), (onec_ref, title.to_owned()));
                    None
                }
            },
        };
        Ok(other.map(|other| {
            Reason::new(
                ReasonCode::DuplicateInOneC,
                format!(
                    "{} не будет передан: в 1С уже есть контрагент с ИНН {}: {}.",
                    quoted(title),
                    key.as_str(),
                    quoted(&other)
                ),
            )
        }))
    }

    async fn match_with_portal(&self, looked: &mut [Looked]) -> Result<(), EngineError> {
        let mut inns: Vec<String> = looked
            .iter()
            .filter(|looked| looked.shut.is_none() && !looked.linked)
            .map(|looked| looked.inn().to_owned())
            .filter(|inn| !inn.is_empty())
            .collect();
        inns.sort_unstable();
        inns.dedup();
        if inns.is_empty() {
            return Ok(());
        }
        let mut candidates: HashMap<String, Vec<Candidate>> = HashMap::new();
        for row in portal::holders_of(&self.engine.client, &inns, self.engine.clock.now()).await? {
            let candidate = Candidate {
                company_id: row.company_id,
                requisite_id: row.requisite_id,
                kpp: row.kpp.unwrap_or_default(),
            };
            candidates.entry(row.inn).or_default().push(candidate);
        }
        let settings = &self.engine.settings;
        for looked in looked.iter_mut().filter(|looked| looked.shut.is_none() && !looked.linked) {
            let presence = Presence::Unlinked(candidates.get(looked.inn()).cloned().unwrap_or_default());
            match step(&looked.link, &presence, &settings.rules, settings.match_by) {
                Step::Adopt(candidate) => {
                    looked.link.company_id = Some(candidate.company_id);
                    looked.link.requisite_id = Some(candidate.requisite_id);
                }
                Step::Park(reason) => looked.shut = Some(reason),
                Step::Create(_) | Step::Change(..) | Step::Nothing => {}
            }
        }
        Ok(())
    }

    async fn compare_with_portal(&self, looked: Vec<Looked>) -> Result<Vec<Rehearsed>, EngineError> {
        let open = || looked.iter().filter(|looked| looked.shut.is_none());
        let companies: BTreeSet<i64> = open().filter_map(|looked| looked.link.company_id).collect();
        let companies: Vec<i64> = companies.into_iter().collect();
        let known: Vec<i64> = open().filter_map(|looked| looked.link.requisite_id).collect();
        let read = cards::read(&self.engine.client, &companies, &known, &[]).await?;
        let settings = &self.engine.settings;
        Ok(looked
            .into_iter()
            .map(|looked| {
                let whole = looked.link.company_id.and_then(|company| read.wholes.get(&company));
                let card = whole.map(|whole| whole.card(looked.link.requisite_id, |_| false));
                let known_as = looked.link.onec.as_ref().map(|onec| &onec.snapshot);
                let shown = card.map(|card| card::read(&card, self.presets, known_as));
                let (merged, remarks) = target_for_portal(&looked.link, shown.as_ref(), &settings.rules);
                let would = match (&looked.shut, &shown) {
                    (Some(reason), _) => WouldDo::Park(reason.clone()),
                    (None, None) => WouldDo::Create,
                    (None, Some(shown)) => {
                        let differences = differences(shown, &merged.target);
                        match (looked.linked, differences.is_empty()) {
                            (false, _) => WouldDo::Link(differences),
                            (true, false) => WouldDo::Update(differences),
                            (true, true) => WouldDo::Nothing,
                        }
                    }
                };
                looked.rehearsed(would, remarks)
            })
            .collect())
    }
}

/// A counterparty on its way through a rehearsal.
struct Looked {
    link: Link,
    /// It had a company before this rehearsal.
    linked: bool,
    shut: Option<Reason>,
}

impl Looked {
    fn inn(&self) -> &str {
        self.link.onec.as_ref().and_then(|onec| onec.snapshot.inn.as_deref()).unwrap_or_default().trim()
    }

    fn rehearsed(self, would: WouldDo, remarks: Vec<Remark>) -> Rehearsed {
        let inn = self.inn().to_owned();
        let title = self.link.onec.as_ref().map(|onec| onec.snapshot.title().to_owned()).unwrap_or_default();
        Rehearsed {
            onec_ref: self.link.onec_ref.expect("set by the first look"),
            code: self.link.onec_code,
            title,
            inn,
            company_id: self.link.company_id,
            would,
            remarks,
        }
    }
}

fn differences(shown: &Counterparty, target: &Counterparty) -> Vec<Difference> {
    domain::merge::differs(shown, target)
        .into_iter()
        .map(|field| Difference { field, now: in_words(shown, field), then: in_words(target, field) })
        .collect()
}
