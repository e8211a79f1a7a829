//! Rows on disk: LMDB called directly, LMDB through its plugin, and redb in this program.

use crate::gets::{keys, walk, TABLE};
use bench_support::frame::{Clock, Frame, Rows};
use lmdb_master_sys::{
    mdb_cursor_close, mdb_cursor_get, mdb_cursor_open, mdb_dbi_open, mdb_env_create, mdb_env_open, mdb_env_set_mapsize,
    mdb_get, mdb_put, mdb_txn_abort, mdb_txn_begin, mdb_txn_commit, MDB_cursor, MDB_dbi, MDB_env, MDB_txn, MDB_val,
    MDB_NEXT, MDB_NOSYNC, MDB_NOTFOUND, MDB_NOTLS, MDB_RDONLY,
};
use redb::{Database, ReadableTable, TableDefinition};
use sochdb_plugin_host::sdk::{BatchOptions, CursorOptions, StorageExtension, Write};
use sochdb_plugin_host::Storage;
use std::ffi::{c_uint, CString};
use std::hint::black_box;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr::{null, null_mut};
use support::in_c;
use support::plugins::load;

const COUNT: usize = 100_000;
const LEN: usize = 256;
const MAP: usize = 1 << 30;
const ROWS: TableDefinition<'static, &[u8], &[u8]> = TableDefinition::new("rows");

/// Adds lookups and walks.
pub fn add(frame: &mut Frame) {
    let keys = keys(COUNT);
    let value = vec![b'v'; LEN];
    let directory = Box::leak(Box::new(tempfile::tempdir().expect("a directory")));
    let place = |name: &str| {
        let path = directory.path().join(name);
        std::fs::create_dir(&path).expect("a new directory");
        path
    };
    let direct = Direct::filled(&place("direct"), keys, &value);
    let plugin = plugin(&place("plugin"), keys, &value);
    let redb = redb(&place("redb").join("rows.redb"), keys, &value);

    let mut group = frame.group("get 256 B from disk, 100 000 keys, in one snapshot", Clock::Thread);
    let (mut next, txn) = (walk(keys), direct.begin(MDB_RDONLY));
    group.row("LMDB", move |at| at + u64::from(direct.get(txn, next())));
    let (mut next, mut reader) = (walk(keys), plugin.reader().expect("it has readers"));
    group.row("LMDB plugin, reader, lent", move |at| {
        at + u64::from(reader.get(TABLE, next()).expect("it can be read").expect("it is there")[0])
    });
    let (mut next, table) = (walk(keys), redb.begin_read().expect("a snapshot").open_table(ROWS).expect("it is there"));
    group.row("redb", move |at| {
        at + u64::from(table.get(next()).expect("it can be read").expect("it is there").value()[0])
    });
    drop(group);

    let mut group = frame.group("get 256 B from disk, 100 000 keys, a snapshot each", Clock::Thread);
    let mut next = walk(keys);
    group.row("LMDB", move |at| {
        let txn = direct.begin(MDB_RDONLY);
        let first = direct.get(txn, next());
        // SAFETY: it was just begun.
        unsafe { mdb_txn_abort(txn) };
        at + u64::from(first)
    });
    let (mut next, mut kept) = (walk(keys), Vec::new());
    group.row("LMDB plugin, kept buffer", move |at| {
        kept.clear();
        let found = plugin.get_append(TABLE, next(), &mut kept);
        at + (found.is_ok() && !black_box(&kept).is_empty()) as u64
    });
    let mut next = walk(keys);
    group.row("redb", move |at| {
        let table = redb.begin_read().expect("a snapshot").open_table(ROWS).expect("it is there");
        at + u64::from(table.get(next()).expect("it can be read").expect("it is there").value()[0])
    });
    drop(group);

    let mut group = frame.group("scan 100 000 rows from disk, each row", Clock::Thread).each(COUNT as u64).samples(15);
    let txn = direct.begin(MDB_RDONLY);
    group.row("LMDB", move |sum| direct.walk(txn, sum));
    group.row("LMDB plugin, cursor, lent", move |mut sum| {
        let reader = plugin.reader().expect("it has readers");
        let mut cursor = reader.cursor(TABLE, &CursorOptions::new()).expect("it can be read");
        loop {
            let batch = cursor.next_batch().expect("it can be read");
            if batch.len() == 0 {
                return sum;
            }
            sum = batch.fold(sum, |sum, (_, value)| sum + u64::from(value[0]));
        }
    });
    group.row("LMDB plugin, vector of pairs", move |sum| {
        let rows = plugin.scan(TABLE, &[], &[], usize::MAX).expect("it can be read");
        rows.iter().fold(sum, |sum, (_, value)| sum + u64::from(value[0]))
    });
    let table = redb.begin_read().expect("a snapshot").open_table(ROWS).expect("it is there");
    group.row("redb", move |sum| {
        let rows = table.iter().expect("it can be read");
        rows.fold(sum, |sum, row| sum + u64::from(row.expect("it can be read").1.value()[0]))
    });
}

