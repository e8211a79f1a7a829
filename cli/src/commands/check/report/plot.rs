//! Drawings in SVG, for a page that needs nothing else.

use crate::commands::check::latencies::Spread;
use crate::commands::check::report::findings::escaped;
use std::fmt::Write;

const WIDTH: f64 = 760.0;
const LEFT: f64 = 170.0;
const ROW: f64 = 18.0;

/// The marks of the time axis: from 1 ns, by thousands.
const MARKS: [(f64, &str); 5] = [(0.0, "1 ns"), (3.0, "1 us"), (6.0, "1 ms"), (9.0, "1 s"), (11.7, "500 s")];

fn x_of_nanos(nanos: u64) -> f64 {
    LEFT + (nanos.max(1) as f64).log10() / 12.0 * (WIDTH - LEFT - 10.0)
}

/// A row for each slot: a line from the median to the longest call, with a mark at 99 %.
pub(super) fn latencies<'a>(slots: impl Iterator<Item = (&'a str, Spread)>) -> String {
    let slots: Vec<_> = slots.collect();
    let height = ROW * (slots.len() as f64 + 2.0);
    let mut svg = begin(height, "times of the plugin's functions");
    for (power, name) in MARKS {
        let x = LEFT + power / 12.0 * (WIDTH - LEFT - 10.0);
        let _ = write!(
            svg,
            "<line class=\"grid\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"0\" y2=\"{:.1}\"/><text class=\"mark\" x=\"{x:.1}\" y=\"{:.1}\">{name}</text>",
            height - ROW,
            height - 4.0
        );
    }
    for (number, (name, spread)) in slots.iter().enumerate() {
        let y = ROW * (number as f64 + 0.8);
        let [median, p99, most] = [spread.median, spread.p99, spread.most].map(x_of_nanos);
        let _ = write!(
            svg,
            "<g><title>{name}: {calls} calls, half below {}, 99 % below {}, all below {}</title>\
             <text x=\"0\" y=\"{:.1}\">{name}</text>\
             <line class=\"span\" x1=\"{median:.1}\" x2=\"{most:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
             <circle class=\"median\" cx=\"{median:.1}\" cy=\"{y:.1}\" r=\"4\"/>\
             <circle class=\"p99\" cx=\"{p99:.1}\" cy=\"{y:.1}\" r=\"3\"/></g>",
            time(spread.median),
            time(spread.p99),
            time(spread.most),
            y + 4.0,
            calls = spread.calls,
            name = escaped(name),
        );
    }
    svg + "</svg>"
}

/// A row of figures as a line: places from left to right, figures from 0 at the bottom to the largest, at least 1.
pub(super) fn figures(name: &str, points: &[(f64, f64)]) -> String {
    const HEIGHT: f64 = 160.0;
    let most = points.iter().map(|point| point.1).fold(1.0, f64::max);
    let (first, last) = (points[0].0, points[points.len() - 1].0);
    let x = |at: f64| LEFT + if last > first { (at - first) / (last - first) } else { 0.5 } * (WIDTH - LEFT - 60.0);
    let y = |value: f64| 10.0 + (1.0 - value / most) * (HEIGHT - 40.0);
    let mut svg = begin(HEIGHT, name);
    // There is room for four digits and two behind the point.
    let digits = if most < 1000.0 { 2 } else { 0 };
    for mark in [0.0, most / 2.0, most] {
        let _ = write!(
            svg,
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{WIDTH}\" y1=\"{0:.1}\" y2=\"{0:.1}\"/><text x=\"{1:.1}\" y=\"{2:.1}\">{mark:.digits$}</text>",
            y(mark),
            LEFT - 40.0,
            y(mark) + 4.0
        );
    }
    let line: Vec<String> = points.iter().map(|(at, value)| format!("{:.1},{:.1}", x(*at), y(*value))).collect();
    let _ = write!(svg, "<polyline class=\"curve\" points=\"{}\"/>", line.join(" "));
    for (at, value) in points {
        let _ = write!(
            svg,
            "<g><title>{value:.4} at {at}</title><circle class=\"median\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"4\"/></g>\
             <text class=\"mark\" x=\"{:.1}\" y=\"{:.1}\">{at}</text>",
            x(*at),
            y(*value),
            x(*at),
            HEIGHT - 8.0
        );
    }
    svg + "</svg>"
}

fn begin(height: f64, label: &str) -> String {
    format!("<svg viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\" aria-label=\"{}\">", escaped(label))
}

/// A time in a unit that leaves it few digits.
pub(super) fn time(nanos: u64) -> String {
    match nanos {
        0..1_000 => format!("{nanos} ns"),
        1_000..1_000_000 => format!("{:.1} us", nanos as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} ms", nanos as f64 / 1e6),
        _ => format!("{:.1} s", nanos as f64 / 1e9),
    }
}
