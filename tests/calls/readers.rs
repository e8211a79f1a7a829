//! Snapshots of a storage that lends its bytes: what they see, how long they live, what they keep waiting.

use sochdb_plugin_host::sdk::{CursorOptions, ErrorKind, RowSink, StorageExtension};
use sochdb_plugin_host::{DynamicPluginLoader, OwnedCursor, PluginInstance, Storage};
use std::time::Duration;
use support::in_c;
use support::plugins::{in_rust, load, load_c, Private};
use tempfile::TempDir;

const TABLE: u32 = 7;

/// A database in a directory of its own.
fn database() -> (TempDir, PluginInstance, Storage) {
    let directory = tempfile::tempdir().expect("a directory for the database");
    let loader = DynamicPluginLoader::new_trusted().drain_timeout(Duration::from_millis(100));
    let library = Private::copy(&in_c!("storage_lmdb")).load_by(&loader).expect("storage_lmdb loads");
    let plugin =
        library.instance(&format!(r#"{{"path": {:?}, "sync": "flush"}}"#, directory.path())).expect("a database");
    let storage = plugin.storage().expect("it is a storage");
    (directory, plugin, storage)
}

fn key(number: u32) -> [u8; 4] {
    number.to_be_bytes()
}

#[test]
fn a_reader_sees_what_was_there_when_it_was_opened() {
    let (_directory, _plugin, storage) = database();
    storage.put(TABLE, b"key", b"old", 0).unwrap();
    let mut reader = storage.reader().unwrap();
    storage.put(TABLE, b"key", b"new", 0).unwrap();
    storage.put(TABLE, b"later", b"", 0).unwrap();
    assert_eq!(reader.get(TABLE, b"key").unwrap(), Some(&b"old"[..]));
    assert_eq!(reader.get(TABLE, b"later").unwrap(), None);
    assert_eq!(reader.get(TABLE + 1, b"key").unwrap(), None);
    drop(reader);
    assert_eq!(storage.reader().unwrap().get(TABLE, b"key").unwrap(), Some(&b"new"[..]));
}

#[test]
fn a_cursor_gives_every_row_once_and_in_order() {
    let (_directory, _plugin, storage) = database();
    for number in 0..1_000 {
        storage.put(TABLE, &key(number), &number.to_string().into_bytes(), 0).unwrap();
        storage.put(TABLE + 1, &key(number), b"another table", 0).unwrap();
    }
    let reader = storage.reader().unwrap();
    for (start, end, expected) in [(0, 1_000, 0..1_000), (63, 64, 63..64), (64, 64, 64..64), (10, 900, 10..900)] {
        let mut cursor = reader.cursor(TABLE, &CursorOptions::range(&key(start), &key(end))).unwrap();
        let mut seen = Vec::new();
        loop {
            let batch = cursor.next_batch().unwrap();
            if batch.len() == 0 {
                break;
            }
            assert!(batch.len() <= 64);
            for (key, value) in batch {
                let number = u32::from_be_bytes(key.try_into().unwrap());
                assert_eq!(value, number.to_string().into_bytes());
                seen.push(number);
            }
        }
        assert_eq!(cursor.next_batch().unwrap().len(), 0, "the end stays the end");
        assert_eq!(seen, expected.collect::<Vec<_>>());
    }
    // An empty end means the end of the table, not of the database.
    let mut cursor = reader.cursor(TABLE, &CursorOptions::range(&key(990), b"")).unwrap();
    assert_eq!(cursor.next_batch().unwrap().len(), 10);
}

#[test]
fn a_cursor_may_be_dropped_half_way_and_readers_may_be_many() {
    let (_directory, _plugin, storage) = database();
    for number in 0..200 {
        storage.put(TABLE, &key(number), b"value", 0).unwrap();
    }
    let readers: Vec<_> = (0..50).map(|_| storage.reader().unwrap()).collect();
    for reader in &readers {
        let (mut one, mut other) = (
            reader.cursor(TABLE, &CursorOptions::new()).unwrap(),
            reader.cursor(TABLE, &CursorOptions::new()).unwrap(),
        );
        assert_eq!(one.next_batch().unwrap().next().unwrap().0, key(0));
        assert_eq!(other.next_batch().unwrap().len(), 64);
        assert_eq!(one.next_batch().unwrap().next().unwrap().0, key(64));
    }
}

#[test]
fn a_shutdown_waits_for_readers_and_may_be_tried_again() {
    let (_directory, plugin, storage) = database();
    storage.put(TABLE, b"key", b"value", 0).unwrap();
    let mut reader = storage.reader().unwrap();
    assert_eq!(plugin.shutdown().unwrap_err().kind(), ErrorKind::Busy);
    assert_eq!(storage.get(TABLE, b"key").unwrap_err().kind(), ErrorKind::ShutDown, "no new call starts");
    assert_eq!(storage.reader().err().unwrap().kind(), ErrorKind::ShutDown);
    assert_eq!(reader.get(TABLE, b"key").unwrap(), Some(&b"value"[..]), "the one under way goes on");
    drop(reader);
    plugin.shutdown().unwrap();
}

/// What a server keeps of a query between two pages.
struct Pages {
    rows: OwnedCursor,
    seen: u32,
}

#[test]
fn a_cursor_that_keeps_its_reader_lives_in_a_struct_without_its_storage_and_goes_from_thread_to_thread() {
    let (_directory, plugin, storage) = database();
    let count = 1_000;
    for number in 0..count {
        storage.put(TABLE, &key(number), b"row", 0).unwrap();
    }
    let rows = storage.reader().unwrap().into_cursor(TABLE, &CursorOptions::new()).unwrap();
    let mut pages = Pages { rows, seen: 0 };
    storage.put(TABLE, &key(count), b"later", 0).unwrap();
    // The storage waits for it, though this handle is gone.
    drop(storage);
    assert!(plugin.shutdown().is_err(), "a cursor is open");
    loop {
        let page = std::thread::spawn(move || {
            let mut batch = 0;
            for (row, _) in pages.rows.next_batch().unwrap() {
                assert_eq!(row, key(pages.seen + batch));
                batch += 1;
            }
            pages.seen += batch;
            (pages, batch)
        });
        let batch;
        (pages, batch) = page.join().expect("no panic");
        if batch == 0 {
            break;
        }
    }
    assert_eq!(pages.seen, count, "the snapshot has what was there when it was opened");
    pages.rows.seek(&key(count - 1)).unwrap();
    assert_eq!(pages.rows.next_batch().unwrap().next(), Some((&key(count - 1)[..], &b"row"[..])));
    drop(pages);
    plugin.shutdown().expect("nothing is open");
}

#[test]
fn a_reader_lives_without_its_storage_and_on_another_thread() {
    let (_directory, plugin, storage) = database();
    storage.put(TABLE, b"key", b"value", 0).unwrap();
    let mut reader = storage.reader().unwrap();
    drop((storage, plugin));
    let value = std::thread::spawn(move || reader.get(TABLE, b"key").map(|value| value.map(<[u8]>::to_vec)));
    assert_eq!(value.join().expect("no panic").unwrap().as_deref(), Some(&b"value"[..]));
}

/// A reader that goes before its cursor would take what the cursor stands on.
#[test]
fn a_storage_with_a_forgotten_cursor_does_not_end() {
    let (_directory, plugin, storage) = database();
    storage.put(TABLE, b"key", b"value", 0).unwrap();
    let reader = storage.reader().unwrap();
    std::mem::forget(reader.cursor(TABLE, &CursorOptions::new()).unwrap());
    drop(reader);
    for _ in 0..2 {
        assert_eq!(plugin.shutdown().expect_err("a cursor is open").kind(), ErrorKind::Busy);
    }
    drop((storage, plugin));
}

/// Behind the trait, safe code may use a reader and its cursors at once: they take turns.
#[test]
fn a_reader_behind_the_trait_is_used_by_several_threads() {
    let (_directory, _plugin, storage) = database();
    for number in 0..500 {
        storage.put(TABLE, &key(number), &key(number), 0).unwrap();
    }
    let reader = StorageExtension::reader(&storage).unwrap();
    let cursors: Vec<_> =
        (0..2).map(|_| reader.cursor(TABLE, &CursorOptions::range(&key(100), &key(400))).unwrap()).collect();
    std::thread::scope(|scope| {
        for mut cursor in cursors {
            scope.spawn(move || {
                cursor.seek(&key(200)).unwrap();
                drop(cursor);
            });
        }
        for number in 0..500 {
            assert_eq!(reader.get(TABLE, &key(number)).unwrap().as_deref(), Some(&key(number)[..]));
        }
    });
    let mut count = 0;
    let mut take = |_: &[u8], _: &[u8]| {
        count += 1;
        Ok(())
    };
    reader.scan_into(TABLE, &key(3), &key(1), 10, &mut RowSink::new(&mut take)).unwrap();
    reader.scan_into(TABLE, &key(1), &key(3), 10, &mut RowSink::new(&mut take)).unwrap();
    assert_eq!(count, 2);
}

#[test]
fn a_seek_behind_the_end_of_a_range_finds_nothing_and_back_finds_again() {
    let (_directory, _plugin, lmdb) = database();
    let memory = [in_c!("storage_memory"), in_rust("storage_memory")]
        .map(|library| load(&library).instance("{}").expect("an instance").storage().expect("a storage"));
    for storage in memory.into_iter().chain([lmdb]) {
        for number in 0..9 {
            storage.put(TABLE, &key(number), b"", 0).unwrap();
        }
        let reader = storage.reader().unwrap();
        for options in [CursorOptions::range(&key(2), &key(5)), CursorOptions::range(&key(2), &key(5)).reversed()] {
            let mut cursor = reader.cursor(TABLE, &options).unwrap();
            let (first, before, behind) = if options.reverse { (4, 8, 0) } else { (2, 0, 8) };
            for (at, found) in
                [(behind, None), (before, Some(first)), (behind, None), (3, Some(3)), (before, Some(first))]
            {
                cursor.seek(&key(at)).unwrap();
                let next = cursor.next_batch().unwrap().next().map(|(row, _)| row.to_vec());
                assert_eq!(next, found.map(|found| key(found).to_vec()), "{options:?} moved to {at}");
            }
        }
    }
}

#[test]
fn a_storage_without_readers_says_so() {
    let library = load_c("logs_its_life", &[]);
    let storage = library.instance("a").unwrap().storage().unwrap();
    assert_eq!(storage.reader().err().unwrap().kind(), ErrorKind::Unsupported);
}
