//! `[server]`: where Parom listens.

use std::net::{Ipv4Addr, SocketAddr};

use super::reader::Section;
use super::units::Size;

/// The HTTP side of Parom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Server {
    /// 1C, later notices of Bitrix24 and the console. Loopback unless somebody says otherwise.
    pub(crate) listen: SocketAddr,
    /// Prometheus; off when absent.
    pub(crate) metrics_listen: Option<SocketAddr>,
    /// The longest body that is read.
    pub(crate) body_limit: Size,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8024)),
            metrics_listen: None,
            body_limit: Size::mebibytes(64),
        }
    }
}

impl Server {
    pub(super) fn read(section: &mut Section<'_, '_>) -> Self {
        let default = Self::default();
        Self {
            listen: section.take("listen", default.listen),
            metrics_listen: section.take_optional("metrics_listen"),
            body_limit: section.take("body_limit", default.body_limit),
        }
    }

    pub(super) fn idle_keys(&self) -> Vec<&'static str> {
        self.metrics_listen.map(|_| "server.metrics_listen").into_iter().collect()
    }
}
