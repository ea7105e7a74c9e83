//! Transactions: one real one, however many were begun inside it.

use super::Session;
use crate::halt::{Halt, Outcome};
use crate::infobase::{Before, Key};

/// A transaction that is open.
#[derive(Default)]
pub(crate) struct Transaction {
    /// Begun and not yet ended.
    depth: u32,
    /// An error of the infobase was taken by `Попытка`, or an inner transaction was cancelled.
    pub(crate) is_spoiled: bool,
    /// What stood where something was written, the oldest first.
    undo: Vec<Before>,
}

impl Session {
    /// `НачатьТранзакцию`
    pub(crate) fn begin(&mut self) -> Outcome<()> {
        self.may_touch_the_infobase()?;
        self.transaction.get_or_insert_default().depth += 1;
        Ok(())
    }

    /// `ЗафиксироватьТранзакцию`
    pub(crate) fn commit(&mut self) -> Outcome<()> {
        let Some(transaction) = &mut self.transaction else {
            return Err(Halt::exception("Транзакция не активна"));
        };
        if transaction.is_spoiled {
            return Err(spoiled());
        }
        transaction.depth -= 1;
        if transaction.depth == 0 {
            self.transaction = None;
        }
        Ok(())
    }

    /// `ОтменитьТранзакцию`
    pub(crate) fn roll_back(&mut self) -> Outcome<()> {
        let Some(transaction) = &mut self.transaction else {
            return Err(Halt::exception("Транзакция не активна"));
        };
        transaction.depth -= 1;
        transaction.is_spoiled = true;
        if transaction.depth == 0 {
            self.roll_back_all();
        }
        Ok(())
    }

    /// Everything since the outermost beginning.
    pub(crate) fn roll_back_all(&mut self) {
        if let Some(transaction) = self.transaction.take() {
            for before in transaction.undo.into_iter().rev() {
                self.base.restore(before);
            }
        }
    }

    /// Reads and writes are refused in a transaction that has gone wrong.
    pub(crate) fn may_touch_the_infobase(&self) -> Outcome<()> {
        match &self.transaction {
            Some(transaction) if transaction.is_spoiled => Err(spoiled()),
            _ => Ok(()),
        }
    }

    /// Writes, so that it can be undone.
    pub(crate) fn write(&mut self, table: &str, key: Key, record: Option<crate::infobase::Record>) {
        let before = self.base.write(table, key, record);
        if let Some(transaction) = &mut self.transaction {
            transaction.undo.push(before);
        }
    }
}

fn spoiled() -> Halt {
    Halt::exception("В данной транзакции уже происходили ошибки!")
}
