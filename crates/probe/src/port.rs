//! Ports for what we start, and may start again at the same place.
//!
//! The system hands out ports of its ephemeral range to every connection and to everybody who listens on port 0: one
//! that was given up for the moment of a restart may be somebody else's the next. So ports below that range are taken, and
//! other processes of ours leave them alone while this one uses them.

use std::collections::VecDeque;
use std::collections::hash_map::RandomState;
use std::fs::File;
use std::hash::{BuildHasher, Hasher};
use std::net::TcpListener;
use std::ops::Range;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};

/// Where ports are looked for: above what services are registered for, below every usual ephemeral range.
const RANGE: Range<u16> = 20_000..32_000;

/// A different place for each process, so that several of them hardly meet.
static NEXT: LazyLock<AtomicU16> = LazyLock::new(|| {
    let random = RandomState::new().build_hasher().finish();
    AtomicU16::new(u16::try_from(random % u64::from(u16::MAX)).unwrap_or_default())
});

/// A lock for each port that this process has taken last; the system takes them back when the process ends.
static HELD: Mutex<VecDeque<File>> = Mutex::new(VecDeque::new());

/// How many locks are kept: more than targets run at once, fewer than files may be open.
const LOCKS: usize = 128;

/// A port of 127.0.0.1 that is free, and that the system gives to nobody by itself. When all of them are taken, any
/// other that is free.
///
/// # Errors
/// What the system says when there is none.
pub fn free_port() -> std::io::Result<u16> {
    let width = RANGE.end - RANGE.start;
    let found = (0..width)
        .map(|_| RANGE.start + NEXT.fetch_add(1, Ordering::Relaxed) % width)
        .find(|port| hold(*port) && TcpListener::bind(("127.0.0.1", *port)).is_ok());
    match found {
        Some(port) => Ok(port),
        None => TcpListener::bind(("127.0.0.1", 0))?.local_addr().map(|address| address.port()),
    }
}

/// Whether no other process of ours has the port. Where no lock can be made there is nobody to agree with.
fn hold(port: u16) -> bool {
    let folder = std::env::temp_dir().join("gauntlet-ports");
    let made = std::fs::create_dir_all(&folder).and_then(|()| File::create(folder.join(port.to_string())));
    let Ok(lock) = made else { return true };
    let is_ours = lock.try_lock().is_ok();
    if is_ours {
        let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
        held.push_back(lock);
        if held.len() > LOCKS {
            held.pop_front();
        }
    }
    is_ours
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
        assert!(!hold(one), "it is taken while this process uses it");
    }
}
