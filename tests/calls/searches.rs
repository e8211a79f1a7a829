//! What a search may find: an index cannot give a row that its caller did not allow, and what it cannot do is refused.

use sochdb_plugin_host::sdk::prelude::*;
use sochdb_plugin_host::sdk::{Extension, ExtensionInfo, IndexProperties, KeyElement};
use sochdb_plugin_host::Index;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use support::plugins::load_c;

/// The nearest rows of a search that was not heard.
type Answer = fn(&Search<'_>, &mut Neighbors<'_>) -> Result<Exactness>;

/// An index with nothing but a search, which answers this.
struct Searching(Answer);

impl Extension for Searching {
    fn info(&self) -> ExtensionInfo {
        ExtensionInfo::new("searching", "1.0.0")
    }
}

impl IndexExtension for Searching {
    fn index_type(&self) -> &str {
        "searching"
    }
    fn describe(&self) -> IndexProperties {
        IndexProperties::new().with_vectors(KeyElement::F16, 2)
    }
    fn search_into(&self, search: &Search<'_>, neighbors: &mut Neighbors<'_>) -> Result<Exactness> {
        (self.0)(search, neighbors)
    }
}

fn index(answer: Answer) -> Index {
    Index::new(Searching(answer)).expect("an index")
}

/// Rows 0 to 9, each at its own number, as far as they are allowed.
fn honest(search: &Search<'_>, neighbors: &mut Neighbors<'_>) -> Result<Exactness> {
    let rows = (0..10).filter(|row| search.rows.contains(*row) && search.keeps(*row as f32));
    rows.take(search.k).try_for_each(|row| neighbors.push(row, row as f32))?;
    Ok(Exactness::Exact)
}

fn rows(found: Result<sochdb_plugin_host::sdk::Found>) -> Vec<RowId> {
    found.expect("it is found").neighbors.into_iter().map(|(row, _)| row).collect()
}

#[test]
fn a_row_that_is_not_allowed_is_a_broken_contract() {
    let forgets =
        |search: &Search<'_>, neighbors: &mut Neighbors<'_>| honest(&Search::new(search.query, search.k), neighbors);
    let (lying, even) = (index(forgets), |row: RowId| row.is_multiple_of(2));
    let search = Search::new(b"1234", 3);
    for filter in [RowFilter::bitmap(&[0b101]), RowFilter::sorted(&[0, 2]).unwrap(), RowFilter::by(&even)] {
        let error = lying.search(&search.among(filter)).expect_err("row 1 is not allowed");
        assert_eq!(error.kind(), ErrorKind::Contract, "{error}");
        assert!(error.message().contains("found row 1, which the search does not allow"), "{error}");
    }
    let error = lying.search(&search.within(1.5)).expect_err("row 2 is too far");
    assert_eq!(error.kind(), ErrorKind::Contract, "{error}");
    assert!(error.message().contains("row 2 at 2, farther"), "{error}");
    assert_eq!(rows(lying.search(&search)), [0, 1, 2], "and goes on");
    assert_eq!(rows(lying.search(&search.within(2.0).among(RowFilter::bitmap(&[0b111])))), [0, 1, 2]);
}

#[test]
fn more_rows_than_asked_for_are_a_broken_contract() {
    let liar = load_c("lying_index", &[]).instance("{}").expect("an instance").index().expect("an index");
    for k in [0, 1, 10] {
        let error = liar.search(&Search::new(b"k", k)).expect_err("one more");
        assert_eq!(error.kind(), ErrorKind::Contract, "{error}");
        assert!(error.message().contains(&format!("{} neighbours where {k} were asked for", k + 1)), "{error}");
    }
    let found = liar.search(&Search::new(b"u", 2)).expect("two rows");
    assert!(
        found.neighbors.iter().all(|(row, distance)| *row == 0 && distance.is_nan()),
        "what nobody wrote: {found:?}"
    );
    liar.search(&Search::new(b"u", 2).within(1.0)).expect_err("NaN is not within any distance");
    assert_eq!(liar.search(&Search::new(b"f", 2)).expect_err("it fails").kind(), ErrorKind::Io);
}

#[test]
fn a_filter_that_panics_fails_the_search_and_no_more() {
    let asked = AtomicUsize::new(0);
    let panics = |row: RowId| match row {
        3 => panic!("on purpose"),
        _ => asked.fetch_add(1, SeqCst) < usize::MAX,
    };
    let index = index(honest);
    let search = Search::new(b"1234", 9).among(RowFilter::by(&panics));
    let error = index.search(&search).expect_err("the filter panicked");
    assert_eq!(error.kind(), ErrorKind::Failed, "{error}");
    assert!(error.message().contains("on purpose"), "{error}");
    assert_eq!(asked.load(SeqCst), 3, "after its panic it is not asked again");
    assert!(!index.is_poisoned());
    assert_eq!(rows(index.search(&search.for_at_most(3))), [0, 1, 2]);
}

