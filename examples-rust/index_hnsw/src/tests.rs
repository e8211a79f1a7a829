//! What a search finds, what a change leaves, and what is refused.

use super::*;

mod deletes;
mod filters;
mod frees;
mod growth;
mod stalls;

fn index(config: &str) -> HnswIndex {
    HnswIndex::create(Host::detached(config)).expect("a valid configuration")
}

fn key(vector: &[f32]) -> Vec<u8> {
    vector.iter().flat_map(|number| number.to_ne_bytes()).collect()
}

fn refusal<T>(result: Result<T>) -> String {
    let error = result.err().expect("a refusal");
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    error.message().to_owned()
}

/// Numbers from 0 to 1 that are the same each time.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1_u64 << 24) as f32
    }

    /// Points around `centers` centers, whole numbers from 0 to 16 as in pictures of digits.
    fn digits(&mut self, count: usize, dimensions: usize, centers: usize) -> Vec<Vec<f32>> {
        let centers: Vec<Vec<f32>> =
            (0..centers).map(|_| (0..dimensions).map(|_| self.next() * 16.0).collect()).collect();
        (0..count)
            .map(|at| {
                let center = &centers[at % centers.len()];
                center.iter().map(|number| (number + self.next() * 6.0 - 3.0).clamp(0.0, 16.0).round()).collect()
            })
            .collect()
    }
}

fn recall(
    index: &HnswIndex,
    points: &[Vec<f32>],
    queries: &[Vec<f32>],
    distance: impl Fn(&[f32], &[f32]) -> f64,
) -> f64 {
    recall_of_living(index, points, queries, distance, |_| true)
}

/// The same, with only the rows that `lives` says in the index.
fn recall_of_living(
    index: &HnswIndex,
    points: &[Vec<f32>],
    queries: &[Vec<f32>],
    distance: impl Fn(&[f32], &[f32]) -> f64,
    lives: impl Fn(usize) -> bool,
) -> f64 {
    const K: usize = 10;
    let mut hits = 0;
    for query in queries {
        let living = points.iter().enumerate().filter(|(row, _)| lives(*row));
        let mut exact: Vec<f64> = living.map(|(_, point)| distance(point, query)).collect();
        exact.sort_by(f64::total_cmp);
        let found = index.nearest(&key(query), K).unwrap();
        assert_eq!(found.len(), K);
        assert!(found.windows(2).all(|pair| pair[0].1 <= pair[1].1), "{found:?}");
        for (row, reported) in found {
            assert!(lives(row as usize), "row {row} was deleted");
            let true_distance = distance(&points[row as usize], query);
            assert!((true_distance - f64::from(reported)).abs() < 1e-5, "{true_distance} {reported}");
            // Of several at the same distance, any will do.
            hits += usize::from(true_distance <= exact[K - 1] + 1e-9);
        }
    }
    hits as f64 / (K * queries.len()) as f64
}

fn l2(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>().sqrt()
}

fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    1.0 - dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

