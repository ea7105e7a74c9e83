//! The engine between a real database file and an emulated portal, by a clock that the tests hold in their hands.

mod adapters;
mod both_ways;
mod crossing;
mod deal_deeds;
mod deeds;
mod entities;
mod explain;
mod freed;
mod guard;
mod housekeeping;
mod jobs;
mod office;
mod offline;
mod papers;
mod papers_simulation;
mod reconcile;
mod show_all;
mod simulation;
mod telling;
mod transcript;
mod way_back;
mod world;
