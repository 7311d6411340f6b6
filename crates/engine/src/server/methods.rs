//! Methods other than the route's own, and bodies where none belong.

use crate::row::Row;

/// The rows.
pub const ROWS: &[Row] = &[];
