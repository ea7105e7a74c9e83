//! Cursors: how far something was read, by name.

use crate::dialect::Conn;
use crate::{Result, Write};

reads! {
    /// How far the reading called `name` has come; `None`: it has not begun.
    fn cursor(name: &str) -> Option<String>;
}

pub(crate) async fn cursor(conn: Conn<'_>, name: &str) -> Result<Option<String>> {
    const SQL: &str = "
        -- cursor: get
        select value
          from cursor
         where name = $1";
    let row: Option<(String,)> = on_db!(conn, db => sqlx::query_as(SQL).bind(name).fetch_optional(db).await?);
    Ok(row.map(|(value,)| value))
}

impl Write {
    /// Moves the cursor, in the transaction that keeps what was read.
    pub async fn set_cursor(&mut self, name: &str, value: &str) -> Result<()> {
        const SET: &str = "
            -- cursor: set
            insert into cursor (name, value)
            values ($1, $2)
            on conflict (name) do update
               set value = excluded.value";
        on_db!(self.conn(), db => { sqlx::query(SET).bind(name).bind(value).execute(db).await?; });
        Ok(())
    }
}
