//! `doctor`: whether a host could load what is installed, and what stands in the way.

pub(crate) mod directories;
pub(crate) mod gate;
pub(crate) mod kernel;
pub(crate) mod plugins;
pub(crate) mod report;
pub(crate) mod trust_files;

use crate::commands::doctor::report::Report;
use crate::input::paths::absolute;
use crate::output::Output;
use sochdb_plugin_host::{DynamicPluginLoader, TrustFiles};
use std::path::PathBuf;

/// What to look at, beside what every host looks at.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Obey this trust file, and others that are named so, instead of the operator's
    #[arg(long, value_name = "FILE")]
    trust: Vec<PathBuf>,
    /// Also look at this plugin directory; may be given several times
    #[arg(long, value_name = "DIRECTORY")]
    directory: Vec<PathBuf>,
    /// Also run the constructors of each plugin, in a process of their own
    #[arg(long)]
    probe: bool,
}

/// Prints the report; true if all that is installed could be loaded.
pub(crate) fn run(out: &Output, options: &Options) -> bool {
    let named: Vec<PathBuf> = options.trust.iter().map(|file| absolute(file)).collect();
    let mut report = Report::default();
    let open = gate::look(&mut report);
    kernel::look(&mut report);
    let files = if named.is_empty() { TrustFiles::Operator } else { TrustFiles::Only(named) };
    let trust = trust_files::look(&mut report, &files);
    // Whether the gate is open was said; what is behind it is of interest all the same.
    let loader = DynamicPluginLoader::new_trusted().trust_files(files);
    let asked: Vec<PathBuf> = options.directory.iter().map(|directory| absolute(directory)).collect();
    let accepted = match trust {
        Some(trust) => directories::look(&mut report, &loader, &trust, &asked, options.probe),
        None => {
            let detail = "not looked at: no plugin is loaded until each trust file can be used";
            report.fine("directory", "all", detail);
            0
        }
    };
    report.conclude(out, accepted, open)
}
