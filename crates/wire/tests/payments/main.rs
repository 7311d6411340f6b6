//! Payments, their mutations, and what the oracle says of them.
#![expect(clippy::unwrap_used, reason = "a test whose samples do not render has failed")]

mod changes;
mod echo;
mod model;
mod oracle;
mod samples;
mod spelling;
mod table;
