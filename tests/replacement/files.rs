//! A version that writes the files of a `data_dir` in a new format, and does not serve: what is left for the one before.

use crate::versions::{bad_version, loader, not_replaced, of_format, PATIENCE};
use sochdb_plugin_host::sdk::StorageExtension;
use sochdb_plugin_host::{InstanceOptions, PluginInstance, PluginLibrary, PluginManager};
use std::fs;
use std::os::unix::fs::{symlink, PermissionsExt};
use std::path::{Path, PathBuf};
use support::plugins::Private;
use support::private;

const KEY: &[u8; 8] = &[0; 8];

type AnyError = Box<dyn std::error::Error + Send + Sync>;

/// A version that reads its own format alone, and one that writes another one, which it converts.
fn versions() -> [PluginLibrary; 2] {
    [Private::compile("rows_of_two_formats", &["-DFORMAT=1"]), of_format("rows_of_two_formats", 2)]
        .map(|version| version.load_by(&loader()).expect("it loads"))
}

fn registered(manager: &PluginManager, name: &str, library: &PluginLibrary, options: &InstanceOptions) {
    manager.register_as(name, library.instance_with("{}", options).expect("an instance")).expect("registered");
}

fn put(manager: &PluginManager, name: &str, value: &[u8; 8]) {
    manager.storage_named(name).expect("a storage").put(1, KEY, value, 0).expect("put");
}

fn found(manager: &PluginManager, name: &str) -> Option<Vec<u8>> {
    manager.storage_named(name).expect("a storage").get(1, KEY).expect("get")
}

fn version(manager: &PluginManager, name: &str) -> String {
    let listed = manager.extensions();
    listed.into_iter().find(|one| one.name == name).expect("it is listed").info.version
}

/// A `data_dir` and the place of its copy.
fn with_a_copy(room: &Path) -> ([PathBuf; 2], InstanceOptions) {
    let places = ["rows", "rows.before"].map(|name| room.join(name));
    let options = InstanceOptions::new().data_dir(&places[0]).backup_dir(&places[1]);
    (places, options)
}

fn refusing(_: &str, new: &PluginInstance) -> Result<(), AnyError> {
    // What the new one wrote goes with it.
    new.storage()?.put(1, KEY, b"refused!", 0)?;
    Err("it is not as somebody wants it".into())
}

#[test]
fn files_in_a_new_format_are_put_back_from_their_copy() {
    let (_room, room) = private();
    let [first, second] = versions();
    let ([data, copy], options) = with_a_copy(&room);
    let manager = PluginManager::new();
    registered(&manager, "rows", &first, &options);
    put(&manager, "rows", b"the row!");
    // What else is there comes back too, as it was.
    let below = data.join("below");
    fs::create_dir(&below).expect("its own directory");
    fs::write(below.join("other"), "text").expect("its own directory");
    fs::set_permissions(below.join("other"), fs::Permissions::from_mode(0o400)).expect("its own file");

    let (why, not) = not_replaced(manager.upgrade(&second, refusing));
    assert!(not.serves && not.lost.is_none() && not.backup.is_none(), "{why} {not:?}");
    assert_eq!(version(&manager, "rows"), "1.0.0");
    assert_eq!(found(&manager, "rows").as_deref(), Some(&b"the row!"[..]));
    assert_eq!(fs::read_to_string(below.join("other")).expect("it is put back"), "text");
    let mode = fs::metadata(below.join("other")).expect("it is put back").permissions().mode();
    assert_eq!(mode & 0o777, 0o400);
    assert!(!copy.exists(), "nobody needs it any more");

    // So is what another call made in its place.
    let (_, not) = not_replaced(manager.hand_over("rows", || {
        let new = second.instance_with("{}", &options)?;
        new.storage()?.put(1, KEY, b"refused!", 0)?;
        Err::<PluginInstance, AnyError>("another thought".into())
    }));
    assert!(not.serves, "{not:?}");
    assert_eq!(found(&manager, "rows").as_deref(), Some(&b"the row!"[..]));

    manager.upgrade(&second, |_, _| Ok(())).expect("it is replaced");
    assert_eq!((version(&manager, "rows").as_str(), copy.exists()), ("2.0.0", false));
    assert_eq!(found(&manager, "rows").as_deref(), Some(&b"the row!"[..]));
}

/// As the docs of `upgrade` say it.
#[test]
fn without_a_copy_it_is_said_and_a_version_that_reads_the_files_takes_the_name() {
    let (_room, room) = private();
    let [first, second] = versions();
    let options = InstanceOptions::new().data_dir(room.join("rows"));
    let manager = PluginManager::new();
    registered(&manager, "rows", &first, &options);
    put(&manager, "rows", b"the row!");
    let refusing = |_: &str, _: &PluginInstance| Err("it is not as somebody wants it".into());
    let (why, not) = not_replaced(manager.upgrade(&second, refusing));
    assert!(!not.serves && not.lost.as_ref().is_some_and(|why| why.contains("in the format of another version")));
    assert!(why.contains("the name is free: register one under it"), "{why}");
    registered(&manager, "rows", &second, &options);
    assert_eq!(found(&manager, "rows").as_deref(), Some(&b"the row!"[..]));
}

