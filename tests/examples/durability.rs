//! What `storage_lmdb` flushed is there after a `kill -9` of its process, which leaves nothing elsewhere, and no two open one
//! directory at a time.

use sochdb_plugin_host::sdk::{BatchOptions, ErrorKind, StorageExtension, Write};
use sochdb_plugin_host::{LoadError, PluginInstance, PluginLibrary, Refusal, Storage};
use std::fs::{self, OpenOptions};
use std::io::{self, BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{channel, Receiver};
use std::time::Duration;
use std::{env, thread};
use support::in_c;
use support::plugins::{load, Private};
use support::{alone, run, skipped, PrivateDir, MINUTE};

/// For each kill, how many reports of a flush come first. With none, the process may still be opening the directory.
const KILLS: [usize; 10] = [3, 0, 1, 40, 2, 0, 17, 5, 0, 9];
/// How much longer, from kill to kill, a process lives that is killed without a report.
const HEAD_START: Duration = Duration::from_millis(15);
const ROWS: u32 = 1;
/// Holds the number of the last row that was written in a batch.
const MARKS: u32 = 2;
const LAST: &[u8] = b"last";
/// How the parent tells a child what to do.
const ROLE: &str = "SOCHDB_TEST_ROLE";
const DIRECTORY: &str = "SOCHDB_TEST_DIRECTORY";
const SYNC: &str = "SOCHDB_TEST_SYNC";

fn config(directory: &Path, sync: &str) -> String {
    serde_json::json!({"path": directory, "sync": sync}).to_string()
}

/// Numbers that look random, by row, and a value of them: some take pages of their own.
fn value_of(row: u64) -> Vec<u8> {
    let mut state = row.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let len = if row.is_multiple_of(50) { 20_000 } else { row * 131 % 700 };
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..len).map(|_| next()).collect()
}

/// Checks each row and returns how many there are: rows 0, 1, 2 and so on, without a gap.
fn check_rows(storage: &Storage) -> u64 {
    let rows = storage.scan(ROWS, b"", b"", usize::MAX).expect("scan");
    for (expected, (key, value)) in (0..).zip(&rows) {
        assert_eq!(key[..], u64::to_be_bytes(expected), "row {expected} is missing or damaged");
        assert!(*value == value_of(expected), "row {expected} has another value, of {} bytes", value.len());
    }
    let count = rows.len() as u64;
    if count > 0 {
        assert_eq!(storage.get(ROWS, &(count - 1).to_be_bytes()).expect("get"), Some(value_of(count - 1)));
    }
    let mark =
        storage.get(MARKS, LAST).expect("get").map(|mark| u64::from_be_bytes(mark.try_into().expect("a number")));
    let last_even = (0..count).rev().find(|row| row.is_multiple_of(2));
    assert_eq!(mark, last_even, "of a batch, a part is there");
    count
}

/// Writes rows for ever, and says after each flush how many there are.
fn write_rows(storage: &Storage) {
    for row in check_rows(storage).. {
        let (key, value) = (row.to_be_bytes(), value_of(row));
        if row.is_multiple_of(2) {
            let put = |table, key, value| Write::Put { table, key, value };
            storage
                .write_batch(
                    &[put(ROWS, &key, &value), put(MARKS, LAST, &key)],
                    &BatchOptions::new().with_transaction(row),
                )
                .expect("write_batch");
        } else {
            storage.put(ROWS, &key, &value, row).expect("put");
        }
        if row.is_multiple_of(13) {
            storage.flush().expect("flush");
            // An error here means that the parent is gone.
            writeln!(io::stdout(), "flushed {}", row + 1).expect("a parent that reads");
        }
    }
}

