//! When the payments of a stage at a rate are due. Whole numbers all the way: a tenth of a payment per second, taken
//! three hundred times, is thirty payments and not thirty-one.

use super::stage::{FASTEST, LONGEST};
use std::time::Duration;

/// One payment, as a millionth of a payment per second brings in so many microseconds.
const ONE: i128 = 1_000_000_000_000;

/// A rate that goes evenly from one value to another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flow {
    /// At the begin, millionths of a payment per second.
    from: i128,
    /// At the end.
    to: i128,
    /// Microseconds.
    length: i128,
}

impl Flow {
    /// Rates in payments per second. What is beyond [`FASTEST`] and [`LONGEST`] is cut off, so that nothing here can
    /// overflow; it is read to the millionth and to the microsecond.
    pub(super) fn new(from: f64, to: f64, length: Duration) -> Self {
        Self { from: millionths(from), to: millionths(to), length: microseconds(length.min(LONGEST)) }
    }

    /// The payments that are due before the end: number 0 at the begin, number n when the integral of the rate is n.
    pub(super) fn count(&self) -> u64 {
        let twice = (self.from + self.to) * self.length;
        u64::try_from((twice + 2 * ONE - 1) / (2 * ONE)).unwrap_or(u64::MAX)
    }

    /// When number n is due, after the begin: the first microsecond at which the integral has reached n. The end of the
    /// stage for numbers that it does not reach.
    pub(super) fn due(&self, number: u64) -> Duration {
        let wanted = i128::from(number.min(self.count())) * ONE;
        let due = if self.from == self.to && self.from > 0 {
            ((wanted + self.from - 1) / self.from).min(self.length)
        } else {
            self.first(wanted)
        };
        Duration::from_micros(u64::try_from(due).unwrap_or_default())
    }

    /// The root of the quadratic, by halves: exact where a square root of floats is not, near the end of a long fall.
    fn first(&self, wanted: i128) -> i128 {
        let (mut low, mut high) = (0, self.length);
        while low < high {
            let middle = (low + high) / 2;
            if self.reached(wanted, middle) { high = middle } else { low = middle + 1 }
        }
        low
    }

    /// Whether `from·t + (to − from)·t² / (2·length)` has reached what is wanted, both sides times twice the length.
    fn reached(&self, wanted: i128, time: i128) -> bool {
        let come = 2 * self.length * self.from * time + (self.to - self.from) * time * time;
        come >= 2 * self.length * wanted
    }
}

#[expect(clippy::cast_possible_truncation, reason = "it is between 0 and 10^12, and NaN becomes 0")]
fn millionths(rate: f64) -> i128 {
    (rate.clamp(0.0, FASTEST) * 1e6).round() as i128
}

fn microseconds(time: Duration) -> i128 {
    i128::try_from(time.as_micros()).unwrap_or(i128::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn seconds(flow: &Flow) -> Vec<f64> {
        (0..flow.count()).map(|number| flow.due(number).as_secs_f64()).collect()
    }

    #[test]
    fn a_constant_rate_is_even() {
        let flow = Flow::new(4.0, 4.0, Duration::from_secs(2));
        assert_eq!(seconds(&flow), [0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75]);
    }

    #[test]
    fn a_ramp_solves_the_quadratic() {
        // 2t + t² = n
        let rise = Flow::new(2.0, 10.0, Duration::from_secs(4));
        assert_eq!(rise.count(), 24);
        assert_eq!([0, 3, 8, 15].map(|number| rise.due(number).as_secs()), [0, 1, 2, 3]);
        // 10t − t² = n
        let fall = Flow::new(10.0, 2.0, Duration::from_secs(4));
        assert_eq!(fall.count(), 24);
        assert_eq!([0, 9, 16, 21].map(|number| fall.due(number).as_secs()), [0, 1, 2, 3]);
    }

    #[test]
    fn tenths_do_not_add_up_to_one_more() {
        for (rate, seconds, payments) in [
            (0.1, 300, 30),
            (0.3, 10, 3),
            (0.7, 10, 7),
            (20.0, 60, 1200),
            (0.001, 1, 1),
            (1e6, 604_800, 604_800_000_000),
        ] {
            let flow = Flow::new(rate, rate, Duration::from_secs(seconds));
            assert_eq!(flow.count(), payments, "{rate}/s for {seconds} s");
        }
    }

    #[test]
    fn what_is_out_of_range_does_not_overflow() {
        for (from, to) in [(f64::NAN, 1.0), (-5.0, 1.0), (f64::INFINITY, 0.0), (0.0, 1e300), (0.0, 0.0)] {
            let flow = Flow::new(from, to, Duration::MAX);
            assert!(flow.due(u64::MAX) <= LONGEST);
        }
        assert_eq!(Flow::new(0.0, 0.0, Duration::from_secs(1)).count(), 0);
        assert_eq!(Flow::new(5.0, 5.0, Duration::ZERO).count(), 0);
    }

    proptest! {
        /// At every microsecond: as many are due as the whole part of the integral says, and number 0.
        #[test]
        fn the_integral_is_kept(from in 0.001..5e3, to in 0.001..5e3, length in 1..20_000_000_i128, at in 0.0..1.0) {
            let flow = Flow::new(from, to, Duration::from_micros(u64::try_from(length).unwrap()));
            #[expect(clippy::cast_possible_truncation)]
            let time = (length as f64 * at) as i128;
            let twice = 2 * length * flow.from * time + (flow.to - flow.from) * time * time;
            let whole = u64::try_from(twice / (2 * length * ONE)).unwrap();
            let time = Duration::from_micros(u64::try_from(time).unwrap());
            prop_assert!(flow.due(whole) <= time);
            if whole + 1 < flow.count() {
                prop_assert!(flow.due(whole + 1) > time);
            }
        }

        #[test]
        fn later_numbers_are_due_later(from in 0.0..1e6, to in 0.0..1e6, length in 1..604_800_000_u64, at in 0.0..1.0) {
            let flow = Flow::new(from, to, Duration::from_millis(length));
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let number = (flow.count() as f64 * at) as u64;
            prop_assert_eq!(flow.due(0), Duration::ZERO);
            prop_assert!(flow.due(number) <= flow.due(number + 1));
            prop_assert!(flow.due(number + 1) <= Duration::from_millis(length));
        }
    }
}
