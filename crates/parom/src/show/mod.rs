//! What people see in the terminal: tables, files of tables, progress, numbers with their words. In Russian.

mod count;
mod moment;
mod out;
mod progress;
mod table;

pub(crate) use count::{count, number};
pub(crate) use moment::moment;
pub(crate) use out::{json, say};
pub(crate) use progress::Progress;
pub(crate) use table::Table;
