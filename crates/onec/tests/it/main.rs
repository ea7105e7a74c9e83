//! What 1C hears, through the router, with a ferry that keeps everything in memory.

mod adapter;
mod any_bytes;
mod bad_input;
mod calls;
mod counterparties;
mod documents;
mod door;
mod feed;
mod files;
mod inquiries;
mod office;
mod old_platform;
mod openapi;
mod payments;
