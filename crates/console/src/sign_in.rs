//! Sessions: how somebody comes in, how guessing is slowed down, how he goes.

use axum::http::{HeaderName, HeaderValue, header};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::{SignedDuration, Timestamp, UserId};
use sha2::{Digest, Sha256};
use store::{AuditResult, Person, Session};

use crate::audit::{self, Act};
use crate::failure::Failure;
use crate::passwords;
use crate::state::Console;

/// A session ends after this, used or not.
const SESSION_MAX: SignedDuration = SignedDuration::from_hours(14 * 24);
/// A session that nobody used for so long has ended: an accountant who goes home on Friday signs in on Monday.
pub(crate) const SESSION_IDLE_MAX: SignedDuration = SignedDuration::from_hours(24);
/// How often the use of a session is written down.
pub(crate) const SEEN_EVERY: SignedDuration = SignedDuration::from_mins(5);

/// Wrong passwords in a row that one login may type from one address before it has to wait.
const FAILURES_OF_BOTH_MAX: i64 = 5;
/// The same for all logins from one address: an office behind one address has more people.
const FAILURES_OF_ADDRESS_MAX: i64 = 30;
/// The same for one login from anywhere. High, so that strangers cannot lock somebody out easily.
const FAILURES_OF_LOGIN_MAX: i64 = 100;
/// How long one waits then, and after which quiet time wrong passwords are forgotten.
const FAILURES_FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_mins(15);

/// The cookie that holds the token. Its prefix makes browsers insist on https and on this host alone.
pub(crate) fn cookie_name(console: &Console) -> &'static str {
    if console.is_https() { "__Host-parom" } else { "parom" }
}

/// What the database keeps of a token.
pub(crate) fn digest(token: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(token))
}

/// A header that puts a token into the browser.
type Cookie = [(HeaderName, HeaderValue); 1];

fn cookie(console: &Console, token: &str, max_age: i64) -> Cookie {
    let secure = if console.is_https() { "; Secure" } else { "" };
    let name = cookie_name(console);
    let cookie = format!("{name}={token}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Strict{secure}");
    [(header::SET_COOKIE, HeaderValue::try_from(cookie).expect("tokens are base64"))]
}

/// What takes the token out of the browser.
pub(crate) fn farewell(console: &Console) -> Cookie {
    cookie(console, "", 0)
}

/// Checks login and password, and opens a session. Takes the same time whether the login exists or not.
pub(crate) async fn sign_in(
    console: &Console,
    login: &str,
    password: &str,
    address: &str,
    agent: &str,
) -> Result<(Person, Cookie), Failure> {
    let login = login.trim().to_lowercase();
    let person = console.store.person_by_login(&login).await?;
    let hash = person.as_ref().map(|person| person.password.clone());
    let is_right = knows(console, &login, hash, password, address).await?;
    let Some(person) = person.filter(|person| is_right && !person.is_blocked) else {
        let refused = AuditResult::Refused;
        audit::note(
            console,
            (None, &login),
            address,
            Act::SignedIn,
            "",
            refused,
            "неверный логин или пароль",
        )
        .await?;
        return Err(Failure::Invalid("неверный логин или пароль".to_owned()));
    };
    let who = (Some(person.id), person.login.as_str());
    audit::note(console, who, address, Act::SignedIn, "", AuditResult::Done, agent).await?;
    let cookie = open(console, person.id, address, agent).await?;
    Ok((person, cookie))
}

/// Opens a session with a token that nobody has seen before.
pub(crate) async fn open(
    console: &Console,
    person: UserId,
    address: &str,
    agent: &str,
) -> Result<Cookie, Failure> {
    let token = BASE64_URL_SAFE_NO_PAD.encode(passwords::secret_bytes::<32>());
    let now = console.now();
    let session = Session {
        person,
        created_at: now,
        seen_at: now,
        expires_at: now + SESSION_MAX,
        address: address.to_owned(),
        agent: agent.chars().take(200).collect(),
    };
    let mut write = console.store.begin().await?;
    write.open_session(&digest(&token), &session).await?;
    write.commit().await?;
    Ok(cookie(console, &token, SESSION_MAX.as_secs()))
}

