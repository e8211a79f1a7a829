//! The data: rows to store and vectors to index.

use csv::{ByteRecord, ErrorKind, ReaderBuilder, WriterBuilder};
use sochdb_plugin_cli::Failure;
use sochdb_plugin_host::UntrustedText;
use std::path::Path;

const AIRPORTS: &[u8] = include_bytes!("data/airports.csv");
/// The digits as CSV: 64 pixels of 0 to 16, then the digit.
pub(crate) const DIGITS: &[u8] = include_bytes!("data/digits.csv");
/// Pixels of a digit.
pub(crate) const PIXELS: usize = 64;

/// The table that all rows go to.
pub(crate) const TABLE: u32 = 1;

/// A key and its value.
pub(crate) type Row = (Vec<u8>, Vec<u8>);

/// A table of rows with distinct keys.
pub(crate) struct Rows {
    /// Where they come from.
    pub(crate) name: String,
    /// The file.
    pub(crate) text: Vec<u8>,
    /// In the order of the file: the first column, and the others as CSV.
    pub(crate) all: Vec<Row>,
    /// In the order of their keys.
    pub(crate) sorted: Vec<Row>,
}

impl Rows {
    /// The airports that come with this program.
    pub(crate) fn airports() -> Result<Self, String> {
        Self::parse("airports.csv".to_owned(), AIRPORTS.to_vec())
    }

    /// Those of a file.
    pub(crate) fn read(file: &Path) -> Result<Self, Failure> {
        let text = std::fs::read(file).map_err(|error| Failure::unreadable(file, &error))?;
        Ok(Self::parse(UntrustedText::from(file).to_string(), text)?)
    }

    fn parse(name: String, text: Vec<u8>) -> Result<Self, String> {
        let mut all: Vec<Row> = Vec::new();
        let mut lines: Vec<(usize, u64)> = Vec::new();
        let mut reader = ReaderBuilder::new().from_reader(&text[..]);
        for record in reader.byte_records() {
            let record = record.map_err(|error| explain(&name, &error))?;
            let line = record.position().map_or(0, csv::Position::line);
            let key = record.get(0).unwrap_or_default();
            if key.is_empty() {
                return Err(format!("{name}, line {line}: the first column, which is the key, is empty"));
            }
            lines.push((all.len(), line));
            all.push((key.to_vec(), rest(&record).map_err(|error| format!("{name}, line {line}: {error}"))?));
        }
        if all.is_empty() {
            return Err(format!("{name}: there is no row below the line of headings"));
        }
        lines.sort_by(|a, b| (&all[a.0].0, a.1).cmp(&(&all[b.0].0, b.1)));
        if let Some(pair) = lines.windows(2).find(|pair| all[pair[0].0].0 == all[pair[1].0].0) {
            let key = UntrustedText::from(&all[pair[0].0].0[..]);
            return Err(format!("{name}, line {}: the key {key} is that of line {} too", pair[1].1, pair[0].1));
        }
        let sorted = lines.iter().map(|(at, _)| all[*at].clone()).collect();
        Ok(Self { name, text, all, sorted })
    }

    /// Bytes of all keys and values.
    pub(crate) fn bytes(&self) -> usize {
        self.all.iter().map(|(key, value)| key.len() + value.len()).sum()
    }
}

/// All columns but the first.
fn rest(record: &ByteRecord) -> Result<Vec<u8>, String> {
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    // A record without a field would be written as one empty field.
    if record.len() > 1 {
        writer.write_record(record.iter().skip(1)).map_err(|error| error.to_string())?;
    }
    let mut value = writer.into_inner().map_err(|error| error.to_string())?;
    value.pop();
    Ok(value)
}

fn explain(name: &str, error: &csv::Error) -> String {
    match error.kind() {
        ErrorKind::UnequalLengths { pos, expected_len, len } => {
            let line = pos.as_ref().map_or(0, csv::Position::line);
            format!("{name}, line {line}: {len} columns, where the lines before have {expected_len}")
        }
        _ => format!("{name}: {error}"),
    }
}

/// Images of digits as vectors, with the digit that each shows.
pub(crate) struct Digits {
    /// The bytes of 64 `f32`s in this machine's byte order.
    pub(crate) vectors: Vec<Vec<u8>>,
    /// The pixels.
    pub(crate) pixels: Vec<[f32; PIXELS]>,
    /// 0 to 9.
    pub(crate) labels: Vec<u8>,
}

impl Digits {
    /// Those that come with this program.
    pub(crate) fn shipped() -> Result<Self, String> {
        let mut digits = Self { vectors: Vec::new(), pixels: Vec::new(), labels: Vec::new() };
        let mut reader = ReaderBuilder::new().has_headers(false).from_reader(DIGITS);
        for (at, record) in reader.deserialize::<Vec<u8>>().enumerate() {
            let wrong = |what: String| format!("digits.csv, line {}: {what}", at + 1);
            let numbers = record.map_err(|error| wrong(error.to_string()))?;
            let (label, image) = numbers.split_last().ok_or_else(|| wrong("it is empty".to_owned()))?;
            let mut pixels = [0.0; PIXELS];
            if image.len() != PIXELS {
                return Err(wrong(format!("{} pixels, not {PIXELS}", image.len())));
            }
            pixels.iter_mut().zip(image).for_each(|(pixel, value)| *pixel = f32::from(*value));
            digits.vectors.push(pixels.iter().flat_map(|pixel| pixel.to_ne_bytes()).collect());
            digits.pixels.push(pixels);
            digits.labels.push(*label);
        }
        Ok(digits)
    }
}

#[cfg(test)]
mod tests;
