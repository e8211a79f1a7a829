//! What is found among texts, and what the instance asks of its host.

use index_tantivy::TantivyIndex;
use sochdb_plugin_host::sdk::{ErrorKind, Host, IndexChange, IndexExtension, Plugin, RowFilter, RowId, Search};
use sochdb_plugin_host::{DynamicPluginLoader, Index, InstanceOptions, PluginLibrary};
use std::path::Path;
use tempfile::TempDir;

/// Rows 1 to 6; row 2 has another text, too.
const TEXTS: [(RowId, &str); 7] = [
    (1, "The quick brown fox jumps over the lazy dog."),
    (2, "A quick look at a brown bear"),
    (3, "fox hunting is quick to be forbidden"),
    (4, "Nothing of the kind"),
    (2, "quick, Fox!"),
    (5, "Füchse sind schnell"),
    (6, "brown brown brown fox fox fox"),
];

fn open(directory: &Path) -> Index {
    let index = TantivyIndex::create(Host::detached_in("{}", directory)).expect("an index");
    Index::new(index).expect("it starts")
}

fn filled() -> (Index, TempDir) {
    let directory = tempfile::tempdir().expect("a directory");
    let mut index = open(directory.path());
    let entries: Vec<(RowId, &[u8])> = TEXTS.iter().map(|(row, text)| (*row, text.as_bytes())).collect();
    index.build(1, 2, &entries).expect("it is built");
    index.flush(7).expect("it is flushed");
    (index, directory)
}

/// The rows that are found, in the order of their numbers.
fn rows(index: &Index, search: &Search<'_>) -> Vec<RowId> {
    let found = index.search(search).expect("it searches").neighbors;
    assert!(found.is_sorted_by(|a, b| a.1 <= b.1) && found.iter().all(|(_, distance)| *distance < 0.0), "{found:?}");
    let mut rows: Vec<RowId> = found.iter().map(|(row, _)| *row).collect();
    rows.sort_unstable();
    rows
}

#[test]
fn words_and_phrases_find_any_or_all() {
    let (index, _directory) = filled();
    let all = [("match", "all")];
    for (query, any_of, all_of) in [
        ("fox", &[1, 2, 3, 6][..], &[1, 2, 3, 6][..]),
        ("FOX.", &[1, 2, 3, 6], &[1, 2, 3, 6]),
        ("quick fox", &[1, 2, 3, 6], &[1, 2, 3]),
        ("\"quick fox\"", &[2], &[2]),
        ("\"quick brown\"", &[1], &[1]),
        ("\"quick brown\" bear", &[1, 2], &[]),
        ("\"brown fox\" dog", &[1, 6], &[1]),
        ("\"fox\" dog", &[1, 2, 3, 6], &[1]),
        ("füchse", &[5], &[5]),
        ("fox \"quick", &[1, 2, 3, 6], &[1, 2, 3]),
        ("elephant", &[], &[]),
        ("fox elephant", &[1, 2, 3, 6], &[]),
        ("", &[], &[]),
        ("\"\" ?! \"", &[], &[]),
        ("row:1 AND (fox) -dog ~* [", &[1, 2, 3, 6], &[]),
    ] {
        assert_eq!(rows(&index, &Search::new(query.as_bytes(), 9)), any_of, "any of {query:?}");
        assert_eq!(rows(&index, &Search::new(query.as_bytes(), 9).with_parameters(&all)), all_of, "all of {query:?}");
    }
    for wrong in ["some", "", "ANY"] {
        index.search(&Search::new(b"fox", 9).with_parameters(&[("match", wrong)])).expect_err("any or all");
    }
    index.search(&Search::new(b"\xFF", 9)).expect_err("no text");
}

/// The more often a text has a word, the nearer its row is, and a row with several texts counts by its best.
#[test]
fn the_best_text_of_a_row_says_how_near_it_is() {
    let (index, _directory) = filled();
    let found = index.nearest(b"fox", 9).expect("it searches");
    assert_eq!(found.iter().map(|(row, _)| *row).collect::<Vec<_>>()[..2], [6, 2], "{found:?}");
    for k in 0..5 {
        assert_eq!(index.nearest(b"fox", k).expect("it searches"), found[..k.min(4)], "the first {k}");
    }
    assert_eq!(index.lookup("quick, Fox!".as_bytes()).expect("it looks"), [2]);
    assert_eq!(index.lookup(b"quick").expect("it looks"), [0_u64; 0]);
}

