//! The console as a browser sees it, over a real database and an engine whose portal nobody calls.

mod alerts;
mod browser;
mod events;
mod links;
mod office;
mod papers;
mod people;
mod records;
mod routes;
mod security;
mod snapshots;
