//! A child of a test: it puts a filter on itself, loads, and writes one word.

use crate::gate_proof::only_inside;
use sochdb_plugin_host::{DynamicPluginLoader, ALLOW_VARIABLE};
use std::env;
use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;
use support::sandbox::{allow_only, kill_at, FILES, MEMORY_AND_OUTPUT};

const PATH: &str = "SOCH_TEST_GATE_PATH";
const TRUSTED: &str = "SOCH_TEST_GATE_TRUSTED";
const FILTER: &str = "SOCH_TEST_GATE_FILTER";
const BEFORE: &str = "the gate's answer: ";

/// What a child may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Everything.
    None,
    /// Everything but what has to do with files.
    NoFiles,
    /// Nothing but to get memory, to write and to end.
    OnlyMemory,
}

/// A child that loads once.
#[derive(Clone, Copy, Debug)]
pub struct Child<'a> {
    /// The value of the variable that allows native plugins.
    pub variable: Option<&'a OsStr>,
    /// Whether the program itself allows them.
    pub trusted: bool,
    /// What it may do.
    pub filter: Filter,
}

impl Child<'_> {
    /// The command that starts it. It loads `path`.
    pub fn command(&self, path: &Path) -> Command {
        self.command_of(&env::current_exe().expect("this test's own path"), path)
    }

    /// As [`Child::command`], by a copy of this program.
    pub fn command_of(&self, program: &Path, path: &Path) -> Command {
        let mut command = Command::new(program);
        command.args(only_inside()).env(PATH, path);
        command.env(TRUSTED, self.trusted.to_string()).env(FILTER, format!("{:?}", self.filter));
        match self.variable {
            Some(value) => command.env(ALLOW_VARIABLE, value),
            None => command.env_remove(ALLOW_VARIABLE),
        };
        command
    }
}

/// The word that a child wrote.
pub fn answer(stdout: &str) -> Option<String> {
    let (_, word) = stdout.split_once(BEFORE)?;
    Some(word.lines().next().unwrap_or_default().to_owned())
}

/// Does the work of a child, if this process is one, and ends it.
pub fn run_if_asked() {
    let Some(path) = env::var_os(PATH) else { return };
    let trusted = env::var(TRUSTED).expect("set beside the path") == "true";
    match env::var(FILTER).expect("set beside the path").as_str() {
        "OnlyMemory" => allow_only(MEMORY_AND_OUTPUT),
        "NoFiles" => kill_at(FILES),
        _ => {}
    }
    let loader = if trusted { DynamicPluginLoader::new_trusted() } else { DynamicPluginLoader::new() };
    // SAFETY: what is there to load was compiled from this source tree.
    let word = match unsafe { loader.load(Path::new(&path)) } {
        Ok(_) => "loaded",
        Err(error) => error.code(),
    };
    for text in [BEFORE, word, "\n"] {
        // SAFETY: it reads the text, which outlives the call.
        unsafe { libc::write(1, text.as_ptr().cast(), text.len()) };
    }
    // SAFETY: the process ends at once; what ends it otherwise would make calls that the filter forbids.
    unsafe { libc::_exit(0) }
}
