//! The command `sochdb-plugin`: looks at plugins, decides on them, signs and checks them, and shows four of them at work.

mod arguments;
mod commands;
mod explanations;
mod input;
mod loading;
mod output;
mod store;

use crate::arguments::{words, Arguments, Command};
use crate::output::failure::Failure;
use crate::output::Output;
use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use commands::{
    check, completions, demo, doctor, explain, inspect, install, keygen, list, man, remove, sign, trust, verify,
};
use std::process::ExitCode;

fn main() -> ExitCode {
    let words = words(std::env::args_os().skip(1));
    match Arguments::try_parse() {
        Ok(Arguments { command, json }) => {
            let out = Output::new(json, words);
            let result = run(&out, command);
            out.finish(result)
        }
        Err(error) => not_parsed(&error, words),
    }
}

fn run(out: &Output, command: Command) -> Result<bool, Failure> {
    match command {
        Command::Inspect { file } => inspect::run(out, &file),
        Command::Verify(options) => Ok(verify::run(out, &options)),
        Command::Install(options) => install::run(out, &options),
        Command::Remove(options) => remove::run(out, &options),
        Command::List(options) => list::run(out, &options),
        Command::Trust(options) => trust::run(out, options),
        Command::Check(options) => check::run(out, &options),
        Command::Demo(options) => demo::run(out, &options),
        Command::Keygen(options) => keygen::run(out, &options),
        Command::Sign(options) => sign::run(out, &options),
        Command::Explain { code } => Ok(explain::run(out, code.as_deref())),
        Command::Doctor(options) => Ok(doctor::run(out, &options)),
        Command::Completions(options) => Ok(completions::run(out, &options, &Arguments::command())),
        Command::Man(options) => man::run(out, &options, Arguments::command()),
        Command::RunOneTest(options) => check::child::run(&options).map_err(Failure::from),
    }
}

/// Prints help or the version, which are always text, or what is wrong with the arguments.
fn not_parsed(error: &clap::Error, words: String) -> ExitCode {
    let text = error.render();
    if !error.use_stderr() {
        let out = Output::new(false, words);
        let text = if out.paint.is_on() { text.ansi().to_string() } else { text.to_string() };
        out.line(text.trim_end());
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
    Output::new(json, words).misused(&Failure::usage(reason), text.trim_end())
}
