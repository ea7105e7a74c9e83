//! Who is signed in, and who guesses passwords.

use domain::{Timestamp, UserId};

use crate::dialect::Conn;
use crate::{Result, Write, codec};

/// Somebody signed in from somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Who.
    pub person: UserId,
    /// Since when.
    pub created_at: Timestamp,
    /// When last seen, to some minutes.
    pub seen_at: Timestamp,
    /// Ends at this moment, used or not.
    pub expires_at: Timestamp,
    /// From which address it was opened.
    pub address: String,
    /// What the browser calls itself.
    pub agent: String,
}

/// Wrong passwords of late for one key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SignInFailures {
    /// How many.
    pub count: i64,
    /// When the last one was.
    pub last: Option<Timestamp>,
}

reads! {
    /// The session of the token with this digest, expired or not.
    fn session(token_digest: &str) -> Option<Session>;
    /// Where somebody is signed in, the newest first.
    fn sessions_of(person: UserId) -> Vec<Session>;
    /// Wrong passwords for a key.
    fn sign_in_failures(key: &str) -> SignInFailures;
}

async fn session(conn: Conn<'_>, token_digest: &str) -> Result<Option<Session>> {
    const SQL: &str = "
        -- session: by token
        select person_id, created_at, seen_at, expires_at, address, agent
          from session
         where token_digest = $1";
    let row: Option<Row> =
        on_db!(conn, db => sqlx::query_as(SQL).bind(token_digest).fetch_optional(db).await?);
    row.map(Row::into_session).transpose()
}

async fn sessions_of(conn: Conn<'_>, person: UserId) -> Result<Vec<Session>> {
    const SQL: &str = "
        -- session: of a person
        select person_id, created_at, seen_at, expires_at, address, agent
          from session
         where person_id = $1
         order by created_at desc
         limit 100";
    let rows: Vec<Row> =
        on_db!(conn, db => sqlx::query_as(SQL).bind(person.to_string()).fetch_all(db).await?);
    rows.into_iter().map(Row::into_session).collect()
}

async fn sign_in_failures(conn: Conn<'_>, key: &str) -> Result<SignInFailures> {
    const SQL: &str = "
        -- sign in failure: get
        select count, last
          from sign_in_failure
         where key = $1";
    let row: Option<(i64, i64)> = on_db!(conn, db => sqlx::query_as(SQL).bind(key).fetch_optional(db).await?);
    Ok(match row {
        None => SignInFailures::default(),
        Some((count, last)) => SignInFailures { count, last: Some(codec::moment(last)?) },
    })
}

impl Write {
    /// Opens a session for the token with this digest; sessions that have ended by `session.created_at` go.
    pub async fn open_session(&mut self, token_digest: &str, session: &Session) -> Result<()> {
        const FORGET: &str = "
            -- session: forget those that have ended
            delete from session
             where expires_at <= $1";
        const OPEN: &str = "
            -- session: open
            insert into session (token_digest, person_id, created_at, seen_at, expires_at, address, agent)
            values ($1, $2, $3, $4, $5, $6, $7)";
        let created_at = codec::micros(session.created_at);
        on_db!(self.conn(), db => {
            sqlx::query(FORGET).bind(created_at).execute(&mut *db).await?;
            sqlx::query(OPEN)
                .bind(token_digest)
                .bind(session.person.to_string())
                .bind(created_at)
                .bind(codec::micros(session.seen_at))
                .bind(codec::micros(session.expires_at))
                .bind(&session.address)
                .bind(&session.agent)
                .execute(db)
                .await?;
        });
        self.saw_person(session.person, session.created_at).await
    }

    /// The session is still used.
    pub async fn saw_session(&mut self, token_digest: &str, person: UserId, now: Timestamp) -> Result<()> {
        const SAW: &str = "
            -- session: seen
            update session
               set seen_at = $2
             where token_digest = $1";
        on_db!(self.conn(), db => {
            sqlx::query(SAW).bind(token_digest).bind(codec::micros(now)).execute(db).await?;
        });
        self.saw_person(person, now).await
    }

    async fn saw_person(&mut self, person: UserId, now: Timestamp) -> Result<()> {
        const SAW: &str = "
            -- person: seen
            update person
               set seen_at = $2
             where id = $1";
        on_db!(self.conn(), db => {
            sqlx::query(SAW).bind(person.to_string()).bind(codec::micros(now)).execute(db).await?;
        });
        Ok(())
    }

    /// Ends a session.
    pub async fn close_session(&mut self, token_digest: &str) -> Result<()> {
        const CLOSE: &str = "
            -- session: close
            delete from session
             where token_digest = $1";
        on_db!(self.conn(), db => { sqlx::query(CLOSE).bind(token_digest).execute(db).await?; });
        Ok(())
    }

    /// Ends all sessions of somebody.
    pub async fn close_sessions(&mut self, person: UserId) -> Result<()> {
        const CLOSE_ALL: &str = "
            -- session: close all of a person
            delete from session
             where person_id = $1";
        on_db!(self.conn(), db => { sqlx::query(CLOSE_ALL).bind(person.to_string()).execute(db).await?; });
        Ok(())
    }

    /// Counts one more wrong password for each key. A key whose last one was before `forget_before` starts anew, and
    /// all such keys go.
    pub async fn sign_in_failed(
        &mut self,
        keys: &[&str],
        now: Timestamp,
        forget_before: Timestamp,
    ) -> Result<()> {
        const FORGET: &str = "
            -- sign in failure: forget the old ones
            delete from sign_in_failure
             where last < $1";
        const COUNT: &str = "
            -- sign in failure: count
            insert into sign_in_failure (key, count, last)
            values ($1, 1, $2)
            on conflict (key) do update
               set count = sign_in_failure.count + 1,
                   last = excluded.last";
        on_db!(self.conn(), db => {
            sqlx::query(FORGET).bind(codec::micros(forget_before)).execute(&mut *db).await?;
            for key in keys {
                sqlx::query(COUNT).bind(*key).bind(codec::micros(now)).execute(&mut *db).await?;
            }
        });
        Ok(())
    }

    /// Somebody knew the password: these keys start anew.
    pub async fn forget_sign_in_failures(&mut self, keys: &[&str]) -> Result<()> {
        const FORGET: &str = "
            -- sign in failure: forget these
            delete from sign_in_failure
             where key in (select value from json_each($1))";
        on_db!(self.conn(), db => { sqlx::query(FORGET).bind(codec::list(keys)).execute(db).await?; });
        Ok(())
    }
}

row! {
    Row {
        person_id: String,
        created_at: i64,
        seen_at: i64,
        expires_at: i64,
        address: String,
        agent: String,
    }
}

impl Row {
    fn into_session(self) -> Result<Session> {
        Ok(Session {
            person: codec::id(&self.person_id)?,
            created_at: codec::moment(self.created_at)?,
            seen_at: codec::moment(self.seen_at)?,
            expires_at: codec::moment(self.expires_at)?,
            address: self.address,
            agent: self.agent,
        })
    }
}
