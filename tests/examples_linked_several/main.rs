//! Several plugins in one program, in Rust, C and C++: in all that a host gives and asks they are as loaded ones.

mod panics;

use sochdb_plugin_conformance::{tests_for, Subject};
use sochdb_plugin_host::sdk::abi::{soch_plugin, SOCH_ABI_MAJOR};
use sochdb_plugin_host::sdk::{CompressionExtension, ErrorKind, Labels, LinkedEntry, LogLevel, ObservabilityExtension};
use sochdb_plugin_host::{
    Caller, DynamicPluginLoader, HostServices, LoadError, ManagerError, PluginManager, Refusal, Step, StepOutcome,
};
use std::sync::{Arc, Mutex};
use support::errors::whole;
use support::in_c;
use support::plugins::Private;

/// Keeps the log lines of plugins.
#[derive(Default)]
struct Lines(Mutex<Vec<String>>);

impl HostServices for Lines {
    fn log(&self, from: &Caller<'_>, _: LogLevel, message: &str, fields: Labels<'_>) {
        self.0.lock().expect("no test panics with it").push(format!("{}: {message} {fields:?}", from.plugin()));
    }
}

impl Lines {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().expect("no test panics with it"))
    }
}

#[test]
fn the_programs_panic_hook_stays() {
    let (sender, heard) = std::sync::mpsc::channel();
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| match info.payload().downcast_ref::<&str>() {
        Some(&"of the program") => sender.send(()).expect("the test listens"),
        _ => before(info),
    }));
    let plugin = loader(&Arc::default()).linked(linked_kinds::SOCH_PLUGIN).expect("it is of this contract");
    let _instance = plugin.instance("[7]").expect("an instance");
    std::panic::catch_unwind(|| panic!("of the program")).expect_err("it panics");
    heard.try_recv().expect("the hook was called");
}

fn loader(lines: &Arc<Lines>) -> DynamicPluginLoader {
    DynamicPluginLoader::new().services(lines.clone()).product("app 3")
}

#[test]
fn each_of_them_conforms() {
    let loader = DynamicPluginLoader::new();
    for entry in [linked_kinds::SOCH_PLUGIN, linked_in_c::plugin(), linked_in_c::plugin_in_cpp()] {
        let subject = Subject::linked_in(loader.linked(entry).expect("it is of this contract"), "{}");
        for test in tests_for(&subject) {
            if let Some(error) = test.failure(&subject) {
                panic!("{}: {}: {error}", subject.info().name, test.name);
            }
        }
    }
}

#[test]
fn an_instance_has_host_configuration_kinds_and_capabilities() {
    let lines = Arc::new(Lines::default());
    let plugin = loader(&lines).linked(linked_kinds::SOCH_PLUGIN).expect("it is of this contract");
    let instance = plugin.instance("[7]").expect("an instance");
    let log = lines.take().concat();
    assert!(log.contains("linked_kinds: created") && log.contains("[7]") && log.contains("app 3"), "{log}");
    instance.observability().expect("a sink").counter_inc("a", 3, &[]);
    assert_eq!(instance.compression().expect("a codec").compress(&[0, 1]).expect("bytes"), [255, 254]);
    let table = instance.interface("com.sochdb.answers/1").expect("a capability").cast::<linked_kinds::Answers>();
    // SAFETY: the plugin says that its table is of this type.
    assert_eq!((unsafe { &*table }.answer)(), 42);
    let missing = instance.storage().expect_err("it is none");
    assert!(matches!(missing.refusal(), Refusal::KindMissing { wanted: "storage", .. }));
    assert_eq!((missing.plugin(), missing.instance()), (Some("linked_kinds"), Some(instance.number())));
    instance.shutdown().expect("it ends");
    let log = lines.take().concat();
    assert!(log.contains("shut down") && log.contains('3'), "{log}");
    let refused = plugin.instance("refuse").expect_err("it is told to refuse");
    assert_eq!(refused.to_string(), "the plugin `linked_kinds` made no instance (Invalid): it is told to refuse");
}

