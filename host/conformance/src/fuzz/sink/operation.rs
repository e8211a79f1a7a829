//! The operations of a sink as plain data, and what it must have told of them.

/// The number of a span, an event, a line or a report, from which its texts come.
pub(crate) type Number = u32;

/// How a metric changes, and who keeps it: the sink, or the host that lends it to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Metric {
    Counter,
    Gauge,
    Histogram,
    KeptCounter,
    KeptGauge,
}

/// The names of the metrics. None of them ends in another one.
pub(crate) const NAMES: [(Metric, [&str; 2]); 5] = [
    (Metric::Counter, ["anchors", "basins"]),
    (Metric::Gauge, ["candles", "daggers"]),
    (Metric::Histogram, ["embers", "falcons"]),
    (Metric::KeptCounter, ["gardens", "harbors"]),
    (Metric::KeptGauge, ["islands", "jackets"]),
];

/// The values of the label that each series has. Those of the second half have another label beside it.
pub(crate) const SIDES: [&str; 4] = ["north", "south", "east", "west"];

/// A metric with its labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Series {
    pub(crate) metric: Metric,
    pub(crate) name: &'static str,
    pub(crate) side: &'static str,
}

impl Series {
    /// The labels, in one order or the other.
    pub(crate) fn labels(&self, swapped: bool) -> Vec<(&'static str, &'static str)> {
        let mut labels = vec![("side", self.side)];
        if SIDES[2..].contains(&self.side) {
            labels.insert(usize::from(!swapped), ("band", "wide"));
        }
        labels
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SinkOperation {
    /// Adds to a counter, sets a gauge, observes; all but a counter in 64ths.
    Change {
        series: Series,
        value: i64,
        swapped: bool,
    },
    Start {
        span: Number,
        parent: Option<Number>,
        record: bool,
    },
    Event {
        span: Number,
        event: Number,
        record: bool,
    },
    End {
        span: Number,
        record: bool,
    },
    Log {
        line: Number,
        long: usize,
        level: usize,
        record: bool,
    },
    Health(Number),
    Flush,
    /// Flushes, and looks at what was told.
    Look,
    /// Shuts down, looks at what was told, if that is still there, and makes the next instance.
    Again,
}

/// Something that a sink must have told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    Counter {
        series: Series,
        added: Vec<i64>,
    },
    Gauge {
        series: Series,
        value: i64,
    },
    Histogram {
        series: Series,
        seen: Vec<i64>,
    },
    /// A span that has ended.
    Span {
        span: Number,
        parent: Option<Number>,
    },
    /// An event of such a span.
    Event(Number),
    /// A line of the log, in the order of their numbers.
    Line {
        line: Number,
        long: usize,
        level: usize,
    },
    /// Reports of health, which may all be passed over.
    Reports(Vec<Number>),
}

/// The levels of the log by their numbers.
pub(crate) const LEVELS: [&str; 4] = ["debug", "info", "warn", "error"];

/// A word that no other number has.
pub(crate) fn word(of: &str, number: Number) -> String {
    let letter = |at: Number| char::from(b'a' + (at % 26) as u8);
    format!("{of}{}{}x", letter(number / 26), letter(number))
}

/// The message of a line of the log.
pub(crate) fn message(line: Number, long: usize) -> String {
    word("line", line) + &"y".repeat(long)
}

/// The bytes of the log and transactions, the share and the seconds of a report of health.
pub(crate) fn health(report: Number) -> [f64; 4] {
    let report = f64::from(report);
    [5e9 + 1000.0 * report, 6e9 + 1000.0 * report, (2.0 * report + 1.0) / 512.0, 7e9 + 1000.0 * report]
}
