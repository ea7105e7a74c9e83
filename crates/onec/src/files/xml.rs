//! `<counterparties><counterparty>…`, element by element.

use std::io::BufRead;

use super::{BadRecord, RECORD_BYTES_MAX};
use crate::source::{Counted, Unreadable};
use crate::value::Value;
use crate::xml::Records;

/// The list of a file.
pub(super) struct List<R>(Records<R>);

impl<R: BufRead> List<R> {
    pub(super) fn open(reader: R) -> Result<Self, Unreadable> {
        Records::open(Counted::new(reader, RECORD_BYTES_MAX), "counterparties").map(Self)
    }
}

impl<R: BufRead> Iterator for List<R> {
    type Item = Result<(u64, Value), BadRecord>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map_err(|at| BadRecord::last(at.line, &at.text)).transpose()
    }
}
