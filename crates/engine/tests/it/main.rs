//! The engine between a real database file and an emulated portal, by a clock that the tests hold in their hands.

mod crossing;
mod entities;
mod reconcile;
mod show_all;
mod simulation;
mod telling;
mod way_back;
mod world;
