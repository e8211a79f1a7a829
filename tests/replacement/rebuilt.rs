//! Indexes that are built anew while others search and change them.

use crate::versions::{loader, not_replaced};
use sochdb_plugin_host::sdk::{
    extension_info, ColumnId, Error, ErrorKind, Extension, ExtensionInfo, IndexExtension, Result, RowId, RowIds,
    TableId,
};
use sochdb_plugin_host::{CallOptions, CancelToken, Index, IndexBuilder, ManagerError, PluginManager};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use support::in_c;
use support::plugins::Private;

/// An index that is linked in, and builds only at once.
#[derive(Default)]
struct Pairs(BTreeSet<(Vec<u8>, RowId)>);

impl Extension for Pairs {
    fn info(&self) -> ExtensionInfo {
        extension_info!()
    }
}

impl IndexExtension for Pairs {
    fn index_type(&self) -> &str {
        "pairs"
    }
    fn build(&mut self, _: TableId, _: ColumnId, entries: &[(RowId, &[u8])]) -> Result<()> {
        self.0 = entries.iter().map(|(row, key)| (key.to_vec(), *row)).collect();
        Ok(())
    }
    fn insert(&mut self, key: &[u8], row: RowId) -> Result<()> {
        self.0.insert((key.to_vec(), row));
        Ok(())
    }
    fn delete(&mut self, key: &[u8], row: RowId) -> Result<()> {
        self.0.remove(&(key.to_vec(), row));
        Ok(())
    }
    fn lookup_into(&self, key: &[u8], rows: &mut RowIds<'_>) -> Result<()> {
        self.0.iter().filter(|(have, _)| have == key).for_each(|(_, row)| rows.push(*row));
        Ok(())
    }
    fn size_bytes(&self) -> Result<u64> {
        Ok(0)
    }
}

/// Runs it at its end.
struct OnDrop<F: Fn()>(F);

