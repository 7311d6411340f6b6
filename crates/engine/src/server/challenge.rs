//! The 402 itself: header, schema, offers, caching, CORS.

use crate::row::Row;

/// The rows.
pub const ROWS: &[Row] = &[];
