//! The resource server double before the facilitator double and a real Anvil.

mod challenges;
mod client;
mod failures;
mod lenient;
mod misprints;
mod openings;
mod outages;
mod plain;
mod refusals;
mod replays;
mod sales;
mod searched;
mod shows;
mod town;
mod unusual;
mod upfront;
mod verdicts;
