//! What a mutant is.

use crate::check::Found;

/// A plugin of this repository that keeps the contract.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Plugin {
    /// Its source below the root: a file in C or C++, or the folder of a crate.
    pub source: &'static str,
    /// What it is compiled with.
    pub needs: Needs,
    /// What `check` must be told of it.
    pub options: &'static [&'static str],
}

/// A library that is compiled into a plugin.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Needs {
    Nothing,
    Lmdb,
    Zstd,
}

/// What a mistake does to whoever uses the plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// Rows, lines or numbers that were accepted are gone.
    Loss,
    /// An answer is wrong.
    Wrong,
    /// The process ends, hangs, or its memory is damaged.
    Crash,
    /// Something stays behind.
    Leak,
    /// The contract is broken where nobody is hurt at once.
    Nuisance,
}

/// A plugin with one mistake.
pub struct Mutant {
    /// The mistake in short, unique in its list.
    pub name: &'static str,
    pub plugin: Plugin,
    /// Files below the root, each with a text that is in it once, and what stands there instead.
    pub edits: &'static [(&'static str, &'static str, &'static str)],
    pub damage: Damage,
    /// The test of the suite that is made for such mistakes.
    pub finds: &'static str,
}

/// Mistakes in one file of a plugin: for each the damage, its name, what stands in the file once, what instead, and the test.
macro_rules! mistakes {
    ($plugin:expr, $file:literal; $($damage:ident $name:literal: $from:literal => $to:literal, $finds:literal;)+) => {
        &[$(Mutant {
            name: $name,
            plugin: $plugin,
            edits: &[($file, $from, $to)],
            damage: Damage::$damage,
            finds: $finds,
        }),+]
    };
}

pub(crate) use mistakes;

impl Plugin {
    /// One of a single file in C or C++, which needs nothing.
    pub const fn of(source: &'static str) -> Self {
        Self { source, needs: Needs::Nothing, options: &[] }
    }

    pub const fn with(mut self, options: &'static [&'static str]) -> Self {
        self.options = options;
        self
    }

    pub const fn needs(mut self, needs: Needs) -> Self {
        self.needs = needs;
        self
    }

    /// Whether it is a crate.
    pub fn is_in_rust(&self) -> bool {
        self.source.starts_with("examples-rust/")
    }
}

impl Mutant {
    /// What is told of one that its test did not find.
    pub fn missed(&self, found: &Found) -> String {
        let others = if found.by.is_empty() { "nothing".to_owned() } else { found.by.join(", ") };
        format!("{} ({:?}), meant for {}: found by {others}", self.name, self.damage, self.finds)
    }
}
