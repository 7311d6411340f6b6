//! Reports as a user sees them, rendered from sample records.

#![expect(clippy::unwrap_used, reason = "these are tests, helpers included")]

mod fixture;
mod grid;
mod human;
mod json;
mod junit;
mod record;
mod sizes;
mod summary;