/// Whether this is the password of a login. Wrong ones are counted, and too many of them are [`Failure::Busy`]. Without a
/// hash (nobody has that login) it answers no, as slowly.
pub(crate) async fn knows(
    console: &Console,
    login: &str,
    hash: Option<String>,
    password: &str,
    address: &str,
) -> Result<bool, Failure> {
    let keys = Keys::of(login, address);
    // Held from looking at the count to raising it: many tries at once are counted like many in a row.
    let _place = console.hashing.acquire().await.expect("nobody closes the semaphore");
    if let Some(minutes) = keys.wait(console).await? {
        return Err(Failure::Busy(format!("слишком много неверных паролей; попробуйте через {minutes} мин")));
    }
    let is_right = verify(password, hash).await?;
    if is_right {
        keys.forget(console).await?;
    } else {
        keys.failed(console).await?;
    }
    Ok(is_right)
}

/// The hash of a password that nobody knows, with the parameters of all others.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGtub3dzIGl0$2k3mQk0hN1xk2fT8mXo9w1y0m3X4b5c6d7e8f9g0h1A";

async fn verify(password: &str, hash: Option<String>) -> Result<bool, Failure> {
    if password.chars().count() > passwords::PASSWORD_CHARS_MAX {
        return Ok(false);
    }
    let password = password.to_owned();
    let exists = hash.is_some();
    let hash = hash.unwrap_or_else(|| NOBODYS.to_owned());
    Ok(slowly(move || passwords::verify(&password, &hash)).await? && exists)
}

/// The hash of a new password.
pub(crate) async fn hash(console: &Console, password: &str) -> Result<String, Failure> {
    let password = password.to_owned();
    let _place = console.hashing.acquire().await.expect("nobody closes the semaphore");
    slowly(move || passwords::hash(&password)).await
}

/// Away from the threads that others wait for.
async fn slowly<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Failure::Busy("проверка пароля прервана; повторите".to_owned()))
}

/// Under which keys wrong passwords are counted, with how many each may have.
struct Keys([(String, i64); 3]);

impl Keys {
    fn of(login: &str, address: &str) -> Self {
        let login: String = login.chars().take(64).collect();
        Self([
            (format!("both:{login}@{address}"), FAILURES_OF_BOTH_MAX),
            (format!("address:{address}"), FAILURES_OF_ADDRESS_MAX),
            (format!("login:{login}"), FAILURES_OF_LOGIN_MAX),
        ])
    }

    /// How many minutes somebody has to wait.
    async fn wait(&self, console: &Console) -> Result<Option<i64>, Failure> {
        let now = console.now();
        for (key, max) in &self.0 {
            let failures = console.store.sign_in_failures(key).await?;
            let Some(last) = failures.last.filter(|_| failures.count >= *max) else { continue };
            if let Some(left) = left(last, now) {
                return Ok(Some(left));
            }
        }
        Ok(None)
    }

    async fn failed(&self, console: &Console) -> Result<(), Failure> {
        let now = console.now();
        let keys: Vec<&str> = self.0.iter().map(|(key, _)| key.as_str()).collect();
        let mut write = console.store.begin().await?;
        write.sign_in_failed(&keys, now, now - FAILURES_FORGOTTEN_AFTER).await?;
        Ok(write.commit().await?)
    }

    /// Whoever knows a password is no guesser; what others of his address guessed stays counted.
    async fn forget(&self, console: &Console) -> Result<(), Failure> {
        let mut write = console.store.begin().await?;
        write.forget_sign_in_failures(&[&self.0[0].0, &self.0[2].0]).await?;
        Ok(write.commit().await?)
    }
}

/// Minutes until the failure of `last` is forgotten; also when somebody has set the clock back, nobody waits longer.
fn left(last: Timestamp, now: Timestamp) -> Option<i64> {
    let passed = now.duration_since(last).abs();
    if passed >= FAILURES_FORGOTTEN_AFTER {
        return None;
    }
    Some(((FAILURES_FORGOTTEN_AFTER - passed).as_secs() + 59) / 60)
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::phc::PasswordHash;

    use super::*;

    #[test]
    fn an_unknown_login_takes_as_long_as_a_known_one() {
        let parameters = |hash: &str| {
            let hash = PasswordHash::new(hash).expect("a hash that can be read");
            (hash.algorithm, hash.version, hash.params.to_string(), hash.hash.map(|output| output.len()))
        };

        assert_eq!(parameters(NOBODYS), parameters(&passwords::hash("любой пароль")));
    }
}
