//! Who counts rounds: the engine tells and knows nothing of how figures are kept.

use crate::Round;

/// Is told of every round. Called by the engine between two rounds, so it must not wait for anything.
pub trait Observer: std::fmt::Debug + Send + Sync {
    /// A round to Bitrix24 has ended.
    fn round(&self, round: &Round);
}

/// Counts nothing.
#[derive(Debug)]
pub(crate) struct Nobody;

impl Observer for Nobody {
    fn round(&self, _: &Round) {}
}
