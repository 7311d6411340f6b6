//! A number and its unit, as they are written together: `1.5s`, `0.5%`, `2 blocks`.

use std::time::Duration;

/// A number and what follows it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quantity<'a> {
    number: &'a str,
    /// What follows the number; may be empty.
    pub(super) unit: &'a str,
}

impl<'a> Quantity<'a> {
    /// Nothing when the text does not begin with a decimal number.
    pub(super) fn split(text: &'a str) -> Option<Self> {
        let end = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '-'));
        let (number, unit) = text.split_at(end.unwrap_or(text.len()));
        let (whole, part) = digits(number);
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
        (is_number(whole) && part.is_none_or(is_number)).then(|| Self { number, unit: unit.trim_start() })
    }

    pub(super) fn is_negative(&self) -> bool {
        self.number.starts_with('-')
    }

    /// The number times a scale, when that is a whole number without a sign.
    pub(super) fn times(&self, scale: u64) -> Option<u64> {
        if self.is_negative() {
            return None;
        }
        let (whole, part) = digits(self.number);
        let part = part.unwrap_or_default().trim_end_matches('0');
        let number: u128 = format!("{whole}{part}").parse().ok()?;
        let scaled = number.checked_mul(u128::from(scale))?;
        let parts = 10_u128.checked_pow(u32::try_from(part.len()).ok()?)?;
        if scaled.is_multiple_of(parts) { u64::try_from(scaled / parts).ok() } else { None }
    }

    /// The float that is nearest to the number times a power of ten.
    pub(super) fn shifted(&self, exponent: i32) -> f64 {
        format!("{}e{exponent}", self.number).parse().unwrap_or(f64::NAN)
    }
}

/// The digits before and after the point.
fn digits(number: &str) -> (&str, Option<&str>) {
    let number = number.strip_prefix('-').unwrap_or(number);
    number.split_once('.').map_or((number, None), |(whole, part)| (whole, Some(part)))
}

/// A float with at most so many digits after the point, and no zeros at its end.
pub(super) fn write_number(number: f64, decimals: usize) -> String {
    let text = format!("{number:.decimals$}");
    match text.split_once('.') {
        Some(_) => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        None => text,
    }
}

/// The units of times in plans, in milliseconds.
const UNITS: [(&str, u64); 4] = [("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// A time of a plan: `450ms`, `1.5s`, `2m`, `1h`. Nothing when it is no such time, or no whole milliseconds.
pub(super) fn read_time(text: &str) -> Option<Duration> {
    let quantity = Quantity::split(text)?;
    let (_, scale) = UNITS.iter().find(|(unit, _)| *unit == quantity.unit)?;
    quantity.times(*scale).map(Duration::from_millis)
}

/// A time as a plan writes it, in the greatest unit that needs no point.
pub(super) fn write_time(time: Duration) -> String {
    let time = whole_milliseconds(time);
    let unit = UNITS.iter().find(|(_, scale)| time > 0 && time.is_multiple_of(*scale));
    let (unit, scale) = unit.unwrap_or(&("ms", 1));
    format!("{}{unit}", time / scale)
}

fn whole_milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Times as whole milliseconds.
pub(super) mod milliseconds {
    use super::{Duration, whole_milliseconds};
    use serde::{Deserialize, Deserializer, Serializer};

    pub(in super::super) fn serialize<S: Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(whole_milliseconds(*time))
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_millis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_written() {
        let times = ["450ms", "1.5s", "90s", "2m", "1h", "0.5h", "1000ms", "0s", "1.50 s"];
        let said = times.map(|text| write_time(read_time(text).unwrap()));
        assert_eq!(said, ["450ms", "1500ms", "90s", "2m", "1h", "30m", "1s", "0ms", "1500ms"]);
        for text in [
            "",
            "30",
            "s",
            "-1s",
            "1.s",
            ".5s",
            "1.2.3s",
            "1-2s",
            "0.5ms",
            "1 sec",
            "1e3s",
            "9999999999999999999h",
        ] {
            assert_eq!(read_time(text), None, "{text}");
        }
    }

    #[test]
    fn a_share_is_the_float_that_a_division_gives() {
        for (text, part, whole) in [("99.9%", 999.0, 1000.0), ("29%", 29.0, 100.0), ("0.07%", 7.0, 10_000.0)]
        {
            assert_eq!(Quantity::split(text).unwrap().shifted(-2), part / whole, "{text}");
        }
    }
}
