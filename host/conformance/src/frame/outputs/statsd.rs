//! StatsD: `name:value|type|@rate|#label:value,label:value`, by UDP.

use crate::frame::must::Must;
use crate::frame::not_passed::NotPassed;
use crate::frame::outputs::seen::{Format, Record, Seen};

/// The messages of all datagrams, a line each. The first text of each is its name, the second its type.
///
/// # Errors
/// Some line is no such message.
pub(crate) fn lines(text: &[u8]) -> Result<Seen, NotPassed> {
    let text = std::str::from_utf8(text).must("what came by UDP is not UTF-8")?;
    let mut records = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let record = message(line).ok_or_else(|| format!("what came by UDP is no line of StatsD: {line:.200}"))?;
        records.push(record);
    }
    Ok(Seen { format: Format::StatsD, records })
}

fn message(line: &str) -> Option<Record> {
    // An event or a check of DogStatsD.
    if let Some(kind) = ["_e", "_sc"]
        .into_iter()
        .find(|kind| line.starts_with(&format!("{kind}{{")) || line.starts_with(&format!("{kind}|")))
    {
        return Some(Record { texts: vec![line.to_owned(), kind.to_owned()], ..Record::default() });
    }
    let mut parts = line.split('|');
    let (name, values) = parts.next()?.split_once(':')?;
    let kind = parts.next()?;
    if name.is_empty() || !["c", "g", "h", "ms", "d", "s"].contains(&kind) {
        return None;
    }
    let mut record = Record { texts: vec![name.to_owned(), kind.to_owned()], ..Record::default() };
    let mut rate = 1.0;
    for part in parts {
        if let Some(labels) = part.strip_prefix('#') {
            for label in labels.split(',').filter(|label| !label.is_empty()) {
                let (name, value) = label.split_once(':').unwrap_or((label, ""));
                record.pairs.push((name.to_owned(), value.to_owned()));
                record.texts.extend([name.to_owned(), value.to_owned()]);
            }
        } else if let Some(share) = part.strip_prefix('@') {
            rate = share.parse().ok().filter(|rate| *rate > 0.0)?;
        }
    }
    for value in values.split(':') {
        let (whole, rest) = value.split_once('.').unwrap_or((value, ""));
        let is_whole = rate == 1.0 && rest.bytes().all(|digit| digit == b'0');
        record.integers.extend(whole.parse::<i128>().ok().filter(|_| is_whole));
        let value: f64 = value.parse().ok()?;
        record.numbers.push(if kind == "c" { value / rate } else { value });
    }
    Some(record)
}
