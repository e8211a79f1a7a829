//! Replacements that fail in one of their steps, and what is left then.

use crate::versions::{loader, not_replaced, two_versions};
use sochdb_plugin_host::sdk::{CompressionExtension, StorageExtension};
use sochdb_plugin_host::{InstanceOptions, ManagerError, PluginInstance, PluginLibrary, PluginManager};
use std::fs;
use support::in_c;
use support::plugins::Private;

type AnyError = Box<dyn std::error::Error + Send + Sync>;

/// A plugin whose storage answers with its configuration, and whose `shutdown` fails if that says so.
fn library() -> PluginLibrary {
    Private::compile("logs_its_life", &[]).load_by(&loader()).expect("it loads")
}

fn serving(library: &PluginLibrary, config: &str) -> PluginManager {
    let manager = PluginManager::new();
    manager.register_as("rows", library.instance(config).expect("an instance")).expect("registered");
    manager
}

fn served(manager: &PluginManager) -> Option<Vec<u8>> {
    manager.storage_named("rows").expect("it is there").get(1, b"k").expect("it takes calls")
}

/// What a hand-over says that must fail, with the old one serving.
fn refused(manager: &PluginManager, make: impl FnOnce() -> Result<PluginInstance, AnyError>) -> String {
    let (why, not) = not_replaced(manager.hand_over("rows", make));
    assert!(not.name == "rows" && not.serves && not.stuck.is_empty(), "{not:?}");
    why
}

#[test]
fn whichever_step_of_a_hand_over_fails_the_old_one_serves_on() {
    let library = library();
    let manager = serving(&library, "old");
    let another = |config: &str| -> Result<PluginInstance, AnyError> { Ok(library.instance(config)?) };
    // The new one is not made.
    let why = refused(&manager, || Err("no room for it".into()));
    assert!(why.contains("no room for it"), "{why}");
    assert_eq!(served(&manager).as_deref(), Some(&b"old"[..]));
    // Somebody else replaces it.
    let why = refused(&manager, || {
        manager.hand_over("rows", || another("inner"))?;
        another("outer")
    });
    assert!(why.contains("`rows` was not replaced"), "{why}");
    assert_eq!(served(&manager).as_deref(), Some(&b"old"[..]));
    // The new one has another place.
    let elsewhere = another("elsewhere").expect("an instance");
    manager.register_as("elsewhere", &elsewhere).expect("registered");
    let why = refused(&manager, || Ok(elsewhere.clone()));
    assert!(why.contains("registered already, as `elsewhere`"), "{why}");
    assert_eq!(served(&manager).as_deref(), Some(&b"old"[..]));
    manager.hand_over("rows", || another("new")).expect("nothing fails");
    assert_eq!(served(&manager).as_deref(), Some(&b"new"[..]));
}

#[test]
fn an_old_one_that_fails_to_shut_down_is_made_again() {
    let library = library();
    let manager = serving(&library, "fail");
    let why = refused(&manager, || panic!("the old one has not said that its files are whole"));
    assert!(why.contains("the disk is full"), "{why}");
    assert_eq!(served(&manager).as_deref(), Some(&b"fail"[..]));
}

#[test]
fn a_place_that_goes_meanwhile_is_not_filled() {
    let library = library();
    let manager = serving(&library, "old");
    let gone = manager.hand_over("rows", || {
        manager.unregister("rows")?;
        Ok::<_, AnyError>(library.instance("new")?)
    });
    assert!(matches!(&gone, Err(ManagerError::Unknown { .. })), "{gone:?}");
    assert!(manager.storage_named("rows").is_none());
}

/// The advice that the refusal gives.
#[test]
fn what_has_a_name_with_others_is_replaced_under_one_of_its_own() {
    let library = library();
    let codec = Private::copy(&in_c!("codec_xor")).load_by(&loader()).expect("it loads");
    let manager = PluginManager::new();
    let rows = library.instance("old").expect("an instance");
    manager.register_as("orders", rows.storage().expect("a storage")).expect("registered");
    manager.register_as("orders", codec.instance("{}").expect("an instance")).expect("another kind");
    let new = || library.instance("new").expect("an instance").storage().expect("a storage");
    let (why, not) = not_replaced(manager.replace("orders", new()));
    assert!(not.serves && why.contains("under names of their own, by `register_as`"), "{why}");
    for one in manager.unregister("orders").expect("it is there") {
        match one.storage() {
            Ok(storage) => manager.register_as("rows", storage).expect("a name of its own"),
            Err(_) => manager.register_as("pages", &one).expect("a name of its own"),
        }
    }
    drop(rows);
    manager.replace("rows", new()).expect("it is the only one of the name");
    assert_eq!(served(&manager).as_deref(), Some(&b"new"[..]));
    assert!(manager.compression("pages").expect("it is there").compress(b"a").is_ok());
}

#[test]
fn an_upgrade_names_what_it_cannot_put_back() {
    let manager = PluginManager::new();
    let place = tempfile::tempdir().expect("a directory");
    let [first, second] = two_versions(&in_c!("storage_lmdb"));
    let make = |name: &str| {
        let options = InstanceOptions::new().data_dir(place.path().join(name));
        manager.register_as(name, first.instance_with("{}", &options).expect("an instance")).expect("registered");
        manager.storage_named(name).expect("it is there").put(1, b"k", name.as_bytes(), 0).expect("put");
    };
    ["one", "two"].into_iter().for_each(make);
    // The files of the first go while the second is looked at, so that nothing opens them again.
    let files = place.path().join("one");
    let spoil = move |name: &str, _: &PluginInstance| {
        if name == "two" {
            fs::remove_dir_all(&files)?;
            fs::write(&files, "no directory")?;
            return Err("the second is refused".into());
        }
        Ok(())
    };
    let (text, not) = not_replaced(manager.upgrade(&second, spoil));
    assert!(text.ends_with("; replaced already, and not put back: one: the second is refused"), "{text}");
    assert!(not.name == "two" && not.serves && not.stuck == ["one"], "{not:?}");
    let two = manager.storage_named("two").expect("it is there");
    assert_eq!(two.get(1, b"k").expect("it serves on").as_deref(), Some(&b"two"[..]));
    // The name of what is stuck is free for another one.
    fs::remove_file(place.path().join("one")).expect("removed");
    make("one");
    manager.upgrade(&second, |_, _| Ok(())).expect("both are replaced");
}
