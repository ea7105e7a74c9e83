//! The answer for a record that 1C pushed.

/// What became of an inquiry, a document or a payment that 1C told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// Durable, will travel; the text says in Russian what it waits for, or is empty.
    Accepted(String),
    /// The same as 1C has told before, or older than that.
    Unchanged,
    /// Durable; the content has to be sent yet.
    AwaitingContent,
    /// Wrong; the text says in Russian what to mend.
    Rejected(String),
}
