//! The steps from the gate to the allow-list: they look at the way to a file, not at the file.

use crate::files::backend::FileSystem;
use crate::files::plain_path::PlainPath;
use crate::loader::audit::Record;
use crate::loader::options::Options;
use crate::loader::step_runner::Steps;
use crate::loader::steps::allow_list;
use crate::loader::trust_source::Decisions;
use crate::loader::trust_source::EffectivePolicy;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use crate::system::backend::System;
use crate::system::{Directory, Files, Headroom, Native, Owners};
use crate::trust::policy::Policy;
use std::path::Path;
use std::sync::Arc;

/// A directory that the loader may take files from.
pub(crate) struct PluginDir<'a> {
    /// The decisions of the operator.
    pub(crate) decisions: Arc<Decisions>,
    /// The file in it that is asked for.
    pub(crate) plain: PlainPath<'a>,
    /// The policy that is in force for that file.
    pub(crate) effective: EffectivePolicy,
    /// The users who may own it.
    pub(crate) owners: Owners,
    /// The directory, open.
    pub(crate) walked: Directory,
}

/// The step that comes first, in the caller's thread: whether anything may be loaded, and memory for that. Gives what limits
/// the memory.
///
/// # Errors
/// It may not.
pub(crate) fn pass_gate(options: &Options, steps: &mut Steps<'_>) -> Result<Headroom, Refusal> {
    steps.run(Step::Gate, || {
        let ((), words) = options.permission.check()?;
        let headroom = Native::headroom();
        Native::make_sure_within(headroom, Step::Gate, 0)?;
        Ok((headroom, |_: &Headroom| words(&())))
    })
}

/// Goes to the directory of the file at `path`, behind the gate.
///
/// # Errors
/// The reason of the first step that refuses.
pub(crate) fn approach<'a>(
    path: &'a Path,
    options: &Options,
    steps: &mut Steps<'_>,
    record: &mut Record,
) -> Result<PluginDir<'a>, Refusal> {
    let decisions = steps.run(Step::TrustFiles, || options.rules.check(options.policy))?;
    let plain = steps.run(Step::Path, || Files::path(path))?;
    let effective = decisions.effective(path.parent().unwrap_or(path), options.policy.unwrap_or(Policy::Development));
    let owners = Files::owners(effective.demands);
    record.policy = Some(effective.policy);
    // No file could help: it is said before any is judged.
    if let Some(why) = Native::NO_PROBE.filter(|_| effective.demands.probe) {
        record.probe = Some("none".to_owned());
        return steps.refuse(Step::Probe, Refusal::ProbeUnavailable { why: why.to_owned() });
    }
    let walked = steps.run(Step::Directories, || Files::directories(&plain, owners))?;
    steps.run(Step::AllowList, || allow_list::check(path, &walked, effective, &decisions))?;
    Ok(PluginDir { decisions, plain, effective, owners, walked })
}