/// Runs in a process of its own, for the other tests.
#[test]
#[ignore = "run by the tests that need another process"]
fn in_a_child() {
    let (Ok(role), Some(directory), Ok(sync)) = (env::var(ROLE), env::var_os(DIRECTORY), env::var(SYNC)) else {
        return skipped("in_a_child", "another test runs it");
    };
    // What the test harness has written so far is not a line yet.
    println!();
    let opened = load(&in_c!("storage_lmdb")).instance(&config(Path::new(&directory), &sync));
    match (role.as_str(), opened) {
        ("write", Ok(plugin)) => write_rows(&plugin.storage().expect("a storage")),
        ("check", Ok(plugin)) => println!("rows {}", check_rows(&plugin.storage().expect("a storage"))),
        (_, Err(error)) if matches!(error.refusal(), Refusal::Create { kind: ErrorKind::Busy, .. }) => println!("busy"),
        (role, Err(error)) => panic!("{role}: {error}"),
        (role, Ok(_)) => panic!("there is no role {role}"),
    }
}

fn child(role: &str, directory: &Path, sync: &str) -> Command {
    let mut child = alone!("in_a_child");
    child.args(["--ignored", "--test-threads=1"]);
    child.env(ROLE, role).env(DIRECTORY, directory).env(SYNC, sync);
    child
}

/// What another process says to the directory: the line that begins with `answer`, without it.
fn ask(directory: &Path, sync: &str, answer: &str) -> String {
    let finished = run(&mut child("check", directory, sync), MINUTE);
    let line = finished.stdout.lines().find_map(|line| line.strip_prefix(answer));
    match line {
        Some(line) if finished.status.success() => line.to_owned(),
        _ => panic!("no `{answer}`: {}\n{}{}", finished.status, finished.stdout, finished.stderr),
    }
}

/// A process that writes; it ends with this.
struct Writer {
    child: Child,
    flushed: Receiver<u64>,
}

impl Drop for Writer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Writer {
    fn start(directory: &Path, sync: &str) -> Self {
        let mut command = child("write", directory, sync);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("a child starts");
        let lines = BufReader::new(child.stdout.take().expect("piped")).split(b'\n');
        let (report, flushed) = channel();
        thread::spawn(move || {
            // The last line may be cut short: then its number is too small, and true as well.
            let text = lines.map_while(Result::ok).map(|line| String::from_utf8_lossy(&line).into_owned());
            let counts = text.filter_map(|line| line.strip_prefix("flushed ")?.parse().ok());
            // Nobody may be left to listen.
            counts.for_each(|count: u64| report.send(count).unwrap_or_default());
        });
        Self { child, flushed }
    }

    /// Kills it after so many reports, and returns how many rows are sure to be there.
    fn kill_after(mut self, reports: usize, round: u32, before: u64) -> u64 {
        let mut sure = before;
        for report in 0..reports {
            let count = self.flushed.recv_timeout(MINUTE);
            sure = count.unwrap_or_else(|error| panic!("no report {report} of a flush: {error}"));
        }
        if reports == 0 {
            thread::sleep(HEAD_START * round);
        }
        self.child.kill().expect("it runs");
        let status = self.child.wait().expect("a child can be waited for");
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(9), "it ended by itself: {status}");
        // What it said before it was killed counts too.
        self.flushed.iter().fold(sure, u64::max)
    }
}

/// Ten times on one directory: writes, is killed, and has kept all that it flushed.
fn survives(sync: &str) {
    let place = PrivateDir::new("durability");
    let directory = place.join("data");
    let mut rows = 0;
    for (round, reports) in (0..).zip(KILLS) {
        let sure = Writer::start(&directory, sync).kill_after(reports, round, rows);
        rows = ask(&directory, sync, "rows ").parse().expect("a number");
        assert!(rows >= sure, "kill {round}, sync {sync}: {sure} rows were flushed, {rows} are there");
    }
    assert!(rows > KILLS.iter().sum::<usize>() as u64, "only {rows} rows were written");
}

#[test]
fn what_was_flushed_survives_with_sync_at_commit() {
    survives("commit");
}

#[test]
fn what_was_flushed_survives_with_sync_at_flush() {
    survives("flush");
}

