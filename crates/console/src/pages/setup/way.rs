//! Where each step of the way stands, read from how things are.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use domain::Timestamp;
use engine::{Finding, Progress, Severity, Theme};
use store::JobState;

use crate::facts::Facts;
use crate::failure::Failure;
use crate::look::Look;
use crate::state::Console;
use crate::ui::Stage;

/// How many steps there are.
pub(super) const STEPS: usize = 8;

/// Everything that the steps depend on.
pub(super) struct Way {
    pub(super) facts: Arc<Facts>,
    /// How the portal was found; `None`: nobody has looked yet.
    pub(super) look: Option<Arc<Look>>,
    pub(super) is_looking: bool,
    /// What is known of 1C.
    pub(super) onec: Vec<Finding>,
    /// When somebody came in its name with a wrong password.
    pub(super) refused_at: Option<Timestamp>,
    /// The last plan of a load.
    pub(super) plan: Option<Progress>,
    /// The last load.
    pub(super) load: Option<Progress>,
}

impl Way {
    pub(super) async fn read(console: &Console) -> Result<Self, Failure> {
        let (look, is_looking) = console.portal_look();
        let facts = console.facts().await?;
        let last = async |kind| Ok::<_, Failure>(console.engine.jobs(Some(kind), None, 1).await?.pop());
        Ok(Self {
            look,
            is_looking,
            onec: console.engine.onec_findings().await,
            refused_at: console
                .engine
                .onec_refused_at()
                .filter(|at| facts.onec_seen.is_none_or(|seen| seen < *at)),
            plan: last("plan").await?,
            load: last("load").await?,
            facts,
        })
    }

    /// What was found of a theme.
    pub(super) fn found(&self, theme: Theme) -> Vec<&Finding> {
        let findings = self.look.iter().flat_map(|look| &look.findings);
        findings.filter(|finding| finding.theme() == theme).collect()
    }

    /// Somebody has looked, and nothing of the theme is worse than `worst`.
    fn is_right(&self, theme: Theme, worst: Severity) -> bool {
        let found = self.found(theme);
        !found.is_empty() && found.iter().all(|finding| finding.severity <= worst)
    }

    /// Whether 1C has introduced itself; one that never does and is at work all the same has no need to.
    pub(super) fn has_met_onec(&self) -> bool {
        self.facts.adapter.is_some() || self.facts.is_set_up()
    }

    /// Whether anything has crossed.
    pub(super) fn has_loaded(&self) -> bool {
        self.facts.tallies.linked > 0
    }

    pub(super) fn stages(&self) -> [Stage; STEPS] {
        let is_planned = self.plan.as_ref().is_some_and(|plan| plan.state == JobState::Done);
        let mut stages = Stage::of([
            self.is_right(Theme::Portal, Severity::Warning),
            self.is_right(Theme::Rights, Severity::Warning),
            self.is_right(Theme::Fields, Severity::Good),
            self.facts.onec_seen.is_some(),
            self.has_met_onec(),
            // Whoever reads this is one.
            true,
            is_planned || self.load.is_some() || self.has_loaded(),
            self.has_loaded() && self.load.as_ref().is_none_or(|load| load.state != JobState::Open),
        ]);
        // Whoever types the password in waits for 1C at once.
        if stages[3] == Stage::Now {
            stages[4] = Stage::Now;
        }
        stages
    }

    /// Differs when the page would.
    pub(super) fn print(&self) -> String {
        let mut hasher = DefaultHasher::new();
        self.stages().map(|stage| stage as u8).hash(&mut hasher);
        (self.is_looking, self.refused_at, self.look.as_ref().map(|look| look.at)).hash(&mut hasher);
        for job in [&self.plan, &self.load] {
            job.as_ref().map(|job| (job.id.to_string(), job.state as u8)).hash(&mut hasher);
        }
        format!("{:016x}", hasher.finish())
    }
}
