//! What the tests of our HTML pages share: a strict reader of tags, hostile texts, a look in a browser.
//!
//! Everything here panics where a page is not as it must be: it is for tests only.

#![expect(clippy::unwrap_used, reason = "for tests only: a panic is what tells")]

mod browser;
mod hostile;
mod tags;

pub use browser::{Browser, Look};
pub use hostile::{EVIL, poisoned};
pub use tags::{Tag, count, read};
