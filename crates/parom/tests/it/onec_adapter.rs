//! The adapter of 1C as it is shipped, running: its modules are interpreted by `crates/bsl`, speak with the real service
//! over HTTP, and the emulated portal stands behind it. What a green run does not prove stands in that crate.

mod bad_input;
mod compiles;
mod counterparties;
mod details;
mod documents;
mod faults;
mod inquiries;
mod office;
mod payments;
mod people;
mod random;
mod ways;
