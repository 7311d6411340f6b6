//! Payments with one fault, carried in the header: never content, never money.

use crate::row::Row;

/// The rows.
pub const ROWS: &[Row] = &[];
