//! RocksDB, called as a program in C calls it.

use std::ffi::{c_char, c_uchar, CString};
use std::path::Path;
use std::ptr::{null, null_mut};

/// Something of RocksDB's behind a pointer.
#[repr(C)]
pub struct Opaque {
    _private: [u8; 0],
}

type Why = *mut *mut c_char;

#[link(name = "rocksdb")]
extern "C" {
    fn rocksdb_options_create() -> *mut Opaque;
    fn rocksdb_options_set_create_if_missing(options: *mut Opaque, yes: c_uchar);
    fn rocksdb_readoptions_create() -> *mut Opaque;
    fn rocksdb_readoptions_set_snapshot(options: *mut Opaque, snapshot: *const Opaque);
    fn rocksdb_writeoptions_create() -> *mut Opaque;
    fn rocksdb_optimistictransaction_options_create() -> *mut Opaque;
    fn rocksdb_optimistictransaction_options_set_set_snapshot(options: *mut Opaque, yes: c_uchar);
    fn rocksdb_optimistictransactiondb_open(options: *const Opaque, name: *const c_char, why: Why) -> *mut Opaque;
    fn rocksdb_optimistictransactiondb_get_base_db(db: *mut Opaque) -> *mut Opaque;
    fn rocksdb_create_column_family(
        db: *mut Opaque,
        options: *const Opaque,
        name: *const c_char,
        why: Why,
    ) -> *mut Opaque;
    fn rocksdb_create_snapshot(db: *mut Opaque) -> *const Opaque;
    fn rocksdb_get_pinned_cf(
        db: *mut Opaque,
        options: *const Opaque,
        rows: *mut Opaque,
        key: *const u8,
        len: usize,
        why: Why,
    ) -> *mut Opaque;
    fn rocksdb_pinnableslice_value(slice: *const Opaque, len: *mut usize) -> *const u8;
    fn rocksdb_pinnableslice_destroy(slice: *mut Opaque);
    fn rocksdb_create_iterator_cf(db: *mut Opaque, options: *const Opaque, rows: *mut Opaque) -> *mut Opaque;
    fn rocksdb_iter_seek_to_first(rows: *mut Opaque);
    fn rocksdb_iter_seek_to_last(rows: *mut Opaque);
    fn rocksdb_iter_valid(rows: *const Opaque) -> c_uchar;
    fn rocksdb_iter_next(rows: *mut Opaque);
    fn rocksdb_iter_prev(rows: *mut Opaque);
    fn rocksdb_iter_key(rows: *const Opaque, len: *mut usize) -> *const u8;
    fn rocksdb_iter_value(rows: *const Opaque, len: *mut usize) -> *const u8;
    fn rocksdb_iter_destroy(rows: *mut Opaque);
    fn rocksdb_optimistictransaction_begin(
        db: *mut Opaque,
        write: *const Opaque,
        begin: *const Opaque,
        old: *mut Opaque,
    ) -> *mut Opaque;
    fn rocksdb_transaction_put_cf(
        txn: *mut Opaque,
        rows: *mut Opaque,
        key: *const u8,
        key_len: usize,
        value: *const u8,
        value_len: usize,
        why: Why,
    );
    fn rocksdb_transaction_commit(txn: *mut Opaque, why: Why);
    fn rocksdb_transaction_destroy(txn: *mut Opaque);
    fn rocksdb_compact_range_cf(
        db: *mut Opaque,
        rows: *mut Opaque,
        start: *const u8,
        start_len: usize,
        end: *const u8,
        end_len: usize,
    );
}

/// A database with one column family. It is open until the process ends.
pub struct Direct {
    db: *mut Opaque,
    base: *mut Opaque,
    rows: *mut Opaque,
    read: *mut Opaque,
    write: *mut Opaque,
    begin: *mut Opaque,
}

fn checked<T>(call: impl FnOnce(Why) -> T) -> T {
    let mut why = null_mut();
    let result = call(&mut why);
    assert!(why.is_null(), "RocksDB failed");
    result
}

impl Direct {
    /// Opens a database in a new directory.
    pub fn open(path: &Path) -> Self {
        let name = CString::new(path.to_str().expect("UTF-8")).expect("a path");
        // SAFETY: RocksDB's own functions, with what it made before, and texts that live through the calls.
        unsafe {
            let options = rocksdb_options_create();
            rocksdb_options_set_create_if_missing(options, 1);
            let db = checked(|why| rocksdb_optimistictransactiondb_open(options, name.as_ptr(), why));
            let base = rocksdb_optimistictransactiondb_get_base_db(db);
            let rows = checked(|why| rocksdb_create_column_family(base, options, c"1".as_ptr(), why));
            let begin = rocksdb_optimistictransaction_options_create();
            rocksdb_optimistictransaction_options_set_set_snapshot(begin, 1);
            Self { db, base, rows, read: rocksdb_readoptions_create(), write: rocksdb_writeoptions_create(), begin }
        }
    }

    /// Reads from now on what is there now.
    pub fn stand_still(&self) {
        // SAFETY: as above; the snapshot lives as long as the database.
        unsafe { rocksdb_readoptions_set_snapshot(self.read, rocksdb_create_snapshot(self.base)) }
    }

    /// Merges all that was written.
    pub fn compact(&self) {
        // SAFETY: as above; NULL is before and behind all keys.
        unsafe { rocksdb_compact_range_cf(self.base, self.rows, null(), 0, null(), 0) }
    }

    /// Calls `look` with the value of `key`, pinned.
    pub fn get(&self, key: &[u8], look: impl FnOnce(&[u8])) {
        let mut len = 0;
        // SAFETY: as above; the value lives until the slice is destroyed.
        unsafe {
            let found =
                checked(|why| rocksdb_get_pinned_cf(self.base, self.read, self.rows, key.as_ptr(), key.len(), why));
            let value = rocksdb_pinnableslice_value(found, &mut len);
            look(std::slice::from_raw_parts(value, len));
            rocksdb_pinnableslice_destroy(found);
        }
    }

    /// Calls `look` with each row.
    pub fn walk(&self, reverse: bool, mut look: impl FnMut(&[u8], &[u8])) {
        let (mut key_len, mut value_len) = (0, 0);
        // SAFETY: as above; a row lives until the next step.
        unsafe {
            let rows = rocksdb_create_iterator_cf(self.base, self.read, self.rows);
            if reverse {
                rocksdb_iter_seek_to_last(rows);
            } else {
                rocksdb_iter_seek_to_first(rows);
            }
            while rocksdb_iter_valid(rows) != 0 {
                let key = rocksdb_iter_key(rows, &mut key_len);
                let value = rocksdb_iter_value(rows, &mut value_len);
                look(std::slice::from_raw_parts(key, key_len), std::slice::from_raw_parts(value, value_len));
                if reverse {
                    rocksdb_iter_prev(rows);
                } else {
                    rocksdb_iter_next(rows);
                }
            }
            rocksdb_iter_destroy(rows);
        }
    }

    /// Puts rows in one transaction.
    pub fn put<'a>(&self, rows: impl Iterator<Item = ([u8; 8], &'a [u8])>) {
        // SAFETY: as above; RocksDB copies key and value.
        unsafe {
            let txn = rocksdb_optimistictransaction_begin(self.db, self.write, self.begin, null_mut());
            for (key, value) in rows {
                let (at, len) = (value.as_ptr(), value.len());
                checked(|why| rocksdb_transaction_put_cf(txn, self.rows, key.as_ptr(), key.len(), at, len, why));
            }
            checked(|why| rocksdb_transaction_commit(txn, why));
            rocksdb_transaction_destroy(txn);
        }
    }
}
