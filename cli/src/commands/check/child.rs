//! The process of one test: loads the plugin, runs the test, and writes down how it ended.

use crate::commands::check::calls::Calls;
use crate::commands::check::deciding::Deciding;
use crate::commands::check::drawn;
use crate::commands::check::journal::Journal;
use crate::commands::check::process_watch::{ProcessWatch, WatchedCalls};
use crate::commands::check::surroundings::Surroundings;
use crate::system::backend::System;
use crate::system::Native;
use serde_json::{json, Value};
use sochdb_plugin_conformance::{self as conformance, Filled, Measured, NotPassed, Phase, Subject};
use sochdb_plugin_host::sdk::{ErrorKind, Labels, LogLevel};
use sochdb_plugin_host::{
    printable, Caller, DynamicPluginLoader, HostServices, InstanceOptions, PluginLibrary, Refusal,
};
use std::ffi::OsString;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use tempfile::TempDir;

/// The configuration of a plugin that needs none.
const NO_CONFIG: &str = "{}";
/// The first test, which needs no process: what a host decides.
pub(crate) const DECISION: &str = "load::a_host_accepts_it";
/// The test that comes next: the others can only fail if it does.
pub(crate) const LOAD: &str = "load::makes_an_instance";

/// What the suite must know of a plugin that the contract leaves to it.
#[derive(clap::Args, Clone)]
#[command(next_help_heading = "What the plugin needs, and is")]
pub(crate) struct SubjectOptions {
    /// The configuration of each instance; places in it are of its own: `{dir}` a new directory, `{file}` a new file in it,
    /// `{port}` a free port of this machine, in a text or as a number
    ///
    /// What a sink writes to `{file}` or to a file in `{dir}` as lines of JSON, serves at `{port}` as a page for Prometheus, sends
    /// there by UDP as StatsD or to `http://127.0.0.1:{port}` as OTLP is read back and compared with what it was given.
    #[arg(long, default_value = NO_CONFIG, value_name = "JSON", value_parser = json_object)]
    config: String,
    /// How many f32 a vector of the index has, if not any number
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_048_576))]
    pub(crate) dimensions: Option<u32>,
    /// The codec's format finds every change of its bytes
    #[arg(long)]
    pub(crate) checksum: bool,
    /// The seed of the tests that draw numbers; the same one draws the same
    #[arg(long, default_value_t = 0, value_name = "N", help_heading = "How they run", hide_short_help = true)]
    pub(crate) seed: u64,
    /// The points of each test of crashes, however long they take; without it some hundred, for a few seconds
    ///
    /// A test of crashes kills the process of the plugin at a call of the system that changes files, lets such a call fail, or
    /// builds what a disk holds after a power loss, and looks at what is left.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Tests of crashes", hide_short_help = true)]
    crash_points: Option<u32>,
    /// The one point of each test of crashes to try, by the number that a failure says
    #[arg(
        long,
        value_name = "POINT",
        conflicts_with = "crash_points",
        help_heading = "Tests of crashes",
        hide_short_help = true
    )]
    crash_point: Option<u32>,
    /// In the tests of crashes, let a power loss leave of what was not synced any part, in any order: POSIX promises no more
    ///
    /// A file's name is on the disk only when its directory was synced then. Without it the disk is as ext4, XFS and btrfs have
    /// it: names come in their order and with a file that is synced, and what is written behind the end of a file in its order.
    #[arg(long, help_heading = "Tests of crashes", hide_short_help = true)]
    crash_strict: bool,
    #[command(flatten)]
    pub(crate) deciding: Deciding,
}

impl SubjectOptions {
    pub(crate) fn config(&self) -> &str {
        &self.config
    }

    pub(crate) fn with_seed(&self, seed: u64) -> Self {
        Self { seed, ..self.clone() }
    }

    pub(crate) fn with_deciding(&self, deciding: Deciding) -> Self {
        Self { deciding, ..self.clone() }
    }

    /// The arguments of a command that means the same.
    pub(crate) fn arguments(&self) -> Vec<OsString> {
        let mut all = Vec::new();
        if self.config != NO_CONFIG {
            all.extend(["--config".into(), self.config.clone().into()]);
        }
        all.extend(self.dimensions.iter().flat_map(|count| ["--dimensions".into(), count.to_string().into()]));
        all.extend(self.checksum.then(|| "--checksum".into()));
        if self.seed != 0 {
            all.extend(["--seed".into(), self.seed.to_string().into()]);
        }
        all.extend(self.crash_points.iter().flat_map(|count| ["--crash-points".into(), count.to_string().into()]));
        all.extend(self.crash_point.iter().flat_map(|point| ["--crash-point".into(), point.to_string().into()]));
        all.extend(self.crash_strict.then(|| "--crash-strict".into()));
        all.extend(self.deciding.arguments());
        all
    }
}

