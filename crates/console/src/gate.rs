//! Who asks, and whether that is allowed.
//!
//! [`greet`] stands around everything: it finds out who asks, and dresses what the handler answered. [`guard`] stands
//! before each handler.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::{AuditId, Role};
use sha2::{Digest, Sha256};
use store::{AuditResult, Person, StoreError};
use subtle::ConstantTimeEq;
use tracing::{error, warn};
use url::{Url, form_urlencoded};

use crate::audit::{self, Act, Recorded};
use crate::failure::Failure;
use crate::pages::me;
use crate::pages::sign_in::SignIn;
use crate::routes::Access;
use crate::sign_in::{self, SESSION_IDLE_MAX};
use crate::state::Console;
use crate::{flash, shell};

/// The longest form; files have a verb of their own.
pub(crate) const FORM_BYTES_MAX: usize = 64 * 1024;

/// The longest file: a million counterparties as JSON lines.
pub(crate) const UPLOAD_BYTES_MAX: usize = 1024 * 1024 * 1024;

/// The field of a form that proves that it was filled in on our page.
pub(crate) const CSRF_FIELD: &str = "csrf";

/// The same for scripts.
pub(crate) const CSRF_HEADER: HeaderName = HeaderName::from_static("x-csrf-token");

/// Everything a page may load comes from us; nothing is written into the page itself.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Somebody who is signed in, for the length of one request.
pub(crate) struct Visitor {
    pub(crate) person: Person,
    pub(crate) csrf: String,
    pub(crate) address: String,
    pub(crate) token_digest: String,
    /// The entry of the audit that was begun and not ended yet.
    pub(crate) open_audit: Mutex<Option<AuditId>>,
}

/// The CSRF token of this request was right. Only the gate can make it.
#[derive(Clone, Copy)]
pub(crate) struct Checked(());

impl Checked {
    /// For uploads, whose token comes inside a body that is not read as a whole.
    pub(crate) fn by_token(visitor: &Visitor, token: &str) -> Option<Self> {
        visitor.is_right(token).then_some(Self(()))
    }
}

impl Visitor {
    fn is_right(&self, token: &str) -> bool {
        token.as_bytes().ct_eq(self.csrf.as_bytes()).into()
    }
}

/// The CSRF token of a session: whoever knows it knows nothing of the session's own token.
fn csrf_of(token: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::new().chain_update("csrf").chain_update(token).finalize())
}

/// Finds out who asks; afterwards puts the frame around pages and the strict headers on everything.
pub(crate) async fn greet(State(console): State<Console>, mut request: Request, next: Next) -> Response {
    let address = address_of(&console, &request);
    let visitor = match recognise(&console, request.headers(), &address).await {
        Ok(visitor) => visitor.map(Arc::new),
        Err(error) => return strict(shell::broken(&Failure::from(error))),
    };
    let frame = shell::Frame::of(request.headers(), request.uri());
    request.extensions_mut().insert(Address(address));
    if let Some(visitor) = &visitor {
        request.extensions_mut().insert(Arc::clone(visitor));
    }
    let answer = next.run(request).await;
    strict(shell::dress(&console, visitor.as_deref(), &frame, answer).await)
}

/// From where a request came, for the audit and for limits.
#[derive(Clone, Debug)]
pub(crate) struct Address(pub(crate) String);

/// A reverse proxy on this machine or in this network tells whom it serves; strangers are not believed.
fn address_of(console: &Console, request: &Request) -> String {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_canonical());
    let Some(peer) = peer else { return String::new() };
    let is_near = match peer {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local(),
    };
    let told = || {
        // The last one is what our proxy has seen; the others anybody can write.
        let list = request.headers().get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
        list.rsplit(',').next()?.trim().parse::<IpAddr>().ok()
    };
    let forwarded = if console.public_url.is_some() && is_near { told() } else { None };
    forwarded.unwrap_or(peer).to_canonical().to_string()
}

async fn recognise(
    console: &Console,
    headers: &HeaderMap,
    address: &str,
) -> Result<Option<Visitor>, StoreError> {
    let jar = CookieJar::from_headers(headers);
    let Some(cookie) = jar.get(sign_in::cookie_name(console)) else { return Ok(None) };
    let token = cookie.value();
    let token_digest = sign_in::digest(token);
    let Some(session) = console.store.session(&token_digest).await? else { return Ok(None) };
    let now = console.now();
    let idle = now.duration_since(session.seen_at);
    if session.expires_at <= now || idle > SESSION_IDLE_MAX {
        return Ok(None);
    }
    let Some(person) = console.store.person(session.person).await?.filter(|person| !person.is_blocked) else {
        return Ok(None);
    };
    if idle > sign_in::SEEN_EVERY {
        let mut write = console.store.begin().await?;
        write.saw_session(&token_digest, person.id, now).await?;
        write.commit().await?;
    }
    Ok(Some(Visitor {
        person,
        csrf: csrf_of(token),
        address: address.to_owned(),
        token_digest,
        open_audit: Mutex::default(),
    }))
}

