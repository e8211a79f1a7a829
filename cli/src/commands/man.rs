//! `man`: the manual pages, made of the help.

use crate::output::failure::Failure;
use crate::output::Output;
use clap::Command;
use clap_mangen::Man;
use serde_json::json;
use sochdb_plugin_host::UntrustedText;
use std::fs;
use std::path::{Path, PathBuf};

/// Where they go.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Write a page for each command into this directory, which is made if it is not there, instead of
    /// printing the first one
    directory: Option<PathBuf>,
}

/// Prints a page, with --json its lines, or writes them all.
pub(crate) fn run(out: &Output, options: &Options, command: Command) -> Result<bool, Failure> {
    let mut command = command.disable_help_subcommand(true);
    // Gives each command below it its whole name.
    command.build();
    let Some(directory) = &options.directory else {
        let page = page(&command)?;
        out.object(&json!({ "lines": page.lines().collect::<Vec<_>>() }));
        out.whole(page.trim_end());
        return Ok(true);
    };
    fs::create_dir_all(directory).map_err(|error| Failure::unwritable(directory, &error))?;
    let mut files = Vec::new();
    write_all(&command, directory, &mut files)?;
    let files: Vec<String> = files.iter().map(|file| UntrustedText::from(file.as_path()).to_string()).collect();
    out.object(&json!({ "files": files }));
    files.iter().for_each(|file| out.line(file));
    Ok(true)
}

/// The name of its page, such as `sochdb-plugin-trust-add`.
fn name(command: &Command) -> &str {
    command.get_display_name().unwrap_or(command.get_name())
}

fn page(command: &Command) -> Result<String, Failure> {
    let mut page = Vec::new();
    let made = Man::new(command.clone()).render(&mut page);
    made.map_err(|error| Failure::from(format!("cannot make the page {}: {error}", name(command))))?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

/// Writes the page of `command` and those of all that it leads to.
fn write_all(command: &Command, directory: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let file = directory.join(format!("{}.1", name(command)));
    fs::write(&file, page(command)?).map_err(|error| Failure::unwritable(&file, &error))?;
    files.push(file);
    let mut shown = command.get_subcommands().filter(|sub| !sub.is_hide_set());
    shown.try_for_each(|sub| write_all(sub, directory, files))
}
