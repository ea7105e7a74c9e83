//! What a handler may rely on. Each of these is a proof: only the gate can make one.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum_extra::extract::Multipart;
use axum_extra::extract::multipart::{Field, MultipartError};
use domain::Role;

use crate::audit::{Act, Audit};
use crate::failure::Failure;
use crate::gate::{CSRF_FIELD, Checked, Visitor};
use crate::state::Console;

/// Somebody is signed in; of a form: it was filled in on a page of ours, by the same person.
#[derive(Clone)]
pub(crate) struct Viewer(Arc<Visitor>);

impl Viewer {
    /// Whether a button for this role shall be shown.
    pub(crate) fn may(&self, role: Role) -> bool {
        self.0.person.role >= role
    }

    /// Begins an action: writes down who is about to do what on what. Only what it returns can become an answer.
    pub(crate) async fn begin(
        &self,
        console: &Console,
        act: Act,
        subject: impl Into<String>,
    ) -> Result<Audit, Failure> {
        Audit::begin(console, &self.0, act, subject.into()).await
    }

    pub(crate) fn of(visitor: &Arc<Visitor>) -> Self {
        Self(Arc::clone(visitor))
    }
}

impl Deref for Viewer {
    type Target = Visitor;

    fn deref(&self) -> &Visitor {
        &self.0
    }
}

impl<S: Sync> FromRequestParts<S> for Viewer {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Failure> {
        let visitor = parts.extensions.get::<Arc<Visitor>>().ok_or(Failure::NotSignedIn)?;
        if !parts.method.is_safe() && parts.extensions.get::<Checked>().is_none() {
            return Err(Failure::Forged);
        }
        Ok(Self::of(visitor))
    }
}

/// A file that an operator sends, and the proof that he is one. Nothing of the body is read before the CSRF token, which
/// stands before the file.
pub(crate) struct Upload {
    /// Who sends it.
    pub(crate) operator: Operator,
    form: Multipart,
}

impl Upload {
    /// The name of the file and its content, piece by piece; `None`: no file was chosen.
    pub(crate) async fn file(&mut self) -> Result<Option<(String, Field)>, Failure> {
        let Some(field) = self.form.next_field().await.map_err(|error| broken(&error))? else {
            return Ok(None);
        };
        let name = field.file_name().unwrap_or_default().to_owned();
        Ok((!name.is_empty()).then_some((name, field)))
    }
}

/// Longer than any token; whoever sends more is not listened to.
const TOKEN_MAX: usize = 256;

/// The text of a field that holds a token, of which no more is kept than a token has.
async fn token(mut field: Field) -> Result<String, Failure> {
    let mut token = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(|error| broken(&error))? {
        if token.len() + piece.len() > TOKEN_MAX {
            return Err(Failure::Forged);
        }
        token.extend_from_slice(&piece);
    }
    String::from_utf8(token).map_err(|_| Failure::Forged)
}

fn broken(error: &MultipartError) -> Failure {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE { Failure::TooLong } else { Failure::Forged }
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let visitor = request.extensions().get::<Arc<Visitor>>().cloned().ok_or(Failure::NotSignedIn)?;
        let mut form = Multipart::from_request(request, state).await.map_err(|_| Failure::Forged)?;
        let first = form.next_field().await.map_err(|error| broken(&error))?.ok_or(Failure::Forged)?;
        if first.name() != Some(CSRF_FIELD) {
            return Err(Failure::Forged);
        }
        let token = token(first).await?;
        Checked::by_token(&visitor, &token).ok_or(Failure::Forged)?;
        let viewer = Viewer::of(&visitor);
        if !viewer.may(Role::Operator) {
            return Err(Failure::NotAllowed(Role::Operator));
        }
        Ok(Self { operator: Operator(viewer), form })
    }
}

/// Defines a proof that somebody of this role asks.
macro_rules! proof {
    ($(#[$doc:meta])* $name:ident, $role:expr) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub(crate) struct $name(Viewer);

        impl Deref for $name {
            type Target = Viewer;

            fn deref(&self) -> &Viewer {
                &self.0
            }
        }

        impl<S: Sync> FromRequestParts<S> for $name {
            type Rejection = Failure;

            async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
                let viewer = Viewer::from_request_parts(parts, state).await?;
                if viewer.may($role) { Ok(Self(viewer)) } else { Err(Failure::NotAllowed($role)) }
            }
        }
    };
}

proof! {
    /// Somebody who decides on records.
    Operator, Role::Operator
}

proof! {
    /// Somebody who decides on people.
    Administrator, Role::Administrator
}
