//! The results of a check, in the forms that are asked for.

pub(crate) mod findings;
mod html;
mod junit;
mod plot;

use crate::commands::check::outcome::Tested;
use crate::commands::check::report::findings::Findings;
use crate::output::failure::Failure;
use std::path::{Path, PathBuf};

/// Where to write them, beside what is printed.
#[derive(clap::Args)]
#[command(next_help_heading = "What is told")]
pub(crate) struct Reports {
    /// Print the tests that are skipped, too, each with the reason
    #[arg(long, short)]
    pub(crate) verbose: bool,
    /// Also write the results to this file as JUnit XML, which CI systems read
    #[arg(long, value_name = "XML")]
    junit: Option<PathBuf>,
    /// Also write the results to this file as one HTML page, with the times of the plugin's functions
    #[arg(long, value_name = "HTML")]
    html: Option<PathBuf>,
}

impl Reports {
    /// Says before a long run that one could not be written after it, as its directory is not there.
    pub(crate) fn have_a_place(&self) -> Result<(), Failure> {
        self.junit.iter().chain(&self.html).try_for_each(|file| {
            let directory = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
            std::fs::metadata(directory.join(".")).map(drop).map_err(|error| Failure::unwritable(file, &error))
        })
    }

    /// Writes those that are asked for.
    ///
    /// # Errors
    /// One cannot be written.
    pub(crate) fn write(&self, findings: &Findings<'_>, again: impl Fn(&Tested) -> String) -> Result<(), Failure> {
        let put =
            |file: &Path, text: String| std::fs::write(file, text).map_err(|error| Failure::unwritable(file, &error));
        self.junit.iter().try_for_each(|file| put(file, junit::text(findings, &again)))?;
        self.html.iter().try_for_each(|file| put(file, html::text(findings, &again)))
    }
}
