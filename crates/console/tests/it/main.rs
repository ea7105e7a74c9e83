//! The console as a browser sees it, over a real database and an engine whose portal nobody calls.

mod alerts;
mod browser;
mod bulk;
mod events;
mod first_start;
mod links;
mod load;
mod office;
mod papers;
mod people;
mod reconciliation;
mod records;
mod routes;
mod security;
mod setup;
mod snapshots;
