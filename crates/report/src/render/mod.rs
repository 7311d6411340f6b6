//! Reports, each a pure function of a [`Record`](crate::Record).
//!
//! Everything that a target sent passes through [`text::escape`](crate::text::escape) before it is shown. No report
//! calls a target compliant: it says how many checks of which set passed.

mod block;
pub mod grid;
pub mod human;
pub mod json;
pub mod junit;
pub mod progress;
pub mod sizes;
pub mod style;

pub use grid::{grid, grid_json};
pub use human::human;
pub use json::json;
pub use junit::junit;
pub use sizes::{sizes, sizes_markdown};
pub use style::{Paint, Style};
