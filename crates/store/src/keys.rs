//! Keys: no two links are the same counterparty.

use domain::{LinkId, MatchKey};

use crate::dialect::Conn;
use crate::{Result, Write, codec};

/// Who has the key that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The link that asked (or it asked for none).
    Held,
    /// Another link; the one that asked waits for it.
    TakenBy(LinkId),
}

reads! {
    /// The link that has the key.
    fn holder_of_key(key: &MatchKey) -> Option<LinkId>;
    /// The key that the link has.
    fn key_of(link: LinkId) -> Option<MatchKey>;
    /// Links that asked for the key and did not get it, the oldest first: try them again when it is freed.
    fn waiting_for_key(key: &MatchKey) -> Vec<LinkId>;
}

async fn holder_of_key(conn: Conn<'_>, key: &MatchKey) -> Result<Option<LinkId>> {
    const SQL: &str = "
        -- key: holder
        select link_id
          from claimed_key
         where match_key = $1";
    let row: Option<(String,)> =
        on_db!(conn, db => sqlx::query_as(SQL).bind(key.as_str()).fetch_optional(db).await?);
    row.map(|(link,)| codec::id(&link)).transpose()
}

pub(crate) async fn key_of(conn: Conn<'_>, link: LinkId) -> Result<Option<MatchKey>> {
    const SQL: &str = "
        -- key: of a link
        select match_key
          from claimed_key
         where link_id = $1";
    let row: Option<(String,)> =
        on_db!(conn, db => sqlx::query_as(SQL).bind(link.to_string()).fetch_optional(db).await?);
    Ok(row.map(|(key,)| MatchKey::from_stored(key)))
}

async fn waiting_for_key(conn: Conn<'_>, key: &MatchKey) -> Result<Vec<LinkId>> {
    const SQL: &str = "
        -- key: who waits
        select id
          from link
         where wanted_key = $1
           and not exists (select 1 from claimed_key where link_id = link.id)
         order by id";
    let rows: Vec<(String,)> =
        on_db!(conn, db => sqlx::query_as(SQL).bind(key.as_str()).fetch_all(db).await?);
    rows.iter().map(|(id,)| codec::id(id)).collect()
}

impl Write {
    /// Asks for a key in the name of a saved link and gives up the one that it had; `None` only gives up. Of
    /// several that ask at once exactly one gets it.
    pub async fn claim_key(&mut self, link: LinkId, key: Option<&MatchKey>) -> Result<Claim> {
        const RELEASE: &str = "
            -- key: release
            delete from claimed_key
             where link_id = $1 and match_key is distinct from $2";
        // The update changes nothing; it is there so that the holder is returned, whoever it is.
        const CLAIM: &str = "
            -- key: claim
            insert into claimed_key (match_key, link_id)
            values ($2, $1)
            on conflict (match_key) do update
               set match_key = excluded.match_key
            returning link_id";
        const WANT: &str = "
            -- key: want
            update link
               set wanted_key = $2
             where id = $1 and wanted_key is distinct from $2";
        let id = link.to_string();
        let wanted = key.map(MatchKey::as_str);
        on_db!(self.conn(), db => { sqlx::query(RELEASE).bind(&id).bind(wanted).execute(db).await?; });
        let claim = if wanted.is_some() {
            let (holder,): (String,) = on_db!(self.conn(), db => {
                sqlx::query_as(CLAIM).bind(&id).bind(wanted).fetch_one(db).await?
            });
            if holder == id {
                // What it may have waited for before means nothing while it has a key.
                return Ok(Claim::Held);
            }
            Claim::TakenBy(codec::id(&holder)?)
        } else {
            Claim::Held
        };
        on_db!(self.conn(), db => { sqlx::query(WANT).bind(&id).bind(wanted).execute(db).await?; });
        Ok(claim)
    }
}
