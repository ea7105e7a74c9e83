//! Companies whose field with 1C's code does not show what it should. A queue of wishes: what the field has to say is
//! looked up when it is written.

use domain::Timestamp;

use crate::{Result, Write, codec};

/// A company whose field has to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeToShow {
    /// Which one.
    pub company_id: i64,
    /// How often it was wished for so far.
    pub wanted: i64,
}

impl Write {
    /// The field of these companies has to be written.
    pub async fn want_code_shown(&mut self, companies: &[i64], now: Timestamp) -> Result<()> {
        const PUT: &str = "
            -- code to show: put
            insert into code_to_show (company_id, wanted, due_at)
            values ($1, 1, $2)
            on conflict (company_id) do update
               set wanted = code_to_show.wanted + 1,
                   due_at = excluded.due_at";
        for company in companies {
            on_db!(self.conn(), db => {
                sqlx::query(PUT).bind(company).bind(codec::micros(now)).execute(db).await?;
            });
        }
        Ok(())
    }

    /// The next `limit` due ones, not due again before `until`.
    pub async fn take_codes_to_show(
        &mut self,
        limit: usize,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<CodeToShow>> {
        const TAKE: &str = "
            -- code to show: take what is due
            update code_to_show
               set due_at = $3
             where company_id in (select company_id from code_to_show where due_at <= $2
                                   order by due_at, company_id limit $1)
            returning company_id, wanted";
        let rows: Vec<(i64, i64)> = on_db!(self.conn(), db => {
            sqlx::query_as(TAKE)
                .bind(codec::limit(limit))
                .bind(codec::micros(now))
                .bind(codec::micros(until))
                .fetch_all(db)
                .await?
        });
        Ok(rows.into_iter().map(|(company_id, wanted)| CodeToShow { company_id, wanted }).collect())
    }

    /// These were written. One that was wished for again meanwhile stays.
    pub async fn code_shown(&mut self, shown: &[CodeToShow]) -> Result<()> {
        const FORGET: &str = "
            -- code to show: forget
            delete from code_to_show
             where company_id = $1 and wanted = $2";
        for code in shown {
            on_db!(self.conn(), db => {
                sqlx::query(FORGET).bind(code.company_id).bind(code.wanted).execute(db).await?;
            });
        }
        Ok(())
    }
}