#[test]
fn what_served_already_in_the_new_format_loses_nothing() {
    let (_room, room) = private();
    let [first, second] = versions();
    let manager = PluginManager::new();
    for name in ["one", "two"] {
        let options =
            InstanceOptions::new().data_dir(room.join(name)).backup_dir(room.join(name).with_extension("before"));
        registered(&manager, name, &first, &options);
        put(&manager, name, b"before!!");
    }
    let kept = manager.storage_named("one").expect("a storage");
    let refusing = move |name: &str, _: &PluginInstance| match name {
        "two" => {
            kept.put(1, KEY, b"meantime", 0)?;
            Err("the second is refused".into())
        }
        _ => Ok(()),
    };
    let (why, not) = not_replaced(manager.upgrade(&second, refusing));
    assert!(not.name == "two" && not.serves && not.stuck == ["one"], "{why} {not:?}");
    assert_eq!(["one", "two"].map(|name| version(&manager, name)), ["2.0.0", "1.0.0"]);
    assert_eq!(found(&manager, "one").as_deref(), Some(&b"meantime"[..]));
    assert_eq!(found(&manager, "two").as_deref(), Some(&b"before!!"[..]));
}

#[test]
fn what_cannot_be_copied_is_not_replaced() {
    let (_room, room) = private();
    let [first, second] = versions();
    let ([data, copy], options) = with_a_copy(&room);
    let manager = PluginManager::new();
    registered(&manager, "rows", &first, &options);
    put(&manager, "rows", b"the row!");
    // As of an earlier replacement that did not end.
    fs::create_dir_all(copy.join("whole")).expect("its own directory");
    let (why, not) = not_replaced(manager.upgrade(&second, |_, _| Ok(())));
    assert!(why.contains("`backup_dir`") && why.contains("move it away") && not.serves, "{why}");
    assert!(copy.join("whole").exists(), "nobody touched it");
    fs::rename(&copy, room.join("elsewhere")).expect("moved away");
    symlink("nowhere", data.join("link")).expect("its own directory");
    let (why, not) = not_replaced(manager.upgrade(&second, |_, _| Ok(())));
    assert!(why.contains("link is neither a file nor a directory") && not.serves, "{why}");
    assert_eq!((found(&manager, "rows").as_deref(), copy.exists()), (Some(&b"the row!"[..]), false));
    fs::remove_file(data.join("link")).expect("it is there");
    manager.upgrade(&second, |_, _| Ok(())).expect("nothing is in the way");

    for (options, given) in [
        (InstanceOptions::new().backup_dir(&copy), "no data_dir"),
        (InstanceOptions::new().data_dir(&data).backup_dir(data.join("copy")), "below"),
        (InstanceOptions::new().data_dir(&data).backup_dir(&room), "above"),
        (InstanceOptions::new().data_dir(&data).backup_dir("copy"), "relative"),
    ] {
        let refused = first.instance_with("{}", &options).expect_err(given).to_string();
        assert!(refused.contains("`backup_dir`") && refused.contains("outside of it"), "{given}: {refused}");
    }
}

/// The call that does not end may write what it likes.
#[test]
fn a_call_that_does_not_end_leaves_the_copy_in_its_place() {
    let (_room, room) = private();
    let [first, hanging] = [
        Private::compile("rows_of_two_formats", &["-DFORMAT=1"]),
        bad_version("rows_of_two_formats", "STORAGE", "HANG_CALL"),
    ]
    .map(|version| version.load_by(&loader().drain_timeout(PATIENCE / 4)).expect("it loads"));
    let ([_, copy], options) = with_a_copy(&room);
    let manager = PluginManager::new();
    registered(&manager, "rows", &first, &options);
    put(&manager, "rows", b"the row!");
    let call = |_: &str, new: &PluginInstance| Ok(new.storage()?.get(1, KEY).map(drop)?);
    let (why, not) = not_replaced(manager.upgrade(&hanging, call));
    assert!(!not.serves && why.contains("a call that does not end has its files"), "{why}");
    let whole = not.backup.expect("it is kept");
    assert!(why.contains(&*whole.display().to_string()) && whole == copy.join("whole"), "{why}");
    // The name is free, and the files are in the copy.
    registered(&manager, "rows", &first, &InstanceOptions::new().data_dir(&whole));
    assert_eq!(found(&manager, "rows").as_deref(), Some(&b"the row!"[..]));
}
