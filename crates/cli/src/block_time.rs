//! `--block-time`: how often a chain makes blocks.

use gauntlet_chain::Profile;
use std::time::Duration;

/// The shortest time between two blocks that our clock keeps.
const SHORTEST: Duration = Duration::from_millis(10);
const LONGEST: Duration = Duration::from_secs(3600);

/// How often blocks come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BlockTime {
    /// As often as the network makes them.
    Network,
    /// This often.
    Every(Duration),
}

impl BlockTime {
    /// From one block to the next on a network.
    pub(crate) fn on(self, network: &Profile) -> Duration {
        match self {
            Self::Network => network.block_time,
            Self::Every(time) => time,
        }
    }
}

/// Reads `network`, seconds with at most three decimals, or milliseconds with `ms` behind them.
///
/// # Errors
/// What can be written there, as a sentence.
pub(crate) fn parse(text: &str) -> Result<BlockTime, String> {
    if text == "network" {
        return Ok(BlockTime::Network);
    }
    let time = match text.strip_suffix("ms") {
        Some(millis) => digits(millis).map(Duration::from_millis),
        None => seconds(text.strip_suffix('s').unwrap_or(text)),
    };
    time.filter(|time| (SHORTEST..=LONGEST).contains(time)).map(BlockTime::Every).ok_or_else(|| {
        "write seconds from 0.01 to 3600 with at most three decimals, milliseconds as 450ms, or network"
            .into()
    })
}

fn seconds(text: &str) -> Option<Duration> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    if part.len() > 3 {
        return None;
    }
    let millis = digits(&format!("{part:0<3}"))?;
    Some(Duration::from_secs(digits(whole)?) + Duration::from_millis(millis))
}

/// A number of plain digits: no sign, no blank.
fn digits(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_to_the_millisecond() {
        let every = |millis| Ok(BlockTime::Every(Duration::from_millis(millis)));
        for (text, millis) in
            [("2", 2000), ("0.45", 450), ("450ms", 450), ("0.5s", 500), ("1.001", 1001), ("3600", 3_600_000)]
        {
            assert_eq!(parse(text), every(millis), "{text}");
        }
        for text in ["", "0", "0.001", "5ms", "3601", "-1", "1.0001", "1,5", "soon", "ms", ".", "1e3", "+2"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_network_has_its_own_time() {
        let on = |name| parse("network").unwrap().on(Profile::by_name(name).unwrap());
        assert_eq!((on("bsc"), on("bsc-testnet")), (Duration::from_millis(450), Duration::from_millis(450)));
        assert_eq!((on("base"), on("base-sepolia")), (Duration::from_secs(2), Duration::from_secs(2)));
    }
}
