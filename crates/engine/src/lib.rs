//! Everything that reaches a verdict: requirements, checks, the world they run in, the scheduler, known issues, and
//! the trial of the trial itself against broken doubles.

pub mod check;
pub mod cx;
pub mod facilitator;
pub mod history;
pub mod known;
pub mod payment;
pub mod reply;
pub mod requirements;
pub mod select;
pub mod selftest;
pub mod target;
pub mod trial;
pub mod world;

pub use check::{Check, Lane, Need, Stop};
pub use cx::Cx;
pub use known::KnownIssues;
pub use requirements::{Catalogue, Requirement};
pub use target::TargetSpec;
pub use trial::{Trial, TrialConfig, TrialError};
pub use world::World;
