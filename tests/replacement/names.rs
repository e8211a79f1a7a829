//! One lookup rule: by the application's name, else the first of a type or algorithm.

use sochdb_plugin_host::sdk::prelude::*;
use sochdb_plugin_host::sdk::{Extension, ExtensionInfo};
use sochdb_plugin_host::{
    Caller, Compression, DynamicPluginLoader, ExtensionState, HostServices, ManagerError, Observability,
    PluginInstance, PluginManager, Tier,
};
use std::sync::{mpsc, Arc, Mutex, OnceLock};
use support::in_c;
use support::plugins::{load, load_c, Private};
use support::sink::Sink;
use support::MINUTE;

/// A plugin of all kinds; its storage answers with the configuration.
fn life(config: &str) -> PluginInstance {
    static LIBRARY: OnceLock<sochdb_plugin_host::PluginLibrary> = OnceLock::new();
    LIBRARY.get_or_init(|| load_c("logs_its_life", &[])).instance(config).expect("an instance")
}

fn value(manager: &PluginManager, name: &str) -> Vec<u8> {
    let storage = manager.storage_named(name).unwrap_or_else(|| panic!("a storage `{name}`"));
    storage.get(1, b"k").expect("get").expect("a value")
}

#[test]
fn two_instances_of_one_plugin_are_two_storages() {
    let manager = PluginManager::new();
    manager.register_as("hot", life("h").storage().expect("a storage")).expect("registered");
    manager.register_as("cold", life("c").storage().expect("a storage")).expect("registered");
    assert_eq!((value(&manager, "hot"), value(&manager, "cold")), (b"h".to_vec(), b"c".to_vec()));
    assert_eq!(manager.list_storages(), ["cold", "hot"]);
    let active = || manager.storage().map(|storage| storage.get(1, b"k").expect("get").expect("a value"));
    assert_eq!(active().as_deref(), Some(&b"h"[..]), "the first one");
    manager.set_active_storage("cold").expect("it is there");
    assert_eq!(active().as_deref(), Some(&b"c"[..]));
    assert!(manager.storage_named("logs_its_life").is_none(), "the plugin's own name is not asked for");
    match manager.register_as("hot", life("x").storage().expect("a storage")) {
        Err(ManagerError::Duplicate { kind: "storage", name, .. }) => assert_eq!(name, "hot"),
        other => panic!("a name twice: {other:?}"),
    }
    assert_eq!(value(&manager, "hot"), b"h", "the refused one changed nothing");
    let gone = manager.unregister("cold").expect("it is there");
    assert_eq!(gone.len(), 1);
    assert!(manager.storage_named("cold").is_none() && active().is_none());
    let kept = gone[0].storage().expect("a storage").get(1, b"k");
    assert_eq!(kept.expect("it goes on").as_deref(), Some(&b"c"[..]));
    manager.register_as("cold", &gone[0]).expect("the name is free");
    assert_eq!(active().as_deref(), Some(&b"c"[..]), "the next one that is registered is active");
    match manager.unregister("lukewarm") {
        Err(ManagerError::Unknown { name, known, .. }) => {
            assert_eq!((name.as_str(), known.as_str()), ("lukewarm", "cold, hot"));
        }
        other => panic!("an unknown name: {other:?}"),
    }
}

#[test]
fn an_index_and_a_codec_are_found_by_type_too_and_the_name_comes_first() {
    let manager = PluginManager::new();
    let (sorted, flat) = (load(&in_c!("index_sorted")), load(&in_c!("index_flat")));
    let of = |library: &sochdb_plugin_host::PluginLibrary| {
        library.instance("{\"dimensions\": 2}").or_else(|_| library.instance("{}")).expect("an instance")
    };
    manager.register_as("orders.date", of(&sorted).index().expect("an index")).expect("registered");
    manager.register_as("orders.city", of(&sorted).index().expect("an index")).expect("registered");
    let kind = manager.index("orders.date").expect("by name").index_type().to_owned();
    manager.index("orders.date").expect("by name").insert(b"monday", 1).expect("insert");
    manager.index("orders.city").expect("by name").insert(b"rome", 2).expect("insert");
    assert_eq!(manager.index(&kind).expect("by type").lookup(b"monday").expect("lookup"), [1], "the first of the type");
    assert_eq!(manager.list_index_types(), [kind.as_str()]);
    // A name that is the type of another one.
    manager.register_as(&kind, of(&flat).index().expect("an index")).expect("registered");
    assert_ne!(manager.index(&kind).expect("by name").index_type(), kind);

    let codec = load(&in_c!("codec_xor"));
    manager.register_as("pages", codec.instance("{}").expect("an instance")).expect("registered");
    manager.register_as("values", codec.instance("{}").expect("an instance")).expect("registered");
    assert!(manager.compression("pages").is_some() && manager.compression("values").is_some());
    assert_eq!(manager.compression("xor").expect("by algorithm").algorithm(), "xor");
    assert_eq!(manager.list_compression(), ["xor"]);
    let unnamed =
        manager.register_compression(codec.instance("{}").expect("an instance").compression().expect("a codec"));
    assert!(matches!(unnamed, Err(ManagerError::Duplicate { kind: "compression", .. })), "{unnamed:?}");
}