#[test]
fn recall_on_digits_is_above_95_percent() {
    let mut points = Numbers(7).digits(1_897, 64, 10);
    let queries = points.split_off(1_797);
    let keys: Vec<Vec<u8>> = points.iter().map(|point| key(point)).collect();
    let entries: Vec<(RowId, &[u8])> = keys.iter().zip(0..).map(|(key, row)| (row, &**key)).collect();

    let mut built = index(r#"{"dimensions":64,"ef_construction":80}"#);
    built.build(1, 1, &entries).unwrap();
    let of_l2 = recall(&built, &points, &queries, l2);

    let mut inserted = index(r#"{"dimensions":64,"metric":"cosine"}"#);
    let (points, entries) = (&points[..600], &entries[..600]);
    entries.iter().for_each(|(row, key)| inserted.insert(key, *row).unwrap());
    let of_cosine = recall(&inserted, points, &queries, cosine);
    assert!(of_l2 >= 0.95 && of_cosine >= 0.95, "{of_l2} {of_cosine}");
}

#[test]
fn what_was_deleted_never_comes_back() {
    let points = Numbers(3).digits(400, 8, 5);
    let mut index = index(r#"{"dimensions":8,"ef_construction":40}"#);
    points.iter().zip(0..).for_each(|(point, row)| index.insert(&key(point), row).unwrap());
    // Past the point where the graph is built anew.
    for (row, point) in (0_u64..).zip(&points).filter(|(row, _)| row % 5 != 0) {
        index.delete(&key(point), row).unwrap();
        index.delete(&key(point), row).unwrap();
        if row % 50 == 1 {
            let found = index.nearest(&key(point), 60).unwrap();
            assert_eq!(found.len(), 60);
            assert!(found.iter().all(|&(found, _)| found > row || found % 5 == 0), "{found:?}");
        }
    }
    let mut left: Vec<RowId> = index.nearest(&key(&points[1]), 400).unwrap().into_iter().map(|(row, _)| row).collect();
    left.sort_unstable();
    assert_eq!(left, (0..400).step_by(5).collect::<Vec<_>>());
    assert!(index.lookup(&key(&points[1])).unwrap().iter().all(|row| row % 5 == 0));

    index.insert(&key(&points[1]), 1).unwrap();
    assert_eq!(index.nearest(&key(&points[1]), 1).unwrap(), [(1, 0.0)]);
}

#[test]
fn a_batch_carries_nothing_from_one_query_to_the_next() {
    let points = Numbers(5).digits(300, 8, 5);
    let mut index = index(r#"{"dimensions":8,"metric":"cosine"}"#);
    points.iter().zip(0..).for_each(|(point, row)| index.insert(&key(point), row).unwrap());
    let keys: Vec<Vec<u8>> = points.iter().map(|point| key(point)).collect();
    let queries: Vec<&[u8]> = keys.iter().map(|key| &**key).collect();
    for k in [0, 1, 7, 100, 400] {
        let singles: Vec<_> = queries.iter().map(|query| index.nearest(query, k).unwrap()).collect();
        assert_eq!(index.nearest_batch(&queries, k).unwrap(), singles);
    }
    refusal(index.nearest_batch(&[queries[0], b"1234567"], 1));
    assert!(index.nearest_batch(&[], 3).unwrap().is_empty());
}

#[test]
fn rows_share_vectors_and_vectors_share_rows() {
    let mut index = index(r#"{"dimensions":2}"#);
    let (here, there) = (key(&[1.0, 0.0]), key(&[4.0, 4.0]));
    for (key, row) in [(&here, 2), (&here, 1), (&here, 2), (&there, 2), (&there, 3)] {
        index.insert(key, row).unwrap();
    }
    assert_eq!(index.lookup(&here).unwrap(), [1, 2]);
    assert_eq!(index.nearest(&here, 9).unwrap(), [(1, 0.0), (2, 0.0), (3, 5.0)]);
    assert_eq!(index.nearest(&here, 1).unwrap(), [(1, 0.0)]);
    assert!(index.nearest(&here, 0).unwrap().is_empty());
    index.delete(&here, 2).unwrap();
    assert_eq!(index.nearest(&here, 9).unwrap(), [(1, 0.0), (2, 5.0), (3, 5.0)]);
    assert_eq!(index.range(&here, &there, 1).unwrap_err().kind(), ErrorKind::Unsupported);
}

#[test]
fn build_replaces_all_or_nothing() {
    let mut index = index(r#"{"dimensions":1}"#);
    assert!(index.nearest(&key(&[1.0]), 3).unwrap().is_empty());
    let empty = index.size_bytes().unwrap();
    index.insert(&key(&[1.0]), 1).unwrap();
    assert!(index.size_bytes().unwrap() > empty);
    let message = refusal(index.build(1, 1, &[(5, &key(&[5.0])), (6, b"abc")]));
    assert!(message.contains("row 6") && message.contains("3 bytes") && message.contains("must have 4"), "{message}");
    assert_eq!(index.nearest(&key(&[0.0]), 9).unwrap(), [(1, 1.0)]);
    index.build(1, 1, &[(5, &key(&[5.0])), (6, &key(&[-6.0]))]).unwrap();
    assert_eq!(index.nearest(&key(&[0.0]), 9).unwrap(), [(5, 5.0), (6, 6.0)]);
}

#[test]
fn vectors_that_have_no_distance_are_refused() {
    let mut index = index(r#"{"dimensions":2,"metric":"cosine"}"#);
    for vector in [[0.0, -0.0], [f32::NAN, 1.0], [1.0, f32::INFINITY]] {
        refusal(index.insert(&key(&vector), 1));
        refusal(index.nearest(&key(&vector), 1));
    }
    refusal(index.lookup(b"1234567"));
    refusal(index.delete(&key(&[1.0]), 1));
    index.insert(&key(&[1e-38, 0.0]), 1).unwrap();
    index.insert(&key(&[0.0, 3e38]), 2).unwrap();
    assert_eq!(index.nearest(&key(&[2.0, 0.0]), 2).unwrap(), [(1, 0.0), (2, 1.0)]);
}

#[test]
fn numbers_whose_squares_overflow_keep_their_order() {
    let mut index = index(r#"{"dimensions":1}"#);
    (1..200_u64).for_each(|row| index.insert(&key(&[row as f32 * 1e36]), row).unwrap());
    let found = index.nearest(&key(&[7.2e36]), 3).unwrap();
    assert_eq!(found.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [7, 8, 6]);
}

#[test]
fn the_most_links_fit() {
    let points = Numbers(9).digits(300, 2, 300);
    let mut index = index(r#"{"dimensions":2,"m":32,"ef_construction":100}"#);
    points.iter().zip(0..).for_each(|(point, row)| index.insert(&key(point), row).unwrap());
    assert!(recall(&index, &points, &points[..20], l2) >= 0.95);
}

#[test]
fn a_wrong_configuration_is_named() {
    let cases = [
        (r#"{}"#, "dimensions"),
        (r#"{"dimensions":0}"#, "`dimensions` is 0, and must be 1 to 4096"),
        (r#"{"dimensions":4097}"#, "4097"),
        (r#"{"dimensions":4,"metric":"dot"}"#, "dot"),
        (r#"{"dimensions":4,"m":33}"#, "`m` is 33, and must be 2 to 32"),
        (r#"{"dimensions":4,"ef_construction":8}"#, "`ef_construction` is 8, and must be 16"),
        (r#"{"dimensions":4,"ef_search":0}"#, "ef_search"),
        (r#"{"dimensions":4,"ef":1}"#, "ef"),
    ];
    for (config, expected) in cases {
        let message = refusal(HnswIndex::create(Host::detached(config)));
        assert!(message.contains(expected), "{message}");
    }
}
