//! The steps that run nothing of the plugin, in their order.

use crate::base::digest::Digest;
use crate::elf::notes::Note;
use crate::elf::Facts;
use crate::files::backend::FileSystem;
use crate::files::status::Status;
use crate::loader::approach::{approach, pass_gate, PluginDir};
use crate::loader::audit::{Accepted, Record};
use crate::loader::dependency::Dependency;
use crate::loader::file_origin::FileOrigin;
use crate::loader::options::Options;
use crate::loader::settle::settled;
use crate::loader::step_runner::Steps;
use crate::loader::steps::dependencies_asked::Asked;
use crate::loader::steps::{dependencies, note, note_manifest, trust};
use crate::loader::trust_source::EffectivePolicy;
use crate::loader::worker::Worker;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use crate::system::backend::System;
use crate::system::{Bytes, Files, Headroom, Native, Sealed};
use std::path::Path;

/// A plugin that may be loaded.
#[derive(Debug)]
pub(crate) struct Admitted {
    /// The plugin's bytes, which are the ones to load.
    pub(crate) file: Sealed,
    /// Their SHA-256.
    pub(crate) digest: Digest,
    /// The facts of its ELF file.
    pub(crate) facts: Facts,
    /// The plugin's note.
    pub(crate) note: Note,
    /// The libraries that it needs, in the order of loading.
    pub(crate) dependencies: Vec<Dependency>,
    /// The publisher who signed it, if its policy asked.
    pub(crate) publisher: Option<String>,
    /// The policy that is in force for it.
    pub(crate) effective: EffectivePolicy,
    /// Where it was.
    pub(crate) place: FileOrigin,
}

impl Admitted {
    /// The part of the audit line that describes the plugin before it is loaded.
    pub(crate) fn audited(&self) -> Accepted<'_> {
        let (name, version) = (self.note.name.to_string(), self.note.version.to_string());
        Accepted { name, version, publisher: self.publisher.as_deref(), base: None, place: &self.place }
    }
}

/// Decides whether the plugin at `path` may be loaded, tells `steps` how each step ended, and fills in `record`. What comes
/// after the gate is done by `worker`.
///
/// # Errors
/// The reason of the first step that refuses; that the time is up.
pub(crate) fn admit(
    path: &Path,
    options: &Options,
    worker: &mut Worker,
    steps: &mut Steps<'_>,
    record: &mut Record,
) -> Result<Admitted, Refusal> {
    let headroom = pass_gate(options, steps)?;
    let (file, options) = (path.to_owned(), options.clone());
    worker.steps(path, Step::TrustFiles, steps, record, move |steps, record| {
        admit_file(&file, &options, headroom, steps, record)
    })
}

fn admit_file(
    path: &Path,
    options: &Options,
    headroom: Headroom,
    steps: &mut Steps<'_>,
    record: &mut Record,
) -> Result<Admitted, Refusal> {
    let plugin_dir = approach(path, options, steps, record)?;
    settled(&plugin_dir.walked, plugin_dir.plain.file, steps, |steps, opened| {
        *record = Record { policy: record.policy, ..Record::default() };
        judge(path, &plugin_dir, options, headroom, steps, record, opened)
    })
}

fn judge(
    path: &Path,
    plugin_dir: &PluginDir<'_>,
    options: &Options,
    headroom: Headroom,
    steps: &mut Steps<'_>,
    record: &mut Record,
    opened: &mut Option<Status>,
) -> Result<Admitted, Refusal> {
    let PluginDir { decisions, plain, effective, owners, walked } = plugin_dir;
    let (effective, rules) = (*effective, decisions.rules());
    let file = steps.run(Step::File, || {
        let found = Files::file(plain, walked, *owners, options.max_size)?;
        Native::make_sure_within(headroom, Step::File, Files::status(&found.0).size)?;
        Ok(found)
    })?;
    let status = Files::status(&file);
    *opened = Some(status);
    steps.run(Step::ExecPolicy, || Native::exec_policy(path, &file, options.exec_check))?;
    let sealed = steps.run(Step::Seal, || Native::seal(path, &file))?;
    let (bytes, digest) = steps.run(Step::Digest, || {
        let bytes = Native::bytes(&sealed)?;
        let digest = Digest::of(&bytes);
        Ok(((bytes, digest), |(_, digest): &(Bytes, Digest)| digest.to_string()))
    })?;
    record.digest = Some(digest);
    let endorsement =
        steps.run(Step::Trust, || trust::check(plain, walked, digest, decisions, effective, &options.locks))?;
    let facts = steps.run(Step::Elf, || {
        let facts = Facts::read_as(&bytes, Native::FORMAT)?;
        Native::check(&facts, plain.file)?;
        Ok((facts, Facts::line))
    })?;
    record.build_id.clone_from(&facts.build_id);
    let note = steps.run(Step::Note, || {
        let found = note::check(&facts)?;
        record.plugin = Some(found.0.name.to_string());
        note_manifest::check(&found.0, endorsement.manifest.as_ref(), effective.demands, rules)?;
        Ok(found)
    })?;
    let directory = Files::path_of(walked);
    let asked = Asked { rules, files: &options.rules.files, installed: &decisions.installed, effective, directory };
    let dependencies = steps.run(Step::Dependencies, || dependencies::check(&facts, asked))?;
    let (owner, mode) = (status.owner, status.mode);
    let place = FileOrigin { path: path.to_owned(), directory: directory.to_owned(), owner, mode };
    let publisher = endorsement.publisher;
    Ok(Admitted { file: sealed, digest, facts, note, dependencies, publisher, effective, place })
}
