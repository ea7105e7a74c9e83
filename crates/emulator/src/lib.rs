//! A living Bitrix24 and a living 1C with faults, for the demo and for tests.

pub mod bitrix24;
pub mod faults;
pub mod onec;
