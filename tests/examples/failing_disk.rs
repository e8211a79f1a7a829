//! A disk that fails under `storage_lmdb`: what cannot be undone stays an error in every slot until the storage is opened
//! again, and what was acknowledged is there then. The failure is made by a preloaded library, in a process of its own.

use sochdb_plugin_host::sdk::{
    BatchOptions, CursorOptions, ErrorKind, Result, StorageExtension, TransactionOptions, Write,
};
use sochdb_plugin_host::{PluginInstance, PluginLibrary, Storage};
use std::path::Path;
use std::process::Command;
use std::{env, thread};
use support::in_c;
use support::plugins::load;
use support::{alone, find, root, run, succeed, PrivateDir, MINUTE};

const ROLE: &str = "SOCHDB_TEST_FAILING_DISK";
const SYNC: i32 = 1;
const DATA: i32 = 2;
const META: i32 = 3;
const TABLE: u32 = 1;
const ROWS: u64 = 200;

/// When the disk is waited for, which calls fail, with which error, how many, and whether that can be undone.
const CASES: [(&str, i32, i32, i32, bool); 12] = [
    ("commit", SYNC, libc::EIO, 1, false),
    ("commit", SYNC, libc::ENOSPC, 1, false),
    ("commit", SYNC, libc::EDQUOT, 3, false),
    ("commit", DATA, libc::EIO, 1, false),
    ("commit", META, libc::EIO, 1, false),
    ("commit", META, libc::ENOSPC, 1, false),
    ("commit", META, libc::ENOSPC, 2, false),
    ("flush", SYNC, libc::EIO, 1, false),
    ("flush", SYNC, libc::ENOSPC, 1, false),
    ("flush", META, libc::ENOSPC, 1, false),
    ("commit", DATA, libc::ENOSPC, 1, true),
    ("flush", DATA, libc::ENOSPC, 1, true),
];

/// Arms the preloaded library.
fn fail_next(what: i32, errno: i32, times: i32) {
    // SAFETY: it looks up a name and calls nothing.
    let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, c"soch_fail_next".as_ptr()) };
    assert!(!found.is_null(), "the library is not preloaded");
    // SAFETY: the function of tests/examples/failing_disk/shim.c has this type.
    let arm = unsafe { std::mem::transmute::<*mut libc::c_void, extern "C" fn(i32, i32, i32)>(found) };
    arm(what, errno, times);
}

fn open(library: &PluginLibrary, directory: &Path, sync: &str) -> (PluginInstance, Storage) {
    let config = serde_json::json!({"path": directory, "sync": sync}).to_string();
    let plugin = library.instance(&config).expect("an instance");
    let storage = plugin.storage().expect("a storage");
    (plugin, storage)
}

/// Each way into the storage, by name; those of `what_is_open` come beside.
fn every_slot(storage: &Storage) -> Vec<(&'static str, Result<()>)> {
    let row = Write::Put { table: TABLE, key: b"k", value: b"v" };
    vec![
        ("flush", storage.flush()),
        ("get", storage.get(TABLE, b"k").map(drop)),
        ("put", storage.put(TABLE, b"k", b"v", 0)),
        ("delete", storage.delete(TABLE, b"k", 0)),
        ("write_batch", storage.write_batch(&[row], &BatchOptions::new())),
        ("write_batch of nothing", storage.write_batch(&[], &BatchOptions::new())),
        ("scan", storage.scan(TABLE, b"", b"", 10).map(drop)),
        ("stats", storage.stats().map(drop)),
        ("compact", storage.compact()),
        ("reader", storage.reader().map(drop)),
        ("begin", storage.begin(&TransactionOptions::default()).map(drop)),
        ("list_tables", storage.list_tables().map(drop)),
        ("drop_table", storage.drop_table(TABLE)),
        ("checkpoint", storage.checkpoint(&std::env::temp_dir().join("sochdb-no-copy-of-a-failed-disk"))),
        ("property", storage.property("lmdb.entries").map(drop)),
        ("flush again", storage.flush()),
    ]
}

fn lasting(name: &str, result: Result<()>) {
    let error = result.expect_err(name);
    assert_eq!(error.kind(), ErrorKind::Io, "{name}: {error}");
    assert!(error.message().contains("cannot be undone") && error.message().contains("open"), "{name}: {error}");
}

