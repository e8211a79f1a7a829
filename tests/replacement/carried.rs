//! What one extension keeps is there in the one that takes its place, and what cannot be kept is refused before.

use crate::versions::{index_of_format, loader, not_replaced, two_versions};
use sochdb_plugin_host::sdk::{IndexChange, IndexExtension, StorageExtension};
use sochdb_plugin_host::{InstanceOptions, PluginManager};
use std::thread;
use std::time::{Duration, Instant};
use support::in_c;
use support::plugins::{in_rust, Private};

#[test]
fn an_upgrade_is_of_all_instances_or_of_none() {
    let manager = PluginManager::new();
    let [first, second] = two_versions(&in_c!("index_sorted"));
    let names = ["orders.date", "orders.city", "orders.name"];
    for (row, name) in (1..).zip(names) {
        manager.register_as(name, first.instance("{}").expect("an instance")).expect("registered");
        manager.index(name).expect("it is there").insert(b"key", row).expect("insert");
    }
    let digests = |manager: &PluginManager| -> Vec<_> {
        manager.extensions().into_iter().map(|extension| extension.origin.expect("loaded").digest).collect()
    };
    // The third is not as somebody wants it: the two before are put back.
    let refusing = |name: &str, new: &sochdb_plugin_host::PluginInstance| {
        let found = new.index()?.lookup(b"key")?;
        if name == "orders.name" {
            Err(format!("it has {found:?}").into())
        } else {
            Ok(())
        }
    };
    let (why, not) = not_replaced(manager.upgrade(&second, refusing));
    assert!(why.contains("it has [3]") && not.serves && not.stuck.is_empty(), "{not:?}");
    assert_eq!(digests(&manager), [first.digest(); 3]);
    let replaced = manager.upgrade(&second, |_, _| Ok(())).expect("all are replaced");
    assert!(replaced.iter().map(|one| &*one.name).eq(names), "in the order of registration: {replaced:?}");
    assert_eq!(digests(&manager), [second.digest(); 3]);
    for (row, name) in (1..).zip(names) {
        assert_eq!(manager.index(name).expect("it is there").lookup(b"key").expect("lookup"), [row]);
    }
}

