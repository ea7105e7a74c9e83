//! Watches: what only one of several nodes may do. Held for a time and renewed; a dead node's watch runs out.

use domain::Timestamp;

use crate::{Result, Write, codec};

impl Write {
    /// Takes the watch called `name`, or renews it, until `until`. `false`: another node has it.
    pub async fn take_watch(
        &mut self,
        name: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool> {
        const TAKE: &str = "
            -- watch: take or renew
            insert into watch (name, holder, until)
            values ($1, $2, $4)
            on conflict (name) do update
               set holder = excluded.holder,
                   until = excluded.until
             where watch.holder = excluded.holder or watch.until <= $3";
        let taken = on_db!(self.conn(), db => {
            sqlx::query(TAKE)
                .bind(name)
                .bind(holder)
                .bind(codec::micros(now))
                .bind(codec::micros(until))
                .execute(db)
                .await?
                .rows_affected()
        });
        Ok(taken > 0)
    }

    /// Gives the watch to whoever wants it next.
    pub async fn leave_watch(&mut self, name: &str, holder: &str) -> Result<()> {
        const LEAVE: &str = "
            -- watch: leave
            delete from watch
             where name = $1 and holder = $2";
        on_db!(self.conn(), db => { sqlx::query(LEAVE).bind(name).bind(holder).execute(db).await?; });
        Ok(())
    }
}
