//! Files of a first load, read by the shore of 1C for the engine.

use std::path::Path;

use engine::{BadLine, Content, LoadFile, Records};
use jiff::tz::TimeZone;
use onec::Reading;

use crate::ferry::showing;

/// Reads what `parom load` reads.
pub(crate) struct CounterpartyFiles {
    /// Dates without an offset are in it.
    pub(crate) time_zone: TimeZone,
}

impl LoadFile for CounterpartyFiles {
    fn refuses(&self, name: &str) -> Option<String> {
        onec::is_readable(Path::new(name)).err().map(|error| error.to_string())
    }

    fn open(&self, name: &str, content: &Content) -> Result<Records, String> {
        let open = || Ok(content.reader());
        let file = onec::read_content(Path::new(name), content.length(), open, &self.time_zone);
        let records = file.map_err(|error| error.to_string())?;
        Ok(Box::new(records.map(|record| {
            record
                .map(showing)
                .map_err(|bad| BadLine { text: bad.to_string(), ends: bad.reading == Reading::Stops })
        })))
    }
}
