//! The service at work: HTTP for 1C, the engine, alerts, figures, and what is written down now and then.

use std::net::SocketAddr;
use std::sync::Arc;

use domain::{Clock, SignedDuration};
use engine::Engine;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::app::App;
use crate::ferry::EngineFerry;
use crate::http;
use crate::lifecycle::Lifecycle;
use crate::metrics;

/// How often it is written down when either side was last heard of: for people and for alerts, which count in minutes.
const WRITE_DOWN_EVERY: SignedDuration = SignedDuration::from_secs(15);

/// Starts all parts under `lifecycle`; returns where it listens. Whoever starts it holds the helm.
pub(crate) async fn start(
    app: &App,
    engine: Engine,
    listener: TcpListener,
    lifecycle: &Lifecycle,
) -> anyhow::Result<SocketAddr> {
    let address = listener.local_addr()?;
    let ferry = Arc::new(EngineFerry::new(
        engine.clone(),
        Arc::clone(&app.clock),
        app.config.onec.redeliver_after,
        Arc::clone(&app.metrics.counters),
    ));
    let router = app.router(Arc::clone(&ferry), engine.clone(), lifecycle)?;
    engine.recover().await?;

    let alarm = app.alarm(Some(engine.clone()))?;
    let (clock, stop, tasks) = (Arc::clone(&app.clock), lifecycle.stop(), lifecycle.tasks());
    lifecycle.run("the HTTP server", async move { http::serve(listener, router, clock, stop, tasks).await });
    let stop = lifecycle.stop();
    lifecycle.run("the engine", async move { engine.run(stop).await });
    if let Some(listen) = app.config.server.metrics_listen {
        let listener = http::listen(listen, "metrics_listen").await?;
        info!(metrics = %listener.local_addr()?, "Figures for Prometheus at http://{}/metrics", listener.local_addr()?);
        let router = metrics::routes(Arc::clone(&app.metrics), app.store.clone(), Arc::clone(&app.clock));
        let (clock, stop, tasks) = (Arc::clone(&app.clock), lifecycle.stop(), lifecycle.tasks());
        lifecycle.run("the figures", async move { http::serve(listener, router, clock, stop, tasks).await });
    }
    let stop = lifecycle.stop();
    lifecycle.run("the alerts", async move { alarm.run(stop).await });
    let (clock, stop) = (Arc::clone(&app.clock), lifecycle.stop());
    lifecycle
        .run("the writer of small things", async move { write_down(&ferry, clock.as_ref(), stop).await });
    Ok(address)
}

async fn write_down(ferry: &EngineFerry, clock: &dyn Clock, stop: CancellationToken) {
    while !stop.is_cancelled() {
        tokio::select! {
            () = clock.sleep(WRITE_DOWN_EVERY) => {}
            () = stop.cancelled() => {}
        }
        if let Err(error) = ferry.write_down_seen().await {
            warn!(error = %error, "When the sides were last heard of was not written down: {error}");
        }
    }
}
