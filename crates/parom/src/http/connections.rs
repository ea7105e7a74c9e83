//! Connections: how many at once, how long they may dawdle, and how they end.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::Request;
use domain::{Clock, SignedDuration};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;
use tracing::{debug, info, warn};

/// Open connections at once. 1C needs one, a reverse proxy a handful; more is a mistake or an attack.
const CONNECTIONS_MAX: usize = 256;

/// Whoever needs longer for the head of a request is not 1C.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// How long accepting rests after the system refused (no file handles left): it gets better when somebody leaves.
const REFUSED_PAUSE: SignedDuration = SignedDuration::from_millis(200);

/// Answers on `listener` until `stop`; requests in flight are answered, idle connections closed.
/// Connections are spawned on `tasks`, which is what waits for them.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    clock: Arc<dyn Clock>,
    stop: CancellationToken,
    tasks: TaskTracker,
) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Some((stream, place)) = accept(&listener, &places, clock.as_ref(), &stop).await else { break };
        tasks.spawn(converse(stream, router.clone(), stop.clone(), place));
    }
    info!("No longer listening");
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
    clock: &dyn Clock,
    stop: &CancellationToken,
) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let next = async {
        let place = Arc::clone(places).acquire_owned().await.expect("nobody closes the semaphore");
        loop {
            match listener.accept().await {
                Ok((stream, _)) => return (stream, place),
                Err(error) => {
                    warn!(error = %error, "A connection could not be accepted: {error}");
                    clock.sleep(REFUSED_PAUSE).await;
                }
            }
        }
    };
    tokio::select! {
        accepted = next => Some(accepted),
        () = stop.cancelled() => None,
    }
}

async fn converse(stream: TcpStream, router: Router, stop: CancellationToken, _place: OwnedSemaphorePermit) {
    let Ok(peer) = stream.peer_addr() else { return };
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        debug!(peer = %peer, error = %error, "A connection of {peer} broke: {error}");
    }
}
