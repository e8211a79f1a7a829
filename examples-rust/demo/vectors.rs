//! The index: the nearest neighbours that it finds, against those of a search through all.

use crate::data::{Digits, PIXELS};
use crate::meter::Meter;
use crate::report::Report;
use crate::setup::Loaded;
use sochdb_plugin_cli::grouped;
use sochdb_plugin_host::sdk::IndexExtension;
use sochdb_plugin_host::Index;

const K: usize = 10;
/// Every tenth digit is not indexed, but asked for.
const HELD_OUT: usize = 10;
const ROUNDS: usize = 5;
const LEAST_RECALL: f64 = 0.95;
/// Relative; sums of squares in another order differ by less.
const TOLERANCE: f64 = 1e-5;

type Found = Vec<(u64, f32)>;

/// How good and how fast the search is.
pub(crate) struct Search {
    /// The share of the true ten nearest that are found.
    pub(crate) recall: f64,
    pub(crate) queries_per_second: f64,
    /// All queries in one call.
    pub(crate) queries_per_second_in_a_batch: f64,
}

/// What was found, and how fast.
struct Answers {
    one_by_one: Vec<Found>,
    in_a_batch: Vec<Found>,
    queries_per_second: f64,
    queries_per_second_in_a_batch: f64,
}

/// Builds the index, asks it, and compares.
pub(crate) fn run(report: &mut Report<'_>, loaded: &Loaded, digits: &Digits) -> Option<Search> {
    let mut index = match loaded.plugin.index() {
        Ok(index) => index,
        Err(error) => {
            report.check("it is an index", Err(error.to_string()));
            return None;
        }
    };
    let (asked, indexed): (Vec<usize>, Vec<usize>) = (0..digits.vectors.len()).partition(|at| at % HELD_OUT == 0);
    let built = build(report, loaded, &mut index, digits, &indexed);
    report.check("the index is built", built);
    let answers = match search(report, loaded, &index, digits, &asked) {
        Ok(answers) => answers,
        Err(error) => {
            report.check("neighbours are found", Err(error));
            return None;
        }
    };
    let Answers { one_by_one: found, in_a_batch, queries_per_second, queries_per_second_in_a_batch } = answers;
    let exact: Vec<Vec<(f64, usize)>> = asked.iter().map(|query| brute_force(digits, *query, &indexed)).collect();
    report.check("distances are right and ascending", distances(digits, &asked, &found));
    let recall = recall(&found, &exact, digits, &asked);
    let text = format!("recall@{K} {recall:.4} of {} queries", asked.len());
    report.check("the nearest are found", if recall >= LEAST_RECALL { Ok(text) } else { Err(text) });
    let rate = |name: &str, a_second: f64| {
        report.out.line(format!("          {name:<42}  {}", grouped(a_second as u64)));
    };
    rate("queries a second", queries_per_second);
    rate("queries a second, all in one call", queries_per_second_in_a_batch);
    let same = in_a_batch == found;
    let text = format!("{} queries in one call", asked.len());
    report.check("a batch finds the same", if same { Ok(text) } else { Err(text) });
    report.check("digits are recognised by their neighbours", recognise(digits, &asked, &found));
    let changed = change(&mut index, digits, asked[0]);
    report.check("a row is added, found and removed", changed);
    Some(Search { recall, queries_per_second, queries_per_second_in_a_batch })
}

fn build(
    report: &mut Report<'_>,
    loaded: &Loaded,
    index: &mut Index,
    digits: &Digits,
    rows: &[usize],
) -> Result<String, String> {
    let mut meter = Meter::default();
    let entries: Vec<(u64, &[u8])> = rows.iter().map(|row| (*row as u64, &digits.vectors[*row][..])).collect();
    meter.time(|| index.build(1, 0, &entries)).map_err(|error| error.to_string())?;
    meter.bytes = entries.iter().map(|(_, key)| key.len()).sum();
    report.measured(&loaded.who(), "build", &meter);
    let size = index.size_bytes().map_err(|error| error.to_string())?;
    Ok(format!("{} vectors, {} bytes", grouped(entries.len() as u64), grouped(size)))
}

