//! The drawing of operations: few series and open spans, so that operations meet, and numbers that come once.

use crate::frame::random::Random;
use crate::fuzz::sink::operation::{Metric, Number, Series, SinkOperation, NAMES, SIDES};

/// How many operations were drawn, and the spans that they leave open.
#[derive(Default)]
pub(crate) struct Before {
    drawn: Number,
    open: Vec<Number>,
}

/// A sequence is shorter than this.
const DRAWN: u64 = 128;

fn span(random: &mut Random, open: &[Number]) -> Option<Number> {
    (!open.is_empty()).then(|| open[random.below(open.len() as u64) as usize])
}

fn change(random: &mut Random, drawn: Number) -> SinkOperation {
    let (metric, names) = NAMES[[0, 0, 0, 1, 1, 2, 2, 3, 4][random.below(9) as usize]];
    let (name, side) = (names[random.below(2) as usize], SIDES[random.below(4) as usize]);
    // Sums of them are whole in a float.
    let bits = [4, 20, if metric == Metric::Histogram { 28 } else { 37 }][random.below(3) as usize];
    let value = ((10_000 + random.below(1 << bits)) * DRAWN + u64::from(drawn)).cast_signed();
    let is_gauge = matches!(metric, Metric::Gauge | Metric::KeptGauge);
    let value = if is_gauge && random.below(2) == 0 { -value } else { value };
    SinkOperation::Change { series: Series { metric, name, side }, value, swapped: random.below(2) == 0 }
}

pub(crate) fn operation(random: &mut Random, before: &mut Before) -> SinkOperation {
    let number = before.drawn;
    before.drawn += 1;
    let record = random.below(2) == 0;
    let some = span(random, &before.open);
    match (random.below(100), some) {
        (0..=34, _) => change(random, number),
        (46..=54, Some(span)) => SinkOperation::Event { span, event: number, record },
        (55..=65, Some(span)) => {
            before.open.retain(|open| *open != span);
            SinkOperation::End { span, record }
        }
        (35..=65, _) => {
            before.open.push(number);
            SinkOperation::Start { span: number, parent: some.filter(|_| random.below(2) == 0), record }
        }
        (66..=77, _) => {
            let long = [0, 0, 10, 100, 1000, 4000, 5000][random.below(7) as usize];
            let long = long + if long == 0 { 0 } else { random.below(200) as usize };
            SinkOperation::Log { line: number, long, level: random.below(4) as usize, record }
        }
        (78..=82, _) => SinkOperation::Health(number),
        (83..=86, _) => SinkOperation::Flush,
        (87..=97, _) => SinkOperation::Look,
        _ => SinkOperation::Again,
    }
}
