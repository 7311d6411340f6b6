//! Points in time as request signatures have them.

/// A point in time as `2026-09-04T12:34:56.789Z`, from Unix milliseconds.
#[must_use]
pub fn iso_millis(unix_ms: u64) -> String {
    let millis = i64::try_from(unix_ms).unwrap_or(i64::MAX);
    match jiff::Timestamp::from_millisecond(millis) {
        Ok(at) => format!("{at:.3}"),
        Err(_) => String::new(),
    }
}
