//! Normal forms for comparison.
