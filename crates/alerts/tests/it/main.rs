//! Alerts as people meet them: real SMTP, real HTTP, a real database, an emulated portal.

mod deaths;
mod letters;
mod sinks;
mod world;