#[test]
fn one_that_ended_gives_its_name_to_the_next() {
    let manager = PluginManager::new();
    let first = life("a");
    manager.register_storage(first.storage().expect("a storage")).expect("registered");
    first.shutdown().expect("shut down");
    manager.register_storage(life("b").storage().expect("a storage")).expect("the name is free");
    assert_eq!(manager.storage().expect("the next is active").get(1, b"k").expect("get").as_deref(), Some(&b"b"[..]));
    assert_eq!(manager.list_extensions().len(), 1);
}

/// A codec that looks at the manager when it goes.
struct Looks {
    manager: Arc<PluginManager>,
    seen: mpsc::Sender<Vec<String>>,
}

impl Drop for Looks {
    fn drop(&mut self) {
        // Nobody may be left to listen.
        let _ = self.seen.send(self.manager.list_compression());
    }
}

impl Extension for Looks {
    fn info(&self) -> ExtensionInfo {
        ExtensionInfo::new("looks", "1.0.0")
    }
}

impl CompressionExtension for Looks {
    fn algorithm(&self) -> &str {
        "looks"
    }

    fn compress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> {
        output.write(input)
    }

    fn decompress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> {
        output.write(input)
    }
}

#[test]
fn the_registry_is_free_while_an_extension_goes() {
    let (send, seen) = mpsc::channel();
    // On a thread that is left alone if it waits for itself.
    std::thread::spawn(move || {
        let manager = Arc::new(PluginManager::new());
        let codec = || Compression::new(Looks { manager: manager.clone(), seen: send.clone() }).expect("a codec");
        let mut first = codec();
        manager.register_as("pages", first.clone()).expect("registered");
        first.shutdown().expect("shut down");
        drop(first);
        manager.register_as("pages", codec()).expect("the name is free");
        manager.register_as("pages", codec()).expect_err("the name is taken");
    });
    let seen = || seen.recv_timeout(MINUTE).expect("it goes, and looks");
    assert_eq!([seen(), seen()], [["looks"], ["looks"]], "what had ended, and what is refused");
}

#[test]
fn sinks_need_no_names_of_their_own() {
    let manager = PluginManager::new();
    let sink = || Observability::new(Sink::new("line", |_| {})).expect("a sink");
    let first = sink();
    manager.register_observability(first.clone()).expect("registered");
    manager.register_observability(sink()).expect("any number");
    manager.register_as("audit", sink()).expect("registered");
    let twice = manager.register_as("again", first);
    assert!(matches!(twice, Err(ManagerError::Duplicate { kind: "observability sink", .. })), "{twice:?}");
    let names: Vec<String> = manager.extensions().into_iter().map(|extension| extension.name).collect();
    assert_eq!(names, ["line", "line-2", "audit"]);
    manager.unregister("line").expect("it is there");
    manager.unregister("line-2").expect("it is there");
    assert!(manager.has_observability(), "one is left");
    manager.unregister("audit").expect("it is there");
    assert!(!manager.has_observability());
}

