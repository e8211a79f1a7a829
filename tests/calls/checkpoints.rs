//! Copies and properties through loaded plugins, what the host refuses of them, and what the suite finds out about those that lie.

use sochdb_plugin_conformance::{tests_for, Subject};
use sochdb_plugin_host::sdk::prelude::*;
use sochdb_plugin_host::sdk::{Extension, ExtensionInfo};
use sochdb_plugin_host::{CallOptions, PluginLibrary, Storage};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use support::in_c;
use support::plugins::Private;

fn lmdb() -> PluginLibrary {
    Private::copy(&in_c!("storage_lmdb")).load().expect("storage_lmdb loads")
}

fn open(library: &PluginLibrary, path: &Path) -> Storage {
    let config = format!(r#"{{"path": {path:?}, "sync": "flush"}}"#);
    library.instance(&config).expect("a database").storage().expect("a storage")
}

#[test]
fn a_copy_opens_beside_what_it_is_of() {
    let (library, directory) = (lmdb(), tempfile::tempdir().expect("a directory"));
    let storage = open(&library, &directory.path().join("rows"));
    for (table, key) in [(1, &b"a"[..]), (7, b"b"), (u32::MAX, b"")] {
        storage.put(table, key, b"before", 0).expect("put");
    }
    let place = directory.path().join("copy");
    storage.checkpoint(&place).expect("a copy");
    storage.put(1, b"a", b"later", 0).expect("put");
    let copy = open(&library, &place);
    for (table, key) in [(1, &b"a"[..]), (7, b"b"), (u32::MAX, b"")] {
        assert_eq!(copy.get(table, key).expect("get").as_deref(), Some(&b"before"[..]));
    }
    let again = storage.checkpoint(&place).expect_err("it is there");
    assert_eq!(again.kind(), ErrorKind::Invalid, "{again}");
    assert_eq!(copy.list_tables().expect("tables"), [1, 7, u32::MAX], "what is there stays");
}

/// Every path that cannot be is refused by the host, which says what to do.
#[test]
fn a_place_that_cannot_be_reaches_no_storage() {
    let directory = tempfile::tempdir().expect("a directory");
    let at = |name: &str| directory.path().join(name);
    fs::write(at("file"), "").expect("a file");
    std::os::unix::fs::symlink(at("nothing"), at("link")).expect("a link");
    let liar = Storage::new(Liar::new(Lie::Fails, directory.path())).expect("a storage");
    let long = "n".repeat(300);
    for (place, says) in [
        (PathBuf::from("copy"), "absolute"),
        (PathBuf::new(), "absolute"),
        (PathBuf::from("/"), "exists"),
        (directory.path().to_owned(), "exists"),
        (at("file"), "exists"),
        (at("link"), "exists"),
        (at("nothing/copy"), "no directory"),
        (at("file/copy"), "cannot be looked at"),
        (at(&long), "cannot be looked at"),
        (at("a\0b"), "absolute"),
        (at("a").with_file_name(OsStr::from_bytes(b"\xFF")), "UTF-8"),
    ] {
        let error = liar.checkpoint(&place).expect_err("it is refused");
        assert_eq!(error.kind(), ErrorKind::Invalid, "{place:?}: {error}");
        assert!(error.to_string().contains(says), "{place:?}: {error} does not say {says}");
    }
    assert_eq!(liar.inspect(|liar: &Liar| liar.rows().1), Some(0), "none of them reached the storage");
    let error = liar.checkpoint(&at("copy")).expect_err("it fails");
    assert_eq!(error.kind(), ErrorKind::Failed, "{error}");
}

#[test]
fn properties_of_a_loaded_storage_are_text() {
    let (library, directory) = (lmdb(), tempfile::tempdir().expect("a directory"));
    let storage = open(&library, &directory.path().join("rows"));
    storage.put(1, b"key", b"value", 0).expect("put");
    let figure = |name: &str| storage.property(name).expect("property").map(|text| text.parse::<u64>());
    assert_eq!(figure("lmdb.entries"), Some(Ok(1)));
    assert_eq!(figure("lmdb.map_size"), Some(Ok(1 << 30)));
    assert_eq!(figure("lmdb.none"), None);
    let text = Private::copy(&in_c!("storage_memory")).load().expect("it loads").instance("{}").expect("an instance");
    assert_eq!(text.storage().expect("a storage").property("lmdb.entries").expect("property"), None);
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Lie {
    None,
    /// Makes the directory, and fails.
    LeavesADirectory,
    /// Fails, as it may.
    Fails,
    /// Makes no directory, and says that all is well.
    MakesNothing,
    /// The copy leads to the files of what it is of.
    LeadsBack,
    /// The copy lacks the last table.
    Lacks,
    /// Looks at one table after the other, while others write.
    OfTwoMoments,
    /// Answers every name.
    TellsAll,
}

type Rows = BTreeMap<(TableId, Vec<u8>), Vec<u8>>;

/// Rows, in one file below a directory from the first flush on, and how many copies were asked for.
struct Liar {
    lie: Lie,
    place: PathBuf,
    state: Mutex<(Rows, usize)>,
}

fn in_lines(rows: &Rows) -> String {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    rows.iter().map(|((table, key), value)| format!("{table} {} {}\n", hex(key), hex(value))).collect()
}

fn of_lines(text: &str) -> Rows {
    let bytes =
        |hex: &str| (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect();
    let row = |line: &str| {
        let mut parts = line.split(' ');
        let mut next = || parts.next().unwrap();
        ((next().parse().unwrap(), bytes(next())), bytes(next()))
    };
    text.lines().map(row).collect()
}

impl Liar {
    fn new(lie: Lie, place: &Path) -> Self {
        let rows = fs::read_to_string(place.join("rows")).map_or_else(|_| Rows::new(), |text| of_lines(&text));
        Self { lie, place: place.to_owned(), state: Mutex::new((rows, 0)) }
    }

    fn rows(&self) -> MutexGuard<'_, (Rows, usize)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn of_two_moments(&self) -> Rows {
        let of = |half: bool| {
            self.rows()
                .0
                .iter()
                .filter(|row| (row.0 .0 == 0) == half)
                .map(|(at, value)| (at.clone(), value.clone()))
                .collect::<Rows>()
        };
        let mut first = of(true);
        std::thread::sleep(Duration::from_millis(5));
        first.extend(of(false));
        first
    }
}

impl Extension for Liar {
    fn info(&self) -> ExtensionInfo {
        ExtensionInfo::new("liar", "1.0.0")
    }
    fn shutdown(&mut self) -> Result<()> {
        self.flush()
    }
}

impl StorageExtension for Liar {
    fn get_into(&self, table: TableId, key: &[u8], value: &mut Writer<'_>) -> Result<bool> {
        self.rows().0.get(&(table, key.to_vec())).map_or(Ok(false), |found| value.write(found).map(|()| true))
    }
    fn put(&self, table: TableId, key: &[u8], value: &[u8], _: TransactionId) -> Result<()> {
        self.rows().0.insert((table, key.to_vec()), value.to_vec());
        Ok(())
    }
    fn delete(&self, table: TableId, key: &[u8], _: TransactionId) -> Result<()> {
        self.rows().0.remove(&(table, key.to_vec()));
        Ok(())
    }
    fn scan_into(&self, table: TableId, start: &[u8], end: &[u8], limit: usize, rows: &mut RowSink<'_>) -> Result<()> {
        // As of the files, if they are somebody else's.
        let all = if self.place.is_symlink() {
            Self::new(self.lie, &self.place).rows().0.clone()
        } else {
            self.rows().0.clone()
        };
        let inside = |key: &[u8]| key >= start && (end.is_empty() || key < end);
        let found = all.iter().filter(|((at, key), _)| *at == table && inside(key)).take(limit);
        found.into_iter().try_for_each(|((_, key), value)| rows.push(key, value))
    }
    fn flush(&self) -> Result<()> {
        fs::create_dir_all(&self.place)?;
        fs::write(self.place.join("rows"), in_lines(&self.rows().0))?;
        Ok(())
    }
    fn write_batch(&self, writes: &[Write<'_>], _: &BatchOptions) -> Result<()> {
        let mut state = self.rows();
        for write in writes {
            match *write {
                Write::Put { table, key, value } => drop(state.0.insert((table, key.to_vec()), value.to_vec())),
                Write::Delete { table, key } => drop(state.0.remove(&(table, key.to_vec()))),
                _ => return Err(Error::unsupported("a write of this kind")),
            }
        }
        Ok(())
    }
    fn checkpoint(&self, directory: &Path) -> Result<()> {
        self.rows().1 += 1;
        Call::current(|call| call.go_on())?;
        let mut rows = match self.lie {
            Lie::OfTwoMoments => self.of_two_moments(),
            _ => self.rows().0.clone(),
        };
        match self.lie {
            Lie::Fails => return Err(Error::failed("as it may")),
            Lie::MakesNothing => return Ok(()),
            Lie::LeadsBack => {
                self.flush()?;
                return Ok(std::os::unix::fs::symlink(&self.place, directory)?);
            }
            Lie::Lacks => rows.retain(|(table, _), _| *table != u32::MAX),
            Lie::LeavesADirectory => {
                fs::create_dir(directory)?;
                std::thread::sleep(Duration::from_millis(1));
                Call::current(|call| call.go_on())?;
                return Ok(fs::write(directory.join("rows"), in_lines(&rows))?);
            }
            _ => {}
        }
        fs::create_dir(directory)?;
        Ok(fs::write(directory.join("rows"), in_lines(&rows))?)
    }
    fn property_into(&self, name: &str, output: &mut Writer<'_>) -> Result<bool> {
        match self.lie {
            Lie::TellsAll => output.write(name.as_bytes()).map(|()| true),
            _ => Ok(false),
        }
    }
}

fn failures(lie: Lie) -> Vec<&'static str> {
    let make = move |place: &str| Ok(Storage::new(Liar::new(lie, Path::new(place)))?.into());
    let subject = Subject::linked(make, "{dir}/rows").expect("a storage");
    let tests = tests_for(&subject)
        .filter(|test| ["storage_checkpoint::", "storage_property::"].iter().any(|suite| test.name.starts_with(suite)));
    tests.filter(|test| test.failure(&subject).is_some()).map(|test| test.name).collect()
}

#[test]
fn copies_that_break_a_promise_are_found_out() {
    for (lie, by) in [
        (Lie::LeavesADirectory, "storage_checkpoint::one_that_fails_leaves_nothing"),
        (Lie::MakesNothing, "storage_checkpoint::one_opens_and_needs_nothing_of_what_it_is_of"),
        (Lie::LeadsBack, "storage_checkpoint::one_opens_and_needs_nothing_of_what_it_is_of"),
        (Lie::Lacks, "storage_checkpoint::one_opens_and_needs_nothing_of_what_it_is_of"),
        (Lie::OfTwoMoments, "storage_checkpoint::one_is_of_one_moment_beside_writes"),
        (Lie::TellsAll, "storage_property::a_name_that_is_not_known_is_not_found"),
    ] {
        let failed = failures(lie);
        assert!(failed.contains(&by), "{lie:?} fails {failed:?}, not {by}");
    }
}

#[test]
fn an_honest_one_conforms_and_one_out_of_time_leaves_nothing() {
    assert_eq!(failures(Lie::None), [""; 0]);
    let directory = tempfile::tempdir().expect("a directory");
    let storage = Storage::new(Liar::new(Lie::None, directory.path())).expect("a storage");
    let place = directory.path().join("copy");
    let late = CallOptions::new().with_timeout(Duration::ZERO).run(|| storage.checkpoint(&place));
    assert_eq!(late.expect_err("no time").kind(), ErrorKind::Timeout);
    assert!(!place.exists());
}
