//! One trial: a process that loads four libraries, each of other bytes.

use crate::library::Template;
use sochdb_plugin_host::{DynamicPluginLoader, Step};
use std::collections::HashMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The argument that makes this program a trial.
const TRIAL: &str = "--one-trial";

/// What is timed in a trial, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum What {
    /// The first load of the process.
    First,
    /// A later load.
    Later,
    /// A later load without a probe.
    Unprobed,
    /// `dlopen` by path, without any check.
    Plain,
}

impl What {
    const ALL: [Self; 4] = [Self::First, Self::Later, Self::Unprobed, Self::Plain];
}

/// The times of one load: of each step, and as the caller sees it.
#[derive(Clone, Debug, Default)]
pub struct Times {
    /// Of each step that ran.
    pub steps: HashMap<Step, Duration>,
    /// From the call to its return.
    pub whole: Duration,
}

/// The times of one process.
pub type Trial = HashMap<What, Times>;

/// Runs a trial in a new process.
pub fn start(template: &Template, number: usize) -> Trial {
    let program = env::current_exe().expect("this program");
    let mut command = Command::new(program);
    let output = command.arg(TRIAL).arg(template.path()).arg(number.to_string()).output().expect("it starts");
    assert!(output.status.success(), "{command:?}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    let mut trial = Trial::new();
    for line in String::from_utf8(output.stdout).expect("it writes text").lines() {
        let mut words = line.split(' ');
        let mut word = || words.next().expect("three words");
        let (what, name, nanoseconds) = (word(), word(), word().parse().expect("a number"));
        let what = *What::ALL.iter().find(|other| format!("{other:?}") == what).expect("a name of `What`");
        let (times, elapsed) = (trial.entry(what).or_default(), Duration::from_nanos(nanoseconds));
        match Step::ALL.iter().find(|step| step.name() == name) {
            Some(step) => _ = times.steps.insert(*step, elapsed),
            None => times.whole = elapsed,
        }
    }
    trial
}

/// What the arguments of a trial ask for.
pub struct Asked {
    template: PathBuf,
    number: usize,
}

/// Whether this process is a trial.
pub fn asked(arguments: &[String]) -> Option<Asked> {
    match arguments {
        [flag, template, number] if flag == TRIAL => {
            Some(Asked { template: template.into(), number: number.parse().ok()? })
        }
        _ => None,
    }
}

impl Asked {
    /// Loads, and writes the times to standard output.
    pub fn run(self) {
        let template = Template::at(self.template);
        // All files are written before the first is loaded, so that all are in the page cache alike.
        let files: Vec<PathBuf> = (0..4).map(|at| template.variant(self.number * 4 + at)).collect();
        for (what, file) in What::ALL.into_iter().zip(&files) {
            let times = if what == What::Plain { plain(file) } else { load(file, what != What::Unprobed) };
            let print = |name: &str, elapsed: Duration| println!("{what:?} {name} {}", elapsed.as_nanos());
            times.steps.iter().for_each(|(step, elapsed)| print(step.name(), *elapsed));
            print("whole", times.whole);
        }
        // The next trial needs the room.
        files.iter().for_each(|file| _ = fs::remove_file(file));
    }
}

fn load(file: &Path, probing: bool) -> Times {
    let told = Arc::new(Mutex::new(Vec::with_capacity(Step::ALL.len())));
    let teller = told.clone();
    let loader = DynamicPluginLoader::new_trusted().probing(probing).observer(move |outcome| {
        teller.lock().expect("no panic while it is held").push((outcome.step, outcome.elapsed));
    });
    let start = Instant::now();
    // SAFETY: it was compiled from this source tree, and only this user can write it.
    let loaded = unsafe { loader.load(file) };
    let whole = start.elapsed();
    loaded.unwrap_or_else(|error| panic!("{}: {error:?}", file.display()));
    let steps = told.lock().expect("no panic while it is held").iter().copied().collect();
    Times { steps, whole }
}

fn plain(file: &Path) -> Times {
    use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
    let start = Instant::now();
    // SAFETY: as above.
    let library = unsafe { Library::open(Some(file), RTLD_NOW | RTLD_LOCAL) };
    let whole = start.elapsed();
    std::mem::forget(library.unwrap_or_else(|error| panic!("{}: {error}", file.display())));
    Times { whole, ..Times::default() }
}
