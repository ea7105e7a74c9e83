//! Parom as a whole: the binary as people and 1C meet it.

mod adapters;
mod adapter_1c;
mod cli;
mod demo;
mod load;
mod notices;
mod offline;
mod reconcile;
mod service;
mod support;
mod tidy;
mod way_back;
