//! Moments: in the zone of 1C, with seconds.

use domain::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};

use crate::text;

/// «28.11.2026 12:05:07»; the title names the zone.
pub(crate) fn time(at: Timestamp, zone: &TimeZone) -> Markup {
    html! { time datetime=(at.to_string()) title=(zone_of(zone)) { (text::moment(at, zone)) } }
}

/// «3 минуты назад»; the title has the moment.
pub(crate) fn ago(at: Timestamp, now: Timestamp, zone: &TimeZone) -> Markup {
    let title = format!("{} ({})", text::moment(at, zone), zone_of(zone));
    html! { time datetime=(at.to_string()) title=(title) { (text::ago(at, now)) } }
}

fn zone_of(zone: &TimeZone) -> String {
    format!("часовой пояс 1С: {}", zone.iana_name().unwrap_or("смещение"))
}
