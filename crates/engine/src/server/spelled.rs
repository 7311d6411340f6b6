//! Encodings of the payment header, and several of them at once.

use crate::row::Row;

/// The rows.
pub const ROWS: &[Row] = &[];
