//! Deletes: no change takes long, and searches stay right meanwhile and afterwards.

use super::*;
use crate::work;
use std::collections::BTreeMap;

const CONFIG: &str = r#"{"dimensions":16,"ef_construction":40}"#;
/// A change may move two vectors and add one; the largest insert of many is not quite the largest there is.
const INSERTS_A_CHANGE: u64 = 4;

/// An index of `points`, and the most that an insert cost.
fn filled(points: &[Vec<f32>]) -> (HnswIndex, u64) {
    let mut index = index(CONFIG);
    let insert = |(row, point): (RowId, &Vec<f32>)| work::of(|| index.insert(&key(point), row).unwrap());
    let most = (0..).zip(points).map(insert).max().expect("points");
    (index, most)
}

/// Rows in an order that looks random and is the same each time.
pub(super) fn shuffled(count: usize) -> Vec<usize> {
    let mut numbers = Numbers(11);
    let mut rows: Vec<(u32, usize)> = (0..count).map(|row| ((numbers.next() * 1e6) as u32, row)).collect();
    rows.sort_unstable();
    rows.into_iter().map(|(_, row)| row).collect()
}

#[test]
fn no_delete_does_the_work_of_many_inserts() {
    let count = 1_500;
    let points = Numbers(21).digits(count, 16, 12);
    let orders: BTreeMap<&str, Vec<usize>> = BTreeMap::from([
        ("oldest first", (0..count).collect()),
        ("newest first", (0..count).rev().collect()),
        ("at random", shuffled(count)),
        ("every second, then the others", (0..count).step_by(2).chain((1..count).step_by(2)).collect()),
    ]);
    for (order, rows) in orders {
        let (mut index, most) = filled(&points);
        for (at, row) in rows.iter().enumerate() {
            let cost = work::of(|| index.delete(&key(&points[*row]), *row as RowId).unwrap());
            assert!(cost <= INSERTS_A_CHANGE * most, "{order}: delete {at} costs {cost}, an insert at most {most}");
        }
        assert!(index.nearest(&key(&points[0]), 3).unwrap().is_empty(), "{order}: all are gone");
    }
}

#[test]
fn no_change_between_deletes_does_the_work_of_many_inserts() {
    let count = 1_500;
    let points = Numbers(22).digits(2 * count, 16, 12);
    let (mut index, most) = filled(&points[..count]);
    // The living stay as many: each delete makes room for an insert. Some vectors come back.
    for (at, row) in shuffled(count).into_iter().enumerate() {
        let mut changes = vec![(false, row), (true, count + row)];
        if at % 7 == 0 {
            changes.extend([(true, row), (false, row)]);
        }
        for (insert, row) in changes {
            let (key, id) = (key(&points[row]), row as RowId);
            let cost = work::of(|| if insert { index.insert(&key, id) } else { index.delete(&key, id) }.unwrap());
            assert!(cost <= INSERTS_A_CHANGE * most, "change {at} costs {cost}, an insert at most {most}");
            assert_eq!(index.lookup(&key).unwrap().contains(&id), insert);
        }
    }
    let recall = recall_of_living(&index, &points, &points[count..count + 50], l2, |row| row >= count);
    assert!(recall >= 0.95, "{recall}");
}

#[test]
fn recall_stays_while_vectors_go() {
    let count = 2_000;
    let mut points = Numbers(23).digits(count + 40, 16, 12);
    let queries = points.split_off(count);
    let (mut index, _) = filled(&points);
    let order = shuffled(count);
    let mut gone = vec![false; count];
    for (at, row) in order.into_iter().enumerate() {
        index.delete(&key(&points[row]), row as RowId).unwrap();
        gone[row] = true;
        // The old graph is replaced from the half on: before, at its begin, in the middle, at its end, and at 90 %.
        let deleted = at + 1;
        if [400, 990, 1_000, 1_005, 1_100, 1_250, 1_400, 1_600, 1_800, 1_980].contains(&deleted) {
            let recall = recall_of_living(&index, &points, &queries, l2, |row| !gone[row]);
            assert!(recall >= 0.95, "recall {recall} after {deleted} of {count} deletes");
        }
    }
}

#[test]
fn a_graph_that_is_replaced_loses_no_row() {
    let count = 600;
    let points = Numbers(24).digits(count, 16, 600);
    let (mut index, _) = filled(&points);
    let mut model: BTreeMap<Vec<u8>, Vec<RowId>> = BTreeMap::new();
    (0..).zip(&points).for_each(|(row, point)| model.entry(key(point)).or_default().push(row));
    let mut numbers = Numbers(25);
    for change in 0..3_000_u64 {
        let key = key(&points[(numbers.next() * count as f32) as usize % count]);
        let rows = model.entry(key.clone()).or_default();
        // More goes than comes, so that graphs are replaced again and again.
        if numbers.next() < 0.3 {
            index.insert(&key, 10_000 + change).unwrap();
            rows.push(10_000 + change);
        } else if let Some(row) = rows.pop() {
            index.delete(&key, row).unwrap();
        }
        if change % 100 == 0 {
            for (key, rows) in &model {
                let mut expected = rows.clone();
                expected.sort_unstable();
                assert_eq!(index.lookup(key).unwrap(), expected, "change {change}");
            }
            let living: usize = model.values().map(Vec::len).sum();
            assert_eq!(index.nearest(&key, 5_000).unwrap().len(), living, "change {change}");
        }
    }
}
