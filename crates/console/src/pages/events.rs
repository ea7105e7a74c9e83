//! What open pages listen to.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum_extra::routing::TypedPath;
use domain::SignedDuration;
use futures::stream::{self, Stream};
use serde::Deserialize;

use crate::failure::Failure;
use crate::guard::Viewer;
use crate::routes::Routes;
use crate::state::Console;

/// Names of parts that have changed, as server-sent events.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/events")]
pub(crate) struct Events;

/// After this a page has to ask anew, and is let in only if its session still lives.
const STREAM_MAX: SignedDuration = SignedDuration::from_mins(10);

/// Proxies close connections on which nothing is said.
const STILL_THERE_EVERY: Duration = Duration::from_secs(20);

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.page(events)
}

async fn events(
    _: Events,
    _viewer: Viewer,
    State(console): State<Console>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Failure> {
    let listener = console.listen().ok_or_else(|| {
        Failure::Busy("слишком много открытых страниц; эта обновится при перезагрузке".to_owned())
    })?;
    let until = console.now() + STREAM_MAX;
    let stream = stream::unfold((console, listener), move |(console, mut listener)| async move {
        if console.now() >= until {
            return None;
        }
        let part = tokio::select! {
            part = listener.next() => part?,
            () = console.stop.cancelled() => return None,
        };
        let event = Event::default().event(part.as_str()).data(part.as_str());
        Some((Ok(event), (console, listener)))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(STILL_THERE_EVERY)))
}