/// Lets through whoever may ask.
pub(crate) async fn guard(
    State((console, access)): State<(Console, Access)>,
    request: Request,
    next: Next,
) -> Response {
    let visitor = request.extensions().get::<Arc<Visitor>>().cloned();
    match (access, visitor) {
        (Access::Open, _) if request.method().is_safe() || is_same_origin(&console, request.headers()) => {
            next.run(request).await
        }
        (Access::Open, _) => Failure::Forged.into_response(),
        (_, None) => to_the_door(&request),
        (Access::SignedIn, Some(visitor)) => {
            if visitor.person.must_change && request.uri().path() != me::Me.to_string() {
                return Redirect::to(&me::Me.to_string()).into_response();
            }
            next.run(request).await
        }
        (Access::Myself | Access::Operators, Some(visitor)) => {
            act(&console, access, &visitor, request, next).await
        }
    }
}

async fn act(console: &Console, access: Access, visitor: &Visitor, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let refused = match check(console, access, visitor, request).await {
        Ok(request) => return record(console, visitor, &path, next.run(request).await).await,
        Err(refused) => refused,
    };
    warn!(login = visitor.person.login, path, "An action of {} was refused: {refused}", visitor.person.login);
    let told = audit::refused(console, visitor, Act::Refused, &path, &refused.to_string()).await;
    told.map_or_else(IntoResponse::into_response, |()| refused.into_response())
}

/// Origin, role, CSRF token; the body is read and given back whole.
async fn check(
    console: &Console,
    access: Access,
    visitor: &Visitor,
    request: Request,
) -> Result<Request, Failure> {
    if !is_same_origin(console, request.headers()) {
        return Err(Failure::Forged);
    }
    let needed = if access == Access::Operators { Role::Operator } else { Role::Viewer };
    if visitor.person.role < needed {
        return Err(Failure::NotAllowed(needed));
    }
    if visitor.person.must_change && access != Access::Myself {
        return Err(Failure::ChangePassword);
    }
    if is_multipart(request.headers()) {
        // The handler takes an `Upload`, which asks for the token before anything else.
        return Ok(request);
    }
    let (mut parts, body) = request.into_parts();
    let body = to_bytes(body, FORM_BYTES_MAX).await.map_err(|_| Failure::TooLong)?;
    let in_header = parts.headers.get(CSRF_HEADER).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let token = in_header.or_else(|| {
        form_urlencoded::parse(&body)
            .find(|(name, _)| name == CSRF_FIELD)
            .map(|(_, value)| value.into_owned())
    });
    let checked = token.and_then(|token| Checked::by_token(visitor, &token)).ok_or(Failure::Forged)?;
    parts.extensions.insert(checked);
    Ok(Request::from_parts(parts, Body::from(body)))
}

/// What was begun and not ended by its handler is ended here, by what the handler answered.
async fn record(console: &Console, visitor: &Visitor, path: &str, answer: Response) -> Response {
    let open = visitor.open_audit.lock().expect("no holder of the entry panics").take();
    let failure = answer.extensions().get::<Arc<Failure>>().cloned();
    let ended = match (open, &failure) {
        (Some(entry), failure) => {
            let why = failure.as_ref().map_or_else(String::new, ToString::to_string);
            audit::end(console, entry, AuditResult::Failed, &why).await
        }
        (None, Some(failure)) => {
            audit::refused(console, visitor, Act::Refused, path, &failure.to_string()).await
        }
        (None, None) if answer.extensions().get::<Recorded>().is_some() => Ok(()),
        (None, None) => {
            error!(path, "The handler of {path} left nothing in the audit");
            Err(Failure::Unrecorded)
        }
    };
    ended.map_or_else(IntoResponse::into_response, |()| answer)
}

fn to_the_door(request: &Request) -> Response {
    let next = request.uri().path_and_query().map(ToString::to_string);
    let next = next.filter(|next| request.method().is_safe() && next != "/");
    let door = SignIn.with_next(next.as_deref());
    if shell::is_htmx(request.headers()) {
        // A swap would put the door into the middle of a page.
        let name = HeaderName::from_static("hx-redirect");
        let value = HeaderValue::try_from(SignIn.to_string()).expect("an address of ours is ASCII");
        return (StatusCode::UNAUTHORIZED, [(name, value)]).into_response();
    }
    Redirect::to(&door).into_response()
}

fn is_multipart(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.to_ascii_lowercase().starts_with("multipart/form-data"))
}

/// Browsers say where a form came from. One that says nothing has the CSRF token and the cookie's SameSite to pass.
fn is_same_origin(console: &Console, headers: &HeaderMap) -> bool {
    if headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site" || site == "same-site") {
        return false;
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Some(origin) = origin.to_str().ok().and_then(|origin| Url::parse(origin).ok()) else { return false };
    if let Some(public) = &console.public_url
        && origin.origin() == public.origin()
    {
        return true;
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let here = host.and_then(|host| Url::parse(&format!("{}://{host}", origin.scheme())).ok());
    here.is_some_and(|here| here.origin() == origin.origin())
}

fn strict(mut answer: Response) -> Response {
    set_strict_headers(answer.headers_mut());
    flash::forget_shown(&mut answer);
    answer
}

/// What browsers must not do with anything of ours.
pub(crate) fn set_strict_headers(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        // Not `no-referrer`: with it browsers hide the origin of our own forms.
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}
