//! Runs the tests, each in a process of its own, or all in this one.

use crate::commands::check::again;
use crate::commands::check::child::{self, Places, SubjectOptions, DECISION, LOAD};
use crate::commands::check::journal;
use crate::commands::check::outcome::{Left, Outcome, Tested};
use crate::commands::check::process;
use crate::commands::check::selection::Chosen;
use crate::commands::check::surroundings;
use crate::output::failure::Failure;
use crate::output::Output;
use crate::system::backend::System;
use crate::system::Native;
use object::{Object, ObjectSymbol};
use sochdb_plugin_host::UntrustedText;
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How the tests are run.
#[derive(clap::Args)]
#[command(next_help_heading = "How they run")]
pub(crate) struct Running {
    /// Seconds that one test may take, beside those that it waits for a processor or a disk; in a test of crashes, each process that has the plugin
    #[arg(long, default_value_t = 20, hide_short_help = true, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    timeout: u64,
    /// Run each test so often, with a seed that is one larger each time, until it does not pass
    #[arg(long, default_value_t = 1, hide_short_help = true, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) repeat: u32,
    /// Run the tests in this process, for a debugger or a profiler; a crash or a hang of the plugin is the command's then
    #[arg(long)]
    pub(crate) in_process: bool,
}

/// One plugin, and what the suite must know of it.
pub(crate) struct Checked<'a> {
    pub(crate) file: &'a Path,
    /// What a test's process is told.
    pub(crate) subject: &'a SubjectOptions,
    /// What the person said, to say again.
    pub(crate) said: &'a SubjectOptions,
}

/// Runs them in their order, and prints each when it ends; those that are skipped only on demand.
pub(crate) fn run(
    out: &Output,
    running: &Running,
    checked: &Checked<'_>,
    chosen: Chosen,
    shows_all: bool,
) -> Result<Vec<Tested>, Failure> {
    // What crashed children leave behind goes with it.
    let room = room()?;
    let width = chosen.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut all: Vec<Tested> = Vec::new();
    let count = chosen.len();
    for (number, (name, left_out)) in chosen.into_iter().enumerate() {
        out.doing(format_args!("  {name} ({} of {count})", number + 1));
        let ended = end(&all);
        let goes_on = ended.is_none();
        let tested = match (left_out, ended) {
            (Some(reason), _) => Tested::without_process(name, Outcome::LeftOut(reason), Duration::ZERO),
            (None, _) if name == DECISION => decided(checked),
            (None, Some(why)) => Tested::without_process(name, Outcome::NotRun(why), Duration::ZERO),
            (None, None) => repeated(running, checked, name, room.path())?,
        };
        if goes_on && (shows_all || !tested.outcome.is_skipped()) {
            tested.lines(out, width, &again::command(checked.file, name, &checked.said.with_seed(tested.seed)));
        }
        all.push(tested);
    }
    Ok(all)
}

/// So many tests that hung, and so much time that they took, say enough: where one function does not return, most tests hang.
const HUNG: usize = 3;
const HUNG_FOR: Duration = Duration::from_secs(100);

/// Why no more tests run after these.
fn end(tests: &[Tested]) -> Option<String> {
    if tests.iter().any(|tested| tested.name == LOAD && !matches!(tested.outcome, Outcome::Ok)) {
        return Some("the plugin makes no instance".to_owned());
    }
    let hung = tests.iter().filter(|tested| matches!(tested.outcome, Outcome::Hung(_)));
    let (count, took) = hung.fold((0, Duration::ZERO), |(count, took), tested| (count + 1, took + tested.took));
    (count >= HUNG && took >= HUNG_FOR).then(|| {
        format!(
            "the {count} tests that hung took {} s; --timeout SECONDS waits less, and --test NAME runs others",
            took.as_secs()
        )
    })
}

