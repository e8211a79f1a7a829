//! The text that Prometheus scrapes.

use crate::frame::must::{ensure, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::outputs::http::chunks;
use crate::frame::outputs::seen::{Format, Record, Seen};
use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(5);

/// The page that is served at a port of this machine; None if nothing listens.
///
/// # Errors
/// What listens does not serve `/metrics`.
pub(crate) fn scraped(port: u16) -> Result<Option<String>, NotPassed> {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return Ok(None) };
    let no_answer = "no answer to `GET /metrics` at {port}";
    stream.set_read_timeout(Some(PATIENCE)).must(no_answer)?;
    let request = format!("GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).must(no_answer)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).must(no_answer)?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").ok_or(no_answer)?;
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let first = head.lines().next().unwrap_or_default();
    ensure!(first.split(' ').nth(1) == Some("200"), "`GET /metrics` at {{port}} is answered by {first:?}");
    let mut body = answer.split_off(end + 4);
    if head.contains("transfer-encoding: chunked") {
        body = chunks(&body).ok_or("a page in chunks breaks off")?.0;
    } else if let Some(len) = head.lines().find_map(|line| line.strip_prefix("content-length:")) {
        let here = body.len();
        ensure!(len.trim() == here.to_string(), "the page says that it has{len} bytes, and has {here}");
    }
    Ok(Some(String::from_utf8(body).must("the page is not UTF-8")?))
}

/// The samples of a page. The first text of each is its name, the second its family's type.
///
/// # Errors
/// A line is none of the format; a sample has a label twice; two samples have the same name and labels; a family has two types.
pub(crate) fn samples(page: &str) -> Result<Seen, NotPassed> {
    ensure!(page.is_empty() || page.ends_with('\n'), "the page that Prometheus scrapes has no end of the last line");
    let (mut records, mut series, mut types) = (Vec::new(), HashSet::new(), Vec::<(String, String)>::new());
    for line in page.lines().filter(|line| !line.trim().is_empty()) {
        if let Some(declared) = line.strip_prefix("# TYPE ") {
            let (family, kind) = declared.split_once(' ').ok_or_else(|| broken(line))?;
            ensure!(types.iter().all(|(known, _)| known != family), "two lines say the type of {family}");
            types.push((family.to_owned(), kind.trim().to_owned()));
        } else if !line.starts_with('#') {
            let (name, mut labels, value) = sample(line).ok_or_else(|| broken(line))?;
            labels.sort();
            let are_distinct = labels.windows(2).all(|pair| pair[0].0 != pair[1].0);
            ensure!(are_distinct, "a sample has a label twice: {line:.200}");
            let of = |family: &String| name.strip_prefix(&**family).is_some_and(is_suffix);
            let family = types.iter().filter(|(family, _)| of(family)).max_by_key(|(family, _)| family.len());
            let kind = family.map_or_else(String::new, |(_, kind)| kind.clone());
            ensure!(series.insert((name.clone(), labels.clone())), "two samples are {name}{labels:?}");
            let mut texts = vec![name, kind];
            texts.extend(labels.iter().flat_map(|(name, value)| [name.clone(), value.clone()]));
            records.push(Record { texts, pairs: labels, numbers: vec![value] });
        }
    }
    Ok(Seen { format: Format::Prometheus, records })
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
    let (mut value, mut characters) = (String::new(), quoted.char_indices());
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => match characters.next()?.1 {
                'n' => value.push('\n'),
                escaped @ ('\\' | '"') => value.push(escaped),
                _ => return None,
            },
            other => value.push(other),
        }
    }
    None
}
