//! The pages for whoever keeps Parom. How to add one: `PAGES.md` beside this folder.
//!
//! Reading order: [`Parts`] → `state` (what every handler is given) → `routes` (what can be asked for, and by whom) →
//! `gate` (who asks) → `guard` (what a handler may rely on) → `audit` (what it must leave behind) → `page` (what it
//! answers) → `ui` (what pages are made of) → `pages`.
//!
//! **Invariant:** a handler of an action is reached only by a person whose session, CSRF token, origin and role were
//! checked, and answers only by what was written to the audit.

#![expect(clippy::needless_pass_by_value, reason = "markup is made to be handed on")]

mod assets;
mod audit;
pub mod discrepancies;
mod download;
mod facts;
mod failure;
mod first_start;
mod flash;
mod gate;
mod guard;
mod hub;
mod light;
pub mod logins;
mod look;
mod nav;
mod page;
mod pages;
pub mod passwords;
mod routes;
pub mod sheet;
mod shell;
mod sign_in;
mod state;
mod text;
mod ui;

pub use audit::Act;
pub use first_start::{Answers, FirstStart, NewAdministrator, Promise, first_start};
pub use routes::{Access, Method, Route};
pub use state::{Origin, Parts, Setting, SettingValue};

use axum::Router;

/// Everything at and below `/` that belongs to the console.
pub fn router(parts: Parts) -> Router {
    assemble(parts).0
}

/// The console with the list of all that can be asked of it.
pub fn assemble(parts: Parts) -> (Router, Vec<Route>) {
    pages::all(state::Console::new(parts)).finish()
}
