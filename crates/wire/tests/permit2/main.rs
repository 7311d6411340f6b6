//! Payments through Permit2, their mutations, and what the oracle says of them.
#![expect(clippy::unwrap_used, reason = "a test whose samples do not render has failed")]

mod changes;
mod drafts;
mod oracle;
mod properties;
mod samples;
mod sponsored;
mod stages;
mod table;
