//! The client against small portals that answer what a test tells them to.

mod answers;
mod application;
mod batches;
mod box_module;
mod encoding;
mod errors;
mod lists;
mod notices;
mod portal;
mod redirects;
mod secrets;
