//! Money before content: what the server does when its facilitator refuses, lies, fails or is slow.

use crate::row::Row;

/// The rows.
pub const ROWS: &[Row] = &[];
