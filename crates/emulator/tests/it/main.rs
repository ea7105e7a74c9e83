//! The emulators, as their users see them.

mod bitrix24;
mod onec;
