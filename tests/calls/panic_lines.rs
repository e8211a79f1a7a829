//! A panic in a plugin is a line of the host's log, wherever it happens: which plugin, which instance, what, where, and with a
//! backtrace if one is asked for. No line makes the next one for ever. All of it runs in a process of its own, as a library
//! has its panics told through the instance that was made last, which may be another test's.

use sochdb_plugin_host::sdk::{Labels, LogLevel, ObservabilityExtension, StorageExtension};
use sochdb_plugin_host::{
    Caller, DynamicPluginLoader, HostServices, Observability, PluginInstance, PluginLibrary, PluginManager,
};
use std::collections::HashMap;
use std::env;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};
use support::plugins::{in_rust, Private};
use support::{run, MINUTE};

/// The test that leaves no panic to be told of for the others.
const ENDLESS: &str = "panic_lines::a_sink_that_panics_for_each_line_about_a_panic_ends";

/// A line about a panic.
#[derive(Debug)]
struct Line {
    level: LogLevel,
    plugin: String,
    instance: u64,
    message: String,
    fields: HashMap<String, String>,
}

/// Keeps the lines about panics.
#[derive(Default)]
struct Lines(Mutex<Vec<Line>>);

impl Lines {
    fn take(&self) -> Vec<Line> {
        std::mem::take(&mut *self.0.lock().expect("no test panics with it"))
    }

