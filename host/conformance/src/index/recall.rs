//! The recall of an index of vectors, told as curves: by the number of rows, by that of neighbours, and by how much of the index
//! a search looks at.

use crate::frame::must::{ensure, skip, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::index::basics::build;
use crate::index::metric::far;
use crate::index::vectors::of_vectors;
use crate::inputs::keys::Keys;
use sochdb_plugin_host::sdk::{
    DistanceMetric, ErrorKind, Exactness, IndexExtension, KeyElement, RowFilter, RowId, Search,
};
use sochdb_plugin_host::Index;
use std::time::{Duration, Instant};

suite!(Index, "index_recall": ; full:
    a_search_that_looks_at_more_finds_no_less,
    a_search_that_says_it_is_exact_misses_nothing,
);

const ROWS: u64 = 1000;
const QUERIES: u64 = 20;
const K: usize = 10;

/// The parameters of a search that say how much of the index it looks at, as indexes call them, and what they are set to.
const PARAMETERS: [(&str, &str, [u32; 6]); 2] = [
    ("recall@10 by ef", "microseconds of a search by ef", [10, 20, 40, 80, 160, 320]),
    ("recall@10 by nprobe", "microseconds of a search by nprobe", [1, 2, 4, 8, 16, 32]),
];

/// Vectors, and queries that are none of them.
struct Vectors {
    keys: Keys,
    entries: Vec<(RowId, Vec<u8>)>,
    metric: DistanceMetric,
}

impl Vectors {
    fn new(keys: Keys, rows: u64, metric: DistanceMetric) -> Self {
        Self { keys, entries: (0..rows).map(|row| (row, keys.key(row))).collect(), metric }
    }

    /// The share of the `k` nearest rows that a search finds, over all queries, and how long half of them take at most.
    fn recall(
        &self,
        k: usize,
        search: impl Fn(&[u8]) -> Result<Vec<(RowId, f32)>, NotPassed>,
    ) -> Result<(f64, Duration), NotPassed> {
        let (mut hits, mut all, mut times) = (0, 0, Vec::new());
        for query in (0..QUERIES).map(|number| self.keys.key(1_000_000 + number)) {
            let distance = |key: &[u8]| far(self.metric, self.keys, &query, key).unwrap_or(f64::INFINITY);
            let mut near: Vec<(f64, RowId)> = self.entries.iter().map(|(row, key)| (distance(key), *row)).collect();
            near.sort_by(|a, b| a.0.total_cmp(&b.0));
            let begin = Instant::now();
            let found = search(&query)?;
            times.push(begin.elapsed());
            // Of rows at one distance, as bits have many, any may come.
            let last = near[k.min(near.len()) - 1].0;
            let is_near = |row: RowId| near.iter().any(|(distance, near)| *near == row && *distance <= last);
            hits += found.iter().filter(|(row, _)| is_near(*row)).count();
            all += k.min(near.len());
        }
        times.sort_unstable();
        Ok((hits as f64 / all as f64, times[times.len() / 2]))
    }

    /// Sees that what was found is as near, row by row, as the nearest rows that the filter allows.
    fn misses_nothing(&self, query: &[u8], filter: RowFilter<'_>, found: &[(RowId, f32)]) -> Result<(), String> {
        let far = |key: &[u8]| far(self.metric, self.keys, query, key).unwrap_or(f64::INFINITY);
        let allowed = self.entries.iter().filter(|(row, _)| filter.contains(*row));
        let mut near: Vec<f64> = allowed.map(|(_, key)| far(key)).collect();
        near.sort_by(f64::total_cmp);
        let mut there: Vec<f64> = found.iter().map(|(row, _)| far(&self.entries[*row as usize].1)).collect();
        there.sort_by(f64::total_cmp);
        let wrong = there.iter().zip(&near).find(|(there, near)| *there - *near > ROUNDED * near.abs());
        match wrong {
            None => Ok(()),
            Some((there, near)) => Err(format!(
                "a search says that it is exact, and finds a row at {there} where one at {near} is missing (SOCH_SEARCH_IS_EXACT)"
            )),
        }
    }
}

/// Tells the curve of one parameter; nothing if the index does not have it.
fn by_parameter(
    subject: &Subject,
    index: &Index,
    vectors: &Vectors,
    (recalls, times, values): (&'static str, &'static str, [u32; 6]),
) -> Result<(), NotPassed> {
    let name = recalls.rsplit(' ').next().unwrap_or_default();
    let with = |value: u32, query: &[u8]| {
        let value = value.to_string();
        index.search(&Search::new(query, K).with_parameters(&[(name, &value)])).map(|found| found.neighbors)
    };
    let mut before = 0.0;
    for value in values {
        match with(value, &vectors.keys.key(0)) {
            // Another index may have such a parameter with other values.
            Err(error) if matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::Invalid) => continue,
            first => first.must("search")?,
        };
        let (recall, took) = vectors.recall(K, |query| with(value, query).must("search"))?;
        subject.measure(recalls, value.into(), recall);
        subject.measure(times, value.into(), took.as_secs_f64() * 1e6);
        let falls = recall < before - 0.05;
        ensure!(!falls, "with {name} = {value} the recall is {recall}, and with less of it {before}");
        before = recall;
    }
    Ok(())
}

