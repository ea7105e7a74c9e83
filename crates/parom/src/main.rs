//! Parom: the ferry between 1C and Bitrix24.
fn main() {}