    /// The next line, which may be on its way.
    fn wait(&self) -> Line {
        let begun = Instant::now();
        loop {
            if let [line] = &mut self.take().into_iter().collect::<Vec<_>>()[..] {
                return std::mem::replace(line, Line::none());
            }
            assert!(begun.elapsed() < MINUTE, "no line about the panic");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Line {
    fn none() -> Self {
        Self {
            level: LogLevel::Debug,
            plugin: String::new(),
            instance: 0,
            message: String::new(),
            fields: HashMap::new(),
        }
    }

    /// Checks what a line of the SDK says.
    fn is_of(&self, plugin: &PluginInstance, text: &str, thread: &str) {
        assert_eq!(
            (self.level, &*self.plugin, self.instance),
            (LogLevel::Error, "panicking", plugin.number()),
            "{self:?}"
        );
        assert_eq!((&*self.fields["panic.text"], &*self.fields["thread"]), (text, thread), "{self:?}");
        let place = &self.fields["panic.place"];
        let (file, at) = place.split_once(':').expect("a line");
        assert!(file.ends_with("src/lib.rs"), "{place}");
        let numbers: Vec<u32> = at.split(':').map(|number| number.parse().expect("a number")).collect();
        assert_eq!(numbers.len(), 2, "{place} has a line and a column");
        assert_eq!(self.message, format!("panicked at {place}: {text}"));
        assert!(
            self.fields["panic.backtrace"].contains("panicking::"),
            "{self:?} does not show the plugin's functions"
        );
    }
}

impl HostServices for Lines {
    fn log(&self, from: &Caller<'_>, level: LogLevel, message: &str, fields: Labels<'_>) {
        if fields.iter().any(|(name, _)| *name == "panic.text") {
            let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            let (plugin, message) = (from.plugin().to_owned(), message.to_owned());
            let line = Line { level, plugin, instance: from.instance(), message, fields };
            self.0.lock().expect("no test panics with it").push(line);
        }
    }
}

fn library(services: Arc<dyn HostServices>) -> PluginLibrary {
    let loader = DynamicPluginLoader::new_trusted().services(services);
    Private::copy(&in_rust("panicking")).load_by(&loader).expect("the plugin loads")
}

/// Runs `call` on a thread whose name only the host knows.
fn named<R: Send>(call: impl FnOnce() -> R + Send) -> R {
    let builder = thread::Builder::new().name("of the host".to_owned());
    thread::scope(|scope| builder.spawn_scoped(scope, call).expect("a thread").join().expect("no panic of its own"))
}

#[test]
#[ignore = "run by all_of_it"]
fn in_a_call() {
    let lines = Arc::new(Lines::default());
    let library = library(lines.clone());
    let [plugin, _newer] = ["get", "{}"].map(|config| library.instance(config).expect("an instance"));
    let error = named(|| plugin.storage().expect("a storage").get(1, b"k").expect_err("it panics"));
    let [line, state] = &lines.take()[..] else { panic!("not two lines") };
    line.is_of(&plugin, "a literal text", "of the host");
    assert!(error.message().ends_with(&line.message), "{error}");
    assert_eq!((state.level, state.instance), (LogLevel::Error, plugin.number()));
    assert_eq!(state.message, "`get` panicked: the instance takes no more calls");
    assert_eq!((&*state.fields["slot"], &*state.fields["panic.text"]), ("get", &*line.message));
}

/// The library has one host for what all its instances say so, which is the newest one's.
#[test]
#[ignore = "run by all_of_it"]
fn with_two_loaders_each_hears_of_its_own() {
    let [older, newer] = [(); 2].map(|()| Arc::new(Lines::default()));
    let file = Private::copy(&in_rust("panicking"));
    let load = |lines: &Arc<Lines>| {
        file.load_by(&DynamicPluginLoader::new_trusted().services(lines.clone())).expect("the plugin loads")
    };
    let plugin = load(&older).instance("get").expect("an instance");
    let dropped = load(&older).instance("drop").expect("an instance");
    let _newer = load(&newer).instance("{}").expect("an instance");
    named(|| plugin.storage().expect("a storage").get(1, b"k").expect_err("it panics"));
    let [line, state] = &older.take()[..] else { panic!("not two lines") };
    line.is_of(&plugin, "a literal text", "of the host");
    assert_eq!((state.instance, &*state.fields["slot"]), (plugin.number(), "get"));
    let number = dropped.number();
    drop(dropped);
    let [line] = &older.take()[..] else { panic!("not one line") };
    assert_eq!((line.instance, &*line.fields["panic.text"]), (number, "a literal text"));
    assert!(newer.take().is_empty(), "what is not its own");
}

#[test]
#[ignore = "run by all_of_it"]
fn in_a_sink() {
    let lines = Arc::new(Lines::default());
    let plugin = library(lines.clone()).instance("counter").expect("an instance");
    named(|| plugin.observability().expect("a sink").counter_inc("name", 1, &[]));
    let [line, state] = &lines.take()[..] else { panic!("not two lines") };
    line.is_of(&plugin, "a literal text", "of the host");
    assert_eq!(state.fields["slot"], "counter_inc");
}

#[test]
#[ignore = "run by all_of_it"]
fn in_create() {
    let lines = Arc::new(Lines::default());
    library(lines.clone()).instance("create").expect_err("it panics");
    let [line] = &lines.take()[..] else { panic!("not one line") };
    assert_eq!((&*line.plugin, &*line.fields["panic.text"]), ("panicking", "a literal text"));
}

#[test]
#[ignore = "run by all_of_it"]
fn in_shutdown_and_in_drop() {
    let lines = Arc::new(Lines::default());
    let library = library(lines.clone());
    let plugin = library.instance("shutdown string").expect("an instance");
    plugin.shutdown().expect_err("it panics");
    let [line, state] = &lines.take()[..] else { panic!("not two lines") };
    line.is_of(&plugin, "a text made in shutdown", "soch-end");
    assert_eq!(state.fields["slot"], "shutdown");
    drop(plugin);
    let number = library.instance("drop").expect("an instance").number();
    let [line] = &lines.take()[..] else { panic!("not one line") };
    assert_eq!((line.instance, &*line.fields["panic.text"]), (number, "a literal text"));
}

#[test]
#[ignore = "run by all_of_it"]
fn on_a_thread_of_its_own() {
    let lines = Arc::new(Lines::default());
    let library = library(lines.clone());
    let plugin = library.instance("flush thread").expect("an instance");
    plugin.storage().expect("a storage").flush().expect("the call goes on");
    lines.wait().is_of(&plugin, "on a thread of its own", "worker");
    assert!(!plugin.is_poisoned());
    // The last instance's end tells what is left, before it is gone.
    plugin.storage().expect("a storage").flush().expect("the call goes on");
    let number = plugin.number();
    drop(plugin);
    let [line] = &lines.take()[..] else { panic!("not one line") };
    assert_eq!((line.instance, &*line.fields["thread"]), (number, "worker"));
}

/// Gives all lines back to the sink that they come from.
#[derive(Default)]
struct Back {
    sink: OnceLock<Observability>,
    panics: AtomicUsize,
}

impl HostServices for Back {
    fn log(&self, _: &Caller<'_>, level: LogLevel, message: &str, fields: Labels<'_>) {
        let panics = fields.iter().any(|(name, _)| *name == "panic.text");
        self.panics.fetch_add(panics.into(), Relaxed);
        if let Some(sink) = self.sink.get().filter(|_| panics) {
            sink.log(level, message, fields);
        }
    }
}

#[test]
#[ignore = "run by a_loop_of_panics_and_lines_ends"]
fn a_sink_that_panics_for_each_line_about_a_panic_ends() {
    let back = Arc::new(Back::default());
    let plugin = library(back.clone()).instance("log thread").expect("an instance");
    let sink = plugin.observability().expect("a sink");
    assert!(back.sink.set(sink.clone()).is_ok(), "once");
    sink.log(LogLevel::Info, "begin", &[]);
    let mut told = 0;
    loop {
        thread::sleep(Duration::from_secs(1));
        match back.panics.load(Relaxed) {
            same if same == told => break,
            more => told = more,
        }
    }
    assert!((2..=17).contains(&told), "{told} lines");
}

#[test]
#[ignore = "run by all_of_it"]
fn sinks_of_a_manager_do_not_hear_of_themselves() {
    let manager = PluginManager::new();
    let library = library(manager.services());
    let plugins = [(); 2].map(|()| library.instance("log").expect("an instance"));
    plugins
        .iter()
        .for_each(|plugin| manager.register_observability(plugin.observability().expect("a sink")).expect("new"));
    manager.log_info("begin", &[]);
    assert!(plugins.iter().all(PluginInstance::is_poisoned), "each panicked at its first line, and heard no more");
    manager.log_info("go on", &[]);
}

fn child(arguments: &[&str], tests: usize) {
    let mut child = Command::new(env::current_exe().expect("/proc is mounted"));
    child.args(["--ignored", "--test-threads=1"]).args(arguments).env("RUST_BACKTRACE", "1");
    let finished = run(&mut child, MINUTE);
    assert!(finished.status.success(), "{}{}", finished.stdout, finished.stderr);
    assert!(finished.stdout.contains(&format!("{tests} passed")), "the child ran others: {}", finished.stdout);
}

#[test]
fn all_of_it() {
    child(&["panic_lines::", "--skip", ENDLESS], 7);
}

#[test]
fn a_loop_of_panics_and_lines_ends() {
    child(&[ENDLESS], 1);
}
