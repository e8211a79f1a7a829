//! The steps from the gate to the allow-list: they look at the way to a file, not at the file.

use super::lexical::PlainPath;
use super::owners::Owners;
use super::trust_files::Decisions;
use super::walk::{self, Walked};
use super::{allow, headroom, LoadError, Options, Record, Standing, Step, Steps};
use crate::trust::Policy;
use std::path::Path;
use std::sync::Arc;

/// A directory that the loader may take files from.
pub(super) struct Reached<'a> {
    /// What the operator decided.
    pub(super) decisions: Arc<Decisions>,
    /// The file in it that is asked for.
    pub(super) plain: PlainPath<'a>,
    /// What is demanded of that file.
    pub(super) standing: Standing,
    /// Who may own it.
    pub(super) owners: Owners,
    /// The directory, open.
    pub(super) walked: Walked,
}

/// The step that comes first, in the caller's thread: whether anything may be loaded, and memory for that.
///
/// # Errors
/// It may not.
pub(super) fn pass_gate(options: &Options, steps: &mut Steps<'_>) -> Result<(), LoadError> {
    steps.run(Step::Gate, || {
        let passed = options.permission.check()?;
        headroom::make_sure(Step::Gate, 0)?;
        Ok(passed)
    })
}

/// Goes to the directory of the file at `path`, behind the gate.
///
/// # Errors
/// The reason of the first step that refuses.
pub(super) fn reach<'a>(
    path: &'a Path,
    options: &Options,
    steps: &mut Steps<'_>,
    record: &mut Record,
) -> Result<Reached<'a>, LoadError> {
    let decisions = steps.run(Step::Rules, || options.rules.check(options.policy))?;
    let plain = steps.run(Step::Lexical, || PlainPath::check(path))?;
    let standing = decisions.standing(path.parent().unwrap_or(path), options.policy.unwrap_or(Policy::Development));
    let owners = Owners::of(standing.demands);
    record.policy = Some(standing.policy);
    let walked = steps.run(Step::Walk, || walk::check(&plain, owners, walk::open_beneath))?;
    steps.run(Step::Allow, || allow::check(path, &walked, standing, &decisions))?;
    Ok(Reached { decisions, plain, standing, owners, walked })
}
