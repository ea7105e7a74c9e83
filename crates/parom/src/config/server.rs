//! `[server]`: where Parom listens.

use std::net::{Ipv4Addr, SocketAddr};

use url::Url;

use super::reader::Section;
use super::units::Size;

/// The HTTP side of Parom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Server {
    /// 1C, notices of Bitrix24 and the console. Loopback unless somebody says otherwise.
    pub(crate) listen: SocketAddr,
    /// Prometheus; off when absent.
    pub(crate) metrics_listen: Option<SocketAddr>,
    /// The address by which people open the console, where it is not `listen`.
    pub(crate) public_url: Option<Url>,
    /// The longest body that is read.
    pub(crate) body_limit: Size,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8024)),
            metrics_listen: None,
            public_url: None,
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
            public_url: section.take_optional("public_url"),
            body_limit: section.take("body_limit", default.body_limit),
        }
    }
}