/// One test to run in this process.
#[derive(clap::Args)]
pub(crate) struct Options {
    file: PathBuf,
    test: String,
    verdict: PathBuf,
    journal: PathBuf,
    calls: PathBuf,
    crash: PathBuf,
    #[command(flatten)]
    subject: SubjectOptions,
}

/// A port may stand where a number does.
fn json_object(text: &str) -> Result<String, String> {
    match serde_json::from_str(&text.replace("{port}", "1")) {
        Ok(Value::Object(_)) => Ok(text.to_owned()),
        Ok(_) => Err("it is no JSON object: write for instance {\"path\": \"{dir}\"}".to_owned()),
        Err(error) => Err(format!("it is no JSON: {error}")),
    }
}

/// Where the process of a test writes.
pub(crate) struct Places {
    /// How the test ended.
    pub(crate) verdict: PathBuf,
    /// What happened until then.
    pub(crate) journal: PathBuf,
    /// Which functions of the plugin were called last.
    pub(crate) calls: PathBuf,
    /// Where the process crashed.
    pub(crate) crash: PathBuf,
}

impl Places {
    pub(crate) fn in_directory(room: &Path) -> Self {
        let [verdict, journal, calls, crash] = ["verdict", "journal", "calls", "crash"].map(|name| room.join(name));
        Self { verdict, journal, calls, crash }
    }

    fn all(&self) -> [&Path; 4] {
        [&self.verdict, &self.journal, &self.calls, &self.crash]
    }
}

/// The command that runs `test` on the plugin at `file` in a process of its own.
pub(crate) fn command(file: &Path, test: &str, subject: &SubjectOptions, places: &Places) -> Result<Command, String> {
    let mut command = own_program()?;
    command.arg("run-one-test").args(subject.arguments()).arg("--").arg(file).arg(test).args(places.all());
    Ok(command)
}

fn own_program() -> Result<Command, String> {
    Native::own_program().map_err(|error| format!("cannot find this program: {error}"))
}

/// Runs the test and writes its verdict; true if it passed.
pub(crate) fn run(options: &Options) -> Result<bool, String> {
    Native::begin_test().map_err(|error| format!("cannot prepare the process: {error}"))?;
    let journal = Journal::create(&options.journal).map_err(|error| format!("cannot write the journal: {error}"))?;
    let calls = Calls::create(&options.calls).and_then(|calls| Native::watch_for_crash(&options.crash).map(|()| calls));
    let calls = Arc::new(calls.map_err(|error| format!("cannot watch the process: {error}"))?);
    // Before the plugin runs, which may take from the process what is needed for it.
    let mut place = File::create(&options.verdict).map_err(|error| format!("cannot write the verdict: {error}"))?;
    let measured = Arc::new(Mutex::new(Vec::new()));
    let result = test(options, Arc::new(journal), calls.clone(), measured.clone());
    let (word, why) = match &result {
        Ok(()) => ("passed", ""),
        Err(NotPassed::Failed(why)) => ("failed", &**why),
        Err(NotPassed::Skipped(why)) => ("skipped", &**why),
        Err(NotPassed::Unseen(why)) => ("unseen", &**why),
    };
    let measured = std::mem::take(&mut *measured.lock().unwrap_or_else(PoisonError::into_inner));
    let verdict = json!({ word: why, "slots": calls.counting.object(), "measured": measured });
    place.write_all(verdict.to_string().as_bytes()).map_err(|error| format!("cannot write the verdict: {error}"))?;
    Ok(word != "failed")
}

fn test(
    options: &Options,
    journal: Arc<Journal>,
    calls: Arc<Calls>,
    measured: Arc<Mutex<Vec<Value>>>,
) -> Result<(), NotPassed> {
    let around = options.verdict.parent().map(Surroundings::begin);
    let watch = Arc::new(ProcessWatch::begin());
    let (noted, watched, steps) = (journal.clone(), watch.clone(), watch.clone());
    let loader = loader(&options.subject).observer(move |outcome| steps.step(&outcome));
    let loader = loader.services(journal.clone()).recorder(Arc::new(WatchedCalls::new(calls.clone(), watch.clone())));
    let told = move |measured_one: &Measured| {
        let Measured { name, at, value, .. } = measured_one;
        let point = json!({ "name": name, "at": at, "value": value });
        measured.lock().unwrap_or_else(PoisonError::into_inner).push(point);
    };
    let phase = move |phase| {
        watched.phase(phase);
        noted.phase(phase);
    };
    let result = run_test(&options.file, &options.test, &options.subject, &loader, phase, told);
    if let Err(NotPassed::Failed(_)) = result {
        return result;
    }
    // Of one in Drop or on the plugin's own threads no call tells.
    if let Some(panic) = journal.panicked() {
        return Err(format!("the plugin panicked, and no call failed: {panic}").into());
    }
    watch.end()?;
    if let Some(left) = around.and_then(|around| around.left()) {
        return Err(format!("the plugin left {left}, which its instances take away before they end").into());
    }
    if let Some(refused) = calls.refused() {
        return Err(format!("a function returned what the contract does not let it return: {refused}").into());
    }
    result
}

