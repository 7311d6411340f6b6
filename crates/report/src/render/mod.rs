//! Reports, each a pure function of a [`Record`](crate::Record).
//!
//! Everything that a target sent passes through [`text::escape`](crate::text::escape) before it is shown. No report
//! calls a target compliant: it says how many checks of which set passed.

pub mod badge;
mod block;
pub mod comparison;
pub mod grid;
pub mod har;
pub mod html;
pub mod human;
pub mod json;
pub mod junit;
pub mod markdown;
mod page;
pub mod progress;
pub mod quote;
pub mod sizes;
mod story;
pub mod style;
pub mod tap;
mod verdict;

pub use badge::{BadgeFormat, badge};
pub use comparison::{comparison, comparison_markdown};
pub use grid::{grid, grid_json};
pub use har::har;
pub use html::html;
pub use human::human;
pub use json::json;
pub use junit::junit;
pub use markdown::markdown;
pub use sizes::{sizes, sizes_markdown};
pub use style::{Paint, Style};
pub use tap::tap;