fn plugin(path: &Path, keys: &[Vec<u8>], value: &[u8]) -> &'static Storage {
    let config = serde_json::json!({ "path": path, "sync": "flush", "map_size": MAP }).to_string();
    let storage = load(&in_c!("storage_lmdb")).instance(&config).expect("a database").storage().expect("it is one");
    let writes: Vec<_> = keys.iter().map(|key| Write::Put { table: TABLE, key, value }).collect();
    storage.write_batch(&writes, &BatchOptions::new()).expect("there is room");
    Box::leak(Box::new(storage))
}

fn redb(path: &Path, keys: &[Vec<u8>], value: &[u8]) -> &'static Database {
    let database = Database::create(path).expect("a new database");
    let writing = database.begin_write().expect("nobody else writes");
    {
        let mut table = writing.open_table(ROWS).expect("a new table");
        for key in keys {
            table.insert(&key[..], value).expect("there is room");
        }
    }
    writing.commit().expect("there is room");
    Box::leak(Box::new(database))
}

/// LMDB as storage_lmdb.c uses it: one tree, the table's number before each key.
#[derive(Clone, Copy)]
struct Direct {
    env: *mut MDB_env,
    tree: MDB_dbi,
}

impl Direct {
    fn filled(path: &Path, keys: &[Vec<u8>], value: &[u8]) -> Self {
        let path = CString::new(path.as_os_str().as_bytes()).expect("no NUL in it");
        let mut new = Self { env: null_mut(), tree: 0 };
        // SAFETY: LMDB's own calls, in the order that it asks for, with places for the results.
        unsafe {
            done(mdb_env_create(&mut new.env));
            done(mdb_env_set_mapsize(new.env, MAP));
            done(mdb_env_open(new.env, path.as_ptr(), MDB_NOSYNC | MDB_NOTLS, 0o600));
        }
        let txn = new.begin(0);
        // SAFETY: as above; keys and values live through the calls.
        unsafe {
            done(mdb_dbi_open(txn, null(), 0, &mut new.tree));
            for key in keys {
                done(mdb_put(txn, new.tree, &mut val(&stored(key)), &mut val(value), 0));
            }
            done(mdb_txn_commit(txn));
        }
        new
    }

    fn begin(self, flags: c_uint) -> *mut MDB_txn {
        let mut txn = null_mut();
        // SAFETY: the environment is open, and stays so.
        done(unsafe { mdb_txn_begin(self.env, null_mut(), flags, &mut txn) });
        txn
    }

    /// The first byte of a value.
    fn get(self, txn: *mut MDB_txn, key: &[u8]) -> u8 {
        let mut found = val(&[]);
        // SAFETY: the transaction is open, and what it lends lives as long.
        unsafe {
            done(mdb_get(txn, self.tree, &mut val(&stored(key)), &mut found));
            *found.mv_data.cast::<u8>()
        }
    }

    fn walk(self, txn: *mut MDB_txn, mut sum: u64) -> u64 {
        let mut cursor: *mut MDB_cursor = null_mut();
        let (mut key, mut value) = (val(&[]), val(&[]));
        // SAFETY: as above.
        unsafe {
            done(mdb_cursor_open(txn, self.tree, &mut cursor));
            loop {
                match mdb_cursor_get(cursor, &mut key, &mut value, MDB_NEXT) {
                    MDB_NOTFOUND => break,
                    code => done(code),
                }
                sum += u64::from(*value.mv_data.cast::<u8>());
            }
            mdb_cursor_close(cursor);
        }
        sum
    }
}

/// A key with its table before it, on the stack.
fn stored(key: &[u8]) -> [u8; 36] {
    let mut stored = [0; 36];
    stored[..4].copy_from_slice(&TABLE.to_be_bytes());
    stored[4..].copy_from_slice(key);
    stored
}

fn val(bytes: &[u8]) -> MDB_val {
    MDB_val { mv_size: bytes.len(), mv_data: bytes.as_ptr().cast_mut().cast() }
}

fn done(code: i32) {
    assert_eq!(code, 0, "LMDB failed");
}
