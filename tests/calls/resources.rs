//! What an application gives an instance beside its configuration: a directory for its files, a budget of memory.

use sochdb_plugin_host::sdk::{ErrorKind, HealthInfo, ObservabilityExtension, StorageExtension};
use sochdb_plugin_host::{InstanceOptions, LoadError, PluginLibrary, Refusal};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{symlink, PermissionsExt};
use std::path::Path;
use std::sync::Arc;
use support::in_c;
use support::plugins::{load, Private, Recorder};

fn plugin() -> (Arc<Recorder>, PluginLibrary) {
    let (recorder, loader) = Recorder::with_loader();
    let library = Private::compile("uses_resources", &[]).load_by(&loader).expect("the plugin loads");
    (recorder, library)
}

fn refusal(library: &PluginLibrary, options: &InstanceOptions) -> (ErrorKind, String) {
    match library.instance_with("{}", options).as_ref().map_err(LoadError::refusal) {
        Err(Refusal::Create { kind, message, .. }) => (*kind, message.clone()),
        other => panic!("{options:?}: {other:?}"),
    }
}

#[test]
fn files_of_an_instance_are_there_again_when_it_is_made_anew() {
    let (recorder, library) = plugin();
    let place = tempfile::tempdir().expect("a directory");
    let directory = place.path().join("rows");
    let options = InstanceOptions::new().data_dir(&directory);
    for run in 1..=3 {
        let instance = library.instance_with("{}", &options).expect("an instance");
        let told = recorder.take();
        assert_eq!(told, ["of an older host ".to_owned(), format!("data_dir {}", directory.display())]);
        assert_eq!(fs::read_to_string(directory.join("runs")).expect("its file"), "run\n".repeat(run));
        instance.shutdown().expect("ends");
    }
    let mode = fs::metadata(&directory).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o077, 0, "{mode:o}: others may look into it");
    library.instance("{}").expect("an instance");
    assert_eq!(recorder.take()[1], "data_dir ", "one that was given none");
}

#[test]
fn a_directory_that_is_none_is_refused_before_the_plugin_is_asked() {
    let (recorder, library) = plugin();
    let place = tempfile::tempdir().expect("a directory");
    let file = place.path().join("file");
    fs::write(&file, "").expect("a file");
    let loop_of_links = place.path().join("loop");
    symlink("loop", &loop_of_links).expect("a link");
    for (path, kind, says) in [
        (Path::new("rows"), ErrorKind::Invalid, "must be absolute"),
        (Path::new(""), ErrorKind::Invalid, "must be absolute"),
        (Path::new(OsStr::from_bytes(b"/tmp/\xFF")), ErrorKind::Invalid, "UTF-8"),
        (&file, ErrorKind::Io, "name a directory"),
        (&file.join("below"), ErrorKind::Io, "name a directory"),
        (&place.path().join("no/parent"), ErrorKind::Io, "in a directory that is there"),
        (&loop_of_links, ErrorKind::Io, "name a directory"),
    ] {
        let (found, text) = refusal(&library, &InstanceOptions::new().data_dir(path));
        assert!(found == kind && text.contains(says) && text.contains("data_dir"), "{path:?}: {found:?} {text}");
    }
    assert_eq!(recorder.take(), [""; 0]);
    let link = place.path().join("link");
    fs::create_dir(place.path().join("elsewhere")).and_then(|()| symlink("elsewhere", &link)).expect("a link");
    library.instance_with("{}", &InstanceOptions::new().data_dir(&link)).expect("a link to a directory is one");
}

#[test]
fn a_budget_reaches_the_plugin_and_what_it_tells_reaches_the_application() {
    let (_recorder, library) = plugin();
    let (kind, text) = refusal(&library, &InstanceOptions::new().memory_budget(999));
    assert!(kind == ErrorKind::Limit && text.contains("1000 bytes"), "{text}");
    for budget in [1000, 1 << 40, u64::MAX] {
        let instance = library.instance_with("{}", &InstanceOptions::new().memory_budget(budget)).expect("an instance");
        assert_eq!(instance.memory_used(), None);
        instance.observability().expect("a sink").report_health(&HealthInfo::default());
        assert_eq!(instance.memory_used(), Some(budget / 2));
        instance.shutdown().expect("ends");
        assert_eq!(instance.memory_used(), Some(u64::MAX - 1), "more than there is");
    }
    let unlimited = library.instance("{}").expect("an instance");
    unlimited.observability().expect("a sink").report_health(&HealthInfo::default());
    assert_eq!(unlimited.memory_used(), Some(0));
}

/// Two instances need two directories: the engine says so.
#[test]
fn a_database_lives_in_the_directory_that_it_is_given() {
    let place = tempfile::tempdir().expect("a directory");
    let library = load(&in_c!("storage_lmdb"));
    let options = InstanceOptions::new().data_dir(place.path().join("rows"));
    let storage = library.instance_with("{}", &options).expect("a database").storage().expect("a storage");
    storage.put(1, b"key", b"value", 0).expect("stored");
    let (kind, text) = refusal(&library, &options);
    assert!(kind == ErrorKind::Busy && text.contains("a directory of its own"), "{text}");
    drop(storage);
    let storage = library.instance_with("{}", &options).expect("a database").storage().expect("a storage");
    assert_eq!(storage.get(1, b"key").expect("read").as_deref(), Some(&b"value"[..]));
    let (kind, text) = refusal(&library, &InstanceOptions::new());
    assert!(kind == ErrorKind::Invalid && text.contains("path"), "{text}");
}
