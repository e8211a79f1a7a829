//! The step `probe`: the plugin's constructors run in the probe first, on the very same bytes, and as far as its policy demands
//! in a sandbox.

use crate::loader::audit::Record;
use crate::loader::dependency::{self, Source};
use crate::loader::options::Options;
use crate::loader::pipeline::Admitted;
use crate::loader::worker::Worker;
use crate::probe::outcome::{NeededLibrary, ProbeError, Report};
use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use crate::refusal::words::Words;
use crate::system::backend::System;
use crate::system::{Native, Sealed};
use std::path::Path;
use std::time::Duration;

/// How a probe ended that found nothing against the plugin.
pub(crate) enum ProbeOutcome {
    /// The constructors returned; or the program turned the probe off or the system has none, and the policy does not demand one.
    Passed {
        /// The sandbox was whole.
        confined: bool,
    },
    /// The dynamic linker did not load it, for this reason.
    NotLoadable(String),
}

/// A plugin, and how its probe ended.
type Probed = (Admitted, ProbeOutcome);

/// The step, done by `worker`.
pub(crate) fn run(
    admitted: Admitted,
    options: &Options,
    worker: &mut Worker,
    record: &mut Record,
) -> Result<(Probed, impl Words<Probed>), Refusal> {
    let words = |detail: String| |_: &Probed| detail;
    if let Some(why) = Native::NO_PROBE {
        record.probe = Some("none".to_owned());
        return Ok(((admitted, ProbeOutcome::Passed { confined: false }), words(format!("not run: {why}"))));
    }
    if !options.probing && !admitted.effective.demands.probe {
        record.probe = Some("off".to_owned());
        let detail = "not run: the program turned it off".to_owned();
        return Ok(((admitted, ProbeOutcome::Passed { confined: false }), words(detail)));
    }
    // The probe keeps to the host's hard limits, and has them from its start: what this process may have, that may.
    dependency::make_sure_to_map(Step::Probe, &admitted.facts, &admitted.dependencies)?;
    let (path, limits) = (admitted.place.path.clone(), Limits { probe: options.probe_limit, load: options.load_limit });
    let (admitted, ended, word) = worker.step(&path, Step::Probe, move || {
        let mut word = None;
        let ended = run_here(&admitted, limits, &mut word);
        (admitted, ended, word)
    })?;
    record.probe = word;
    ended.map(|(probed, detail)| ((admitted, probed), words(detail)))
}

/// The time that the probe and the whole load may take.
#[derive(Clone, Copy)]
struct Limits {
    probe: Duration,
    load: Duration,
}

impl Limits {
    /// The options to raise for a probe that takes twice as long.
    fn raised(self) -> String {
        let within = self.load <= self.probe.saturating_mul(2);
        let load = format!(", and `load_limit` with it, within which it counts (now {:?})", self.load);
        format!("`probe_limit`{}", if within { &load } else { "" })
    }
}

/// Runs the probe, and says in `word` what the audit line says of it.
fn run_here(admitted: &Admitted, limits: Limits, word: &mut Option<String>) -> Result<(ProbeOutcome, String), Refusal> {
    let demands = admitted.effective.demands;
    let needed: Vec<NeededLibrary<'_, Sealed>> = admitted
        .dependencies
        .iter()
        .map(|dependency| match &dependency.source {
            // By its name the probe finds it as any program of the system does, in an empty environment.
            Source::Resident => NeededLibrary::File(Path::new(dependency.name.as_os_str())),
            Source::System(path) => NeededLibrary::File(path),
            Source::Listed { file, .. } => NeededLibrary::Sealed(file),
        })
        .collect();
    let Report { sandbox, loaded } = match Native::probe(&admitted.file, &needed, c"soch_plugin_v1", limits.probe) {
        Ok(report) => report,
        Err(error) => {
            *word = Some("refused".to_owned());
            return Err(match error {
                ProbeError::Crashed { signal } => Refusal::ProbeCrashed { signal },
                ProbeError::Timeout { limit } => Refusal::ProbeTimeout { limit, fix: limits.raised() },
                ProbeError::Exited { code } => Refusal::ProbeExit {
                    how: code
                        .map_or_else(|| "in a way that nobody saw".to_owned(), |code| format!("with exit code {code}")),
                },
                ProbeError::Unavailable { why } => Refusal::ProbeUnavailable { why },
                ProbeError::Short { lack, errno } => {
                    let reason = std::io::Error::from_raw_os_error(errno);
                    Refusal::Shortage { step: Step::Probe, lack, reason }
                }
            });
        }
    };
    *word = Some(sandbox.to_string());
    if demands.landlock && !sandbox.is_whole() {
        return Err(Refusal::ProbeSandbox { found: sandbox.to_string() });
    }
    match loaded {
        Ok(()) => {
            Ok((ProbeOutcome::Passed { confined: sandbox.is_whole() }, format!("its constructors returned; {sandbox}")))
        }
        Err(reason) => {
            Ok((ProbeOutcome::NotLoadable(reason), "the dynamic linker refused it, see the next step".to_owned()))
        }
    }
}
