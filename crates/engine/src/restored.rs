//! A database that was put back from a copy is older than what both shores show.

use domain::Timestamp;
use store::{Store, StoreError};

use crate::collect::WANTED_NOW;

/// Makes the next start catch up: Bitrix24 is compared in full at once, 1C is asked to show everything at its next exchange.
/// What was made after the copy is known again by its ИНН, and linked instead of made twice.
pub async fn catch_up_after_restore(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    let mut write = store.begin().await?;
    write.ask_to_show_all(now).await?;
    write.set_cursor(WANTED_NOW, &now.to_string()).await?;
    write.commit().await
}
