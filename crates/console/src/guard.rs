//! What a handler may rely on. Each of these is a proof: only the gate can make one.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::Role;

use crate::audit::{Act, Audit};
use crate::failure::Failure;
use crate::gate::{Checked, Visitor};
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
