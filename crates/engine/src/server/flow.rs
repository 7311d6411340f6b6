//! Payment flows other than authorization, for servers that offer them.

use crate::row::Row;

/// The rows.
pub const ROWS: &[Row] = &[];
