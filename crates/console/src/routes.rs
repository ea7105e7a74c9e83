//! What can be asked of the console, and by whom. A route is registered by one of four verbs, and the verb brings its
//! guard: no page can forget it.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};
use axum_extra::routing::{SecondElementIs, TypedPath};

use crate::failure::Failure;
use crate::gate::{self, FORM_BYTES_MAX, UPLOAD_BYTES_MAX};
use crate::state::Console;

/// How a route is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Changes nothing.
    Get,
    /// Changes something.
    Post,
}

/// Who may ask for a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody: the door itself, style sheets, scripts.
    Open,
    /// Whoever is signed in.
    SignedIn,
    /// Whoever is signed in, for actions on oneself. CSRF is checked.
    Myself,
    /// Operators, or whom the handler names. CSRF is checked.
    Operators,
}

/// A registered route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// How.
    pub method: Method,
    /// The pattern of its address: `/people/{id}`.
    pub path: &'static str,
    /// By whom.
    pub access: Access,
}

/// The table of routes under construction.
pub(crate) struct Routes {
    console: Console,
    router: Router<Console>,
    table: Vec<Route>,
}

impl Routes {
    pub(crate) fn new(console: Console) -> Self {
        Self { console, router: Router::new(), table: Vec::new() }
    }

    /// A page, a fragment or a download for whoever is signed in.
    pub(crate) fn page<H, T, P>(self, handler: H) -> Self
    where
        H: Handler<T, Console>,
        T: SecondElementIs<P> + 'static,
        P: TypedPath,
    {
        self.add(Method::Get, P::PATH, Access::SignedIn, get(handler))
    }

    /// An action: a form that is posted by an operator. The handler takes [`Operator`](crate::guard::Operator) or
    /// [`Administrator`](crate::guard::Administrator) and answers [`Acted`](crate::audit::Acted).
    pub(crate) fn action<H, T, P>(self, handler: H) -> Self
    where
        H: Handler<T, Console>,
        T: SecondElementIs<P> + 'static,
        P: TypedPath,
    {
        self.add(Method::Post, P::PATH, Access::Operators, post(handler))
    }

    /// An action that comes with a file, by an operator. The handler takes an [`Upload`](crate::guard::Upload), which asks for
    /// the CSRF token before it hands out the file.
    pub(crate) fn upload<H, T, P>(self, handler: H) -> Self
    where
        H: Handler<T, Console>,
        T: SecondElementIs<P> + 'static,
        P: TypedPath,
    {
        let handler = post(handler).layer(DefaultBodyLimit::max(UPLOAD_BYTES_MAX));
        self.add(Method::Post, P::PATH, Access::Operators, handler)
    }

    /// An action that anybody may do to himself: sign out, change the password.
    pub(crate) fn own_action<H, T, P>(self, handler: H) -> Self
    where
        H: Handler<T, Console>,
        T: SecondElementIs<P> + 'static,
        P: TypedPath,
    {
        self.add(Method::Post, P::PATH, Access::Myself, post(handler))
    }

    /// A page for strangers.
    pub(crate) fn open_page<H, T, P>(self, handler: H) -> Self
    where
        H: Handler<T, Console>,
        T: SecondElementIs<P> + 'static,
        P: TypedPath,
    {
        self.add(Method::Get, P::PATH, Access::Open, get(handler))
    }

    /// A form for strangers. Its handler asks the limits itself.
    pub(crate) fn open_action<H, T, P>(self, handler: H) -> Self
    where
        H: Handler<T, Console>,
        T: SecondElementIs<P> + 'static,
        P: TypedPath,
    {
        self.add(Method::Post, P::PATH, Access::Open, post(handler))
    }

    fn add(
        mut self,
        method: Method,
        path: &'static str,
        access: Access,
        handler: MethodRouter<Console>,
    ) -> Self {
        let guarded = handler.route_layer(from_fn_with_state((self.console.clone(), access), gate::guard));
        self.router = self.router.route(path, guarded);
        self.table.push(Route { method, path, access });
        self
    }

    /// The router and the table of what is in it.
    pub(crate) fn finish(self) -> (Router, Vec<Route>) {
        let console = self.console;
        let router = self
            .router
            .fallback(nothing_here)
            .method_not_allowed_fallback(nothing_here)
            .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
            .layer(from_fn_with_state(console.clone(), gate::greet))
            .with_state(console);
        (router, self.table)
    }
}

/// Also for whoever reloads the address of an action, which only takes forms.
async fn nothing_here() -> Failure {
    Failure::not_found("по этому адресу ничего нет; вернитесь к обзору или найдите запись поиском")
}
