//! Errors say of what they are: plugin, instance, path and slot; and each says its part of the causes once.

use sochdb_plugin_host::sdk::{ErrorKind, StorageExtension};
use sochdb_plugin_host::{DynamicPluginLoader, ManagerError, MetricDescription, PluginInstance, PluginManager, Step};
use std::collections::BTreeSet;
use std::fs;
use support::errors::whole;
use support::in_c;
use support::named::source;
use support::plugins::Private;

/// The variant's name, which `Debug` begins with.
fn variant(error: &ManagerError) -> String {
    let text = format!("{error:?}");
    text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned()
}

/// What the manager refuses, by each of its methods that does, and what came of it.
fn refused(private: &Private) -> Vec<ManagerError> {
    let library = private.load().expect("it loads");
    let manager = PluginManager::new();
    let new = |config: &str| library.instance(config);
    let codec = Private::copy(&in_c!("codec_xor")).load().expect("it loads").instance("{}").expect("an instance");
    manager.register_as("rows", new("one").expect("an instance")).expect("registered");
    manager.register_as("cells", new("fail").expect("an instance")).expect("registered");
    manager.counter("jobs", &[]).expect("a counter");
    let full = PluginManager::new();
    (0..PluginManager::MAX_SERIES).for_each(|at| full.counter_inc("rows", 1, &[("at", &at.to_string())]));
    let long = "x".repeat(PluginManager::MAX_SERIES_BYTES);
    let refused = vec![
        manager.register_as("rows", new("two").expect("an instance")),
        manager.register_as("", &codec),
        manager.set_active_storage("no such"),
        // The new one is not made; it is another kind; somebody's own step fails.
        manager.hand_over("rows", || new(&"x".repeat(4096))).map(drop),
        manager.replace("rows", &codec).map(drop),
        manager.hand_over("rows", || Err::<PluginInstance, _>(std::io::Error::other("the disk is full"))).map(drop),
        manager.gauge("jobs", &[]).map(drop),
        full.counter("one more", &[]).map(drop),
        manager.describe_metric("two", &MetricDescription::new(&long)),
        manager.describe_metric("sizes", &MetricDescription::new("").with_bounds(&[1.0, 1.0])),
        manager.shutdown_all(),
        manager.register(&codec),
    ];
    refused.into_iter().map(|refused| refused.expect_err("all are refused")).collect()
}

#[test]
fn each_error_of_the_manager_says_of_what_it_is_and_nothing_twice() {
    let private = Private::compile("logs_its_life", &[]);
    let refused = refused(&private);
    for error in &refused {
        let text = whole(error);
        assert!(text.len() < 400, "not short: {text}");
        match error {
            ManagerError::Duplicate { plugin, instance, .. } => assert!(plugin == "logs_its_life" && *instance > 0),
            ManagerError::NotReplaced(not) => {
                assert!(not.name == "rows" && not.plugin == "logs_its_life" && not.serves, "{not:?}");
                assert_eq!((not.path.as_deref(), not.lost.as_deref()), (Some(&*private.path), None), "{not:?}");
                assert!(not.instance > 0);
            }
            ManagerError::Shutdown(unended) => {
                let [one] = &unended[..] else { panic!("{unended:?}") };
                assert_eq!((&*one.name, &*one.plugin, one.error.slot()), ("cells", "logs_its_life", Some("shutdown")));
                assert_eq!((one.path(), one.instance().is_some()), (Some(&*private.path), true));
            }
            _ => {}
        }
    }
    let slots: Vec<_> = refused
        .iter()
        .filter_map(|error| match error {
            ManagerError::NotReplaced(not) => Some(not.slot.as_deref()),
            _ => None,
        })
        .collect();
    assert_eq!(slots, [Some("create"), None, None], "the call that failed, if one did");

    let met: BTreeSet<String> = refused.iter().map(variant).collect();
    let definition = source("host/src/manager/error.rs");
    let body = definition.split("pub enum ManagerError {").nth(1).and_then(|rest| rest.split("\n}").next());
    let lines = body.expect("the enum").lines().filter(|line| line.starts_with("    ") && !line.starts_with("     "));
    let names = lines.map(str::trim).filter(|line| line.starts_with(char::is_uppercase));
    let mut all: BTreeSet<String> =
        names.map(|line| line.split([' ', '(', ',']).next().unwrap_or_default().to_owned()).collect();
    assert!(all.remove("Forked"), "tests/calls_fork meets it, in a child");
    assert_eq!(met, all, "this test meets each");
}

#[test]
fn a_refusal_names_the_file_and_the_plugin_as_soon_as_that_is_known() {
    let (loader, good) = (DynamicPluginLoader::new_trusted(), Private::copy(&in_c!("codec_xor")));
    let none = good.directory().join("none.so");
    let text = Private::empty("text");
    fs::write(&text.path, [b'#'; 4096]).expect("its own directory");
    let text = text.executable();
    let wrong = Private::compile("null_slot", &["-DCOMPRESSION", "-DNULL_SLOT=decompress"]);
    for (path, step, plugin) in
        [(&none, Step::File, None), (&text.path, Step::Elf, None), (&wrong.path, Step::Version, Some("null_slot"))]
    {
        // SAFETY: it was compiled from this source tree.
        let error = unsafe { loader.load(path) }.expect_err("it is refused");
        assert_eq!((error.step(), error.path(), error.plugin()), (step, Some(&**path), plugin), "{error:?}");
        assert_eq!((error.instance(), error.slot()), (None, None));
        assert!(format!("{error:?}").contains(&format!("path {}", path.display())), "{error:?}");
        whole(&error);
    }
    let life = Private::compile("logs_its_life", &[]);
    let error = life.load().expect("it loads").instance(&"x".repeat(99)).expect_err("it is too long");
    assert_eq!((error.path(), error.plugin()), (Some(&*life.path), Some("logs_its_life")));
    assert_eq!((error.slot(), error.step()), (Some("create"), Step::Create));
    let error = loader.lock(good.directory()).expect_err("there is none");
    assert_eq!(Some(&*error.path), error.error.path());
    whole(&error);
}

#[test]
fn an_error_of_a_call_names_the_file_that_the_plugin_is_from() {
    let private = Private::compile("logs_its_life", &[]);
    let instance = private.load().expect("it loads").instance("one").expect("an instance");
    let storage = instance.storage().expect("a storage");
    instance.shutdown().expect("it ends");
    let error = storage.get(1, b"k").expect_err("it has ended");
    assert_eq!(error.kind(), ErrorKind::ShutDown);
    assert_eq!((error.path(), error.plugin()), (Some(&*private.path), Some("logs_its_life")));
    assert_eq!((error.instance(), error.slot()), (Some(instance.number()), Some("get")));
}
