//! What a run must reach, in one line each.
//!
//! ```text
//! payment p99 < 3s              from the intended start; min mean p50 p99.9 max …; us ms s
//! paid service p95 <= 2 blocks  from sending; in times between blocks
//! settle rate >= 95%            good answers, as a share of what the plan intends
//! settle rate >= 100/s          good answers per second
//! error-rate < 0.5%             over all phases
//! settle error-rate < 1%
//! taken-not-served == 0         the books, see [`BOOKS`]
//! ```

mod books;
mod error;
mod judge;
mod parse;

#[cfg(test)]
mod tests;

pub use books::BOOKS;
pub use error::ThresholdError;
pub use judge::{Judged, Measured};

use super::quantity::write_number;
use super::work::Blocks;
use crate::Phase;
use gauntlet_probe::Role;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// The name of the one book that is no count.
const GAS_PER_SETTLE: &str = "gas-per-settle";

/// Something that a run must reach. As JSON it is its text.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Threshold {
    measure: Measure,
    op: Op,
    limit: Limit,
}

/// From where a latency counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Time {
    /// From the intended start.
    Response,
    /// From sending: `service`.
    Service,
}

/// One number for many latencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stat {
    /// The least.
    Min,
    /// The mean.
    Mean,
    /// The least that so many are not above, in thousandths of a per cent: 99,900 for `p99.9`. From 1 to 99,999.
    Percentile(u32),
    /// The greatest.
    Max,
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Measure {
    Latency {
        phase: Phase,
        time: Time,
        stat: Stat,
    },
    Rate(Phase),
    /// Of a phase, or of all.
    Errors(Option<Phase>),
    /// One of [`BOOKS`].
    Book(&'static str),
}

/// How it is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Below,
    AtMost,
    Above,
    AtLeast,
    Equal,
}

/// What it is compared with; which kind goes with which measure is the grammar's business.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Limit {
    Time(Duration),
    /// So many times the time between blocks.
    Blocks(f64),
    /// From 0 to 1.
    Share(f64),
    PerSecond(f64),
    Count(u64),
}

impl Threshold {
    /// Reads one.
    ///
    /// # Errors
    /// [`ThresholdError`] when it is not in the grammar, can never hold, always holds, or asks for something bad.
    pub fn parse(text: &str) -> Result<Self, ThresholdError> {
        parse::parse(text)
    }

    /// The phase that it is about; `None` when it is about all of them, or the books.
    #[must_use]
    pub const fn phase(&self) -> Option<Phase> {
        match self.measure {
            Measure::Latency { phase, .. } | Measure::Rate(phase) => Some(phase),
            Measure::Errors(phase) => phase,
            Measure::Book(_) => None,
        }
    }

    /// Whether both are about the same: one of them says then what is asked for.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        match (self.measure, other.measure) {
            (Measure::Rate(_), Measure::Rate(_)) | (Measure::Errors(_), Measure::Errors(_)) => true,
            (mine, theirs) => mine == theirs,
        }
    }

    /// Whether a late generator or a full chain can be why it is missed: latencies and rates are, answers and money not.
    #[must_use]
    pub const fn is_about_time(&self) -> bool {
        matches!(self.measure, Measure::Latency { .. } | Measure::Rate(_))
    }

    /// Whether a target of a role is measured in the phase that it is about.
    pub(super) fn check_phase(&self, phases: &[Phase], role: Role) -> Result<(), ThresholdError> {
        let Some(phase) = self.phase().filter(|phase| !phases.contains(phase)) else { return Ok(()) };
        let there: Vec<&str> = phases.iter().map(|phase| phase.as_str()).collect();
        let text = self.to_string();
        let message = format!("this plan does not measure `{phase}` on a {}", role.as_str());
        let error = ThresholdError::new(&text, 0..phase.as_str().len(), message);
        Err(match there.is_empty() {
            true => error.with_help(format!("a {} is not put under load", role.as_str())),
            false => error.with_help(format!("it measures: {}", there.join(", "))),
        })
    }

    /// Whether there is a time between blocks when it is about that.
    pub(super) fn check_blocks(&self, blocks: Blocks) -> Result<(), ThresholdError> {
        if !matches!(self.limit, Limit::Blocks(_)) || blocks.time().is_some() {
            return Ok(());
        }
        let text = self.to_string();
        let limit = self.limit.to_string();
        let message = "with `automine` there is no time between blocks";
        let error = ThresholdError::new(&text, text.len() - limit.len()..text.len(), message);
        Err(error.with_help("write a time, or give the chain an interval: blocks = \"1s\" under [chain]"))
    }
}

