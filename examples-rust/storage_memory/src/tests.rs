//! Tables, scans and batches, beside a model.

use super::*;

fn storage() -> MemoryStorage {
    MemoryStorage::create(Host::detached("{}")).expect("no configuration is needed")
}

fn keys(storage: &MemoryStorage, start: &[u8], end: &[u8], limit: usize) -> Vec<Vec<u8>> {
    storage.scan(1, start, end, limit).expect("a scan").into_iter().map(|(key, _)| key).collect()
}

fn counts(storage: &MemoryStorage) -> (u64, u64) {
    let stats = storage.stats().expect("stats");
    (stats.key_count, stats.bytes_stored)
}

#[test]
fn tables_do_not_see_each_other() {
    let storage = storage();
    storage.put(1, b"key", b"one", 0).unwrap();
    storage.put(2, b"key", b"two", 0).unwrap();
    storage.delete(2, b"key", 0).unwrap();
    assert_eq!(storage.get(1, b"key").unwrap().as_deref(), Some(&b"one"[..]));
    assert_eq!(storage.get(2, b"key").unwrap(), None);
    assert_eq!(storage.get(3, b"key").unwrap(), None);
}

#[test]
fn a_scan_orders_unsigned_bytes_and_keeps_its_bounds() {
    let storage = storage();
    let all: [&[u8]; 5] = [b"", b"\x00", b"\x7f", b"\x80", b"\xff\xff"];
    all.iter().rev().for_each(|key| storage.put(1, key, key, 0).unwrap());
    assert_eq!(keys(&storage, b"", b"", usize::MAX), all);
    assert_eq!(keys(&storage, b"\x00", b"\x80", usize::MAX), all[1..3]);
    assert_eq!(keys(&storage, b"\x7f", b"", 2), all[2..4]);
    assert!(keys(&storage, b"\x80", b"\x80", usize::MAX).is_empty());
    assert!(keys(&storage, b"\x80", b"\x00", usize::MAX).is_empty());
    assert!(keys(&storage, b"", b"", 0).is_empty());
}

#[test]
fn a_sink_that_wants_no_more_ends_the_scan() {
    let storage = storage();
    (0..9_u8).for_each(|key| storage.put(1, &[key], b"", 0).unwrap());
    let mut taken = 0;
    let mut take = |_: &[u8], _: &[u8]| {
        taken += 1;
        if taken == 3 {
            Err(Error::new(ErrorKind::Cancelled, "enough"))
        } else {
            Ok(())
        }
    };
    let error = storage.scan_into(1, b"", b"", 9, &mut RowSink::new(&mut take)).unwrap_err();
    assert_eq!((error.kind(), taken), (ErrorKind::Cancelled, 3));
}

#[test]
fn stats_follow_every_write() {
    let storage = storage();
    storage.put(1, b"key", b"12345", 0).unwrap();
    storage.put(2, b"k", b"", 0).unwrap();
    storage.put(1, b"key", b"12", 0).unwrap();
    assert_eq!(counts(&storage), (2, 6));
    storage.delete(1, b"key", 0).unwrap();
    storage.delete(1, b"key", 0).unwrap();
    assert_eq!(counts(&storage), (1, 1));
}

#[test]
fn a_batch_applies_in_order() {
    let storage = storage();
    storage.put(1, b"old", b"1", 0).unwrap();
    let writes = [
        Write::Put { table: 1, key: b"new", value: b"1" },
        Write::Delete { table: 1, key: b"old" },
        Write::Delete { table: 1, key: b"new" },
        Write::Put { table: 1, key: b"new", value: b"2" },
    ];
    storage.write_batch(&writes, &BatchOptions::new()).unwrap();
    assert_eq!(storage.scan(1, b"", b"", 9).unwrap(), [(b"new".to_vec(), b"2".to_vec())]);
}

#[test]
fn no_reader_sees_half_a_batch() {
    let storage = storage();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0..2_000_u32 {
                let value = round.to_ne_bytes();
                let put = |key| Write::Put { table: 1, key, value: &value };
                storage.write_batch(&[put(b"a"), put(b"b")], &BatchOptions::new()).unwrap();
            }
        });
        for _ in 0..2_000 {
            let rows = storage.scan(1, b"", b"", 2).unwrap();
            assert!(rows.windows(2).all(|pair| pair[0].1 == pair[1].1), "{rows:?}");
            assert_ne!(rows.len(), 1);
        }
    });
}

#[test]
fn a_tree_agrees_with_a_model_and_its_clones_stay_as_they_were() {
    let (mut tree, mut model) = (Tree::default(), BTreeMap::new());
    let (mut clones, mut random) = (Vec::new(), 1_u32);
    let all = |tree: &Tree| tree.rows(b"", b"").map(|(key, value)| (key.to_vec(), value.to_vec())).collect::<Vec<_>>();
    for step in 0..20_000_u32 {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        // More come than go, then more go than come, down to nothing.
        let (key, put) = ((random >> 22).to_be_bytes(), (random >> 8) % 4 < if step < 10_000 { 3 } else { 1 });
        let (old, expected) = if put {
            (tree.insert(&key, &step.to_be_bytes()), model.insert(key.to_vec(), step.to_be_bytes().to_vec()))
        } else {
            (tree.remove(&key), model.remove(&key[..]))
        };
        assert_eq!(old.as_deref(), expected.as_deref(), "step {step}");
        if step % 1_000 == 0 {
            clones.push((tree.clone(), model.clone()));
        }
    }
    model.retain(|key, _| tree.remove(key).is_none());
    clones.push((tree, model));
    for (tree, model) in clones {
        assert_eq!(all(&tree), model.clone().into_iter().collect::<Vec<_>>());
        for (start, end) in [(0_u32, 500_u32), (3, 4), (500, 500), (700, 600), (1_023, 5_000)] {
            let (start, end) = (start.to_be_bytes().to_vec(), end.to_be_bytes().to_vec());
            let found = tree.rows(&start, &end).map(|(key, _)| key.to_vec()).collect::<Vec<_>>();
            let expected = model.keys().filter(|key| start <= **key && **key < end).cloned().collect::<Vec<_>>();
            assert_eq!(found, expected);
            let mut found = tree.rows_reversed(&start, &end).map(|(key, _)| key.to_vec()).collect::<Vec<_>>();
            found.reverse();
            assert_eq!(found, expected);
        }
    }
}
