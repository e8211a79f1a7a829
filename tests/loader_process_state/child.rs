//! The process in which a plugin changes things: it is a process of its own, as not all can be put back.

use sochdb_plugin_host::sdk::CompressionExtension;
use sochdb_plugin_host::{DynamicPluginLoader, PluginLibrary, ProcessState};
use std::collections::BTreeSet;
use std::env;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;
use support::{run, MINUTE};

const PLUGIN: &str = "SOCH_TEST_PLUGIN";
const MODE: &str = "SOCH_TEST_MODE";
const CHANGE: &str = "SOCH_TEST_CHANGE";

/// Who else runs in the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Nobody.
    Alone,
    /// Other threads, which change nothing: the program promised it.
    Promised,
    /// Other threads.
    Threads,
}

/// What the host told, and what was otherwise when all was over; each as part and item.
pub struct Said {
    pub told: BTreeSet<String>,
    pub left: BTreeSet<String>,
    pub output: String,
}

/// Has the plugin change `thing` at `moment` in a process of its own.
pub fn ask(plugin: &Path, moment: &str, thing: &str, mode: Mode) -> Said {
    let mut child = Command::new(env::current_exe().expect("this test's own path"));
    child.env(PLUGIN, plugin).env(MODE, format!("{mode:?}")).env(CHANGE, format!("{moment} {thing}"));
    child.env("SOCH_TEST_GONE", "1").env_remove("SOCH_TEST_NEW").env("TZ", "UTC");
    let finished = run(&mut child, MINUTE);
    assert!(finished.status.success(), "{moment} {thing}: {}{}", finished.stdout, finished.stderr);
    assert!(finished.stdout.contains("done"), "{moment} {thing}: {}{}", finished.stdout, finished.stderr);
    let lines =
        |name: &str| finished.stdout.lines().filter_map(|line| Some(line.strip_prefix(name)?.to_owned())).collect();
    Said { told: lines("told: "), left: lines("left: "), output: finished.stdout.clone() }
}

/// Before `main`, as the harness has threads.
#[used]
#[link_section = ".init_array"]
static BEFORE_MAIN: extern "C" fn() = inside;

/// The child.
extern "C" fn inside() {
    let Some(plugin) = env::var_os(PLUGIN) else { return };
    // As a text, or a constructor that takes it out of the environment takes it from here, too.
    let (mode, change) = (env::var(MODE).expect("set beside it"), env::var(CHANGE).expect("set beside it"));
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = told.clone();
    let loader = DynamicPluginLoader::new_trusted()
        .probing(false)
        .restoring(mode == "Promised")
        .observer(move |outcome| tell.lock().expect("no test panics with it").extend(outcome.changes));
    let before = ProcessState::now();
    if mode == "Alone" {
        live(&loader, Path::new(&plugin), &change);
    } else {
        beside_another(|| live(&loader, Path::new(&plugin), &change));
    }
    let left = before.changes();
    for change in told.lock().expect("no test panics with it").iter() {
        println!("told: {}|{}|{:?}\n      {change}", change.part, change.item, change.restored);
    }
    left.iter().for_each(|change| println!("left: {}|{}\n      {change}", change.part, change.item));
    println!("done");
    std::process::exit(0);
}

/// The whole life of the plugin.
fn live(loader: &DynamicPluginLoader, plugin: &Path, change: &str) {
    // SAFETY: it was compiled from this source tree.
    let library = match unsafe { loader.load(plugin) } {
        Ok(library) => library,
        Err(error) => return println!("refused: {error:?}"),
    };
    if change.ends_with("busy") {
        return busy(&library);
    }
    let Ok(instance) = library.instance(change) else { return println!("not made") };
    let codec = instance.compression().expect("it is a codec");
    assert_eq!(codec.compress(b"text").expect("it copies"), b"text");
    codec.compress(b"again").expect("it copies");
}

/// Runs `body` while another thread waits, which then says what it is like there.
fn beside_another(body: impl FnOnce()) {
    let (begin, begun) = channel();
    let (end, ended) = channel::<()>();
    let other = thread::spawn(move || {
        let before = ProcessState::now();
        begin.send(()).expect("the test waits");
        ended.recv().expect_err("the test ends");
        let changes = before.changes();
        format!("{changes:?}, {:e}", black_box(f64::MIN_POSITIVE) * black_box(f64::EPSILON))
    });
    begun.recv().expect("the thread runs");
    body();
    let new = thread::spawn(|| black_box(f64::MIN_POSITIVE) * black_box(f64::EPSILON));
    assert_eq!(new.join().expect("it only computes"), 5e-324);
    drop(end);
    println!("another thread: {}", other.join().expect("it only computes"));
}

/// Makes instances while another thread changes what belongs to all, and looks whether it stays.
fn busy(library: &PluginLibrary) {
    let (stop, tries, lost) = (AtomicBool::new(false), AtomicU32::new(0), AtomicU32::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let turn = tries.fetch_add(1, Ordering::Relaxed);
                let (directory, mask) = (["/", "/usr"][turn as usize % 2], [0o22, 0o27][turn as usize % 2]);
                env::set_current_dir(directory).expect("it is there");
                rustix::process::umask(rustix::fs::Mode::from_raw_mode(mask));
                env::set_var("SOCH_TEST_TURN", turn.to_string());
                thread::sleep(std::time::Duration::from_micros(300));
                let kept = env::current_dir().expect("it is there") == Path::new(directory)
                    && rustix::process::umask(rustix::fs::Mode::from_raw_mode(mask)).bits() == mask
                    && env::var("SOCH_TEST_TURN") == Ok(turn.to_string());
                lost.fetch_add(u32::from(!kept), Ordering::Relaxed);
            }
        });
        for _ in 0..500 {
            library.instance("never").expect("an honest one");
        }
        stop.store(true, Ordering::Relaxed);
    });
    println!("lost: {} of {}", lost.into_inner(), tries.into_inner());
}
