//! Curves in SVG: a frame with two axes, drawn by hand. Colours are classes of the page's style sheet, so that a dark page
//! has its own; numbers and words of ours are all that goes in.

use std::fmt::Write as _;

const WIDTH: f64 = 760.0;
const LEFT: f64 = 62.0;
const RIGHT: f64 = 32.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 30.0;

/// From values to places along an axis.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    is_log: bool,
}

impl Axis {
    /// An even axis from 0 to at least so much.
    pub(super) fn even(high: f64) -> Self {
        Self { low: 0.0, high: if high > 0.0 { high } else { 1.0 }, is_log: false }
    }

    /// A logarithmic axis over whole powers of ten around the values that are above 0; at least one.
    pub(super) fn decades(values: impl Iterator<Item = f64>) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.filter(|value| value.is_finite() && *value > 0.0) {
            low = low.min(value.log10().floor());
            high = high.max(value.log10().ceil());
        }
        let (low, high) = if low.is_finite() { (low, high.max(low + 1.0)) } else { (0.0, 1.0) };
        Self { low, high, is_log: true }
    }

    /// From 0 to 1 within the frame; what is outside stands at its edge.
    fn at(self, value: f64) -> f64 {
        let value = if self.is_log { value.max(f64::MIN_POSITIVE).log10() } else { value };
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// Where lines are drawn: each power of ten, or four to eight even steps.
    pub(super) fn ticks(self) -> Vec<f64> {
        if self.is_log {
            let steps = std::iter::successors(Some(self.low), |power| Some(power + 1.0));
            return steps.take_while(|power| *power <= self.high).map(|power| 10f64.powf(power)).collect();
        }
        let rough = (self.high / 5.0).max(f64::MIN_POSITIVE);
        let power = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|digit| digit * power).into_iter().find(|step| *step >= rough);
        let step = step.unwrap_or(rough);
        let steps = std::iter::successors(Some(0.0), move |tick| Some(tick + step));
        steps.take_while(|tick| *tick <= self.high * 1.000_001).collect()
    }
}

/// A picture that grows.
pub(super) struct Plot {
    height: f64,
    x: Axis,
    y: Axis,
    body: String,
}

impl Plot {
    pub(super) fn new(height: f64, x: Axis, y: Axis) -> Self {
        Self { height, x, y, body: String::new() }
    }

    fn x(&self, value: f64) -> f64 {
        LEFT + self.x.at(value) * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, value: f64) -> f64 {
        self.height - BOTTOM - self.y.at(value) * (self.height - TOP - BOTTOM)
    }

    /// Lines across at these values, with a word each.
    pub(super) fn rows(&mut self, ticks: &[f64], word: impl Fn(f64) -> String) {
        for tick in ticks {
            let (y, right) = (self.y(*tick), WIDTH - RIGHT);
            let _ = writeln!(
                self.body,
                "<path class=\"grid\" d=\"M{LEFT} {y:.1}H{right}\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                LEFT - 6.0,
                y + 4.0,
                word(*tick)
            );
        }
    }

    /// Lines upward at these values, with a word each.
    pub(super) fn columns(&mut self, ticks: &[f64], word: impl Fn(f64) -> String) {
        for tick in ticks {
            let (x, bottom) = (self.x(*tick), self.height - BOTTOM);
            let _ = writeln!(
                self.body,
                "<path class=\"grid\" d=\"M{x:.1} {TOP}V{bottom}\"/><text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                bottom + 16.0,
                word(*tick)
            );
        }
    }

    /// A part of the time, shaded.
    pub(super) fn shade(&mut self, class: &str, from: f64, to: f64) {
        let (from, to) = (self.x(from), self.x(to));
        let _ = writeln!(
            self.body,
            "<rect class=\"{class}\" x=\"{from:.1}\" y=\"{TOP}\" width=\"{:.1}\" height=\"{:.1}\"/>",
            (to - from).max(0.0),
            self.height - TOP - BOTTOM
        );
    }

    /// A line upward that marks a moment, with a word of ours beside its top.
    pub(super) fn moment(&mut self, at: f64, word: &str) {
        let (x, bottom) = (self.x(at), self.height - BOTTOM);
        let _ = writeln!(
            self.body,
            "<path class=\"moment\" d=\"M{x:.1} {TOP}V{bottom}\"/><text x=\"{:.1}\" y=\"{:.1}\">{word}</text>",
            x + 4.0,
            TOP + 10.0
        );
    }

    /// A curve through the points that are there; where one is missing it is broken.
    pub(super) fn curve(&mut self, class: &str, points: impl Iterator<Item = (f64, Option<f64>)>) {
        let mut path = String::new();
        let mut is_broken = true;
        for (x, y) in points {
            let Some(y) = y else {
                is_broken = true;
                continue;
            };
            let _ = write!(path, "{}{:.1} {:.1}", if is_broken { "M" } else { "L" }, self.x(x), self.y(y));
            // A point that stands alone would not be seen.
            if is_broken {
                path.push_str("h.01");
            }
            is_broken = false;
        }
        let _ = writeln!(self.body, "<path class=\"curve {class}\" d=\"{path}\"/>");
    }

    /// A bar from the floor, from one value to another.
    pub(super) fn bar(&mut self, class: &str, from: f64, to: f64, value: f64) {
        let (left, right, top) = (self.x(from), self.x(to), self.y(value));
        let _ = writeln!(
            self.body,
            "<rect class=\"{class}\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{:.1}\"/>",
            (right - left - 1.0).max(1.0),
            (self.height - BOTTOM - top).max(0.0)
        );
    }

    /// A point: full, hollow, or crossed as well.
    pub(super) fn dot(&mut self, class: &str, at: (f64, f64), is_full: bool, is_crossed: bool) {
        let (x, y) = (self.x(at.0), self.y(at.1));
        let full = if is_full { " full" } else { "" };
        let _ = writeln!(
            self.body,
            "<circle class=\"dot {class}{full}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\"/>"
        );
        if is_crossed {
            let (x, y) = (x - 5.0, y - 5.0);
            let _ = writeln!(
                self.body,
                "<path class=\"curve {class}\" d=\"M{x:.1} {y:.1}l10 10m0 -10l-10 10\"/>"
            );
        }
    }

    /// The picture.
    pub(super) fn svg(self) -> String {
        let height = self.height;
        format!(
            "<svg viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" aria-hidden=\"true\">\n{}</svg>",
            self.body
        )
    }
}

/// A number without digits that say nothing.
pub(super) fn number(value: f64) -> String {
    match value {
        value if value >= 1_000_000.0 => format!("{}M", value / 1_000_000.0),
        value if value >= 10_000.0 => format!("{}k", value / 1_000.0),
        value if value >= 100.0 => format!("{value:.0}"),
        value => {
            let text = format!("{value:.3}");
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
    }
}
