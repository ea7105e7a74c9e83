//! What the store promises, on both databases. `scripts/postgres-for-tests cargo test -p store` brings the second.

mod world;

mod activity;
mod alerts;
mod blobs;
mod deeds;
mod durability;
mod held;
mod jobs;
mod journal;
mod keys;
mod leases;
mod links;
mod lists;
mod outbox;
mod papers;
mod parked;
mod people;
mod records;
mod schema;
mod search;
mod service;
mod show_all;
mod sqlite_file;
mod summary;
mod tallies;
mod tellings;
mod transcripts;
mod uploads;
mod way_back;
