//! Which tests are run.

use crate::commands::check::child::{DECISION, LOAD};
use crate::commands::check::last_check;
use crate::commands::check::skip_file::Skipped;
use crate::input::similar::nearest;
use crate::output::failure::Failure;
use glob::Pattern;
use sochdb_plugin_conformance::{tests, Kind, Level};
use std::path::{Path, PathBuf};

/// What is chosen of the tests of a plugin's kinds.
#[derive(clap::Args)]
#[command(next_help_heading = "Which tests")]
pub(crate) struct Selection {
    /// Leave out the tests that take long: for each build
    #[arg(long)]
    quick: bool,
    /// Run only the tests of this name, in which `*` is any text; may be repeated
    #[arg(long = "test", value_name = "NAME", value_parser = pattern)]
    names: Vec<Pattern>,
    /// Run only the tests that the last check of this file did not pass
    ///
    /// Their names are kept below XDG_CACHE_HOME, or else ~/.cache, and may be deleted there at any time.
    #[arg(long, conflicts_with = "names")]
    failed: bool,
    /// Leave out the tests that this file names, which says why of each, and say so in the report
    ///
    /// A line is a name, in which `*` is any text, and the reason: "storage_cursor::*" = "the engine has no cursors yet"
    #[arg(long, value_name = "FILE")]
    skip: Option<PathBuf>,
    /// Print the names of the tests that would run: those for FILE, or all; runs nothing
    #[arg(long)]
    pub(crate) list: bool,
}

fn pattern(text: &str) -> Result<Pattern, String> {
    Pattern::new(text).map_err(|error| format!("{error}; write for instance storage_reader::*"))
}

/// The tests to run, in their order, each with the reason for which it is left out.
pub(crate) type Chosen = Vec<(&'static str, Option<String>)>;

impl Selection {
    /// Whether somebody asks for certain tests.
    pub(crate) fn names_some(&self) -> bool {
        !self.names.is_empty() || self.failed
    }

    /// Whether nothing is left out.
    pub(crate) fn is_all(&self) -> bool {
        self.names.is_empty() && !self.quick && !self.failed && self.skip.is_none()
    }

    /// The tests for the kinds of a note, that of the plugin at `file`.
    ///
    /// # Errors
    /// A name that is no test's; nothing is left; a skip file that cannot be used.
    pub(crate) fn chosen(&self, kinds: u32, file: Option<&Path>) -> Result<Chosen, Failure> {
        let of_kinds = |kind: Kind| kind.bit().is_none_or(|bit| kinds & bit != 0);
        let of_level = |level: Level| level == Level::Quick || !self.quick;
        let all = tests().iter().filter(|test| of_kinds(test.kind)).map(|test| (test.name, test.level));
        let all: Vec<_> = [(DECISION, Level::Quick), (LOAD, Level::Quick)].into_iter().chain(all).collect();
        if let Some(none) = self.names.iter().find(|pattern| !all.iter().any(|(name, _)| pattern.matches(name))) {
            let near = nearest(&none.as_str().replace('*', ""), all.iter().map(|(name, _)| *name)).join(", ");
            return Err(Failure::usage(format!(
                "no test of this plugin is called {none}; names like it: {near}; --list prints all"
            )));
        }
        let failed = if self.failed { Some(last_check::failed(file)?) } else { None };
        let skipped = self.skip.as_deref().map_or_else(|| Ok(Skipped::default()), Skipped::read)?;
        skipped.fits(&all.iter().map(|(name, _)| *name).collect::<Vec<_>>())?;
        let chosen = |name: &str| match &failed {
            Some(failed) => failed.iter().any(|failed| failed == name),
            None => self.names.is_empty() || self.names.iter().any(|pattern| pattern.matches(name)),
        };
        let chosen = all.into_iter().filter(|(name, level)| chosen(name) && of_level(*level));
        let chosen: Chosen = chosen.map(|(name, _)| (name, skipped.reason(name).map(str::to_owned))).collect();
        if chosen.is_empty() {
            return Err(Failure::usage("no test is left: leave out --quick, or name others"));
        }
        Ok(chosen)
    }
}