/// Asks each query alone, then all in one call, and so on in turn: what else the machine does slows both alike.
fn search(
    report: &mut Report<'_>,
    loaded: &Loaded,
    index: &Index,
    digits: &Digits,
    asked: &[usize],
) -> Result<Answers, String> {
    let (mut alone, mut batch) = (Meter::default(), Meter::default());
    let queries: Vec<&[u8]> = asked.iter().map(|query| &digits.vectors[*query][..]).collect();
    let (mut one_by_one, mut in_a_batch) = (Vec::new(), Vec::new());
    let bar = report.progress("searching", ROUNDS * asked.len());
    for _ in 0..ROUNDS {
        one_by_one.clear();
        for query in &queries {
            one_by_one.push(alone.time(|| index.nearest(query, K)).map_err(|error| error.to_string())?);
            bar.inc(1);
        }
        in_a_batch = batch.time(|| index.nearest_batch(&queries, K)).map_err(|error| error.to_string())?;
    }
    let a_second = |meter: &Meter| (ROUNDS * queries.len()) as f64 / meter.total().as_secs_f64().max(f64::MIN_POSITIVE);
    let (queries_per_second, queries_per_second_in_a_batch) = (a_second(&alone), a_second(&batch));
    for (call, meter) in [("nearest", &mut alone), ("nearest_batch", &mut batch)] {
        meter.bytes = ROUNDS * queries.len() * PIXELS * size_of::<f32>();
        report.measured(&loaded.who(), call, meter);
    }
    Ok(Answers { one_by_one, in_a_batch, queries_per_second, queries_per_second_in_a_batch })
}

fn distance(digits: &Digits, a: usize, b: usize) -> f64 {
    let pairs = digits.pixels[a].iter().zip(&digits.pixels[b]);
    pairs.map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>().sqrt()
}

/// The nearest of `rows`, by looking at all.
fn brute_force(digits: &Digits, query: usize, rows: &[usize]) -> Vec<(f64, usize)> {
    let mut all: Vec<(f64, usize)> = rows.iter().map(|row| (distance(digits, query, *row), *row)).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    all.truncate(K);
    all
}

/// A row as far as the farthest of the true ones is as good as it.
fn recall(found: &[Found], exact: &[Vec<(f64, usize)>], digits: &Digits, asked: &[usize]) -> f64 {
    let hits = found.iter().zip(exact).zip(asked).map(|((found, exact), query)| {
        let farthest = exact.last().map_or(0.0, |(distance, _)| *distance) * (1.0 + TOLERANCE);
        let mut rows: Vec<u64> = found.iter().map(|(row, _)| *row).collect();
        rows.sort_unstable();
        rows.dedup();
        let known =
            rows.into_iter().filter_map(|row| usize::try_from(row).ok().filter(|row| *row < digits.pixels.len()));
        known.filter(|row| row % HELD_OUT != 0 && distance(digits, *query, *row) <= farthest).count()
    });
    hits.sum::<usize>() as f64 / (K * found.len()).max(1) as f64
}

fn distances(digits: &Digits, asked: &[usize], found: &[Found]) -> Result<String, String> {
    for (query, found) in asked.iter().zip(found) {
        if !found.is_sorted_by(|a, b| a.1 <= b.1) {
            return Err(format!("those of digit {query} do not ascend"));
        }
        for (row, told) in found {
            let row = usize::try_from(*row).ok().filter(|row| *row < digits.pixels.len());
            let row = row.ok_or_else(|| format!("digit {query} has a neighbour that was never added"))?;
            let exact = distance(digits, *query, row);
            if (f64::from(*told) - exact).abs() > exact.max(1.0) * TOLERANCE {
                return Err(format!("from digit {query} to {row} it is {exact}, not {told}"));
            }
        }
    }
    Ok(format!("{} neighbours", grouped(found.iter().map(Vec::len).sum::<usize>() as u64)))
}

/// The digit that most of the neighbours show.
fn recognise(digits: &Digits, asked: &[usize], found: &[Found]) -> Result<String, String> {
    let right = asked.iter().zip(found).filter(|(query, found)| {
        let mut votes = [0; 10];
        let labels = found.iter().filter_map(|(row, _)| digits.labels.get(usize::try_from(*row).ok()?));
        labels.for_each(|label| votes[usize::from(*label) % votes.len()] += 1);
        let winner = (0..votes.len()).rev().max_by_key(|label| votes[*label]);
        winner == Some(usize::from(digits.labels[**query]))
    });
    let right = right.count();
    let text = format!("{right} of {}", asked.len());
    if right as f64 >= LEAST_RECALL * asked.len() as f64 {
        Ok(text)
    } else {
        Err(text)
    }
}

/// Adds a digit that was held out: it is then its own nearest neighbour, until it is removed.
fn change(index: &mut Index, digits: &Digits, row: usize) -> Result<String, String> {
    let (vector, id) = (&digits.vectors[row], row as u64);
    let nearest = |index: &Index| index.nearest(vector, 1).map_err(|error| error.to_string());
    index.insert(vector, id).map_err(|error| error.to_string())?;
    match nearest(index)?.first() {
        Some((found, distance)) if *found == id && *distance == 0.0 => {}
        found => return Err(format!("after it was added, {found:?} was found")),
    }
    index.delete(vector, id).map_err(|error| error.to_string())?;
    match nearest(index)?.first() {
        Some((found, _)) if *found != id => Ok(String::new()),
        found => Err(format!("after it was removed, {found:?} was found")),
    }
}
