//! The process of one test: loads the plugin, runs the test, and writes down how it ended.

use crate::commands::check::journal::Journal;
use crate::commands::check::process_watch::ProcessWatch;
use crate::input::paths::absolute;
use rustix::process::{setrlimit, Resource, Rlimit};
use serde_json::{json, Value};
use sochdb_plugin_conformance::{self as conformance, NotPassed, Phase, Subject};
use sochdb_plugin_host::sdk::ErrorKind;
use sochdb_plugin_host::{DynamicPluginLoader, InstanceOptions, LoadError, PluginLibrary, TrustFiles};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use tempfile::TempDir;

/// The first test: the others can only fail if it does.
pub(crate) const LOAD: &str = "load::makes_an_instance";

/// What the suite must know of a plugin that the contract leaves to it.
#[derive(clap::Args)]
pub(crate) struct SubjectOptions {
    /// The configuration of each instance; `{dir}` in it stands for a fresh directory of its own
    #[arg(long, default_value = "{}", value_name = "JSON", value_parser = json_object)]
    config: String,
    /// How many f32 a vector of the index has, if not any number
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_048_576))]
    pub(crate) dimensions: Option<u32>,
    /// The codec's format finds every change of its bytes
    #[arg(long)]
    pub(crate) checksum: bool,
    /// Obey this trust file, and others that are named so: a plugin that needs libraries of the system needs one
    #[arg(long, value_name = "FILE")]
    pub(crate) trust: Vec<PathBuf>,
    /// The seed of the tests that draw numbers; the same one draws the same
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub(crate) seed: u64,
}

impl SubjectOptions {
    /// The loader of all tests.
    pub(crate) fn loader(&self) -> DynamicPluginLoader {
        let loader = DynamicPluginLoader::new_trusted();
        if self.trust.is_empty() {
            return loader;
        }
        loader.trust_files(TrustFiles::Only(self.trust.iter().map(|file| absolute(file)).collect()))
    }
}

/// One test to run in this process.
#[derive(clap::Args)]
pub(crate) struct Options {
    file: PathBuf,
    test: String,
    verdict: PathBuf,
    journal: PathBuf,
    #[command(flatten)]
    subject: SubjectOptions,
}

fn json_object(text: &str) -> Result<String, String> {
    match serde_json::from_str(text) {
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
}

/// The command that runs `test` on the plugin at `file` in a process of its own.
pub(crate) fn command(file: &Path, test: &str, subject: &SubjectOptions, places: &Places) -> Result<Command, String> {
    let program = std::env::current_exe().map_err(|error| format!("cannot find this program: {error}"))?;
    let mut command = Command::new(program);
    command.args(["run-one-test", "--config", &subject.config, "--seed", &subject.seed.to_string()]);
    command.args(subject.dimensions.map(|dimensions| format!("--dimensions={dimensions}")));
    command.args(subject.checksum.then_some("--checksum"));
    subject.trust.iter().for_each(|file| _ = command.arg("--trust").arg(absolute(file)));
    command.arg("--").arg(file).arg(test).arg(&places.verdict).arg(&places.journal);
    Ok(command)
}

fn prepare() -> rustix::io::Result<()> {
    // Should the parent be killed, nobody would end a test that hangs.
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    // A crash is a result here, and no matter for the system's crash reports.
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })
}

/// Runs the test and writes its verdict; true if it passed.
pub(crate) fn run(options: &Options) -> Result<bool, String> {
    prepare().map_err(|error| format!("cannot prepare the process: {error}"))?;
    let result = test(options);
    let verdict = match &result {
        Ok(()) => json!({}),
        Err(NotPassed::Failed(why)) => json!({ "failed": why }),
        Err(NotPassed::Skipped(why)) => json!({ "skipped": why }),
    };
    std::fs::write(&options.verdict, verdict.to_string())
        .map_err(|error| format!("cannot write the verdict: {error}"))?;
    Ok(!matches!(result, Err(NotPassed::Failed(_))))
}

