//! Searches among some rows, within a distance, with parameters of their own.

use super::*;
use crate::work;

const K: usize = 10;

fn filled(points: &[Vec<f32>]) -> HnswIndex {
    let mut index = index(r#"{"dimensions":16,"ef_construction":60,"ef_search":32}"#);
    points.iter().zip(0..).for_each(|(point, row)| index.insert(&key(point), row).unwrap());
    index
}

/// Of the nearest allowed rows of these queries, how many were found; all that was found is allowed.
fn recall_among(index: &HnswIndex, points: &[Vec<f32>], queries: &[Vec<f32>], filter: RowFilter<'_>) -> f64 {
    let (mut hits, mut wanted) = (0, 0);
    for query in queries {
        let allowed = points.iter().zip(0..).filter(|(_, row)| filter.contains(*row));
        let mut exact: Vec<f64> = allowed.map(|(point, _)| l2(point, query)).collect();
        exact.sort_by(f64::total_cmp);
        exact.truncate(K);
        let found = index.search(&Search::new(&key(query), K).among(filter)).unwrap().neighbors;
        assert_eq!(found.len(), exact.len());
        assert!(found.iter().all(|(row, _)| filter.contains(*row)), "{found:?}");
        let farthest = exact.last().map_or(0.0, |last| last + 1e-5);
        hits += found.iter().filter(|(_, distance)| f64::from(*distance) <= farthest).count();
        wanted += exact.len();
    }
    hits as f64 / wanted.max(1) as f64
}

#[test]
fn recall_among_some_rows_is_above_97_percent() {
    let mut points = Numbers(19).digits(3_050, 16, 20);
    let queries = points.split_off(3_000);
    let index = filled(&points);
    for step in [2, 10, 100, 1_000, 3_000] {
        let rows: Vec<RowId> = (0..3_000).filter(|row| row * 7_919 % step == 1).collect();
        let mut words = vec![0_u64; 3_000 / 64 + 1];
        rows.iter().for_each(|row| words[*row as usize / 64] |= 1 << (row % 64));
        let contains = |row: RowId| rows.binary_search(&row).is_ok();
        for filter in [RowFilter::sorted(&rows).unwrap(), RowFilter::bitmap(&words), RowFilter::by(&contains)] {
            let recall = recall_among(&index, &points, &queries, filter);
            assert!(recall >= 0.97, "one row in {step}, {filter:?}: {recall}");
        }
    }
}

#[test]
fn an_exact_search_is_exact_and_says_so() {
    let mut points = Numbers(23).digits(2_020, 16, 20);
    let queries = points.split_off(2_000);
    let index = filled(&points);
    for query in &queries {
        let mut exact: Vec<f64> = points.iter().map(|point| l2(point, query)).collect();
        exact.sort_by(f64::total_cmp);
        let query = key(query);
        let found = index.search(&Search::new(&query, K).exactly()).unwrap();
        assert_eq!(found.exactness, Exactness::Exact);
        let same = |((_, distance), exact): (&(RowId, f32), &f64)| (f64::from(*distance) - exact).abs() < 1e-5;
        assert!(found.neighbors.iter().zip(&exact).all(same), "{found:?}");
        assert_eq!(index.search(&Search::new(&query, K)).unwrap().exactness, Exactness::Approximate);
        let most = exact[3] + 1e-5;
        let near = index.search(&Search::new(&query, K).exactly().within(most)).unwrap().neighbors;
        let expected = exact.iter().filter(|distance| **distance <= most).count().min(K);
        assert_eq!(near.len(), expected, "{near:?} within {most}");
    }
}

#[test]
fn candidates_are_of_one_search_and_a_wrong_parameter_is_named() {
    let mut points = Numbers(29).digits(2_050, 16, 20);
    let queries = points.split_off(2_000);
    let index = filled(&points);
    let cost = |ef: &str| {
        let parameters = [("ef", ef)];
        work::of(|| {
            for query in &queries {
                let query = key(query);
                let found = index.search(&Search::new(&query, K).with_parameters(&parameters)).unwrap();
                assert_eq!(found.neighbors.len(), K);
            }
        })
    };
    let (few, many) = (cost("10"), cost("500"));
    assert!(many > 2 * few, "with 500 candidates a search costs {many}, with 10 {few}");
    let query = key(&queries[0]);
    let search = Search::new(&query, 1);
    for wrong in ["", "0", "4097", "-1", "many", "1.5"] {
        let message = refusal(index.search(&search.with_parameters(&[("ef", wrong)])));
        assert!(message.contains("must be 1 to 4096"), "{message}");
    }
    let unknown = index.search(&search.with_parameters(&[("ef", "9"), ("nprobe", "9")])).unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::Unsupported);
    assert!(unknown.message().contains("nprobe"), "{unknown}");
    let text = index.search(&search.with_element(KeyElement::Text)).unwrap_err();
    assert_eq!(text.kind(), ErrorKind::Unsupported);
}
