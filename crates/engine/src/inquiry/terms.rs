//! What the portal calls its stages and pipelines, and who its employees are. Kept for an hour: names change rarely,
//! and a deal that is read again shows the new one.

use std::collections::{BTreeMap, BTreeSet};

use bitrix::wire::{Category, DEAL, Deal, Status, User};
use bitrix::{Args, CallError, Chain, Client, Command, Outcome, pack};
use domain::{Responsible, SignedDuration, Timestamp};
use serde_json::Value;
use tracing::warn;

/// How long names are believed.
const BELIEVED: SignedDuration = SignedDuration::from_hours(1);
/// Employees of one command; a page has fifty.
const USERS_TOGETHER: usize = 50;

/// Names, as far as they were asked for.
#[derive(Debug, Default)]
pub(crate) struct Terms {
    asked_at: Option<Timestamp>,
    pipelines: BTreeMap<i64, String>,
    stages: BTreeMap<String, String>,
    /// Pipelines whose stages are known.
    staged: BTreeSet<i64>,
    users: BTreeMap<i64, Responsible>,
}

impl Terms {
    /// Asks for the names that these deals need and that are not known yet: in one request, or none.
    pub(super) async fn learn(
        &mut self,
        client: &Client,
        deals: &[Deal],
        now: Timestamp,
    ) -> Result<(), CallError> {
        if self.asked_at.is_none_or(|at| now.duration_since(at) >= BELIEVED || now < at) {
            *self = Self { asked_at: Some(now), ..Self::default() };
        }
        let pipelines: BTreeSet<i64> =
            deals.iter().map(|deal| deal.category_id).filter(|id| !self.staged.contains(id)).collect();
        let users: Vec<i64> = deals
            .iter()
            .map(|deal| deal.assigned_by_id)
            .filter(|id| *id > 0 && !self.users.contains_key(id))
            .collect::<BTreeSet<i64>>()
            .into_iter()
            .collect();
        let mut asked = Vec::new();
        let mut commands = Vec::new();
        if !pipelines.is_empty() {
            asked.push(Asked::Pipelines);
            commands.push(Command::new("t", "crm.category.list", Args::new().set("entityTypeId", DEAL)));
        }
        for pipeline in &pipelines {
            asked.push(Asked::Stages(*pipeline));
            let directory = match pipeline {
                0 => "DEAL_STAGE".to_owned(),
                other => format!("DEAL_STAGE_{other}"),
            };
            let args = Args::new().set("filter", Args::new().set("ENTITY_ID", directory));
            commands.push(Command::new("t", "crm.status.list", args));
        }
        for users in users.chunks(USERS_TOGETHER) {
            asked.push(Asked::Users(users.to_vec()));
            let args = Args::new().set("FILTER", Args::new().set("ID", users.to_vec()));
            commands.push(Command::new("t", "user.get", args));
        }
        let chains = commands
            .into_iter()
            .map(|command| Chain::of(command).expect("one command with a plain key is a chain"));
        for batch in pack(chains) {
            let answer = client.batch(&batch).await?;
            for piece in batch.pieces() {
                match answer.outcome(piece.index, "t") {
                    Outcome::Done(result) => self.keep(&asked[piece.index], result),
                    // A name that may not be seen is no reason to hold a deal back.
                    Outcome::Refused(error) => {
                        warn!(error = %error, "Names of the portal could not be read: {error}");
                        self.keep(&asked[piece.index], &Value::Null);
                    }
                    Outcome::NotRun => {}
                }
            }
        }
        Ok(())
    }

    fn keep(&mut self, asked: &Asked, result: &Value) {
        match asked {
            Asked::Pipelines => {
                let rows = result.get("categories").cloned().unwrap_or_default();
                let rows: Vec<Category> = serde_json::from_value(rows).unwrap_or_default();
                self.pipelines.extend(rows.into_iter().map(|row| (row.id, row.name)));
            }
            Asked::Stages(pipeline) => {
                let rows: Vec<Status> = serde_json::from_value(result.clone()).unwrap_or_default();
                self.stages.extend(rows.into_iter().map(|row| (row.status_id, row.name)));
                self.staged.insert(*pipeline);
            }
            Asked::Users(asked) => {
                let rows: Vec<User> = serde_json::from_value(result.clone()).unwrap_or_default();
                for user in rows {
                    let name = [user.name.trim(), user.last_name.trim()].join(" ").trim().to_owned();
                    self.users.insert(user.id, Responsible { name, email: user.email.trim().to_owned() });
                }
                for user in asked {
                    self.users.entry(*user).or_default();
                }
            }
        }
    }

    /// The stage as employees read it; its identifier where the portal gave no name.
    pub(super) fn stage(&self, id: &str) -> String {
        self.stages.get(id).filter(|name| !name.is_empty()).cloned().unwrap_or_else(|| id.to_owned())
    }

    /// The name of a pipeline; empty where the portal gave none.
    pub(super) fn pipeline(&self, id: i64) -> String {
        self.pipelines.get(&id).cloned().unwrap_or_default()
    }

    /// An employee; without name and address where the portal does not show him.
    pub(super) fn user(&self, id: i64) -> Responsible {
        self.users.get(&id).cloned().unwrap_or_default()
    }
}

enum Asked {
    Pipelines,
    Stages(i64),
    Users(Vec<i64>),
}