/// The loader of a test's process.
fn loader(subject: &SubjectOptions) -> DynamicPluginLoader {
    let loader = subject.deciding.loader().contract_checks(true);
    // A crash of the constructors is a result of this process, and nobody else changes it.
    loader.probing(false).restoring(true).product(concat!("sochdb-plugin check ", env!("CARGO_PKG_VERSION")))
}

/// Runs a test in this process, with nothing around it.
pub(crate) fn run_here(file: &Path, test: &str, subject: &SubjectOptions) -> Result<(), NotPassed> {
    run_test(file, test, subject, &loader(subject).services(Arc::new(Told)), |_| {}, |_| {})
}

/// Tells what the plugin says on standard error.
struct Told;

impl HostServices for Told {
    fn log(&self, caller: &Caller<'_>, level: LogLevel, message: &str, fields: Labels<'_>) {
        let fields: String =
            fields.iter().map(|(name, value)| format!(" {}={}", printable(name), printable(value))).collect();
        eprintln!("  {} {level:?}: {}{fields}", caller.plugin(), printable(message));
    }
}

fn run_test(
    file: &Path,
    test: &str,
    subject: &SubjectOptions,
    loader: &DynamicPluginLoader,
    phase: impl Fn(Phase) + Send + Sync + 'static,
    measured: impl Fn(&Measured) + Send + Sync + 'static,
) -> Result<(), NotPassed> {
    phase(Phase::Load);
    // SAFETY: the operator named the file on the command line of `check`, which says that it runs.
    let library: PluginLibrary = unsafe { loader.load(file) }
        .map_err(|error| format!("{}: {error}; remedy: {}", error.code(), error.remedy()))?;
    if test == LOAD {
        return Ok(instance(&library, &subject.config, phase)?);
    }
    let under_test = under_test(library, file, subject).watched(phase).measured(measured);
    if let Some(result) = drawn::in_child(test, &under_test) {
        return result;
    }
    let found = conformance::tests().iter().find(|one| one.name == test);
    let found = found.ok_or_else(|| format!("there is no test {test}"))?;
    (found.run)(&under_test)
}

/// What the suite gets.
fn under_test(library: PluginLibrary, file: &Path, options: &SubjectOptions) -> Subject {
    let (plugin, told) = (file.to_owned(), options.clone());
    let child = move || {
        let mut command = own_program()?;
        command.arg("serve-tests").args(told.arguments()).arg("--").arg(&plugin);
        Ok(command)
    };
    let subject = Subject::loaded(library, &options.config).checksum(options.checksum).seed(options.seed).alone();
    let mut subject = subject.children(child).strict_disk(options.crash_strict);
    if let Some(dimensions) = options.dimensions {
        subject = subject.dimensions(dimensions as usize);
    }
    if let Some(points) = options.crash_points {
        subject = subject.crash_points(points);
    }
    if let Some(point) = options.crash_point {
        subject = subject.crash_point(point);
    }
    subject
}

/// A process that does parts of a test's work.
#[derive(clap::Args)]
pub(crate) struct ServeOptions {
    file: PathBuf,
    #[command(flatten)]
    subject: SubjectOptions,
}

/// Does what the process of a test asks for.
pub(crate) fn serve(options: &ServeOptions) -> Result<bool, String> {
    Native::begin_test().map_err(|error| format!("cannot prepare the process: {error}"))?;
    // SAFETY: the operator named the file on the command line of `check`, which says that it runs.
    let library = unsafe { loader(&options.subject).load(&options.file) }.map_err(|error| error.to_string())?;
    let subject = under_test(library, &options.file, &options.subject);
    conformance::serve(&subject).map(|()| true).map_err(|error| error.to_string())
}

/// Makes one instance, and ends it.
fn instance(library: &PluginLibrary, config: &str, phase: impl Fn(Phase)) -> Result<(), String> {
    let directory = TempDir::new().map_err(|error| format!("cannot make a directory for the test: {error}"))?;
    phase(Phase::Create);
    let options = InstanceOptions::new().data_dir(directory.path().join("data_dir"));
    let filled = Filled::new(config, directory.path()).map_err(|why| why.to_string())?;
    let plugin = library.instance_with(filled.config(), &options).map_err(|error| {
        // Other failures are no matter of the configuration.
        let invalid = matches!(error.refusal(), Refusal::Create { kind: ErrorKind::Invalid, .. });
        format!("{}: {error}{}", error.code(), if invalid { "; give what it needs with --config" } else { "" })
    })?;
    phase(Phase::Shutdown);
    let ended = plugin.shutdown();
    phase(Phase::Destroy);
    drop(plugin);
    ended.map_err(|error| format!("shutdown: {error}"))
}
