//! The command `sochdb-plugin` as a library, for a program that adds a command of its own to it, as the repository's
//! demonstration does. It may change with each release; what is stable is the command line.
//!
//! ```no_run
//! use sochdb_plugin_cli::{run, Addition, Failure, Output};
//!
//! fn hello(out: &Output, _: &clap::ArgMatches) -> Result<bool, Failure> {
//!     out.line(out.paint.good("hello"));
//!     Ok(true)
//! }
//!
//! fn main() -> std::process::ExitCode {
//!     let command = clap::Command::new("hello").about("Say hello");
//!     run(Some(Addition { command, run: hello }))
//! }
//! ```
#![deny(missing_debug_implementations, clippy::must_use_candidate, clippy::return_self_not_must_use)]

mod arguments;
mod commands;
mod explanations;
mod input;
mod loading;
mod output;
mod store;
mod system;

pub use commands::verify::line as step_line;
pub use loading::observed::{observed, step_json};
pub use output::failure::Failure;
pub use output::paint::Paint;
pub use output::table::Table;
pub use output::{grouped, Output};

use crate::arguments::{words, Arguments, Command};
use crate::output::standard::columns;
use crate::system::backend::Stream;
use clap::error::ErrorKind;
use clap::{ArgMatches, CommandFactory, FromArgMatches};
use commands::{check, completions, doctor, explain, inspect, install, keygen, list, man, remove, sign, trust, verify};
use std::process::ExitCode;

/// A command that a program adds to those of this one.
///
/// ```
/// use sochdb_plugin_cli::Addition;
///
/// let command = clap::Command::new("hello").about("Say hello");
/// let hello = Addition { command, run: |out, _| Ok(out.json) };
/// assert_eq!(hello.command.get_name(), "hello");
/// ```
pub struct Addition {
    /// The command's name, its options and its help.
    pub command: clap::Command,
    /// The function that runs it with the parsed arguments: true is exit code 0, false 1.
    pub run: fn(&Output, &ArgMatches) -> Result<bool, Failure>,
}

impl std::fmt::Debug for Addition {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Addition").field(&self.command.get_name()).finish()
    }
}

/// So many columns help has at most: longer lines are hard to read.
const WIDEST: usize = 100;

/// Runs the command that this process was started with, and returns its exit code.
#[must_use]
pub fn run(addition: Option<Addition>) -> ExitCode {
    let mut all = Arguments::command();
    if let Some(addition) = &addition {
        all = all.subcommand(addition.command.clone());
    }
    if let Some(columns) = columns(Stream::Output) {
        all = all.term_width(columns.min(WIDEST));
    }
    let words = words(all.clone(), std::env::args_os().skip(1));
    let matches = match all.clone().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => return not_parsed(&error, words),
    };
    let result = |out: &Output| match (&addition, matches.subcommand()) {
        (Some(addition), Some((name, own))) if name == addition.command.get_name() => (addition.run)(out, own),
        _ => {
            let arguments = Arguments::from_arg_matches(&matches).map_err(|error| Failure::usage(error.to_string()))?;
            run_own(out, arguments.command, all)
        }
    };
    let out = Output::new(matches.get_flag("json"), words);
    let result = result(&out);
    out.finish(result)
}

fn run_own(out: &Output, command: Command, all: clap::Command) -> Result<bool, Failure> {
    match command {
        Command::Inspect { file } => inspect::run(out, &file),
        Command::Verify(options) => Ok(verify::run(out, &options)),
        Command::Install(options) => install::run(out, &options),
        Command::Remove(options) => remove::run(out, &options),
        Command::List(options) => list::run(out, &options),
        Command::Trust(options) => trust::run(out, options),
        Command::Check(options) => check::run(out, &options),
        Command::Keygen(options) => keygen::run(out, &options),
        Command::Sign(options) => sign::run(out, &options),
        Command::Explain { code } => Ok(explain::run(out, code.as_deref())),
        Command::Doctor(options) => Ok(doctor::run(out, &options)),
        Command::Completions(options) => Ok(completions::run(out, &options, &all)),
        Command::Man(options) => man::run(out, &options, all),
        Command::RunOneTest(options) => check::child::run(&options).map_err(Failure::from),
        Command::ServeTests(options) => check::child::serve(&options).map_err(Failure::from),
    }
}

/// Prints help or the version, which are always text, or what is wrong with the arguments.
fn not_parsed(error: &clap::Error, words: String) -> ExitCode {
    let text = error.render();
    if !error.use_stderr() {
        let out = Output::new(false, words);
        let text = if out.paint.is_on() { text.ansi().to_string() } else { text.to_string() };
        out.whole(text.trim_end());
        return out.finish(Ok(true));
    }
    let text = text.to_string();
    let mut options = std::env::args_os().skip(1).take_while(|argument| argument != "--");
    let json = options.any(|argument| argument == "--json");
    let reason = match error.kind() {
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => "no command was given",
        // What follows is how to use it.
        _ => text.split("\n\n").next().unwrap_or_default().trim_start_matches("error: "),
    };
    let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    Output::new(json, words).misused(Failure::usage(reason), text.trim_end())
}
