//! The HTTP contract for 1C: JSON and XML.