impl<F: Fn()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// An index that is loaded, one that is linked in, and how each is called.
fn indexes() -> [(&'static str, Index); 2] {
    let sorted = Private::copy(&in_c!("index_sorted")).load_by(&loader()).expect("it loads");
    let sorted = sorted.instance("{}").expect("an instance").index().expect("an index");
    [("loaded, beside", sorted), ("linked in, in place", Index::new(Pairs::default()).expect("an index"))]
}

fn managed(index: Index) -> PluginManager {
    let manager = PluginManager::new();
    manager.register_as("column", index).expect("registered");
    manager
}

fn not_rebuilt(result: std::result::Result<impl std::fmt::Debug, ManagerError>) -> String {
    let (why, not) = not_replaced(result);
    assert!(not.serves, "{why}");
    why
}

#[test]
fn searches_find_the_old_entries_until_the_new_ones_are_there_and_changes_are_kept() {
    for (how, index) in indexes() {
        let manager = managed(index);
        let mut kept = manager.index("column").expect("an index");
        for (key, row) in [(&b"old"[..], 1), (b"both", 2), (b"deleted", 3)] {
            kept.insert(key, row).expect("insert");
        }
        let (stop, wrong, searches) = (AtomicBool::new(false), AtomicBool::new(false), AtomicU64::new(0));
        let another_search = || {
            let before = searches.load(Relaxed);
            while searches.load(Relaxed) == before && !stop.load(Relaxed) {
                thread::yield_now();
            }
        };
        thread::scope(|scope| {
            let searching = scope.spawn(|| {
                // Also if it panics, so that nobody waits for it.
                let _over = OnDrop(|| stop.store(true, Relaxed));
                let kept = manager.index("column").expect("an index");
                while !stop.load(Relaxed) {
                    // In the old entries and in the new ones.
                    wrong.fetch_or(kept.lookup(b"both").expect("lookup") != [2], Relaxed);
                    searches.fetch_add(1, Relaxed);
                }
            });
            let fill = |builder: &mut IndexBuilder| {
                builder.add(&[(2, b"both"), (10, b"new"), (3, b"deleted")])?;
                kept.insert(b"meanwhile", 4)?;
                kept.insert(b"new", 10)?;
                kept.delete(b"deleted", 3)?;
                kept.insert(b"comes and goes", 5)?;
                kept.delete(b"comes and goes", 5)?;
                assert_eq!(
                    (kept.lookup(b"old")?, kept.lookup(b"meanwhile")?),
                    (vec![1], vec![4]),
                    "the old one serves"
                );
                another_search();
                builder.add(&[(11, b"new")])
            };
            another_search();
            manager.rebuild("column", 1, 2, fill).unwrap_or_else(|error| panic!("{how}: {error}"));
            another_search();
            stop.store(true, Relaxed);
            searching.join().expect("no search fails");
        });
        assert!(!wrong.load(Relaxed), "{how}: of {searches:?} searches one found something else");
        for (key, rows) in [
            (&b"old"[..], &[][..]),
            (b"both", &[2]),
            (b"deleted", &[]),
            (b"new", &[10, 11]),
            (b"meanwhile", &[4]),
            (b"comes and goes", &[]),
        ] {
            assert_eq!(kept.lookup(key).expect("lookup"), rows, "{how}: {}", key.escape_ascii());
        }
    }
}

#[test]
fn a_build_that_fails_or_is_not_wanted_any_more_leaves_the_old_entries() {
    for (how, index) in indexes() {
        let manager = managed(index);
        let mut kept = manager.index("column").expect("an index");
        kept.insert(b"old", 1).expect("insert");
        let failing = |builder: &mut IndexBuilder| {
            builder.add(&[(2, b"new")])?;
            Err(Error::new(ErrorKind::Io, "the rows cannot be read"))
        };
        assert!(not_rebuilt(manager.rebuild("column", 1, 2, failing)).contains("cannot be read"), "{how}");

        let cancel = CancelToken::new();
        let cancelled = CallOptions::new().with_cancel(&cancel).run(|| {
            manager.rebuild("column", 1, 2, |builder| {
                builder.add(&[(2, b"new")])?;
                cancel.cancel();
                builder.add(&[(3, b"new")])
            })
        });
        not_rebuilt(cancelled);

        let mut other = kept.clone();
        let twice = |builder: &mut IndexBuilder| {
            other.build(1, 2, &[(7, b"built")])?;
            let again = not_rebuilt(manager.rebuild("column", 1, 2, |_| Ok::<(), Error>(())));
            assert!(again.contains("by another thread"), "{again}");
            builder.add(&[(2, b"new")])
        };
        assert!(not_rebuilt(manager.rebuild("column", 1, 2, twice)).contains("another caller"), "{how}");
        let found = [&b"old"[..], b"new", b"built"].map(|key| kept.lookup(key).expect("lookup"));
        assert_eq!(found, [vec![], vec![], vec![7]], "{how}: as the other caller built it");
    }
    let no_index = managed(Index::new(Pairs::default()).expect("an index"));
    no_index.register_as("rows", storage()).expect("registered");
    assert!(not_rebuilt(no_index.rebuild("rows", 1, 2, |_| Ok::<(), Error>(()))).contains("no index"));
}

fn storage() -> sochdb_plugin_host::Storage {
    let memory = support::plugins::load(&in_c!("storage_memory"));
    memory.instance("{}").expect("an instance").storage().expect("a storage")
}

#[test]
fn a_rebuild_leaves_the_other_kinds_of_the_instance_alone_whatever_their_names() {
    let library = Private::compile("logs_its_life", &[]).load_by(&loader()).expect("it loads");
    let plugin = library.instance("both").expect("an instance");
    let manager = PluginManager::new();
    manager.register_as("rows", plugin.storage().expect("a storage")).expect("registered");
    manager.register_as("column", plugin.index().expect("an index")).expect("registered");
    manager.rebuild("column", 1, 1, |_| Ok::<(), Error>(())).expect("built");
    let numbers: Vec<u64> = manager.extensions().iter().map(|extension| extension.number).collect();
    assert_eq!(numbers, [plugin.number(); 2], "the storage is the one that has the rows");
}
