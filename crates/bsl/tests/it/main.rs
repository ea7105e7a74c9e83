//! The language, the platform and the infobase, each said in sentences.

mod http;
mod infobase;
mod language;
mod objects;
mod query;
mod strictness;
mod support;
mod transactions;
mod values;
