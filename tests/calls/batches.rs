//! The conformance suite notices an index whose batches are not what its single queries are.

use sochdb_plugin_conformance::{tests_for, Subject};
use sochdb_plugin_host::sdk::{
    Error, Extension, ExtensionInfo, IndexExtension, NeighborLists, Neighbors, RowId, RowIds,
};
use sochdb_plugin_host::Index;
use support::plugins::Private;

type Result<T> = std::result::Result<T, Error>;

/// `index_hnsw`, with its batches told wrong.
struct Liar {
    index: Index,
    lie: Lie,
}

#[derive(Clone, Copy, PartialEq)]
enum Lie {
    None,
    /// Gives each query the neighbours of another.
    Crossed,
    /// Finds nothing for the last query.
    Shortened,
}

impl Extension for Liar {
    fn info(&self) -> ExtensionInfo {
        ExtensionInfo::new("liar", "1")
    }
}

impl IndexExtension for Liar {
    fn index_type(&self) -> &str {
        "liar"
    }
    fn build(&mut self, table: u32, column: u16, entries: &[(RowId, &[u8])]) -> Result<()> {
        self.index.build(table, column, entries)
    }
    fn insert(&mut self, key: &[u8], row: RowId) -> Result<()> {
        self.index.insert(key, row)
    }
    fn delete(&mut self, key: &[u8], row: RowId) -> Result<()> {
        self.index.delete(key, row)
    }
    fn lookup_into(&self, key: &[u8], rows: &mut RowIds<'_>) -> Result<()> {
        self.index.lookup_into(key, rows)
    }
    fn range_into(&self, start: &[u8], end: &[u8], limit: usize, rows: &mut RowIds<'_>) -> Result<()> {
        self.index.range_into(start, end, limit, rows)
    }
    fn size_bytes(&self) -> Result<u64> {
        self.index.size_bytes()
    }
    fn nearest_into(&self, query: &[u8], k: usize, neighbors: &mut Neighbors<'_>) -> Result<()> {
        self.index.nearest_into(query, k, neighbors)
    }
    fn nearest_batch_into(&self, queries: &[&[u8]], k: usize, lists: &mut NeighborLists<'_>) -> Result<()> {
        let mut order = queries.to_vec();
        if self.lie == Lie::Crossed {
            order.reverse();
        }
        let mut left = queries.len();
        lists.each(&order, |query, neighbors| {
            left -= 1;
            match (self.lie, left) {
                (Lie::Shortened, 0) => Ok(()),
                _ => self.index.nearest_into(query, k, neighbors),
            }
        })
    }
}

/// What the suite says of a plugin with this lie: the names of the tests that fail.
fn failures(lie: Lie) -> Vec<&'static str> {
    let library = Private::copy(&support::plugins::in_rust("index_hnsw")).load().expect("it loads");
    let make = move |config: &str| {
        let index = library.instance(config).expect("an instance").index().expect("an index");
        Ok(Index::new(Liar { index, lie })?.into())
    };
    let subject = Subject::linked(make, r#"{"dimensions":4}"#).expect("an instance").dimensions(4);
    let tests = tests_for(&subject).filter(|test| test.name.starts_with("index::"));
    tests.filter(|test| test.failure(&subject).is_some()).map(|test| test.name).collect()
}

#[test]
fn a_batch_that_differs_from_its_queries_fails_the_suite() {
    assert_eq!(failures(Lie::None), [""; 0]);
    for lie in [Lie::Crossed, Lie::Shortened] {
        assert_eq!(failures(lie), ["index::a_batch_finds_what_each_query_finds"]);
    }
}
