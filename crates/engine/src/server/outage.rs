//! The facilitator is away at the start and later: never content, never a crash, and the server recovers.

use crate::row::Row;

/// The rows.
pub const ROWS: &[Row] = &[];