/// A named semaphore is a file that each process which has it open maps, and that stays when they are killed.
#[test]
fn a_process_that_is_killed_leaves_no_semaphore() {
    let place = PrivateDir::new("semaphores");
    let directory = place.join("data");
    let writer = Writer::start(&directory, "commit");
    writer.flushed.recv_timeout(MINUTE).expect("a report of a flush");
    let maps = fs::read_to_string(format!("/proc/{}/maps", writer.child.id())).expect("it runs");
    let mapped = |part: &str| maps.lines().filter(|line| line.contains(part)).collect::<Vec<_>>();
    assert_eq!(mapped("/data.mdb").len(), 1, "LMDB is open: {maps}");
    assert_eq!(mapped("/dev/shm/"), [""; 0], "files that outlive the process");
}

fn refused_as_busy(library: &PluginLibrary, directory: &Path) {
    match library.instance(&config(directory, "commit")).as_ref().map_err(LoadError::refusal) {
        Err(Refusal::Create { kind: ErrorKind::Busy, message, .. }) => {
            assert!(message.contains("in use") && message.contains("a directory of its own"), "{message}");
        }
        Err(error) => panic!("{}: refused for another reason: {error}", directory.display()),
        Ok(_) => panic!("{}: opened twice", directory.display()),
    }
}

fn open(library: &PluginLibrary, directory: &Path) -> (PluginInstance, Storage) {
    let plugin = library.instance(&config(directory, "commit")).expect("an instance");
    let storage = plugin.storage().expect("a storage");
    (plugin, storage)
}

/// The same plugin from a file of other bytes: the loader maps it a second time.
fn other_copy() -> PluginLibrary {
    let private = Private::copy(&in_c!("storage_lmdb"));
    let mut file = OpenOptions::new().append(true).open(&private.path).expect("its own copy");
    file.write_all(&[0; 16]).expect("room");
    drop(file);
    private.load().unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_second_instance_on_a_directory_is_refused() {
    let place = PrivateDir::new("second");
    let directory = place.join("data");
    let link: PathBuf = place.join("link");
    let (library, other) = (load(&in_c!("storage_lmdb")), other_copy());
    assert_ne!(library.digest(), other.digest());
    let (_first, storage) = open(&library, &directory);
    storage.put(ROWS, &0_u64.to_be_bytes(), &value_of(0), 0).expect("put");
    std::os::unix::fs::symlink(&directory, &link).expect("a link");
    for again in [&directory, &link, &directory.join(".")] {
        refused_as_busy(&library, again);
        refused_as_busy(&other, again);
        assert_eq!(ask(again, "commit", "busy"), "", "another process");
    }
    // The refusals took nothing from the first.
    storage.put(MARKS, LAST, &0_u64.to_be_bytes(), 0).expect("put");
    assert_eq!(check_rows(&storage), 1);
}

#[test]
fn a_directory_is_free_after_shutdown_and_after_the_last_handle() {
    let place = PrivateDir::new("free");
    let directory = place.join("data");
    let library = load(&in_c!("storage_lmdb"));
    let (first, kept) = open(&library, &directory);
    kept.write_batch(
        &[Write::Put { table: ROWS, key: &0_u64.to_be_bytes(), value: &value_of(0) }],
        &BatchOptions::new(),
    )
    .expect("a batch");
    first.shutdown().expect("a clean shutdown");
    let (second, storage) = open(&library, &directory);
    assert_eq!(kept.get(ROWS, b"").expect_err("after the shutdown").kind(), ErrorKind::ShutDown);
    // The end of the first must not take the lock of the second.
    drop((first, kept));
    refused_as_busy(&library, &directory);
    storage.put(MARKS, LAST, &0_u64.to_be_bytes(), 0).expect("put");
    drop((second, storage));
    assert_eq!(ask(&directory, "commit", "rows "), "1");
}

/// A child of this process has, until it becomes another program, a copy of the descriptor that holds the lock.
#[test]
fn a_directory_is_free_while_the_process_starts_others() {
    let place = PrivateDir::new("starting");
    let directory = place.join("data");
    let library = load(&in_c!("storage_lmdb"));
    let start = |_| Command::new("true").status().map(drop).expect("the program `true`");
    thread::scope(|scope| {
        (0..3).for_each(|_| drop(scope.spawn(|| (0..200).for_each(start))));
        for _ in 0..200 {
            drop(open(&library, &directory));
        }
    });
    fs::remove_dir_all(&directory).expect("nobody has it");
}
