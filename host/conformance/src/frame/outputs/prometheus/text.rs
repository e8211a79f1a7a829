//! The text formats of Prometheus: the plain one, and OpenMetrics.

use crate::frame::must::ensure;
use crate::frame::not_passed::NotPassed;
use crate::frame::outputs::prometheus::told::Told;
use crate::frame::outputs::seen::{Format, Record, Seen};
use std::collections::HashSet;

/// Reads a page without its end.
///
/// # Errors
/// A line is none of the format; a sample has a label twice; two samples have the same name and labels; a family has two types or
/// two descriptions, or is not in one piece.
pub(super) fn read(page: &str) -> Result<Told, NotPassed> {
    ensure!(page.is_empty() || page.ends_with('\n'), "the page that Prometheus scrapes has no end of the last line");
    let (mut records, mut series, mut types) = (Vec::new(), HashSet::new(), Vec::<(String, String)>::new());
    let mut helps = Vec::<(String, String)>::new();
    // The families whose samples came, the last one of which goes on.
    let mut begun = Vec::<String>::new();
    for line in page.lines().filter(|line| !line.trim().is_empty()) {
        if let Some(declared) = line.strip_prefix("# TYPE ") {
            let (family, kind) = declared.split_once(' ').ok_or_else(|| broken(line))?;
            ensure!(types.iter().all(|(known, _)| known != family), "two lines say the type of {family}");
            ensure!(begun.iter().all(|known| known != family), "the type of {family} comes behind a sample of it");
            types.push((family.to_owned(), kind.trim().to_owned()));
        } else if let Some(described) = line.strip_prefix("# HELP ") {
            let (family, help) = described.split_once(' ').unwrap_or((described, ""));
            ensure!(helps.iter().all(|(known, _)| known != family), "two lines say what {family} is");
            helps.push((family.to_owned(), unescaped(help).ok_or_else(|| broken(line))?));
        } else if !line.starts_with('#') {
            let (name, mut labels, value) = sample(line).ok_or_else(|| broken(line))?;
            labels.sort();
            let are_distinct = labels.windows(2).all(|pair| pair[0].0 != pair[1].0);
            ensure!(are_distinct, "a sample has a label twice: {line:.200}");
            let of = |family: &String| name.strip_prefix(&**family).is_some_and(is_suffix);
            let family = types.iter().filter(|(family, _)| of(family)).max_by_key(|(family, _)| family.len());
            let kind = family.map_or_else(String::new, |(_, kind)| kind.clone());
            let family = family.map_or(&name, |(family, _)| family);
            if begun.last() != Some(family) {
                ensure!(!begun.contains(family), "other samples are between those of {family}");
                begun.push(family.clone());
            }
            ensure!(series.insert((name.clone(), labels.clone())), "two samples are {name}{labels:?}");
            let mut texts = vec![name, kind];
            texts.extend(labels.iter().flat_map(|(name, value)| [name.clone(), value.clone()]));
            records.push(Record { texts, pairs: labels, numbers: vec![value], ..Record::default() });
        }
    }
    Ok(Told { seen: Seen { format: Format::Prometheus, records }, helps })
}

fn is_suffix(end: &str) -> bool {
    ["", "_total", "_bucket", "_sum", "_count", "_created"].contains(&end)
}

fn broken(line: &str) -> NotPassed {
    format!("this is no line that Prometheus takes: {line:.200}").into()
}

type Sample = (String, Vec<(String, String)>, f64);

fn sample(line: &str) -> Option<Sample> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let end = line.find(|c| !is_name(c))?;
    let (name, mut rest) = line.split_at(end);
    let mut labels = Vec::new();
    if let Some(inner) = rest.strip_prefix('{') {
        rest = inner;
        loop {
            rest = rest.trim_start_matches([',', ' ']);
            if let Some(after) = rest.strip_prefix('}') {
                rest = after;
                break;
            }
            let (label, quoted) = rest.split_once("=\"")?;
            let (value, after) = unquoted(quoted)?;
            labels.push((label.trim().to_owned(), value));
            rest = after;
        }
    }
    // A time or an example may follow.
    let value = match rest.split_whitespace().next()? {
        "+Inf" => f64::INFINITY,
        "-Inf" => f64::NEG_INFINITY,
        "NaN" => f64::NAN,
        digits => digits.parse().ok()?,
    };
    (!name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit())).then(|| (name.to_owned(), labels, value))
}

/// A label's value until its closing quote, and what follows.
fn unquoted(quoted: &str) -> Option<(String, &str)> {
    let mut is_escaped = false;
    let end = quoted.find(|character| {
        let ends = character == '"' && !is_escaped;
        is_escaped = character == '\\' && !is_escaped;
        ends
    })?;
    Some((unescaped(&quoted[..end])?, &quoted[end + 1..]))
}

/// The text behind the escapes; None if there is none such.
fn unescaped(text: &str) -> Option<String> {
    let (mut plain, mut characters) = (String::new(), text.chars());
    while let Some(character) = characters.next() {
        plain.push(match character {
            '\\' => match characters.next()? {
                'n' => '\n',
                escaped @ ('\\' | '"') => escaped,
                _ => return None,
            },
            other => other,
        });
    }
    Some(plain)
}

#[cfg(test)]
mod tests;
