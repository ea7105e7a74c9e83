//! The tokens of a local application of Bitrix24, so that they survive the process that got them.

use domain::Timestamp;

use crate::dialect::Conn;
use crate::{Result, Write, codec};

/// A pair of tokens. `Debug` does not show them.
#[derive(Clone, PartialEq, Eq)]
pub struct ApplicationTokens {
    /// Lets calls in.
    pub access: String,
    /// Is good for one exchange for the next pair.
    pub refresh: String,
    /// When `access` ceases to be good.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for ApplicationTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApplicationTokens").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

reads! {
    /// The newest tokens of an application; `None` where nobody has connected it.
    fn application_tokens(client_id: &str) -> Option<ApplicationTokens>;
}

async fn application_tokens(conn: Conn<'_>, client_id: &str) -> Result<Option<ApplicationTokens>> {
    const SQL: &str = "
        -- application tokens: get
        select access, refresh, expires_at
          from application_token
         where client_id = $1";
    let row: Option<(String, String, i64)> =
        on_db!(conn, db => sqlx::query_as(SQL).bind(client_id).fetch_optional(db).await?);
    row.map(|(access, refresh, expires_at)| {
        Ok(ApplicationTokens { access, refresh, expires_at: codec::moment(expires_at)? })
    })
    .transpose()
}

impl Write {
    /// Keeps these tokens of an application in the place of the older ones.
    pub async fn keep_application_tokens(
        &mut self,
        client_id: &str,
        tokens: &ApplicationTokens,
    ) -> Result<()> {
        const KEEP: &str = "
            -- application tokens: keep
            insert into application_token (client_id, access, refresh, expires_at)
            values ($1, $2, $3, $4)
            on conflict (client_id) do update
               set access = excluded.access,
                   refresh = excluded.refresh,
                   expires_at = excluded.expires_at";
        let expires_at = codec::micros(tokens.expires_at);
        on_db!(self.conn(), db => {
            sqlx::query(KEEP)
                .bind(client_id)
                .bind(&tokens.access)
                .bind(&tokens.refresh)
                .bind(expires_at)
                .execute(db)
                .await?;
        });
        Ok(())
    }
}
