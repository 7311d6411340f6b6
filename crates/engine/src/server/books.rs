//! The books of the whole run: content against Transfers.

use crate::row::Row;

/// The rows.
pub const ROWS: &[Row] = &[];
