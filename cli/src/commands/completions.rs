//! `completions`: what a shell offers after `sochdb-plugin`.

use crate::output::Output;
use clap::Command;
use clap_complete::Shell;
use serde_json::json;

/// For whom.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The shell
    shell: Shell,
}

/// Prints the script; with --json its lines.
pub(crate) fn run(out: &Output, options: &Options, all: &Command) -> bool {
    // The generator offers what is hidden, too.
    let shown = all.get_subcommands().filter(|command| !command.is_hide_set()).cloned();
    let command = Command::new("sochdb-plugin").version(env!("CARGO_PKG_VERSION"));
    let mut command = command.args(all.get_arguments().cloned()).subcommands(shown);
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut command, all.get_name(), &mut script);
    // clap_complete 4.6 takes the hyphen in the name for a step to a subcommand in one place of its script for bash, and
    // then offers nothing after a subcommand.
    let script = String::from_utf8_lossy(&script).replace("sochdb__subcmd__plugin", "sochdb__plugin");
    out.object(&json!({ "shell": options.shell.to_string(), "lines": script.lines().collect::<Vec<_>>() }));
    out.whole(script.trim_end());
    true
}
