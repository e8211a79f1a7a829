//! Tests of a sink that serves a page for Prometheus, in each of the formats that Prometheus asks for.

use crate::frame::instance::Instance;
use crate::frame::must::{ensure, skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::outputs::{Format, Page, Record};
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::sink::output::{flushed, of_metrics};
use sochdb_plugin_host::sdk::{
    ErrorKind, ExponentialBuckets, ExponentialHistogram, Labels, Metric, MetricValue, Metrics, ObservabilityExtension,
};
use std::collections::BTreeMap;
use std::io::{ErrorKind as IoErrorKind, Read, Write};

suite!(Observability, "observability_pages":
    each_format_tells_the_same,
    descriptions_come_whole,
    who_stays_connected_is_let_go_in_the_end,
);

const LABELS: Labels<'static> = &[("table", "a \"b\"\n\\c"), ("kind", "page")];
/// Names with their descriptions.
const DESCRIBED: [(&str, &str); 2] = [
    ("checked_turns", "Checked words of turns: back\\slash, two\nlines, \"quoted\"."),
    ("checked_open", "Checked words of what is open."),
];

/// An instance that serves pages, with these metrics, and those that the host keeps.
fn serving(subject: &Subject, metrics: Metrics) -> Result<(Instance, Vec<Page>), NotPassed> {
    let mut instance = of_metrics(subject)?;
    let sink = instance.observability()?.clone();
    for (table, value) in [("orders", 30_011), ("people", 5_000_000_029)] {
        sink.counter_inc("checked_rows", value, &[("table", table)]);
        sink.gauge_set("checked_level", -12.5, &[("table", table)]);
        for observed in [0.25, 4.5, -3.0] {
            sink.histogram_observe("checked_delay", observed, &[("table", table)]);
        }
    }
    match sink.attach(metrics) {
        Err(error) if error.kind() == ErrorKind::Unsupported => {}
        result => result.must("attach")?,
    }
    if flushed(&mut instance)?.format != Format::Prometheus {
        skip!("it serves no page for Prometheus");
    }
    let pages = instance.output().ok_or("no output")?.pages()?;
    Ok((instance, pages))
}

fn lent() -> Metrics {
    let spread = ExponentialHistogram {
        count: 9,
        sum: -2.5,
        scale: 0,
        zero_count: 1,
        zero_threshold: 0.0,
        positive: ExponentialBuckets { offset: 0, counts: &[4, 0, 0, 1] },
        negative: ExponentialBuckets { offset: 0, counts: &[2, 1] },
    };
    Metrics::new(move |visit| {
        visit(&Metric::new("checked_turns", LABELS, MetricValue::Counter(40_013)));
        visit(&Metric::new("checked_open", LABELS, MetricValue::UpDown(-7.25)));
        visit(&Metric::new("checked_spread", LABELS, MetricValue::Exponential(spread)));
    })
}

/// The samples of what the tests gave, by name and labels. A bound is a number, however it is written.
fn given(records: &[Record]) -> BTreeMap<String, f64> {
    let checked = records.iter().filter(|record| {
        let name = &record.texts[0];
        // When a series began is told by some formats only.
        name.contains("checked") && !name.ends_with("_created")
    });
    let of = |record: &Record| {
        let mut pairs = record.pairs.clone();
        for (label, bound) in &mut pairs {
            if let Some(bound) = (label == "le").then_some(bound) {
                *bound = bound.parse::<f64>().map_or_else(|_| bound.clone(), |bound| bound.to_string());
            }
        }
        format!("{}{pairs:?}", record.texts[0].trim_end_matches("_total"))
    };
    checked.map(|record| (of(record), record.numbers.first().copied().unwrap_or(f64::NAN))).collect()
}

fn each_format_tells_the_same(subject: &Subject) -> Result<(), NotPassed> {
    let (_instance, pages) = serving(subject, lent())?;
    let (mut first, mut from) = (None::<BTreeMap<String, f64>>, "");
    for page in &pages {
        let told = given(&page.told()?.seen.records);
        let first = first.get_or_insert_with(|| {
            from = &page.kind;
            told.clone()
        });
        for (name, value) in first.iter() {
            let other = told.get(name);
            ensure!(
                other == Some(value),
                "{name} is {value} in the page that is {from}, and {} in the one that is {}",
                other.map_or_else(|| "missing".to_owned(), f64::to_string),
                page.kind
            );
        }
        let more = told.keys().find(|name| !first.contains_key(*name));
        ensure!(
            more.is_none(),
            "{} is in the page that is {}, and not in the one that is {from}",
            more.map_or("", |name| name),
            page.kind
        );
    }
    Ok(())
}

/// A sink need not tell what is measured. What it begins to tell, it tells to the end, and of the right family; a page that has a
/// space in place of a new line is right, too.
fn descriptions_come_whole(subject: &Subject) -> Result<(), NotPassed> {
    let described = Metrics::new(|visit| {
        for ((name, description), value) in
            DESCRIBED.into_iter().zip([MetricValue::Counter(40_013), MetricValue::UpDown(-7.25)])
        {
            visit(&Metric::new(name, LABELS, value).with_description(description));
        }
    });
    let (_instance, pages) = serving(subject, described)?;
    for page in &pages {
        for (family, help) in page.told()?.helps {
            for (name, description) in DESCRIBED {
                let begin = &description[..description.find([':', '.']).unwrap_or(description.len())];
                if help.contains(begin) {
                    let in_one_line = description.replace('\n', " ");
                    ensure!(
                        help.contains(description) || help.contains(&in_one_line),
                        "{name} is {description:?}, and described as {help:?} in the page that is {}",
                        page.kind
                    );
                    let is_of = Record { texts: vec![family.clone()], ..Record::default() }.is_of(name);
                    ensure!(is_of, "{family} is described as {name} is, in the page that is {}", page.kind);
                }
            }
        }
    }
    Ok(())
}

/// The words of those who stay connected: a request, and its answer is read but for its end; half of one; nothing.
const SAID: [&str; 3] = ["GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET /metrics HTT", ""];

fn who_stays_connected_is_let_go_in_the_end(subject: &Subject) -> Result<(), NotPassed> {
    let (instance, _) = serving(subject, lent())?;
    let mut open = Vec::new();
    for said in SAID {
        let output = instance.output().ok_or("no output")?;
        let mut stream = output.connection()?.ok_or("nothing listens at {port}, where a page was served just now")?;
        stream.write_all(said.as_bytes()).must("a request is not taken")?;
        if said.ends_with("\r\n\r\n") {
            stream.read_exact(&mut [0; 12]).must("`GET /metrics` of HTTP/1.1 is not answered")?;
        }
        open.push((said, stream));
    }
    drop(instance);
    for (said, mut stream) in open {
        // What was on its way may come; then the connection ends, as an error where something was not read.
        let end = stream.read_to_end(&mut Vec::new());
        let stays = end.is_err_and(|error| [IoErrorKind::WouldBlock, IoErrorKind::TimedOut].contains(&error.kind()));
        ensure!(
            !stays,
            "a connection to {{port}} on which {said:?} was sent is open behind `destroy`, which ends what the instance has \
             begun"
        );
    }
    Ok(())
}
