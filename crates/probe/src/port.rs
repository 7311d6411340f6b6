//! Ports for what we start, and may start again at the same place.
//!
//! The system hands out ports of its ephemeral range to every connection and to everybody who listens on port 0: one
//! that was given up for the moment of a restart may be somebody else's the next. So ports below that range are taken.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::net::TcpListener;
use std::ops::Range;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU16, Ordering};

/// Where ports are looked for: above what services are registered for, below every usual ephemeral range.
const RANGE: Range<u16> = 20_000..32_000;

/// A different place for each process, so that several of them hardly meet.
static NEXT: LazyLock<AtomicU16> = LazyLock::new(|| {
    let random = RandomState::new().build_hasher().finish();
    AtomicU16::new(u16::try_from(random % u64::from(u16::MAX)).unwrap_or_default())
});

/// A port of 127.0.0.1 that is free, and that the system gives to nobody by itself. When all of them are taken, any
/// other that is free.
///
/// # Errors
/// What the system says when there is none.
pub fn free_port() -> std::io::Result<u16> {
    let width = RANGE.end - RANGE.start;
    let found = (0..width)
        .map(|_| RANGE.start + NEXT.fetch_add(1, Ordering::Relaxed) % width)
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
    match found {
        Some(port) => Ok(port),
        None => TcpListener::bind(("127.0.0.1", 0))?.local_addr().map(|address| address.port()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_free_below_the_ephemeral_ones_and_not_given_twice() {
        let (one, other) = (free_port().unwrap(), free_port().unwrap());
        assert_ne!(one, other);
        assert!(RANGE.contains(&one) && RANGE.contains(&other), "{one} {other}");
        TcpListener::bind(("127.0.0.1", one)).unwrap();
    }
}