fn test(options: &Options) -> Result<(), NotPassed> {
    let journal = Journal::create(&options.journal).map_err(|error| format!("cannot write the journal: {error}"))?;
    let journal = Arc::new(journal);
    let watch = Arc::new(ProcessWatch::begin());
    let (noted, watched) = (journal.clone(), watch.clone());
    let phase = move |phase| {
        watched.phase(phase);
        noted.phase(phase);
    };
    let result = run_test(options, journal.clone(), watch.clone(), phase);
    if let Err(NotPassed::Failed(_)) = result {
        return result;
    }
    // Of one in Drop or on the plugin's own threads no call tells.
    if let Some(panic) = journal.panicked() {
        return Err(format!("the plugin panicked, and no call failed: {panic}").into());
    }
    watch.end()?;
    result
}

fn run_test(
    options: &Options,
    journal: Arc<Journal>,
    watch: Arc<ProcessWatch>,
    phase: impl Fn(Phase) + Send + Sync + 'static,
) -> Result<(), NotPassed> {
    let loader = options
        .subject
        .loader()
        .contract_checks(true)
        // A crash of the constructors is a result of this process.
        .probing(false)
        // Nobody else changes this process.
        .restoring(true)
        .observer(move |outcome| watch.step(&outcome))
        .services(journal)
        .product(concat!("sochdb-plugin check ", env!("CARGO_PKG_VERSION")));
    phase(Phase::Load);
    // SAFETY: the operator named the file on the command line of `check`, which says that it runs.
    let library: PluginLibrary = unsafe { loader.load(&options.file) }
        .map_err(|error| format!("{}: {error}; remedy: {}", error.code(), error.remedy()))?;
    if options.test == LOAD {
        return Ok(instance(&library, &options.subject.config, phase)?);
    }
    let SubjectOptions { config, checksum, seed, .. } = &options.subject;
    let mut subject = Subject::loaded(library, config).checksum(*checksum).seed(*seed).watched(phase);
    if let Some(dimensions) = options.subject.dimensions {
        subject = subject.dimensions(dimensions as usize);
    }
    let test = conformance::tests().iter().find(|test| test.name == options.test);
    let test = test.ok_or_else(|| format!("there is no test {}", options.test))?;
    (test.run)(&subject)
}

/// Makes one instance, and ends it.
fn instance(library: &PluginLibrary, config: &str, phase: impl Fn(Phase)) -> Result<(), String> {
    let directory = TempDir::new().map_err(|error| format!("cannot make a directory for the test: {error}"))?;
    let quoted = json!(directory.path().to_str().ok_or("the directory for temporary files is not UTF-8")?).to_string();
    phase(Phase::Create);
    let options = InstanceOptions::new().data_dir(directory.path().join("data_dir"));
    let config = config.replace("{dir}", quoted.trim_matches('"'));
    let plugin = library.instance_with(&config, &options).map_err(|error| {
        // Other failures are no matter of the configuration.
        let invalid = matches!(error, LoadError::Create { kind: ErrorKind::Invalid, .. });
        format!("{}: {error}{}", error.code(), if invalid { "; give what it needs with --config" } else { "" })
    })?;
    phase(Phase::Shutdown);
    let ended = plugin.shutdown();
    phase(Phase::Destroy);
    drop(plugin);
    ended.map_err(|error| format!("shutdown: {error}"))
}

/// The verdict that a child wrote, if it did. Another child may use the place then.
pub(crate) fn take_verdict(file: &Path) -> Option<Result<(), NotPassed>> {
    let text = std::fs::read_to_string(file).ok()?;
    std::fs::remove_file(file).ok()?;
    let verdict = serde_json::from_str::<Value>(&text).ok()?;
    let text = |word: &str| verdict.get(word)?.as_str().map(str::to_owned);
    let failed = text("failed").map(NotPassed::Failed);
    Some(failed.or_else(|| text("skipped").map(NotPassed::Skipped)).map_or(Ok(()), Err))
}
