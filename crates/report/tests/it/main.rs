//! Reports as a user sees them, rendered from sample records.

#![expect(clippy::unwrap_used, reason = "these are tests, helpers included")]

mod badge;
mod browser;
mod compare;
mod fixture;
mod grid;
mod har;
mod hostile;
mod html;
mod human;
mod json;
mod junit;
mod junit_shape;
mod markdown;
mod record;
mod redact;
mod sizes;
mod summary;
mod tap;
