//! Users of the console.

use domain::{Role, Timestamp, UserId};

use crate::dialect::Conn;
use crate::{Result, StoreError, Write, codec};

/// Somebody who may use the console. `Debug` does not show the hash of the password.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// For ever.
    pub id: UserId,
    /// What is typed at the door, in lower case.
    pub login: String,
    /// Name for other people.
    pub name: String,
    /// What is allowed.
    pub role: Role,
    /// PHC string of Argon2id.
    pub password: String,
    /// The password was given by somebody else and has to be changed first.
    pub must_change: bool,
    /// Is let in no more; nobody is deleted, because the audit speaks of them.
    pub is_blocked: bool,
    /// Since when.
    pub created_at: Timestamp,
    /// When last seen, to some minutes.
    pub seen_at: Option<Timestamp>,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Person")
            .field("id", &self.id)
            .field("login", &self.login)
            .field("role", &self.role)
            .field("is_blocked", &self.is_blocked)
            .finish_non_exhaustive()
    }
}

reads! {
    /// Everybody, by login. There are tens of them, not thousands.
    fn people() -> Vec<Person>;
    /// Whether anybody can sign in at all.
    fn has_people() -> bool;
    /// Somebody by identifier.
    fn person(id: UserId) -> Option<Person>;
    /// Somebody by login, in whatever case it was typed.
    fn person_by_login(login: &str) -> Option<Person>;
    /// How many administrators can sign in.
    fn administrators() -> i64;
}

/// The columns of [`Row`], in every statement the same.
macro_rules! select_person {
    ($name:literal, $rest:literal) => {
        concat!(
            "-- person: ",
            $name,
            "
            select id, login, name, role, password, must_change, is_blocked, created_at, seen_at
              from person ",
            $rest
        )
    };
}

async fn people(conn: Conn<'_>) -> Result<Vec<Person>> {
    const SQL: &str = select_person!("all", "order by login limit $1");
    /// More users than this nobody has; a page shows no more.
    const PEOPLE_MAX: usize = 1000;
    let rows: Vec<Row> =
        on_db!(conn, db => sqlx::query_as(SQL).bind(codec::limit(PEOPLE_MAX)).fetch_all(db).await?);
    rows.into_iter().map(Row::into_person).collect()
}

async fn has_people(conn: Conn<'_>) -> Result<bool> {
    const SQL: &str = "
        -- person: any
        select id
          from person
         limit 1";
    let row: Option<(String,)> = on_db!(conn, db => sqlx::query_as(SQL).fetch_optional(db).await?);
    Ok(row.is_some())
}

async fn person(conn: Conn<'_>, id: UserId) -> Result<Option<Person>> {
    const SQL: &str = select_person!("by id", "where id = $1");
    let row: Option<Row> =
        on_db!(conn, db => sqlx::query_as(SQL).bind(id.to_string()).fetch_optional(db).await?);
    row.map(Row::into_person).transpose()
}

async fn person_by_login(conn: Conn<'_>, login: &str) -> Result<Option<Person>> {
    const SQL: &str = select_person!("by login", "where login = $1");
    let login = login.trim().to_lowercase();
    let row: Option<Row> = on_db!(conn, db => sqlx::query_as(SQL).bind(login).fetch_optional(db).await?);
    row.map(Row::into_person).transpose()
}

async fn administrators(conn: Conn<'_>) -> Result<i64> {
    const SQL: &str = "
        -- person: administrators
        select count(*)
          from person
         where role = 'administrator' and is_blocked = 0";
    let (count,): (i64,) = on_db!(conn, db => sqlx::query_as(SQL).fetch_one(db).await?);
    Ok(count)
}

impl Write {
    /// Adds somebody. A login that is there already is [`StoreError::Taken`].
    pub async fn add_person(&mut self, person: &Person) -> Result<()> {
        const ADD: &str = "
            -- person: add
            insert into person (id, login, name, role, password, must_change, is_blocked, created_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8)";
        on_db!(self.conn(), db => {
            sqlx::query(ADD)
                .bind(person.id.to_string())
                .bind(person.login.trim().to_lowercase())
                .bind(&person.name)
                .bind(person.role.as_str())
                .bind(&person.password)
                .bind(i64::from(person.must_change))
                .bind(i64::from(person.is_blocked))
                .bind(codec::micros(person.created_at))
                .execute(db)
                .await?;
        });
        Ok(())
    }

    /// Gives another role.
    pub async fn set_role(&mut self, id: UserId, role: Role) -> Result<()> {
        const SET: &str = "
            -- person: role
            update person
               set role = $2
             where id = $1";
        on_db!(self.conn(), db => {
            sqlx::query(SET).bind(id.to_string()).bind(role.as_str()).execute(db).await?;
        });
        Ok(())
    }

    /// Blocks or lets in again. Whoever is blocked is signed out everywhere in the same transaction.
    pub async fn set_blocked(&mut self, id: UserId, is_blocked: bool) -> Result<()> {
        const SET: &str = "
            -- person: block
            update person
               set is_blocked = $2
             where id = $1";
        on_db!(self.conn(), db => {
            sqlx::query(SET).bind(id.to_string()).bind(i64::from(is_blocked)).execute(db).await?;
        });
        if is_blocked {
            self.close_sessions(id).await?;
        }
        Ok(())
    }

    /// Sets the hash of a new password; every session of its owner ends in the same transaction.
    pub async fn set_password(&mut self, id: UserId, password: &str, must_change: bool) -> Result<()> {
        const SET: &str = "
            -- person: password
            update person
               set password = $2, must_change = $3
             where id = $1";
        on_db!(self.conn(), db => {
            sqlx::query(SET)
                .bind(id.to_string())
                .bind(password)
                .bind(i64::from(must_change))
                .execute(db)
                .await?;
        });
        self.close_sessions(id).await
    }
}

row! {
    Row {
        id: String,
        login: String,
        name: String,
        role: String,
        password: String,
        must_change: i64,
        is_blocked: i64,
        created_at: i64,
        seen_at: Option<i64>,
    }
}

impl Row {
    fn into_person(self) -> Result<Person> {
        let role = Role::parse(&self.role)
            .ok_or_else(|| StoreError::corrupt(format!("`{}` не роль пользователя", self.role)))?;
        Ok(Person {
            id: codec::id(&self.id)?,
            login: self.login,
            name: self.name,
            role,
            password: self.password,
            must_change: self.must_change != 0,
            is_blocked: self.is_blocked != 0,
            created_at: codec::moment(self.created_at)?,
            seen_at: self.seen_at.map(codec::moment).transpose()?,
        })
    }
}
