//! Who counts requests: the client tells what became of each and knows nothing of how figures are kept.

use std::fmt::Debug;

use domain::SignedDuration;

use crate::error::{BusyBy, CallError};

/// Is told of every request. Called on the way of the answer to its caller, so it must not wait for anything.
pub trait Observer: Debug + Send + Sync {
    /// A request has ended.
    fn requested(&self, request: &Requested<'_>);

    /// A limit of the portal, or our own pace before it, held back a call or a command.
    fn held_back(&self, by: BusyBy);
}

/// A request that has ended.
#[derive(Clone, Copy, Debug)]
pub struct Requested<'a> {
    /// The method; `batch` for a batch.
    pub method: &'a str,
    /// Commands in it: one, but for a batch.
    pub commands: usize,
    /// From sending to the end of the answer.
    pub elapsed: SignedDuration,
    /// How it ended. The outcomes of the commands of a batch are not told: a batch that the portal took is `Ok`.
    pub ending: Result<(), &'a CallError>,
}

/// Counts nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Nobody;

impl Observer for Nobody {
    fn requested(&self, _: &Requested<'_>) {}

    fn held_back(&self, _: BusyBy) {}
}
