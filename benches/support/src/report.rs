//! The table of all rows: median, spread, and the median of the paired ratios.

use serde_json::{json, Map, Value};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use support::target_directory;

/// Equally many steps of both sides.
#[derive(Clone, Copy)]
pub struct Sample {
    /// How many.
    pub steps: u64,
    /// What those of the base took, in nanoseconds.
    pub base: f64,
    /// What those of the row took.
    pub row: f64,
}

/// A row and all its samples, those of the warm-up first.
pub struct Row {
    pub group: String,
    pub name: String,
    pub is_base: bool,
    pub samples: Vec<Sample>,
}

/// Tenth, median and ninetieth of a hundred.
struct Spread([f64; 3]);

/// What a row comes to.
struct Line<'a> {
    row: &'a Row,
    samples: usize,
    nanoseconds: Spread,
    ratio: Spread,
}

/// Prints the rows that were timed, and writes them to the target directory if these are all.
pub fn report(name: &str, rows: &[Row]) {
    let lines: Vec<Line> = rows.iter().filter_map(Line::of).collect();
    if lines.is_empty() {
        return;
    }
    let markdown = markdown(&lines);
    println!("{markdown}");
    if lines.len() < rows.len() {
        return;
    }
    let rows: Vec<Value> = lines.iter().map(Line::json).collect();
    let directory = target_directory().join("benchmarks");
    fs::create_dir_all(&directory).unwrap_or_else(|error| panic!("cannot make {}: {error}", directory.display()));
    write(&directory.join(name).with_extension("md"), &markdown);
    write(&directory.join(name).with_extension("json"), &format!("{:#}\n", json!({ "rows": rows })));
    join(&directory);
}

/// Joins what all benchmarks wrote last.
fn join(directory: &Path) {
    let files = fs::read_dir(directory).expect("it was just made").flatten().map(|entry| entry.path());
    let mut tables: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|suffix| suffix == "md")).collect();
    tables.sort();
    let (mut text, mut object) = (String::new(), Map::new());
    for table in tables {
        let name = table.file_stem().expect("it has a name").to_string_lossy().into_owned();
        let read = |path: &Path| fs::read_to_string(path).unwrap_or_default();
        let _ = write!(text, "# {name}\n{}\n", read(&table));
        object.insert(name, serde_json::from_str(&read(&table.with_extension("json"))).unwrap_or_default());
    }
    write(&directory.with_extension("md"), &text);
    write(&directory.with_extension("json"), &format!("{:#}\n", Value::Object(object)));
    println!("{} and .json have the tables of all", directory.with_extension("md").display());
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
}

fn markdown(lines: &[Line]) -> String {
    let mut text = String::new();
    let mut group = "";
    for Line { row, nanoseconds: Spread([low, median, high]), ratio: Spread([least, ratio, most]), .. } in lines {
        if row.group != group {
            group = &row.group;
            let head =
                "ns a step | p10 to p90 | ratio to the first row | p10 to p90 |\n| --- | ---: | ---: | ---: | ---: |";
            let _ = writeln!(text, "\n| {group} | {head}");
        }
        let (low, median, high) = (short(*low), short(*median), short(*high));
        let _ =
            writeln!(text, "| {} | {median} | {low} to {high} | **{ratio:.3}** | {least:.3} to {most:.3} |", row.name);
    }
    text
}

/// Three digits, or the whole number.
fn short(nanoseconds: f64) -> String {
    let decimals = [1.0, 10.0, 100.0].iter().filter(|&&limit| nanoseconds < limit).count();
    format!("{nanoseconds:.decimals$}")
}

impl<'a> Line<'a> {
    /// None if it was not timed: left out, or run once to see that it works.
    fn of(row: &'a Row) -> Option<Self> {
        let steps = row.samples.last()?.steps;
        // In the warm-up each sample has more steps than the one before.
        let timed: Vec<&Sample> = row.samples.iter().rev().take_while(|sample| sample.steps == steps).collect();
        if timed.len() < 2 {
            return None;
        }
        let nanoseconds = |sample: &&Sample| sample.row / steps as f64;
        let ratio = |sample: &&Sample| sample.row / sample.base;
        Some(Self {
            row,
            samples: timed.len(),
            nanoseconds: Spread::of(timed.iter().map(nanoseconds)),
            ratio: Spread::of(timed.iter().map(ratio)),
        })
    }

    fn json(&self) -> Value {
        let spread = |Spread([low, median, high]): &Spread| json!({ "p10": low, "median": median, "p90": high });
        json!({
            "group": self.row.group,
            "row": self.row.name,
            "is_base": self.row.is_base,
            "samples": self.samples,
            "nanoseconds": spread(&self.nanoseconds),
            "ratio": spread(&self.ratio),
        })
    }
}

impl Spread {
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = values.collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let last = (sorted.len() - 1) as f64;
        Self([0.1, 0.5, 0.9].map(|part| sorted[(last * part).round() as usize]))
    }
}
