//! Parom as a whole: the binary as people and 1C meet it.

mod adapter_1c;
mod adapters;
mod alerts;
mod backup;
mod box_module;
mod cli;
mod demo;
mod first_start;
mod jobs;
mod load;
mod metrics;
mod notices;
mod offline;
mod onec_adapter;
mod reconcile;
mod service;
mod support;
mod tidy;
mod user;
mod way_back;
