//! The messages `io.prometheus.client.MetricFamily`, each after its length. The numbers of their fields are those of
//! `metrics.proto` of Prometheus' `client_model`.

use crate::frame::not_passed::NotPassed;
use crate::frame::outputs::prometheus::told::Told;
use crate::frame::outputs::seen::{Format, Record, Seen};
use crate::frame::outputs::wire::{delimited, Message};

/// Types by their number.
const TYPES: [&str; 5] = ["counter", "gauge", "summary", "untyped", "histogram"];

/// Reads a page, each sample as the text formats have it; None if it is something else.
pub(super) fn read(page: &[u8]) -> Option<Result<Told, NotPassed>> {
    let (mut records, mut helps) = (Vec::new(), Vec::new());
    for family in delimited(page)? {
        let name = family.text(1)?;
        let kind = *TYPES.get(usize::try_from(family.varint(3).unwrap_or(0)).ok()?)?;
        helps.push((name.to_owned(), family.text(2)?.to_owned()));
        for metric in family.messages(4)? {
            let mut labels = Vec::new();
            for pair in metric.messages(1)? {
                labels.push((pair.text(1)?.to_owned(), pair.text(2)?.to_owned()));
            }
            let mut tell = |end: &str, further: Option<(&str, f64)>, value: f64| {
                let mut pairs = labels.clone();
                pairs.extend(further.map(|(label, bound)| (label.to_owned(), bound.to_string())));
                pairs.sort();
                let mut texts = vec![format!("{name}{end}"), kind.to_owned()];
                texts.extend(pairs.iter().flat_map(|(name, value)| [name.clone(), value.clone()]));
                records.push(Record { texts, pairs, numbers: vec![value], ..Record::default() });
            };
            for field in [2, 3, 5] {
                for value in metric.messages(field)? {
                    tell("", None, value.double(1).unwrap_or(0.0));
                }
            }
            for summary in metric.messages(4)? {
                tell("_sum", None, summary.double(2).unwrap_or(0.0));
                tell("_count", None, summary.varint(1).unwrap_or(0) as f64);
            }
            for histogram in metric.messages(7)? {
                let (count, sum) = (histogram.varint(1).unwrap_or(0), histogram.double(2).unwrap_or(0.0));
                tell("_sum", None, sum);
                tell("_count", None, count as f64);
                for bucket in histogram.messages(3)? {
                    let bound = bucket.double(2).unwrap_or(0.0);
                    tell("_bucket", Some(("le", bound)), bucket.varint(1).unwrap_or(0) as f64);
                }
                let held = native(&histogram)?;
                // What is not a number is in no bucket.
                if held.is_some_and(|held| held > count || (held < count && !sum.is_nan())) {
                    let held = held.unwrap_or(0);
                    return Some(Err(format!(
                        "the buckets of the native histogram {name}{labels:?} hold {held} observations, and its count is {count}: \
                         Prometheus refuses it"
                    )
                    .into()));
                }
            }
        }
    }
    Some(Ok(Told { seen: Seen { format: Format::Prometheus, records }, helps }))
}

/// How many observations the buckets of a native histogram hold; the inner None if it is none, the outer one if it is wrong.
fn native(histogram: &Message<'_>) -> Option<Option<u64>> {
    let mut held = histogram.varint(7).unwrap_or(0);
    let mut is_native = false;
    for spans in [9, 12] {
        let mut buckets = 0;
        for span in histogram.messages(spans)? {
            is_native = true;
            buckets += span.varint(2).unwrap_or(0);
        }
        let more = histogram.all_varints(spans + 1)?;
        if more.len() as u64 != buckets {
            return None;
        }
        let mut count = 0_i64;
        for zigzag in more {
            count = count.checked_add((zigzag >> 1).cast_signed() ^ -((zigzag & 1).cast_signed()))?;
            held = held.checked_add(u64::try_from(count).ok()?)?;
        }
    }
    Some(is_native.then_some(held))
}

#[cfg(test)]
mod tests;
