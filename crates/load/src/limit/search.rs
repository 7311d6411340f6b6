//! The search for a limit: bracket it, halve the bracket, confirm what is left.

/// Less than this many payments a second is no rate any more.
const SLOWEST: f64 = 0.1;

/// A search that goes on.
#[derive(Debug, Clone)]
pub(super) struct Search {
    from: f64,
    to: f64,
    /// How far above the limit the first rate that fails may be, as a factor.
    precision: f64,
    /// How often the limit must hold in all.
    times: u32,
    /// Rates that held, and how often.
    held: Vec<(f64, u32)>,
    /// The lowest rate that did not hold.
    failed: Option<f64>,
}

impl Search {
    pub(super) fn new(from: f64, to: f64, precision: f64, times: u32) -> Self {
        Self { from, to, precision, times: times.max(1), held: Vec::new(), failed: None }
    }

    /// The highest rate that held and that no failure speaks against, and how often it held.
    pub(super) fn best(&self) -> Option<(f64, u32)> {
        self.held.iter().copied().max_by(|a, b| a.0.total_cmp(&b.0))
    }

    /// The lowest rate that did not hold.
    pub(super) fn failed(&self) -> Option<f64> {
        self.failed
    }

    /// The next rate to try; none when the limit is known.
    pub(super) fn next(&self) -> Option<f64> {
        match (self.best(), self.failed) {
            (None, None) => Some(self.from),
            (None, Some(failed)) => Some(rounded(failed / 4.0)).filter(|rate| *rate >= SLOWEST),
            (Some((best, times)), None) if best >= self.to => (times < self.times).then_some(best),
            (Some((best, _)), None) => Some(rounded(best * 2.0).min(self.to)),
            (Some((best, times)), Some(failed)) => {
                let between = rounded((best * failed).sqrt());
                let is_apart = failed / best > self.precision && between > best && between < failed;
                if is_apart { Some(between) } else { (times < self.times).then_some(best) }
            }
        }
    }

    /// What came of a rate. One that fails speaks against itself and all above it, however often they held.
    pub(super) fn take(&mut self, rate: f64, is_held: bool) {
        if is_held {
            match self.held.iter_mut().find(|(known, _)| (*known - rate).abs() < f64::EPSILON) {
                Some((_, times)) => *times += 1,
                None => self.held.push((rate, 1)),
            }
            return;
        }
        self.held.retain(|(known, _)| *known < rate);
        self.failed = Some(self.failed.map_or(rate, |failed| failed.min(rate)));
    }
}

/// Three significant digits.
fn rounded(rate: f64) -> f64 {
    let scale = 10f64.powf(2.0 - rate.log10().floor());
    (rate * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Searches a target whose limit is known; what it tried.
    fn find(limit: f64, from: f64) -> (Search, Vec<f64>) {
        let mut search = Search::new(from, 10_000.0, 1.1, 3);
        let mut tried = Vec::new();
        while let Some(rate) = search.next() {
            tried.push(rate);
            assert!(tried.len() < 60, "{tried:?}");
            search.take(rate, rate <= limit);
        }
        (search, tried)
    }

    proptest! {
        #[test]
        fn a_limit_is_found_within_the_precision(limit in 0.5f64..9_000.0, from in 0.5f64..500.0) {
            let (search, tried) = find(limit, from);
            let (best, times) = search.best().expect("a limit");
            prop_assert!(best <= limit && limit < search.failed().expect("a failure"), "{:?}", tried);
            prop_assert!(search.failed().expect("a failure") / best <= 1.12, "{:?}", tried);
            prop_assert_eq!(times, 3);
        }
    }

    #[test]
    fn what_fails_when_it_is_confirmed_is_no_limit() {
        let mut search = Search::new(8.0, 100.0, 1.1, 2);
        let mut first = true;
        while let Some(rate) = search.next() {
            // 10 holds once, by luck.
            let is_luck = (9.5..10.5).contains(&rate) && std::mem::replace(&mut first, false);
            search.take(rate, rate < 9.5 || is_luck);
        }
        let (best, times) = search.best().expect("a limit");
        assert!(best < 9.5 && times == 2, "{search:?}");
    }

    #[test]
    fn what_never_holds_has_no_limit_and_what_always_holds_has_none_to_find() {
        assert_eq!(find(0.0, 10.0).0.best(), None);
        let (search, tried) = find(f64::INFINITY, 5_000.0);
        assert_eq!((search.best(), search.failed()), (Some((10_000.0, 3)), None), "{tried:?}");
    }
}
