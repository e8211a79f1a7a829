//! The arguments of the command line, and their help.

use crate::commands::{check, completions, doctor, install, keygen, list, man, remove, sign, trust, verify};
use clap::{Parser, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;

/// Inspects, verifies, signs and checks SochDB plugins.
#[derive(Parser)]
#[command(name = "sochdb-plugin", version, about)]
#[command(after_help = "\
    From a download to a plugin that runs: `inspect FILE`, `install FILE`, then the program that loads it with \
    SOCHDB_ALLOW_NATIVE_PLUGINS=1 in its environment. A refusal says in its line `remedy` what to do; `verify FILE` and \
    `list` print it again.\n\n\
    Exit code: 0 yes, 1 no, 2 wrong usage; 141 for a yes that whoever read it did not read to its end, as in \
    `inspect FILE | head -1`. Colour only on a terminal, and not with NO_COLOR set or TERM=dumb. Prose is as wide as the terminal, or \
    as COLUMNS says.\n\n\
    With --json a command prints one object with `ok` (true where the exit code is 0) and `command` (null if it is none); \
    whatever is refused \
    or fails has `code`, `step` (the loader's step that refuses, or null), `message` and `remedy`, which are null or \
    left out of what is accepted.")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Print one JSON object on standard output instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Print what a file says of itself; runs nothing of it
    ///
    /// Reads the plugin's note, its entry and the facts of its ELF file. It needs no trust, and works on a plugin for
    /// another processor. Exit code 1 if the file is no plugin.
    Inspect {
        /// The plugin's file; a relative path counts from the current directory
        file: PathBuf,
    },
    /// Print the loader's decision step by step; runs nothing of the file, unless --probe is given
    ///
    /// Decides as a host does that obeys the operator's trust files: /etc/sochdb/trust.toml and
    /// ~/.config/sochdb/trust.toml, where they exist. The first step, whether native plugins are allowed, is passed,
    /// because you named the file.
    ///
    /// Runs the steps from the gate to the dependencies, which look at the file's bytes only; with --probe also the
    /// identity and the probe, which runs the plugin's constructors in a process of their own. The steps from there on
    /// need the plugin to be loaded and are "not run", so a file that is accepted so far (exit code 0) may still be
    /// refused when it is loaded; with --json, `not_run` is their number. `check` runs all steps.
    Verify(verify::Options),
    /// Copy a plugin to where plugins are, and pin it: the way from a download to a plugin that runs
    ///
    /// Checks the file as a host would where it will be, which includes to run its constructors in a process of their
    /// own, confined by the kernel where it can. On a refusal nothing is left behind, and code and remedy are printed.
    /// Then the file is NAME.so in the plugin directory, and its digest in the lock file there: from now on a host loads
    /// these bytes and no others. Another version replaces the one that is there; at any time the one or the other can
    /// be loaded.
    #[command(after_help = install::STEPS)]
    Install(install::Options),
    /// Take a plugin out of a plugin directory
    ///
    /// Takes it out of the lock file, then deletes its files. A process that has loaded it keeps it.
    Remove(remove::Options),
    /// Print what a plugin directory holds, and what the loader says of each plugin; runs nothing of them
    ///
    /// The state is `ok`, the code of the refusal, with the remedy below, `not listed` for a library that the lock file
    /// does not know, or `lock unreadable` where nobody can tell. Exit code 1 if the lock file or one that it lists is
    /// refused.
    List(list::Options),
    /// Say which directories, publishers, libraries and versions are trusted, and revoke plugins
    ///
    /// Keeps that in a trust file, which a host reads at its first load. Without one every plugin is accepted that only
    /// root and you can change. Comments and order of a file that was edited by hand stay.
    Trust(trust::Options),
    /// Load a plugin and run the conformance suite of its kinds
    ///
    /// Each test runs in a process of its own, so that a crash or a hang is a result. This runs native code with your
    /// rights: it is allowed, whatever the environment says, because you named the file. For a file that the loader
    /// refuses, the decision is printed as `verify` does.
    Check(check::Options),
    /// Make a publisher's key pair: PREFIX.key to sign plugins with, PREFIX.pub to give away
    ///
    /// The form is that of minisign, whose program can use the keys too. The secret key is encrypted with a password,
    /// which is read from --password-file, or else from the environment variable SOCHDB_SIGN_PASSWORD, or else from the
    /// terminal. A file that exists is never replaced.
    Keygen(keygen::Options),
    /// Sign a plugin: write its manifest and the manifest's signature beside it
    ///
    /// The manifest says which bytes are which version of which plugin. The password of the key is read from
    /// --password-file, or else from the environment variable SOCHDB_SIGN_PASSWORD, or else from the terminal. Runs
    /// nothing of the file.
    Sign(sign::Options),
    /// Explain a code such as E_UNPINNED: its step, its cause and what to do; without CODE, list all
    ///
    /// Words in capitals stand for what a refusal names: the path, the mode, the digest. For the refusals that operators
    /// meet most there is an example.
    Explain {
        /// In any case, with or without `E_`
        code: Option<String>,
    },
    /// Report whether a host could load what is installed here, and what stands in the way
    ///
    /// Looks at the environment, the kernel, the trust files, the plugin directories and each plugin in them. Runs
    /// nothing of them, unless --probe is given. Exit code 0 if all that is installed could be loaded, 1 if not. That
    /// this environment does not allow native plugins is no problem by itself, as a host can have another one.
    Doctor(doctor::Options),
    /// Print the completions of this command for a shell
    ///
    /// Bash reads them from ~/.local/share/bash-completion/completions/sochdb-plugin, zsh from a file _sochdb-plugin in
    /// a directory of its `fpath`, fish from ~/.config/fish/completions/sochdb-plugin.fish.
    Completions(completions::Options),
    /// Print the manual page of this command, or write those of all its subcommands
    ///
    /// `man` finds pages below /usr/local/share/man/man1, and below ~/.local/share/man/man1 where ~/.local/bin is in PATH;
    /// anywhere else `man -M ~/.local/share/man sochdb-plugin` shows them.
    Man(man::Options),
    /// Run one test of `check` in this process
    #[command(hide = true)]
    RunOneTest(check::child::Options),
    /// Do parts of a test's work in this process
    #[command(hide = true)]
    ServeTests(check::child::ServeOptions),
}

/// The words of `command`, such as `trust add`, among `arguments`; nothing if there is none.
pub(crate) fn words(mut command: clap::Command, arguments: impl Iterator<Item = OsString>) -> String {
    let mut words = Vec::new();
    for argument in arguments.take_while(|argument| argument != "--") {
        let Some(sub) = argument.to_str().and_then(|argument| command.find_subcommand(argument)) else { continue };
        words.push(sub.get_name().to_owned());
        command = sub.clone();
    }
    words.join(" ")
}

#[cfg(test)]
mod tests;
