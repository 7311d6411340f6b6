//! Reports as a user sees them, rendered from sample records.

#![expect(clippy::unwrap_used, reason = "these are tests, helpers included")]

mod badge;
mod fixture;
mod grid;
mod har;
mod hostile;
mod human;
mod json;
mod junit;
mod markdown;
mod record;
mod sizes;
mod summary;
mod tap;