#[test]
fn limits_are_those_of_the_loader() {
    let loader = DynamicPluginLoader::new().output_limit(2);
    for entry in [codec_xor::SOCH_PLUGIN, linked_in_c::plugin(), linked_in_c::plugin_in_cpp()] {
        let plugin = loader.linked(entry).expect("it is of this contract");
        let codec = plugin.instance("{}").and_then(|instance| instance.compression()).expect("a codec");
        assert!(codec.compress(b"ab").is_ok());
        assert_eq!(codec.compress(b"abc").expect_err("three bytes").kind(), ErrorKind::Limit);
    }
}

#[test]
fn an_exception_ends_its_instance_and_no_other() {
    let plugin = DynamicPluginLoader::new().linked(linked_in_c::plugin_in_cpp()).expect("it is of this contract");
    let codec = || plugin.instance("{}").and_then(|instance| instance.compression()).expect("a codec");
    let (codec, other) = (codec(), codec());
    let thrown = codec.compress(b"throw an exception").expect_err("it throws");
    assert!(thrown.to_string().contains("codec_reverse was asked to throw"), "{thrown}");
    assert!(codec.is_poisoned());
    assert_eq!(other.compress(b"abc").expect("it is another instance"), b"cba");
}

#[test]
fn one_for_another_abi_is_refused_at_the_step_of_a_file() {
    // SAFETY: the plugin's entry is valid.
    let raw = unsafe { linked_in_c::plugin().entry().read() };
    let other = |change: fn(&mut soch_plugin)| {
        let mut raw = raw;
        change(&mut raw);
        // SAFETY: all but what was changed is that of a plugin, and it stays.
        unsafe { LinkedEntry::new(Box::leak(Box::new(raw))) }
    };
    let told = Arc::new(Mutex::new(Vec::<StepOutcome>::new()));
    let keep = told.clone();
    let loader = DynamicPluginLoader::new().observer(move |outcome| keep.lock().expect("no panic").push(outcome));
    let code = |entry| LoadError::code(&loader.linked(entry).expect_err("another ABI"));
    assert_eq!(code(other(|raw| raw.abi_major = SOCH_ABI_MAJOR + 1)), "E_ABI_MAJOR");
    assert_eq!(code(other(|raw| raw.magic = 0)), "E_ENTRY_MALFORMED");
    assert_eq!(code(other(|raw| raw.layout_hash[0] ^= 1)), "E_LAYOUT_UNKNOWN");
    assert_eq!(code(other(|raw| raw.compression = std::ptr::null())), "E_NOTE_KINDS");
    told.lock().expect("no panic").clear();
    loader.linked(linked_kinds::SOCH_PLUGIN).expect("a plugin").instance("{}").expect("an instance");
    let steps: Vec<Step> = told.lock().expect("no panic").iter().map(|outcome| outcome.step).collect();
    assert_eq!(steps, [Step::Note, Step::Entry, Step::Layout, Step::Version, Step::Create]);
}

#[test]
fn a_manager_keeps_it_and_makes_it_again() {
    let lines = Arc::new(Lines::default());
    let manager = PluginManager::new();
    let plugin = loader(&lines).linked(linked_kinds::SOCH_PLUGIN).expect("it is of this contract");
    manager.register_as("turned", plugin.instance("[1]").expect("an instance")).expect("the name is free");
    let [status] = &manager.extensions()[..] else { panic!("one is registered") };
    assert_eq!(status.instances, 1);
    assert_eq!((&*status.name, &*status.info.name, &status.origin), ("turned", "linked_kinds", &None));
    lines.take();
    let failed = manager.hand_over("turned", || plugin.instance("refuse")).expect_err("no new one");
    assert!(matches!(&failed, ManagerError::NotReplaced(not) if not.serves), "{failed}");
    let log = lines.take().concat();
    assert!(log.contains("shut down") && log.contains("created") && log.contains("[1]"), "{log}");
    assert_eq!(manager.compression("turned").expect("it is there").compress(&[0]).expect("bytes"), [255]);
    manager.hand_over("turned", || plugin.instance("[2]")).expect("a new one");
    assert!(lines.take().concat().contains("[2]"));
    manager.shutdown_all().expect("all end");
}

