//! How many requests are taken: B402's partners may verify a hundred times and settle twenty times in a second.

use crate::facilitator::mutants::Fault;
use crate::tongue::{Endpoint, Setup};
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The window slides.
const WINDOW: Duration = Duration::from_secs(1);

/// The requests of the last second, to each endpoint.
#[derive(Debug, Default)]
pub(super) struct Limits {
    verify: Option<Window>,
    settle: Option<Window>,
}

#[derive(Debug)]
struct Window {
    most: usize,
    taken: Mutex<VecDeque<Instant>>,
}

impl Limits {
    pub(super) fn of(setup: &Setup, fault: Option<Fault>) -> Self {
        if !setup.is_b402() || fault == Some(Fault::B402WithoutLimits) {
            return Self::default();
        }
        let window = |most| Some(Window { most, taken: Mutex::default() });
        Self { verify: window(100), settle: window(20) }
    }

    /// In how many seconds to ask again, when too much has been asked.
    pub(super) fn exceeded(&self, endpoint: Endpoint) -> Option<u32> {
        let window = match endpoint {
            Endpoint::Verify => self.verify.as_ref()?,
            Endpoint::Settle => self.settle.as_ref()?,
            Endpoint::Supported => return None,
        };
        let mut taken = window.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        while taken.front().is_some_and(|then| now.duration_since(*then) >= WINDOW) {
            taken.pop_front();
        }
        if taken.len() >= window.most {
            return Some(1);
        }
        taken.push_back(now);
        None
    }
}
