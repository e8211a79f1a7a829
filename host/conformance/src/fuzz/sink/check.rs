//! A look at what a sink told, for what it must have told.

use crate::frame::must::ensure;
use crate::frame::not_passed::NotPassed;
use crate::frame::outputs::{told, Format, Seen};
use crate::fuzz::sink::operation::{health, message, word, Fact, Number, Series, LEVELS};
use crate::sink::output::{last_is, observed};
use std::collections::BTreeMap;

/// A span as the sink knows it.
pub(crate) struct Span {
    pub(crate) number: u64,
    /// The id in hexadecimal digits, if it has one.
    pub(crate) id: Option<String>,
}

/// All of these are told.
pub(crate) fn check(facts: &[Fact], seen: &Seen, spans: &BTreeMap<Number, Span>) -> Result<(), NotPassed> {
    let mut last = None;
    for fact in facts {
        match fact {
            Fact::Counter { series, added } => {
                let added: Vec<u64> = added.iter().map(|value| value.unsigned_abs()).collect();
                let wrong = seen.miscounted(series.name, &of(series), &added);
                ensure!(wrong.is_none(), "{}", wrong.unwrap_or_default());
            }
            Fact::Gauge { series, value } => last_is(seen, series.name, &of(series), *value as f64 / 64.0)?,
            Fact::Histogram { series, seen: values } => {
                let values: Vec<f64> = values.iter().map(|value| *value as f64 / 64.0).collect();
                observed(seen, series.name, &of(series), &values)?;
            }
            Fact::Reports(reports) => reported(seen, reports)?,
            // Formats of metrics have no more.
            _ if seen.format != Format::Json => {}
            Fact::Span { span, parent } => spanned(seen, *span, parent.map(|parent| spans.get(&parent)))?,
            Fact::Event(event) => {
                let (name, mark) = (word("event", *event), word("mark", *event));
                let found = seen.saying(&name);
                let is_told = found.iter().any(|record| record.has("mark", &mark));
                ensure!(is_told, "the event {name} with mark = {mark} is not told{}", told(&found));
            }
            Fact::Line { line, long, level } => {
                let place = lined(seen, *line, *long, *level)?;
                ensure!(last < Some(place), "two lines of one thread are told in another order");
                last = Some(place);
            }
        }
    }
    Ok(())
}

/// The label that no other series of the name has.
fn of(series: &Series) -> [(&'static str, &'static str); 1] {
    [("side", series.side)]
}

fn spanned(seen: &Seen, span: Number, parent: Option<Option<&Span>>) -> Result<(), NotPassed> {
    let name = word("span", span);
    let found = seen.saying(&name);
    ensure!(!found.is_empty(), "the span {name}, which has ended, is not told");
    if let Some(Some(Span { number, id })) = parent {
        let is_under =
            found.iter().any(|record| record.tells(*number as f64) || id.as_ref().is_some_and(|id| record.says(id)));
        ensure!(is_under, "the span {name} is under the span {number}, and told otherwise{}", told(&found));
    }
    Ok(())
}

/// The place of a line, which is told once.
fn lined(seen: &Seen, line: Number, long: usize, level: usize) -> Result<usize, NotPassed> {
    let (text, mark) = (message(line, long), word("mark", line));
    let found = seen.saying(&text);
    let name = word("line", line);
    let [record] = found[..] else {
        return Err(format!("the line {name} of {} bytes is told {} times, not once", text.len(), found.len()).into());
    };
    ensure!(record.has("mark", &mark), "the line {name} has mark = {mark}, and is told otherwise{}", told(&found));
    let says = |word: &str| record.texts.iter().any(|text| text.eq_ignore_ascii_case(word));
    let another = LEVELS.into_iter().find(|word| *word != LEVELS[level] && says(word));
    ensure!(
        another.is_none() || says(LEVELS[level]),
        "the line {name} of the level {} is told as {another:?}",
        LEVELS[level]
    );
    Ok(seen.records.iter().position(|record| record.says(&text)).unwrap_or(0))
}

/// A sink that tells any report tells all of the last one.
fn reported(seen: &Seen, reports: &[Number]) -> Result<(), NotPassed> {
    let count = |report: &Number| {
        let is_told = |value: &f64| seen.records.iter().any(|record| record.tells(*value));
        health(*report).iter().filter(|value| is_told(value)).count()
    };
    let any = reports.iter().any(|report| count(report) > 0);
    let last = reports.last().map_or(0, count);
    ensure!(last == 4 || !any, "of the last of {} reports of health, {last} of 4 numbers are told", reports.len());
    Ok(())
}
