//! Spellings of a paid path, raw on the wire: what is paid for must not be had unpaid.

use crate::row::Row;

/// The rows.
pub const ROWS: &[Row] = &[];
