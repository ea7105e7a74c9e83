//! The box module `parom.bridge` of the portal: asked now and then how it fares. Everything works without it; with it,
//! changes are heard of at once and a repeated ИНН is refused while it is typed.

use bitrix::{Args, CallError, Denial, Lost, wire};
use domain::SignedDuration;
use store::{Absence, Bridge, BridgeStanding};

use crate::Engine;
use crate::engine::EngineError;

/// The version of the module and of the adapter of 1C that this Parom is delivered with. Another first number does not fit.
pub const ADAPTERS_VERSION: &str = "1.0.0";
/// What Parom and the module speak with each other.
pub const BRIDGE_PROTOCOL: i64 = 1;
/// How often the module is asked by itself: it is for people, who look at it as often.
const ASK_EVERY: SignedDuration = SignedDuration::from_mins(5);

impl Engine {
    /// Asks the module how it fares and keeps the answer. An error: the portal itself did not answer.
    pub async fn ask_bridge(&self) -> Result<BridgeStanding, EngineError> {
        let answer = self.client.call_as::<wire::Bridge>(wire::Bridge::METHOD, &Args::new()).await;
        let now = self.clock.now();
        let answer = match answer {
            Ok(said) => Ok(said),
            Err(error) => Err(absence(error)?),
        };
        let before = self.store.bridge().await?;
        let standing = match answer {
            Ok(said) => BridgeStanding {
                asked_at: now,
                said: Some(Bridge {
                    version: said.version,
                    protocol: said.protocol,
                    guard: said.guard,
                    outbox: said.outbox.enabled,
                    waiting: said.outbox.length,
                    waiting_since: said.outbox.oldest_at,
                    last_error: said.outbox.last_error,
                    php: said.php,
                    main: said.main,
                    at: now,
                }),
                absence: None,
                absent_since: None,
            },
            Err(absence) => BridgeStanding {
                asked_at: now,
                absent_since: before.as_ref().and_then(|before| before.absent_since).or(Some(now)),
                said: before.and_then(|before| before.said),
                absence: Some(absence),
            },
        };
        let mut write = self.store.begin().await?;
        write.bridge_stands(&standing).await?;
        write.commit().await?;
        Ok(standing)
    }

    /// Asks the module if it was not asked lately.
    pub(crate) async fn look_after_bridge(&self) -> Result<(), EngineError> {
        let asked = self.store.bridge().await?.map(|standing| standing.asked_at);
        if asked.is_none_or(|at| self.clock.now().duration_since(at).abs() >= ASK_EVERY) {
            self.ask_bridge().await?;
        }
        Ok(())
    }
}

/// What an error says of the module, as long as it says nothing of the whole portal.
fn absence(error: CallError) -> Result<Absence, CallError> {
    match error {
        CallError::Denied { why: Denial::MethodMissing, .. } => Ok(Absence::NotInstalled),
        CallError::Denied { why: Denial::Scope, .. } => Ok(Absence::NoRight),
        CallError::Denied { why: Denial::Rights, .. } => Ok(Absence::NotAdmitted),
        CallError::Refused { error, .. } => Ok(Absence::Broken(error.to_string())),
        CallError::Unclear {
            why: why @ (Lost::Internal(_) | Lost::NotJson { .. } | Lost::NoResult { .. }),
            ..
        } => Ok(Absence::Broken(why.to_string())),
        error => Err(error),
    }
}