/// A directory for what children write.
pub(crate) fn room() -> Result<TempDir, Failure> {
    let mut builder = tempfile::Builder::new();
    Native::made_with_mode(builder.prefix("sochdb-check-"), 0o700);
    builder.tempdir().map_err(|error| {
        let place = std::env::temp_dir();
        let (place, variable) = (UntrustedText::from(place.as_path()), Native::VARIABLES.temporary[0]);
        Failure::new("E_TMPDIR", format!("cannot make a directory in {place}, which {variable} can change: {error}"))
    })
}

/// The decision of a host, which runs constructors in its probe first. What it refuses may be good all the same, and is
/// tested.
fn decided(checked: &Checked<'_>) -> Tested {
    let begin = Instant::now();
    let outcome = if let Some(sanitizer) = sanitizer(checked.file) {
        let preloaded = std::env::var_os("LD_PRELOAD").is_some_and(|all| all.to_string_lossy().contains("tsan"));
        let how = if sanitizer == THREADS && !preloaded { IN_FRONT } else { "" };
        Outcome::LeftOut(format!("it is built with a sanitizer, whose library ends the probe of every host{how}"))
    } else {
        match checked.subject.deciding.loader().probe(checked.file) {
            Ok(_) => Outcome::Ok,
            Err(error) => Outcome::Failed(format!(
                "a host refuses the plugin, whatever the tests say: {}: {error}; remedy: {}",
                error.code(),
                error.remedy()
            )),
        }
    };
    Tested::without_process(DECISION, outcome, begin.elapsed())
}

/// The begin of the names of ThreadSanitizer.
const THREADS: &[u8] = b"__tsan_";
/// The way to check a plugin with it: what this command does by itself, it does not see.
const IN_FRONT: &str = "; run `check` with LD_PRELOAD=$(gcc -print-file-name=libtsan.so) and \
                        TSAN_OPTIONS=ignore_noninstrumented_modules=1, also for clang's";

/// The begin of the names of the sanitizer that a plugin is built with.
fn sanitizer(file: &Path) -> Option<&'static [u8]> {
    let bytes = std::fs::read(file).ok()?;
    let object = object::File::parse(&*bytes).ok()?;
    let mut names = object.dynamic_symbols().filter_map(|symbol| symbol.name_bytes().ok());
    names.find_map(|name| [b"__asan_", THREADS, b"__msan_"].into_iter().find(|prefix| name.starts_with(prefix)))
}

fn repeated(running: &Running, checked: &Checked<'_>, name: &'static str, room: &Path) -> Result<Tested, Failure> {
    let (mut seed, mut took) = (checked.subject.seed, Duration::ZERO);
    for left in (0..running.repeat).rev() {
        let mut tested = once(running, checked.file, &checked.subject.with_seed(seed), name, room)?;
        took += tested.took;
        if left == 0 || !matches!(tested.outcome, Outcome::Ok) {
            (tested.seed, tested.took) = (seed, took);
            return Ok(tested);
        }
        seed = seed.wrapping_add(1);
    }
    unreachable!("each test runs at least once")
}

fn once(
    running: &Running,
    file: &Path,
    subject: &SubjectOptions,
    name: &'static str,
    room: &Path,
) -> Result<Tested, Failure> {
    if running.in_process {
        // Whoever looks on knows where it is.
        eprintln!("{name}");
        let begin = Instant::now();
        let result = child::run_here(file, name, subject);
        return Ok(Tested::without_process(name, Outcome::of(result), begin.elapsed()));
    }
    let (places, limit) = (Places::in_directory(room), Duration::from_secs(running.timeout));
    let mut command = child::command(file, name, subject, &places)?;
    surroundings::prepare(&mut command, room, subject.config())
        .map_err(|error| format!("cannot run a test: {error}"))?;
    let finished = process::run(&mut command, limit, || journal::elsewhere(&places.journal))
        .map_err(|error| format!("cannot run a test: {error}"))?;
    Ok(Tested::new(name, finished, Left::take(&places, file), limit))
}

#[cfg(test)]
mod tests;
