//! An emulated Bitrix24 alone, for clients that are not written in Rust.
//!
//! `cargo run -p emulator --example bitrix24 -- [ADDRESS]` listens on ADDRESS (default 127.0.0.1:0), prints the address
//! of its webhook as one line and serves until Ctrl-C.

use std::sync::Arc;

use domain::clock::Sleep;
use domain::{Clock, SignedDuration, Timestamp};
use emulator::bitrix24::{PortalSettings, serve};

/// The clock of the machine. The one of Parom lives beside its client, which this crate must not know.
#[derive(Debug)]
struct WallClock;

impl Clock for WallClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn sleep(&self, pause: SignedDuration) -> Sleep<'_> {
        Box::pin(tokio::time::sleep(pause.try_into().unwrap_or_default()))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut settings = PortalSettings::new(Arc::new(WallClock));
    if let Some(address) = std::env::args().nth(1) {
        settings.listen = address.parse()?;
    }
    let shutdown = async {
        // Without a handler for Ctrl-C the system ends the process, which is as good.
        let _ = tokio::signal::ctrl_c().await;
    };
    serve(settings, |portal| println!("{}", portal.webhook_url()), shutdown).await?;
    Ok(())
}
