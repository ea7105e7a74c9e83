//! HTTP Basic: who knows the password comes in, who keeps guessing waits outside.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use domain::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::problem::{Fault, Problem};
use crate::router::{App, Settings};

/// Wrong passwords that an address may send before it has to wait.
pub(crate) const GUESSES_MAX: u32 = 10;

/// How long an address waits, and after how long its old guesses are forgotten.
pub(crate) const GUESSES_FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_mins(1);

/// Addresses that are remembered at once. When there are more, the one that guessed longest ago is forgotten.
pub(crate) const ADDRESSES_MAX: usize = 1024;

/// Lets a request through when it carries login and password.
pub(crate) async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let now = app.clock.now();
    let visitor = Visitor::of(&request);
    if let Some(seconds) = app.guesses.wait(visitor, now) {
        let detail = format!(
            "С этого адреса пришло {GUESSES_MAX} неверных паролей подряд. Повторите через {seconds} с \
                              и проверьте [onec].login и [onec].password."
        );
        return Problem::new(Fault::TooManyAttempts, detail).retry_after(seconds).into_response();
    }
    match credentials(request.headers()) {
        // Many clients ask without a password first and wait for the challenge: that is no guess.
        None => unauthorized("Нет заголовка Authorization: Basic.").into_response(),
        Some(given) if matches(&app.settings, &given) => {
            app.guesses.forget(visitor);
            app.ferry.seen(now);
            next.run(request).await
        }
        Some(_) => {
            app.guesses.remember(visitor, now);
            app.ferry.refused(now);
            tracing::warn!(visitor = ?visitor, "A call of 1C came with a wrong login or password");
            unauthorized("Логин или пароль не подходят.").into_response()
        }
    }
}

fn unauthorized(what: &str) -> Problem {
    Problem::new(
        Fault::Unauthorized,
        format!("{what} Укажите в 1С логин и пароль из [onec].login и [onec].password файла настроек Parom."),
    )
}

/// Login and password as they came, or nothing where there is no try at all.
fn credentials(headers: &HeaderMap) -> Option<Vec<u8>> {
    let (scheme, encoded) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    // What cannot be decoded is a wrong password, not a missing one.
    Some(BASE64.decode(encoded.replace(' ', "")).unwrap_or_default())
}

/// Adapters write the padding or not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Takes the same time for every wrong answer: hashes are compared, so not even the lengths leak.
fn matches(settings: &Settings, given: &[u8]) -> bool {
    let password = settings.password.expose_secret();
    let expected = [settings.login.as_bytes(), b":", password.as_bytes()].concat();
    let same = Sha256::digest(expected).as_slice().ct_eq(Sha256::digest(given).as_slice());
    // Without a password in the settings the door stays shut.
    bool::from(same) & !password.is_empty()
}

/// Who stands before the door. Callers without an address (tests, sockets) share one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Visitor(Option<IpAddr>);

impl Visitor {
    fn of(request: &Request) -> Self {
        let address = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        Self(address.map(|address| match address.to_canonical() {
            // One customer of a provider has a whole /64.
            IpAddr::V6(v6) if !v6.is_loopback() => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (!0 << 64))),
            other => other,
        }))
    }
}

/// The wrong passwords of late.
#[derive(Debug, Default)]
pub(crate) struct Guesses(Mutex<HashMap<Visitor, Guess>>);

#[derive(Clone, Copy, Debug)]
struct Guess {
    count: u32,
    last: Timestamp,
}

impl Guess {
    /// Also when somebody has set the clock back: nobody waits longer than the rule says.
    fn is_stale(self, now: Timestamp) -> bool {
        now.duration_since(self.last).abs() >= GUESSES_FORGOTTEN_AFTER
    }
}

impl Guesses {
    /// How many seconds the visitor has to wait.
    fn wait(&self, visitor: Visitor, now: Timestamp) -> Option<i64> {
        let guess = *self.table().get(&visitor)?;
        if guess.count < GUESSES_MAX || guess.is_stale(now) {
            return None;
        }
        let left = GUESSES_FORGOTTEN_AFTER - now.duration_since(guess.last);
        Some(left.as_secs().clamp(1, GUESSES_FORGOTTEN_AFTER.as_secs()))
    }

    fn remember(&self, visitor: Visitor, now: Timestamp) {
        let mut table = self.table();
        if table.len() >= ADDRESSES_MAX && !table.contains_key(&visitor) {
            let oldest = table.iter().min_by_key(|(_, guess)| guess.last).map(|(visitor, _)| *visitor);
            oldest.map(|visitor| table.remove(&visitor));
        }
        let guess = table.entry(visitor).or_insert(Guess { count: 0, last: now });
        let before = if guess.is_stale(now) { 0 } else { guess.count };
        *guess = Guess { count: before + 1, last: now };
    }

    fn forget(&self, visitor: Visitor) {
        self.table().remove(&visitor);
    }

    fn table(&self) -> std::sync::MutexGuard<'_, HashMap<Visitor, Guess>> {
        self.0.lock().expect("no holder of the table panics")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swarm_of_guessers_does_not_fill_the_memory() {
        let guesses = Guesses::default();
        let many = u32::try_from(ADDRESSES_MAX * 2).expect("fits");

        for number in 0..many {
            let visitor = Visitor(Some(IpAddr::V4(number.into())));
            guesses.remember(visitor, Timestamp::from_second(i64::from(number)).expect("a moment"));
        }

        let table = guesses.table();
        assert_eq!(table.len(), ADDRESSES_MAX);
        assert!(
            table.contains_key(&Visitor(Some(IpAddr::V4((many - 1).into())))),
            "the newest is remembered"
        );
    }
}