/// However few rows are allowed, they are found among many that are nearer.
#[test]
fn a_filter_is_looked_at_inside_of_the_search() {
    const ROWS: u64 = 20_000;
    let directory = tempfile::tempdir().expect("a directory");
    let mut index = open(directory.path());
    let texts: Vec<String> = (0..ROWS).map(|row| "fox ".repeat(1 + (ROWS - row) as usize % 13) + "and more").collect();
    for part in (0..ROWS).collect::<Vec<_>>().chunks(7_000) {
        let change = |row: &RowId| IndexChange::Insert { key: texts[*row as usize].as_bytes(), row: *row };
        index.change_batch(&part.iter().map(change).collect::<Vec<_>>()).expect("they are added");
        // Several segments.
        index.flush(part[0]).expect("it is flushed");
    }
    for allowed in [vec![0], vec![17, 4_000, 19_999], (0..ROWS).step_by(100).collect(), (0..ROWS).collect()] {
        let mut words = vec![0_u64; ROWS as usize / 64 + 1];
        allowed.iter().for_each(|row| words[*row as usize / 64] |= 1 << (row % 64));
        let contains = |row: RowId| allowed.binary_search(&row).is_ok();
        let sorted = RowFilter::sorted(&allowed).expect("they ascend");
        for filter in [RowFilter::bitmap(&words), sorted, RowFilter::by(&contains)] {
            for k in [1, 10, 500] {
                let found = rows(&index, &Search::new(b"fox more", k).among(filter));
                assert_eq!(found.len(), k.min(allowed.len()), "{k} of {} allowed ones", allowed.len());
                assert!(found.iter().all(|row| contains(*row)), "{found:?}");
            }
        }
    }
}

/// A build by parts has a folder of its own, which a flush beside it leaves alone, and which goes if nothing comes of it.
#[test]
fn a_flush_beside_a_build_by_parts_leaves_it_whole() {
    let (mut index, directory) = filled();
    let mut builder = index.begin_build(1, 2).expect("it begins");
    let second = index.begin_build(1, 2).err().map(|error| error.kind());
    assert_eq!(second, Some(ErrorKind::Busy), "there is memory for one");
    builder.add(&[(9, b"red fox")]).expect("it is added");
    index.insert(b"brown hare", 8).expect("it is added beside");
    index.flush(8).expect("it is flushed");
    assert_eq!(rows(&index, &Search::new(b"hare", 9)), [8]);
    builder.add(&[(10, b"grey fox")]).expect("its folder is there");
    builder.finish().expect("it is finished");
    index.flush(9).expect("it is flushed");
    let mut given_up = index.begin_build(1, 2).expect("the one before has ended");
    given_up.add(&[(11, b"white fox")]).expect("it is added");
    drop(given_up);
    index.flush(10).expect("it is flushed");
    let folders = std::fs::read_dir(directory.path()).expect("the directory").flatten();
    assert_eq!(folders.filter(|file| file.path().is_dir()).count(), 1, "what was replaced and given up is gone");
    drop(index);
    let index = open(directory.path());
    assert_eq!((index.flushed(), rows(&index, &Search::new(b"fox hare", 9))), (Ok(10), vec![9, 10]));
}

/// The plugin as cargo built it beside this test.
fn library() -> PluginLibrary {
    let path = std::env::current_exe().expect("this program").with_file_name("libindex_tantivy.so");
    // SAFETY: it was compiled from this source tree.
    unsafe { DynamicPluginLoader::new_trusted().load(&path) }.expect("the plugin loads")
}

#[test]
fn it_keeps_to_its_budget_and_says_what_it_takes() {
    let library = library();
    let directory = tempfile::tempdir().expect("a directory");
    let options = || InstanceOptions::new().data_dir(directory.path().join("data"));
    for (budget, config, fits) in [
        (Some(20_000_000), "{}", false),
        (Some(30_000_000), "{}", true),
        (Some(60_000_000), r#"{"writer_memory": 30000001}"#, false),
        (Some(60_000_000), r#"{"writer_memory": 30000000}"#, true),
        (None, r#"{"writer_memory": 1000}"#, false),
        (None, "{}", true),
    ] {
        let options = budget.map_or(options(), |budget| options().memory_budget(budget));
        match library.instance_with(config, &options) {
            Ok(_) => assert!(fits, "{budget:?} {config}"),
            Err(error) => assert!(!fits && error.to_string().contains("tantivy takes at least"), "{budget:?}: {error}"),
        }
    }
    let instance = library.instance_with("{}", &options().memory_budget(40_000_000)).expect("an instance");
    let mut index = instance.index().expect("an index");
    assert_eq!(instance.memory_used(), Some(0));
    index.insert(b"quick fox", 1).expect("it is added");
    assert_eq!(instance.memory_used(), Some(20_000_000));
    index.flush(1).expect("it is flushed");
    assert_eq!(instance.memory_used(), Some(0));
}

#[test]
fn two_instances_do_not_share_a_directory() {
    let (_first, directory) = filled();
    let error = TantivyIndex::create(Host::detached_in("{}", directory.path())).err().expect("it is taken");
    assert!(error.to_string().contains("lock"), "{error}");
}
