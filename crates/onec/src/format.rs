//! Which format a call speaks and which it wants to hear.

use axum::http::{HeaderMap, header};

use crate::problem::{Fault, Problem};

/// The two spellings of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Xml,
}

impl Format {
    /// What the caller wants to hear. Who asks for neither of the two gets JSON rather than a refusal.
    pub(crate) fn wanted(headers: &HeaderMap) -> Self {
        let ranges = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let mut best = (Self::Json, 0.0);
        for range in ranges.flat_map(|value| value.split(',')) {
            let mut parts = range.split(';').map(str::trim);
            let format = match parts.next() {
                Some("*/*" | "application/*") => Some(Self::Json),
                Some(media_type) => Self::named(media_type),
                None => None,
            };
            let quality = parts
                .find_map(|part| part.strip_prefix("q="))
                .and_then(|quality| quality.parse::<f32>().ok())
                .unwrap_or(1.0);
            if let Some(format) = format
                && quality > best.1
            {
                best = (format, quality);
            }
        }
        best.0
    }

    /// What the caller sends; JSON when it does not say.
    pub(crate) fn sent(headers: &HeaderMap) -> Result<Self, Problem> {
        uncompressed(headers)?;
        let Some(value) = headers.get(header::CONTENT_TYPE) else {
            return Ok(Self::Json);
        };
        let mut parts = value.to_str().unwrap_or_default().split(';').map(str::trim);
        let media_type = parts.next().unwrap_or_default();
        if media_type.is_empty() {
            return Ok(Self::Json);
        }
        let charset = parts.find_map(|part| {
            let (name, value) = part.split_once('=')?;
            name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"').to_lowercase())
        });
        match charset.as_deref() {
            None | Some("utf-8" | "utf8" | "us-ascii") => {}
            Some(_) => {
                return Err(Problem::new(
                    Fault::Encoding,
                    "В Content-Type названа кодировка, отличная от UTF-8; передайте тело в UTF-8.",
                ));
            }
        }
        Self::named(media_type).ok_or_else(|| {
            Problem::new(
                Fault::Format,
                "Принимаются Content-Type: application/json и Content-Type: application/xml.",
            )
        })
    }

    fn named(media_type: &str) -> Option<Self> {
        match media_type.to_ascii_lowercase().as_str() {
            "application/json" | "text/json" | "application/problem+json" => Some(Self::Json),
            "application/xml" | "text/xml" | "application/problem+xml" => Some(Self::Xml),
            _ => None,
        }
    }
}

/// Bodies come as they are.
fn uncompressed(headers: &HeaderMap) -> Result<(), Problem> {
    match headers.get(header::CONTENT_ENCODING) {
        Some(coding) if !coding.as_bytes().eq_ignore_ascii_case(b"identity") => Err(Problem::new(
            Fault::Format,
            "Сжатые тела не принимаются; уберите заголовок Content-Encoding.",
        )),
        _ => Ok(()),
    }
}

/// The types under which a PDF may come as a raw body.
pub(crate) const FILE_TYPES: [&str; 2] = ["application/pdf", "application/octet-stream"];

/// Whether the body may be a file. Platform 8.2 sends files without a type.
pub(crate) fn is_file(headers: &HeaderMap) -> Result<(), Problem> {
    uncompressed(headers)?;
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if FILE_TYPES.contains(&media_type.as_str()) || (media_type.is_empty() && is_blind(headers)) {
        return Ok(());
    }
    let types = FILE_TYPES.map(|name| format!("Content-Type: {name}")).join(" и ");
    Err(Problem::new(Fault::Format, format!("Содержимое документа принимается как {types}.")))
}

/// Platform 8.2 sees neither the status nor the headers of an answer.
/// The header of the contract says so: `X-Parom-Platform: 8.2`, also with a build number.
pub(crate) fn is_blind(headers: &HeaderMap) -> bool {
    headers
        .get("x-parom-platform")
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.trim() == "8.2" || value.trim().starts_with("8.2."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(accept: &str) -> Format {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().expect("a header"));
        Format::wanted(&headers)
    }

    #[test]
    fn the_caller_hears_what_it_prefers_and_json_otherwise() {
        assert_eq!(wanted("application/xml"), Format::Xml);
        assert_eq!(wanted("text/html, application/xml;q=0.9, */*;q=0.8"), Format::Xml);
        assert_eq!(wanted("application/xml;q=0.1, application/json"), Format::Json);
        assert_eq!(wanted("application/xml;q=0"), Format::Json);
        assert_eq!(wanted("*/*"), Format::Json);
        assert_eq!(wanted("image/png"), Format::Json);
        assert_eq!(Format::wanted(&HeaderMap::new()), Format::Json);
    }
}
