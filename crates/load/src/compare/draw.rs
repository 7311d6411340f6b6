//! The draws: what would have been measured if other seconds of the same kind had come.

use super::metric::Metric;
use super::side::Side;

/// How many draws are made.
const DRAWS: usize = 2_000;

/// SplitMix64: small, quick, and the same everywhere.
#[derive(Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is above 0.
    #[expect(clippy::cast_possible_truncation, reason = "below a usize")]
    pub(crate) fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.next()) * end as u128) >> 64) as usize
    }
}

/// The change of each metric from one side to the other, once for each draw in which both could be measured; in rising
/// order.
pub(super) fn changes(a: &Side, b: &Side, seed: u64) -> [Vec<f64>; 4] {
    let mut random = Random::new(seed);
    let mut changes = Metric::ALL.map(|_| Vec::with_capacity(DRAWS));
    for _ in 0..DRAWS {
        let (drawn_a, drawn_b) = (drawn(a, &mut random), drawn(b, &mut random));
        for (metric, changes) in Metric::ALL.into_iter().zip(&mut changes) {
            let (a, b) = (a.drawn(metric, &drawn_a), b.drawn(metric, &drawn_b));
            changes.extend(metric.change(a, b));
        }
    }
    changes.iter_mut().for_each(|changes| changes.sort_by(f64::total_cmp));
    changes
}

/// How often each piece of a side was drawn: from every round as many as it has, with replacement.
fn drawn(side: &Side, random: &mut Random) -> Vec<u32> {
    let mut times = vec![0; side.pieces()];
    for round in side.rounds() {
        for _ in round.clone() {
            times[round.start + random.below(round.len())] += 1;
        }
    }
    times
}
