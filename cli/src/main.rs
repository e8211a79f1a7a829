//! The command `sochdb-plugin`: looks at plugins, decides on them, checks them, and shows four of them at work.

mod check;
mod demo;
mod inspect;
mod output;
mod plugins;
mod verify;

use clap::{Parser, Subcommand};
use output::Output;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Inspects, verifies and checks SochDB plugins, and shows four of them at work.
#[derive(Parser)]
#[command(name = "sochdb-plugin", version, about)]
#[command(after_help = "Exit code: 0 yes, 1 no, 2 wrong usage. Colour only on a terminal, and not with NO_COLOR set.")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Print one JSON object on standard output instead of text
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Print what a file says of itself; runs nothing of it
    ///
    /// Reads the plugin's note, its entry and the facts of its ELF file. It needs no trust, and works on a plugin for
    /// another processor. Exit code 1 if the file is no plugin.
    Inspect {
        /// The plugin's file; a relative path counts from the current directory
        file: PathBuf,
    },
    /// Print the loader's decision step by step; runs nothing of the file
    ///
    /// Stops before the dynamic linker sees the file: the steps from there on are "not run". The first step, whether
    /// native plugins are allowed, is passed, because you named the file.
    Verify {
        /// The plugin's file; a relative path counts from the current directory
        file: PathBuf,
    },
    /// Load a plugin and run the conformance suite of its kinds
    ///
    /// Each test runs in a process of its own, so that a crash or a hang is a result. This runs native code with your
    /// rights: it is allowed, whatever the environment says, because you named the file. For a file that the loader
    /// refuses, the decision is printed as `verify` does.
    Check(check::Options),
    /// Load four plugins, two in C and two in Rust, and do real work with them
    ///
    /// Stores, scans, compresses, indexes and measures the data that comes with this program. It runs native code with
    /// your rights: the four example plugins that were built with this program.
    Demo(demo::Options),
    /// Run one test of `check` in this process
    #[command(hide = true)]
    RunOneTest(check::child::Options),
}

fn main() -> ExitCode {
    let Arguments { command, json } = Arguments::parse();
    let out = Output::new(json);
    let result = match command {
        Command::Inspect { file } => inspect::run(&out, &file),
        Command::Verify { file } => verify::run(&out, &absolute(&file)),
        Command::Check(options) => check::run(&out, &options),
        Command::Demo(options) => demo::run(&out, &options),
        Command::RunOneTest(options) => check::child::run(&options),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(reason) => {
            out.failed(&reason);
            ExitCode::from(1)
        }
    }
}

/// The loader takes absolute paths only; a person at a prompt need not type one.
fn absolute(file: &Path) -> PathBuf {
    std::path::absolute(file).unwrap_or_else(|_| file.to_owned())
}
