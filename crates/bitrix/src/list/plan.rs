//! Windows or one page after the other: whichever takes fewer requests.

use super::span::Span;
use crate::batch::BATCH_COMMANDS_MAX;
use crate::list::{Listing, PAGE_ROWS};

/// What is known of a list before it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    /// Smallest and greatest key.
    pub(super) min: i64,
    pub(super) max: i64,
    /// Rows in all, where the portal tells.
    pub(super) total: Option<u64>,
}

/// Ranges of keys still to be cut into windows, lazily: ids may reach into the millions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Windows {
    pub(super) after: i64,
    pub(super) to: i64,
}

impl Extent {
    pub(super) fn prefers_windows(&self, listing: &Listing) -> bool {
        if !listing.key.unique {
            return true;
        }
        let Some(total) = self.total else { return false };
        let ids = u64::try_from(self.max - self.min + 1).unwrap_or(0);
        let width = u64::try_from(listing.key.width).unwrap_or(1);
        let by_windows = ids.div_ceil(width).div_ceil(BATCH_COMMANDS_MAX as u64);
        let by_pages = total.div_ceil(PAGE_ROWS as u64);
        by_windows <= by_pages
    }
}

impl Windows {
    pub(super) fn next(&mut self, width: i64) -> Option<Span> {
        if self.after >= self.to {
            return None;
        }
        let span = Span::window(self.after, self.to.min(self.after.saturating_add(width)));
        self.after = span.to.unwrap_or(self.to);
        Some(span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dense_ids_are_read_by_windows_and_sparse_ones_page_by_page() {
        let listing = Listing::new("crm.company.list");
        let prefers = |min, max, total| Extent { min, max, total }.prefers_windows(&listing);
        assert!(prefers(1, 10_000, Some(10_000)));
        assert!(prefers(500_001, 510_000, Some(200)));
        assert!(!prefers(1, 10_000_000, Some(1_000)));
        assert!(!prefers(1, 100, None));
    }

    #[test]
    fn windows_cover_every_key_once() {
        let mut windows = Windows { after: 9, to: 130 };
        let mut seen = Vec::new();
        while let Some(span) = windows.next(50) {
            seen.push((span.after, span.to));
        }
        assert_eq!(seen, [(Some(9), Some(59)), (Some(59), Some(109)), (Some(109), Some(130))]);
    }
}
