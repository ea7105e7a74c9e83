//! Style sheets, scripts and the icon: in the binary, under addresses with a hash of their content, so that browsers
//! keep them for ever and never show an old one.

use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum_extra::routing::TypedPath;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::routes::Routes;

/// A file of `assets/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asset {
    /// Our style.
    Style,
    /// Our script.
    Script,
    /// Parts of pages are exchanged: <https://htmx.org>.
    Htmx,
    /// Its listener for events.
    HtmxSse,
    /// Charts: <https://github.com/leeoniya/uPlot>.
    Chart,
    /// Their style.
    ChartStyle,
    /// A ferry.
    Icon,
}

impl Asset {
    const ALL: [Self; 7] =
        [Self::Style, Self::Script, Self::Htmx, Self::HtmxSse, Self::Chart, Self::ChartStyle, Self::Icon];

    const fn name(self) -> &'static str {
        match self {
            Self::Style => "console.css",
            Self::Script => "console.js",
            Self::Htmx => "htmx.js",
            Self::HtmxSse => "htmx-sse.js",
            Self::Chart => "uplot.js",
            Self::ChartStyle => "uplot.css",
            Self::Icon => "icon.svg",
        }
    }

    const fn content(self) -> &'static [u8] {
        match self {
            Self::Style => include_bytes!("../assets/console.css"),
            Self::Script => include_bytes!("../assets/console.js"),
            Self::Htmx => include_bytes!("../assets/htmx-2.0.11.min.js"),
            Self::HtmxSse => include_bytes!("../assets/htmx-ext-sse-2.2.4.min.js"),
            Self::Chart => include_bytes!("../assets/uplot-1.6.32.min.js"),
            Self::ChartStyle => include_bytes!("../assets/uplot-1.6.32.min.css"),
            Self::Icon => include_bytes!("../assets/icon.svg"),
        }
    }

    const fn kind(self) -> &'static str {
        match self {
            Self::Style | Self::ChartStyle => "text/css; charset=utf-8",
            Self::Script | Self::Htmx | Self::HtmxSse | Self::Chart => "text/javascript; charset=utf-8",
            Self::Icon => "image/svg+xml",
        }
    }

    /// Where browsers get it.
    pub(crate) fn href(self) -> String {
        static HASHES: LazyLock<Vec<String>> =
            LazyLock::new(|| Asset::ALL.iter().map(|asset| hash(asset.content())).collect());
        let place = Self::ALL.iter().position(|asset| *asset == self).expect("ALL has all of them");
        AssetFile { hash: HASHES[place].clone(), name: self.name().to_owned() }.to_string()
    }
}

fn hash(content: &[u8]) -> String {
    Sha256::digest(content).iter().take(8).fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes everything");
        text
    })
}

/// A file under the hash of its content.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/assets/{hash}/{name}")]
pub(crate) struct AssetFile {
    hash: String,
    name: String,
}

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.open_page(file)
}

pub(crate) async fn file(wanted: AssetFile) -> Response {
    let Some(asset) = Asset::ALL.into_iter().find(|asset| asset.href() == wanted.to_string()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.kind())),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    (headers, asset.content()).into_response()
}
