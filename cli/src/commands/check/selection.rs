//! Which tests are run.

use crate::commands::check::child::LOAD;
use crate::output::failure::Failure;
use glob::Pattern;
use sochdb_plugin_conformance::{tests, Kind, Level};

/// What is chosen of the tests of a plugin's kinds.
#[derive(clap::Args)]
pub(crate) struct Selection {
    /// Run only the tests of this name, in which `*` is any text; may be repeated
    #[arg(long = "test", value_name = "NAME", value_parser = pattern)]
    names: Vec<Pattern>,
    /// Leave out the tests that take long: for each build
    #[arg(long)]
    quick: bool,
}

fn pattern(text: &str) -> Result<Pattern, String> {
    Pattern::new(text).map_err(|error| format!("{error}; write for instance storage_reader::*"))
}

impl Selection {
    /// The tests for the kinds of a note, in their order.
    ///
    /// # Errors
    /// A name that is no test's; nothing is left.
    pub(crate) fn names(&self, kinds: u32) -> Result<Vec<&'static str>, Failure> {
        let of_kinds = |kind: Kind| kind.bit().is_none_or(|bit| kinds & bit != 0);
        let of_level = |level: Level| level == Level::Quick || !self.quick;
        let all = tests().iter().filter(|test| of_kinds(test.kind));
        let names: Vec<_> =
            std::iter::once((LOAD, Level::Quick)).chain(all.map(|test| (test.name, test.level))).collect();
        if let Some(none) = self.names.iter().find(|pattern| !names.iter().any(|(name, _)| pattern.matches(name))) {
            return Err(Failure::usage(format!("no test of this plugin is called {none}; --list prints their names")));
        }
        let chosen = |name: &str| self.names.is_empty() || self.names.iter().any(|pattern| pattern.matches(name));
        let chosen = |(name, level): &(&str, Level)| chosen(name) && of_level(*level);
        let chosen: Vec<_> = names.into_iter().filter(chosen).map(|(name, _)| name).collect();
        if chosen.is_empty() {
            return Err(Failure::usage("these tests take long, and --quick leaves them out: leave out --quick"));
        }
        Ok(chosen)
    }
}