/// From what is linked in to a file, and back; what is linked in is the same whoever takes it.
#[test]
fn an_upgrade_goes_from_linked_in_to_loaded_and_back() {
    let (manager, loader) = (PluginManager::new(), DynamicPluginLoader::new_trusted());
    let linked = loader.linked(linked_in_c::plugin()).expect("it is of this contract");
    let loaded = Private::copy(&in_c!("codec_xor"));
    let file = loaded.load().expect("it loads");
    manager.register_as("pages", linked.instance("{}").expect("an instance")).expect("registered");
    let held = manager.compression("pages").expect("it is there");
    let path = || manager.extensions()[0].origin.as_ref().map(|origin| origin.path.clone());
    let again = loader.linked(linked_in_c::plugin()).expect("it is of this contract");
    assert_eq!(manager.upgrade(&again, |_, _| Ok(())), Ok(Vec::new()), "it runs already");
    assert_eq!(manager.upgrade(&file, |_, _| Ok(())).expect("to the file").len(), 1);
    assert_eq!(path(), Some(loaded.path.clone()));
    let refused = manager.upgrade(&again, |_, _| Err("it is not wanted".into())).expect_err("it is checked");
    assert_eq!((whole(&refused).contains("it is not wanted"), path()), (true, Some(loaded.path.clone())));
    assert_eq!(manager.upgrade(&again, |_, _| Ok(())).expect("and back").len(), 1);
    assert_eq!((path(), held.compress(&[0]).expect("bytes")), (None, vec![0x5A]));
}

#[test]
fn a_runtime_inside_starts_and_ends_in_an_async_program() {
    let lines = Arc::new(Lines::default());
    let loader = loader(&lines);
    let program = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().expect("a runtime");
    program.block_on(async {
        let manager = PluginManager::new();
        let sink = loader.linked(linked_runtime::SOCH_PLUGIN).expect("a plugin").instance("{}").expect("an instance");
        manager.register(&sink).expect("the name is free");
        sink.observability().expect("a sink").counter_inc("a", 40, &[]);
        sink.observability().expect("a sink").counter_inc("a", 2, &[]);
        manager.shutdown_all().expect("it ends its runtime");
    });
    let log = lines.take().concat();
    assert!(log.contains("exported") && log.contains("42"), "{log}");
}

/// In calls, in a span and in `Drop`, from where an async program makes calls that block.
#[test]
fn a_runtime_inside_is_waited_for_in_calls_and_may_end_in_drop() {
    let lines = Arc::new(Lines::default());
    let loader = loader(&lines);
    let program = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().expect("a runtime");
    program.block_on(async {
        let manager = Arc::new(PluginManager::new());
        let plugin = loader.linked(linked_runtime::SOCH_PLUGIN).expect("a plugin");
        manager.register(plugin.instance("\"drop\"").expect("an instance")).expect("the name is free");
        let caller = manager.clone();
        let calls = move || {
            let span = caller.span_start("span", None);
            caller.flush_observability().expect("it is flushed");
            caller.span_end(span);
        };
        tokio::task::spawn_blocking(calls).await.expect("no panic");
        manager.shutdown_all().expect("it ends");
        // The runtime goes with the last that has the instance, here on a thread of the program's runtime.
        drop(manager);
    });
    let log = lines.take().concat();
    assert_eq!(log.matches("waited").count(), 3, "{log}");
    assert!(log.matches("Ok(42)").count() == 3 && !log.contains("panicked"), "{log}");
}