fn a_search_that_looks_at_more_finds_no_less(subject: &Subject) -> Result<(), NotPassed> {
    let keys = of_vectors(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let described = index.describe();
    // What says nothing of its distances mostly orders as the squares do.
    let metric = match described.metric {
        DistanceMetric::Other => DistanceMetric::L2Squared,
        known => known,
    };
    for rows in [100, 300, ROWS] {
        let vectors = Vectors::new(keys, rows, metric);
        build(index, &vectors.entries)?;
        let (recall, _) = vectors.recall(K, |query| index.nearest(query, K).must("nearest"))?;
        subject.measure("recall@10 by rows", rows as f64, recall);
    }
    let vectors = Vectors::new(keys, ROWS, metric);
    let most = described.max_neighbors.map_or(ROWS, |most| most.min(ROWS)) as usize;
    for k in [1, 5, 10, 20, 50, 100].into_iter().filter(|k| *k <= most) {
        let (recall, _) = vectors.recall(k, |query| index.nearest(query, k).must("nearest"))?;
        subject.measure("recall by neighbours", k as f64, recall);
    }
    if supported("search", index.search(&Search::new(&keys.key(0), K)))?.is_none() {
        return Ok(());
    }
    PARAMETERS.into_iter().try_for_each(|parameter| by_parameter(subject, index, &vectors, parameter))
}

/// The share by which two distances that an index adds up in its own way may differ.
const ROUNDED: f64 = 2e-3;

/// However little it is told to look at.
fn a_search_that_says_it_is_exact_misses_nothing(subject: &Subject) -> Result<(), NotPassed> {
    let keys = of_vectors(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let metric = index.describe().metric;
    if metric == DistanceMetric::Other || !matches!(keys, Keys::Vectors(KeyElement::F32, ..)) {
        skip!("no distances are known that the suite computes as the index does");
    }
    let vectors = Vectors::new(keys, ROWS, metric);
    build(index, &vectors.entries)?;
    let wanted = PARAMETERS.map(|(recalls, _, values)| (recalls.rsplit(' ').next().unwrap_or_default(), values));
    let set = wanted.iter().flat_map(|(name, values)| [1, values[0]].map(|value| (*name, value.to_string())));
    let mut all: Vec<Vec<(&str, String)>> = set.map(|parameter| vec![parameter]).collect();
    all.insert(0, Vec::new());
    let is_even = |row: RowId| row.is_multiple_of(2);
    for (filter, demanded) in
        [RowFilter::all(), RowFilter::by(&is_even)].into_iter().flat_map(|filter| [(filter, false), (filter, true)])
    {
        for parameters in &all {
            let lent: Vec<(&str, &str)> = parameters.iter().map(|(name, value)| (*name, &**value)).collect();
            for query in (0..QUERIES).map(|number| keys.key(1_000_000 + number)) {
                let search = Search::new(&query, K).with_parameters(&lent).among(filter);
                let found = match index.search(&if demanded { search.exactly() } else { search }) {
                    Err(error) if matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::Invalid) => break,
                    found => found.must("search")?,
                };
                let is_exact = found.exactness == Exactness::Exact;
                ensure!(is_exact || !demanded, "an exact search with {lent:?} says that rows may be missing");
                if is_exact {
                    vectors
                        .misses_nothing(&query, filter, &found.neighbors)
                        .map_err(|why| format!("with {lent:?}, {why}"))?;
                }
            }
        }
    }
    Ok(())
}
