//! Upgrades plugins from version to version while four threads call them, and counts the calls that fail or answer wrongly:
//! `cargo run --release --bin upgrade -- ROUNDS SECONDS DATA FILE...`
//!
//! Each FILE is a version of a plugin. The first of each name is made, with the configuration `DATA/NAME.json` if there is one;
//! in each of the ROUNDS all others take its place, in their order. SECONDS is how long a call waits at most, of which each part
//! of an upgrade has a quarter, and how long a next index may be made, for which no call waits. A version that does not work
//! is told, and not tried again. The exit code is 0 if no call failed and none answered wrongly.
mod load;

use load::{Load, Outcome};
use sochdb_plugin_host::sdk::{
    CompressionExtension, ExtensionCapability, IndexExtension, ObservabilityExtension, StorageExtension,
};
use sochdb_plugin_host::{
    DynamicPluginLoader, InstanceOptions, ManagerError, PluginInstance, PluginLibrary, PluginManager,
};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs, process};

type Error = Box<dyn std::error::Error + Send + Sync>;

struct Arguments {
    rounds: usize,
    patience: Duration,
    data: PathBuf,
    files: Vec<PathBuf>,
}

impl Arguments {
    fn read() -> Result<Self, Error> {
        let mut given = env::args_os().skip(1);
        let mut number = |what| {
            let text = given.next().unwrap_or_default();
            text.to_string_lossy().parse::<u32>().map_err(|_| format!("{what}: give a number, not {text:?}"))
        };
        let (rounds, seconds) = (number("ROUNDS")? as usize, number("SECONDS")?);
        let mut paths = given.map(PathBuf::from);
        let data = paths.next().ok_or("DATA: give a directory for rows and configurations")?;
        let patience = Duration::from_secs(seconds.into());
        Ok(Self { rounds, patience, data, files: paths.collect() })
    }
}

/// All versions, those of one plugin beside each other.
fn load_all(arguments: &Arguments) -> Result<Vec<Vec<PluginLibrary>>, Error> {
    let loader = DynamicPluginLoader::new_trusted().drain_timeout(arguments.patience).build_timeout(arguments.patience);
    let mut plugins: Vec<Vec<PluginLibrary>> = Vec::new();
    for file in &arguments.files {
        // SAFETY: whoever named the file trusts it.
        let library = unsafe { loader.load(file)? };
        match plugins.iter_mut().find(|versions| versions[0].info().name == library.info().name) {
            Some(versions) => versions.push(library),
            None => plugins.push(vec![library]),
        }
    }
    if plugins.iter().all(|versions| versions.len() < 2) {
        return Err("FILE: give at least two versions of a plugin, as absolute paths".into());
    }
    Ok(plugins)
}

fn register(plugins: &[Vec<PluginLibrary>], data: &Path) -> Result<PluginManager, Error> {
    let manager = PluginManager::new();
    for versions in plugins {
        let name = &versions[0].info().name;
        let config = fs::read_to_string(data.join(format!("{name}.json"))).unwrap_or_default();
        let mut options = InstanceOptions::new();
        // An index without a directory is saved and loaded by the host, and searches go on meanwhile.
        if versions[0].info().capabilities.contains(&ExtensionCapability::Storage) {
            options = options.data_dir(data.join(name));
        }
        manager.register_as(name, versions[0].instance_with(&config, &options)?)?;
    }
    Ok(manager)
}

/// Calls what the new instance is, before anybody else may.
fn works(_: &str, new: &PluginInstance) -> Result<(), Error> {
    if let Ok(storage) = new.storage() {
        storage.get(load::TABLE, load::FIRST_KEY)?.ok_or("the first row is not there")?;
    }
    if let Ok(index) = new.index() {
        index.lookup(b"no such key")?;
    }
    if let Ok(codec) = new.compression() {
        codec.compress(b"text")?;
    }
    if let Ok(sink) = new.observability() {
        sink.flush()?;
    }
    Ok(())
}

/// What the upgrades did.
#[derive(Default)]
struct Upgrades {
    done: usize,
    longest: Duration,
    refused: Vec<String>,
    /// What the process had after a tenth of the rounds, and after all.
    held: [Held; 2],
}

/// In the first round every version serves each thread at least once.
fn upgrade(
    manager: &PluginManager,
    plugins: &[Vec<PluginLibrary>],
    rounds: usize,
    load: &Load<'_>,
) -> Result<Upgrades, Error> {
    let (mut told, mut bad) = (Upgrades::default(), HashSet::new());
    for round in 0..rounds {
        for versions in plugins {
            for version in versions[1..].iter().chain(&versions[..1]) {
                if bad.contains(&version.digest()) {
                    continue;
                }
                match manager.upgrade(version, works) {
                    Ok(replaced) => {
                        for one in replaced {
                            told.done += 1;
                            told.longest = told.longest.max(one.pause);
                            if let Some(error) = one.unended {
                                return Err(format!("the version before did not end: {error}").into());
                            }
                        }
                        if round == 0 {
                            load.wait();
                        }
                    }
                    Err(ManagerError::NotReplaced(not)) if not.serves && not.stuck.is_empty() => {
                        bad.insert(version.digest());
                        told.refused.push(format!("{}: {}", not.name, whole(&*not.source)));
                    }
                    Err(error) => return Err(error.into()),
                }
            }
        }
        // Threads that ran the ends of the first versions are gone by then.
        if round == rounds / 10 {
            told.held[0] = Held::now();
        }
    }
    told.held[1] = Held::now();
    Ok(told)
}

/// An error and its causes.
fn whole(error: &(dyn std::error::Error + 'static)) -> String {
    error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {}", whole(cause)))
}

/// What this process has.
#[derive(Default)]
struct Held {
    files: usize,
    threads: usize,
    /// Memory that no file backs, in KiB.
    memory: usize,
}

impl Held {
    fn now() -> Self {
        let [files, threads] =
            ["/proc/self/fd", "/proc/self/task"].map(|listed| fs::read_dir(listed).map_or(0, Iterator::count));
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let memory = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
        let memory = memory.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0);
        Self { files, threads, memory }
    }
}

fn run(arguments: &Arguments) -> Result<bool, Error> {
    let plugins = load_all(arguments)?;
    let manager = register(&plugins, &arguments.data)?;
    let load = Load::of(&manager);
    let told = load.beside(|| upgrade(&manager, &plugins, arguments.rounds, &load))?;
    told.refused.iter().for_each(|why| println!("refused, and the version before serves on: {why}"));
    println!("{} upgrades; the longest that a call waited was {:?}", told.done, told.longest);
    for (when, held) in ["after a tenth of the rounds", "after all"].iter().zip(&told.held) {
        println!("{when}: {} open files, {} threads, {} KiB of memory", held.files, held.threads, held.memory);
    }
    let outcomes: Vec<Outcome> = load.outcomes();
    outcomes.iter().for_each(|outcome| println!("{outcome}"));
    manager.extensions().iter().for_each(|one| println!("{}: {}", one.name, one.state));
    manager.shutdown_all()?;
    Ok(outcomes.iter().all(|outcome| outcome.failed + outcome.wrong == 0))
}

fn main() {
    match Arguments::read().and_then(|arguments| run(&arguments)) {
        Ok(true) => {}
        Ok(false) => process::exit(1),
        Err(error) => {
            eprintln!("upgrade: {}\nusage: upgrade ROUNDS SECONDS DATA FILE...", whole(&*error));
            process::exit(2);
        }
    }
}