impl Stat {
    /// The part of all latencies that are not above it; `None` for the mean.
    #[must_use]
    pub fn quantile(self) -> Option<f64> {
        match self {
            Self::Min => Some(0.0),
            Self::Mean => None,
            Self::Percentile(thousandths) => Some(f64::from(thousandths) / 100_000.0),
            Self::Max => Some(1.0),
        }
    }
}

impl Op {
    const ALL: [Self; 5] = [Self::Below, Self::AtMost, Self::Above, Self::AtLeast, Self::Equal];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Below => "<",
            Self::AtMost => "<=",
            Self::Above => ">",
            Self::AtLeast => ">=",
            Self::Equal => "==",
        }
    }

    const fn is_upper(self) -> bool {
        matches!(self, Self::Below | Self::AtMost)
    }

    const fn is_lower(self) -> bool {
        matches!(self, Self::Above | Self::AtLeast)
    }
}

/// The canonical text, which is read as the same threshold.
impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.measure, self.op.as_str(), self.limit)
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latency { phase, time: Time::Response, stat } => write!(f, "{phase} {stat}"),
            Self::Latency { phase, time: Time::Service, stat } => write!(f, "{phase} service {stat}"),
            Self::Rate(phase) => write!(f, "{phase} rate"),
            Self::Errors(Some(phase)) => write!(f, "{phase} error-rate"),
            Self::Errors(None) => f.write_str("error-rate"),
            Self::Book(name) => f.write_str(name),
        }
    }
}

/// As in a threshold: `p99.9`.
impl fmt::Display for Stat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Min => f.write_str("min"),
            Self::Mean => f.write_str("mean"),
            Self::Percentile(thousandths) => {
                write!(f, "p{}", write_number(f64::from(*thousandths) / 1000.0, 3))
            }
            Self::Max => f.write_str("max"),
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time(time) => f.write_str(&latency(*time)),
            Self::Blocks(blocks) => f.write_str(&in_blocks(*blocks)),
            Self::Share(share) => f.write_str(&percent(*share, 6)),
            Self::PerSecond(rate) => f.write_str(&per_second(*rate, 6)),
            Self::Count(count) => write!(f, "{count}"),
        }
    }
}

/// A latency to the microsecond, in the greatest unit of which it is at least one: `1.5s`, `300ms`, `80us`.
fn latency(time: Duration) -> String {
    let microseconds = time.as_micros();
    let (unit, scale, decimals) = match microseconds {
        0..1_000 => ("us", 1.0, 0),
        1_000..1_000_000 => ("ms", 1e3, 3),
        _ => ("s", 1e6, 6),
    };
    #[expect(clippy::cast_precision_loss, reason = "exact for centuries")]
    let number = microseconds as f64 / scale;
    format!("{}{unit}", write_number(number, decimals))
}

fn in_blocks(blocks: f64) -> String {
    let number = write_number(blocks, 3);
    let unit = if number == "1" { "block" } else { "blocks" };
    format!("{number} {unit}")
}

fn percent(share: f64, decimals: usize) -> String {
    format!("{}%", write_number(share * 100.0, decimals))
}

fn per_second(rate: f64, decimals: usize) -> String {
    format!("{}/s", write_number(rate, decimals))
}

impl FromStr for Threshold {
    type Err = ThresholdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Threshold {
    type Error = ThresholdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Threshold> for String {
    fn from(threshold: Threshold) -> Self {
        threshold.to_string()
    }
}