#[test]
fn a_listing_says_where_each_comes_from_and_how_it_is() {
    let manager = PluginManager::new();
    let lmdb = load(&in_c!("storage_lmdb"));
    let directory = tempfile::tempdir().expect("a directory");
    let options = sochdb_plugin_host::InstanceOptions::new().data_dir(directory.path().join("rows"));
    let rows = lmdb.instance_with("{}", &options).expect("an instance");
    manager.register_as("rows", &rows).expect("registered");
    let codec = load(&in_c!("codec_xor")).instance("{}").expect("an instance");
    manager.register(&codec).expect("registered");
    let options = sochdb_plugin_host::InstanceOptions::new().data_dir(directory.path().join("more"));
    manager.register_observability(Observability::new(Sink::new("line", |_| {})).expect("a sink")).expect("registered");

    manager.register_as("more", lmdb.instance_with("{}", &options).expect("an instance")).expect("registered");
    let listed = manager.extensions();
    let names: Vec<&str> = listed.iter().map(|extension| &*extension.name).collect();
    assert_eq!(names, ["rows", "xor", "line", "more"]);
    let origin = listed[0].origin.as_ref().expect("it was loaded");
    assert_eq!((origin.path.as_path(), origin.digest, &origin.publisher), (lmdb.path(), lmdb.digest(), &None));
    assert_eq!((listed[0].info.name.as_str(), listed[0].kinds.to_string().as_str()), ("storage_lmdb", "storage"));
    assert!(listed[0].is_active_storage && listed[2].origin.is_none());
    let instances: Vec<usize> = listed.iter().map(|extension| extension.instances).collect();
    assert_eq!((instances, listed[0].tier), (vec![2, 1, 1, 2], Tier::InProcess));
    assert_eq!((&listed[0].state, listed[0].open, listed[0].calls), (&ExtensionState::Serving, 0, 0));

    let storage = rows.storage().expect("a storage");
    let reader = storage.reader().expect("a reader");
    assert_eq!(manager.extensions()[0].open, 1);
    // Its end waits for the reader: it takes no calls meanwhile.
    std::thread::scope(|scope| {
        let end = scope.spawn(|| rows.shutdown());
        let draining = || manager.extensions()[0].state == ExtensionState::Draining;
        while !draining() {
            std::thread::yield_now();
        }
        drop(reader);
        end.join().expect("no panic").expect("it ends");
    });
    assert_eq!(manager.extensions()[0].state, ExtensionState::ShutDown);
    let panicking = load(&support::plugins::in_rust("panicking"));
    let instance = panicking.instance("get").expect("an instance");
    manager.register_as("bad", &instance).expect("registered");
    instance.storage().expect("a storage").get(1, b"x").expect_err("it panics");
    match &manager.extensions().last().expect("it is listed").state {
        ExtensionState::Panicked { cause } => assert!(cause.contains("get"), "{cause}"),
        other => panic!("a panic left it {other}"),
    }
}

#[test]
fn a_sink_that_panicked_is_listed_until_another_one_takes_its_place() {
    let manager = PluginManager::new();
    let sink = |panics: bool| {
        Observability::new(Sink::new("lines", move |_| assert!(!panics, "no room for a line"))).expect("a sink")
    };
    let states =
        || -> Vec<String> { manager.extensions().iter().map(|one| format!("{}: {}", one.name, one.state)).collect() };
    manager.register_as("lines", sink(true)).expect("registered");
    manager.log_info("one", &[]);
    let [panicked] = &states()[..] else { panic!("{:?}", states()) };
    assert!(panicked.starts_with("lines: panicked: `log`"), "{panicked}");
    manager.log_info("nobody hears it", &[]);
    let replaced = manager.replace("lines", sink(false)).expect("another one takes its place");
    assert_eq!((replaced.unended, states()), (None, vec!["lines: serving".to_owned()]));
    let gone = manager.unregister("lines").expect("it is there");
    assert_eq!((gone.len(), states()), (1, Vec::new()));
    match manager.replace("lines", sink(false)) {
        Err(ManagerError::Unknown { name, known, .. }) => assert_eq!((&*name, &*known), ("lines", "")),
        other => panic!("nothing has the name: {other:?}"),
    }
}

/// Keeps under which names plugins say that they are shut down.
#[derive(Default)]
struct Named(Mutex<Vec<Option<String>>>);

impl HostServices for Named {
    fn log(&self, from: &Caller<'_>, _: LogLevel, message: &str, _: Labels<'_>) {
        if message.contains("shutdown") {
            self.0.lock().expect("no panic").push(from.name().map(str::to_owned));
        }
    }
}

#[test]
fn what_takes_a_place_has_all_names_of_it_whichever_was_said() {
    const NAMES: [&str; 3] = ["first", "second", "third"];
    let (manager, named) = (PluginManager::new(), Arc::new(Named::default()));
    let loader = DynamicPluginLoader::new_trusted().services(named.clone());
    let library = Private::compile("logs_its_life", &[]).load_by(&loader).expect("it loads");
    let storage = |config: &str| library.instance(config).and_then(|one| one.storage()).expect("a storage");
    let old = storage("a");
    NAMES.iter().for_each(|name| manager.register_as(name, old.clone()).expect("registered"));
    drop(old);
    for (said, config) in NAMES.into_iter().zip(["b", "c", "d"]) {
        manager.replace(said, storage(config)).expect("it is the only one of the name");
        for name in NAMES {
            assert_eq!(value(&manager, name), config.as_bytes(), "{name} after {said}");
        }
        let listed = manager.extensions();
        assert!(listed.iter().map(|one| &*one.name).eq(NAMES), "in their order: {listed:?}");
        assert!(listed.iter().all(|one| one.number == listed[0].number), "{listed:?}");
    }
    manager.shutdown_all().expect("all end");
    // Whichever was said, lines have the first.
    assert_eq!(*named.0.lock().expect("no panic"), [(); 4].map(|()| Some("first".to_owned())));
}