#[test]
fn what_would_lose_something_is_refused_before_anything_ends() {
    let manager = PluginManager::new();
    let [first, second] = two_versions(&in_c!("storage_memory"));
    manager.register_as("rows", first.instance("{}").expect("an instance")).expect("registered");
    manager.storage().expect("a storage").put(1, b"k", b"v", 0).expect("put");
    let (why, not) = not_replaced(manager.upgrade(&second, |_, _| Ok(())));
    assert!(why.contains("durable") && why.contains("`replace`") && not.serves, "{why}");
    // As it says: another one is filled, and put in its place.
    let filled = second.instance("{}").expect("an instance");
    filled.storage().expect("a storage").put(1, b"k", b"v", 0).expect("put");
    manager.replace("rows", filled).expect("it is replaced");
    let [first, second] = two_versions(&in_rust("index_flat"));
    manager.register_as("vectors", first.instance(r#"{"dimensions": 2}"#).expect("an instance")).expect("registered");
    let (why, not) = not_replaced(manager.upgrade(&second, |_, _| Ok(())));
    assert!(why.contains("neither saved") && not.serves, "{why}");
    let filled = second.instance(r#"{"dimensions": 2}"#).expect("an instance");
    manager.replace("vectors", filled).expect("it is replaced");
    assert_eq!(manager.storage().expect("a storage").get(1, b"k").expect("get").as_deref(), Some(&b"v"[..]));
}

#[test]
fn a_storage_is_handed_over_with_another_configuration() {
    let manager = PluginManager::new();
    let directory = tempfile::tempdir().expect("a directory");
    let options = InstanceOptions::new().data_dir(directory.path().join("rows"));
    let [library, _] = two_versions(&in_c!("storage_lmdb"));
    manager.register_as("rows", library.instance_with("{}", &options).expect("an instance")).expect("registered");
    let kept = manager.storage().expect("a storage");
    kept.put(1, b"k", b"v", 0).expect("put");
    let replaced = manager.hand_over("rows", || library.instance_with(r#"{"sync": "flush"}"#, &options));
    assert!(replaced.expect("it is handed over").pause > Duration::ZERO);
    assert_eq!(kept.get(1, b"k").expect("a handle from before").as_deref(), Some(&b"v"[..]));
    // A configuration that is refused: the old one is made again.
    let (why, not) =
        not_replaced(manager.hand_over("rows", || library.instance_with(r#"{"sync": "never"}"#, &options)));
    assert!(why.contains("sync") && not.serves, "{why}");
    assert_eq!(kept.get(1, b"k").expect("it is made again").as_deref(), Some(&b"v"[..]));
    // One that is no storage.
    let codec = Private::copy(&in_c!("codec_xor")).load_by(&loader()).expect("it loads");
    let (why, not) = not_replaced(manager.hand_over("rows", || codec.instance("{}")));
    assert!(why.contains("has no kind storage") && not.serves, "{why}");
    assert_eq!(kept.get(1, b"k").expect("it is made again").as_deref(), Some(&b"v"[..]));
}

#[test]
fn a_reader_that_stays_open_keeps_the_old_one() {
    let manager = PluginManager::new();
    let directory = tempfile::tempdir().expect("a directory");
    let options = InstanceOptions::new().data_dir(directory.path().join("rows"));
    let library = Private::copy(&in_c!("storage_lmdb"));
    let library = library.load_by(&loader().drain_timeout(Duration::from_millis(400))).expect("it loads");
    manager.register_as("rows", library.instance_with("{}", &options).expect("an instance")).expect("registered");
    let storage = manager.storage().expect("a storage");
    storage.put(1, b"k", b"v", 0).expect("put");
    let reader = thread::spawn({
        let storage = storage.clone();
        move || storage.reader().expect("a reader")
    });
    let mut reader = reader.join().expect("no panic");
    let begin = Instant::now();
    let (why, not) = not_replaced(manager.hand_over("rows", || library.instance_with("{}", &options)));
    assert!(why.contains("did not end within 100ms") && not.serves, "{why}");
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    assert_eq!(reader.get(1, b"k").expect("it goes on"), Some(&b"v"[..]));
    storage.put(1, b"k", b"w", 0).expect("so does the storage");
    drop(reader);
    manager.hand_over("rows", || library.instance_with("{}", &options)).expect("nothing is open");
}

#[test]
fn what_cannot_be_made_again_says_so() {
    let manager = PluginManager::new();
    let directory = tempfile::tempdir().expect("a directory");
    let options = InstanceOptions::new().data_dir(directory.path().join("rows"));
    let [library, _] = two_versions(&in_c!("storage_lmdb"));
    manager.register_as("rows", library.instance_with("{}", &options).expect("an instance")).expect("registered");
    let kept = manager.storage().expect("a storage");
    // Whoever makes the new one spoils the files of the old one.
    let spoil = || {
        std::fs::remove_dir_all(directory.path().join("rows")).expect("removed");
        std::fs::write(directory.path().join("rows"), "no directory").expect("written");
        Err::<sochdb_plugin_host::PluginInstance, _>("no new one")
    };
    let (why, not) = not_replaced(manager.hand_over("rows", spoil));
    assert!(why.contains("no new one") && why.contains("cannot be made again") && !not.serves, "{why}");
    kept.get(1, b"k").expect_err("nothing serves");
    std::fs::remove_file(directory.path().join("rows")).expect("removed");
    let fresh = library.instance_with("{}", &options).expect("an instance");
    manager.register_as("rows", fresh).expect("the name is free");
    assert_eq!(manager.storage().expect("a storage").get(1, b"k").expect("get"), None);
}

#[test]
fn changes_that_an_index_gets_meanwhile_are_in_the_next_one() {
    let manager = PluginManager::new();
    let [first, second] = two_versions(&in_c!("index_sorted"));
    manager.register_as("column", first.instance("{}").expect("an instance")).expect("registered");
    let mut kept = manager.index("column").expect("an index");
    kept.insert(b"before", 1).expect("insert");
    kept.insert(b"goes", 2).expect("insert");
    let changing = std::sync::Mutex::new(kept.clone());
    let check = move |_: &str, new: &sochdb_plugin_host::PluginInstance| {
        let mut old = changing.lock().expect("no panic");
        old.insert(b"meanwhile", 3)?;
        old.delete(b"goes", 2)?;
        old.insert(b"comes and goes", 4)?;
        old.delete(b"comes and goes", 4)?;
        old.change_batch(&[
            IndexChange::Insert { key: b"back", row: 5 },
            IndexChange::Delete { key: b"before", row: 1 },
        ])?;
        old.insert(b"before", 1)?;
        assert_eq!(old.lookup(b"meanwhile")?, [3], "the old one serves");
        assert_eq!(new.index()?.lookup(b"goes")?, [2], "the new one has what was saved");
        Ok(())
    };
    let replaced = manager.upgrade(&second, check).expect("it is replaced");
    assert!(replaced[0].pause > Duration::ZERO);
    for (key, rows) in
        [(&b"before"[..], &[1][..]), (b"goes", &[]), (b"meanwhile", &[3]), (b"comes and goes", &[]), (b"back", &[5])]
    {
        assert_eq!(kept.lookup(key).expect("lookup"), rows, "{}", key.escape_ascii());
    }
    // All of it is another one meanwhile: what was saved is nothing to go on from.
    let building = std::sync::Mutex::new(kept.clone());
    let build = move |_: &str, _: &sochdb_plugin_host::PluginInstance| {
        Ok(building.lock().expect("no panic").build(1, 1, &[(7, b"built")])?)
    };
    let (why, not) = not_replaced(manager.upgrade(&first, build));
    assert!(why.contains("another caller") && not.serves, "{why}");
    assert_eq!(kept.lookup(b"built").expect("lookup"), [7]);
}

/// The first version, and one that saves what the first cannot load.
fn with_a_later_format() -> [sochdb_plugin_host::PluginLibrary; 2] {
    let first = Private::copy(&in_c!("index_sorted")).load_by(&loader()).expect("it loads");
    [first, index_of_format("2.0.0", 2, &[1, 2]).load_by(&loader()).expect("it loads")]
}

#[test]
fn what_saves_in_a_later_format_is_put_back_with_all_changes_until_it_serves() {
    let manager = PluginManager::new();
    let [first, second] = with_a_later_format();
    for name in ["one", "two"] {
        manager.register_as(name, first.instance("{}").expect("an instance")).expect("registered");
        manager.index(name).expect("an index").insert(b"before", 1).expect("insert");
    }
    let mut kept = manager.index("one").expect("an index");
    let changing = std::sync::Mutex::new(kept.clone());
    // The first is of the second version already when the second is refused, and was changed before and since.
    let refusing = move |name: &str, _: &sochdb_plugin_host::PluginInstance| {
        let mut one = changing.lock().expect("no panic");
        match name {
            "one" => Ok(one.insert(b"while it loads", 2)?),
            _ => {
                assert_eq!(one.lookup(b"while it loads")?, [2]);
                one.insert(b"since", 3)?;
                one.delete(b"before", 1)?;
                Err("the second is refused".into())
            }
        }
    };
    let (why, not) = not_replaced(manager.upgrade(&second, refusing));
    assert!(not.name == "two" && not.serves && not.stuck.is_empty(), "{why} {not:?}");
    assert!(manager.extensions().iter().all(|one| one.info.version == "1.0.0"));
    for (key, rows) in [(&b"before"[..], &[][..]), (b"while it loads", &[2]), (b"since", &[3])] {
        assert_eq!(kept.lookup(key).expect("lookup"), rows, "{}", key.escape_ascii());
    }
    kept.insert(b"later", 4).expect("it serves on");
    // Once the second serves, there is no way back, and it is said.
    manager.upgrade(&second, |_, _| Ok(())).expect("both are replaced");
    assert_eq!(kept.lookup(b"later").expect("lookup"), [4]);
    let (why, not) = not_replaced(manager.upgrade(&first, |_, _| Ok(())));
    assert!(why.contains("index_sorted 1.0.0 does not load what index_sorted 2.0.0 saves: "), "{why}");
    assert!(why.contains("by a newer version") && not.slot.as_deref() == Some("load") && not.serves, "{why} {not:?}");
    assert_eq!(kept.lookup(b"later").expect("the second serves on"), [4]);
}