fn one_case(library: &PluginLibrary, place: &Path, case: (&str, i32, i32, i32, bool)) {
    let (sync, what, errno, times, can_be_undone) = case;
    let (plugin, storage) = open(library, place, sync);
    for row in 0..ROWS {
        storage.put(TABLE, &row.to_be_bytes(), &[row as u8; 700], 0).expect("put");
    }
    storage.flush().expect("flush");
    let mut reader = storage.reader().expect("a reader");
    {
        let lent = storage.reader().expect("another reader");
        let mut cursor = lent.cursor(TABLE, &CursorOptions::new()).expect("a cursor");
        assert_eq!(cursor.next_batch().expect("rows").len(), 64);
        fail_next(what, errno, times);
        let failed = storage.put(TABLE, b"unsure", &[1; 5000], 0).and_then(|()| storage.flush());
        failed.expect_err("the disk fails");
        fail_next(what, errno, 0);
        if !can_be_undone {
            lasting("cursor_next", cursor.next_batch().map(drop));
            lasting("open_cursor", lent.cursor(TABLE, &CursorOptions::new()).map(drop));
            lasting("reader_get", reader.get(TABLE, b"k").map(drop));
        }
    }
    drop(reader);
    if can_be_undone {
        storage.put(TABLE, b"later", b"there", 0).expect("there is room again");
        storage.flush().expect("flush");
        plugin.shutdown().expect("shutdown");
    } else {
        // From several threads at once, and more than once.
        thread::scope(|scope| {
            (0..3)
                .for_each(|_| drop(scope.spawn(|| every_slot(&storage).into_iter().for_each(|(n, r)| lasting(n, r)))));
        });
        let error = plugin.shutdown().expect_err("shutdown").to_string();
        assert!(error.contains("cannot be undone"), "{error}");
    }
    drop((storage, plugin));
    let (plugin, storage) = open(library, place, sync);
    for row in 0..ROWS {
        let found = storage.get(TABLE, &row.to_be_bytes()).expect("get");
        assert_eq!(found.as_deref(), Some(&[row as u8; 700][..]), "row {row} was acknowledged");
    }
    storage.put(TABLE, b"after", b"there", 0).expect("put");
    storage.flush().expect("flush");
    plugin.shutdown().expect("shutdown");
}

/// Where only `flush` waits for the disk, a durable batch does too.
fn a_durable_batch_waits_for_the_disk(library: &PluginLibrary, place: &Path) {
    let (plugin, storage) = open(library, place, "flush");
    let row = Write::Put { table: TABLE, key: b"k", value: b"v" };
    storage.write_batch(&[row], &BatchOptions::new().durable()).expect("a durable batch");
    fail_next(SYNC, libc::EIO, 1);
    storage.write_batch(&[row], &BatchOptions::new()).expect("a batch that waits for no disk");
    let failed = storage.write_batch(&[row], &BatchOptions::new().durable()).expect_err("the disk fails");
    assert_eq!(failed.kind(), ErrorKind::Io, "{failed}");
    fail_next(SYNC, libc::EIO, 0);
    lasting("flush", storage.flush());
    plugin.shutdown().expect_err("shutdown");
}

/// The disk of a copy is not that of the rows: these stay.
fn a_copy_that_fails_is_gone_and_ends_nothing(library: &PluginLibrary, place: &Path) {
    let (plugin, storage) = open(library, place, "commit");
    storage.put(TABLE, b"k", &[7; 50_000], 0).expect("put");
    let copy = place.join("copy");
    for (what, errno) in [(SYNC, libc::EIO), (DATA, libc::ENOSPC), (DATA, libc::EIO)] {
        fail_next(what, errno, 1);
        let failed = storage.checkpoint(&copy).expect_err("the disk of the copy fails");
        assert_eq!(failed.kind(), ErrorKind::Io, "{failed}");
        fail_next(what, errno, 0);
        assert!(copy.symlink_metadata().is_err(), "a copy that failed is there");
        storage.put(TABLE, b"k", &[8; 50_000], 0).expect("put");
        storage.flush().expect("flush");
    }
    storage.checkpoint(&copy).expect("there is room again");
    plugin.shutdown().expect("shutdown");
}

#[test]
fn an_error_that_cannot_be_undone_stays_one_in_every_slot() {
    const TEST: &str = "an_error_that_cannot_be_undone_stays_one_in_every_slot";
    if env::var_os(ROLE).is_some() {
        let place = PrivateDir::new("failing-disk-data");
        let library = load(&in_c!("storage_lmdb"));
        for (number, case) in CASES.into_iter().enumerate() {
            println!("\ncase {case:?}");
            one_case(&library, &place.join(&number.to_string()), case);
        }
        a_durable_batch_waits_for_the_disk(&library, &place.join("durable"));
        a_copy_that_fails_is_gone_and_ends_nothing(&library, &place.join("copied"));
        println!("\nall cases passed");
        return;
    }
    let place = PrivateDir::new("failing-disk");
    let shim = place.join("shim.so");
    let mut cc = Command::new(find("cc").expect("a C compiler"));
    cc.args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror"]).arg(root().join("tests/examples/failing_disk/shim.c"));
    succeed(cc.arg("-o").arg(&shim).arg("-ldl"), MINUTE);
    let mut child = alone!(TEST);
    child.arg("--test-threads=1").env(ROLE, "1").env("LD_PRELOAD", &shim);
    let finished = run(&mut child, 2 * MINUTE);
    let passed = finished.status.success() && finished.stdout.contains("all cases passed");
    assert!(passed, "{}\n{}{}", finished.status, finished.stdout, finished.stderr);
}
