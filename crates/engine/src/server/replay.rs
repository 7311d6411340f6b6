//! One payment, one answer: copies, twins, other routes, other servers, restarts.

use crate::row::Row;

/// The rows.
pub const ROWS: &[Row] = &[];