#[test]
fn a_plain_search_takes_the_place_of_nearest() {
    let index = index(honest);
    assert_eq!(index.nearest(b"1234", 2).expect("by search"), [(0, 0.0), (1, 1.0)]);
    let lists = index.nearest_batch(&[b"1234", b"5678"], 1).expect("by search");
    assert_eq!(lists, [[(0, 0.0)], [(0, 0.0)]]);
}

#[test]
fn what_only_finds_the_nearest_filters_nothing() {
    let index = load_c("nearest_alone", &[]).instance("{}").expect("an instance").index();
    let mut index = index.expect("an index");
    let key = |number: f32| [number; 16].map(f32::to_ne_bytes).concat();
    (0..10_u64).for_each(|row| index.insert(&key(row as f32), row).expect("a vector"));
    let query = key(0.0);
    let search = Search::new(&query, 5);
    assert_eq!(rows(index.search(&search)), [0, 1, 2, 3, 4]);
    assert_eq!(rows(index.search(&search.within(16.0))), [0, 1]);
    for asks_for_more in [
        search.among(RowFilter::bitmap(&[u64::MAX])),
        search.among(RowFilter::sorted(&[]).unwrap()),
        search.among(RowFilter::by(&|_| true)),
        search.exactly(),
        search.with_parameters(&[("ef", "9")]),
        search.with_element(KeyElement::Text),
    ] {
        let error = index.search(&asks_for_more).expect_err("it has `nearest` alone");
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{asks_for_more:?}: {error}");
    }
}

#[test]
fn a_query_of_another_element_is_the_indexs_own_to_take() {
    let index = index(|search, neighbors| match search.element {
        KeyElement::Bytes => honest(search, neighbors),
        KeyElement::Text => neighbors.push(search.query.len() as u64, 0.5).map(|()| Exactness::Approximate),
        _ => Err(Error::unsupported("element")),
    });
    let text = Search::new(b"a text of any length", 1).with_element(KeyElement::Text);
    assert_eq!(rows(index.search(&text)), [20]);
    assert_eq!(rows(index.search(&Search::new(b"1234", 1).with_element(KeyElement::F16))), [0], "as it describes");
    let other = index.search(&Search::new(b"1234", 1).with_element(KeyElement::I8)).expect_err("vectors of bytes");
    assert_eq!(other.kind(), ErrorKind::Unsupported);
    let short = index.search(&Search::new(b"123", 1).with_element(KeyElement::F16)).expect_err("three bytes");
    assert_eq!(short.kind(), ErrorKind::Invalid);
}

#[test]
fn a_wrong_search_is_refused() {
    let index = index(honest);
    let error = index.search(&Search::new(b"1234", 1).within(f64::NAN)).expect_err("no number");
    assert_eq!(error.kind(), ErrorKind::Invalid);
    for wrong in [&[1, 1][..], &[2, 1], &[0, 1, 5, 4]] {
        let error = RowFilter::sorted(wrong).expect_err("they do not ascend");
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.message().contains(&wrong[wrong.len() - 1].to_string()), "{error}");
    }
}

#[test]
fn a_filter_allows_rows_of_any_number() {
    let rows = [0, 63, 64, 1 << 20, u64::MAX - 1, u64::MAX];
    let echo: Answer = |search, neighbors| {
        let all = [0, 1, 63, 64, 65, 1 << 20, 1 << 40, u64::MAX - 2, u64::MAX - 1, u64::MAX];
        all.into_iter().filter(|row| search.rows.contains(*row)).try_for_each(|row| neighbors.push(row, 0.0))?;
        Ok(Exactness::Exact)
    };
    let index = index(echo);
    let search = Search::new(b"1234", 20);
    let contains = |row: RowId| rows.contains(&row);
    let found = |filter| self::rows(index.search(&search.among(filter)));
    assert_eq!(found(RowFilter::sorted(&rows).unwrap()), rows);
    assert_eq!(found(RowFilter::by(&contains)), rows);
    assert_eq!(found(RowFilter::bitmap(&[1 | 1 << 63, 1])), [0, 63, 64]);
    assert_eq!(found(RowFilter::all()).len(), 10);
}
