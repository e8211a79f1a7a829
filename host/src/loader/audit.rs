//! The audit line: what was decided, and what an operator needs to find the plugin's symbols again.

use crate::base::digest::Digest;
use crate::base::escape::{hex, printable};
use crate::base::text::UntrustedText;
use crate::loader::file_origin::FileOrigin;
use crate::process_state::change::ProcessChange;
use crate::refusal::load_error::LoadError;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use crate::trust::policy::Policy;
use std::fmt::Display;
use std::path::Path;
use std::time::SystemTime;

/// The findings of a load so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    pub(crate) policy: Option<Policy>,
    pub(crate) digest: Option<Digest>,
    /// The name in the plugin's note.
    pub(crate) plugin: Option<String>,
    pub(crate) build_id: Option<Vec<u8>>,
    /// The sandbox of the probe, or the reason why there was none.
    pub(crate) probe: Option<String>,
    /// The changes that the plugin's code made of the process.
    pub(crate) changes: Vec<ProcessChange>,
}

/// A plugin that was accepted.
pub(crate) struct Accepted<'a> {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) publisher: Option<&'a str>,
    /// The address at which the library begins; `None`: it was probed, not loaded.
    pub(crate) base: Option<u64>,
    pub(crate) place: &'a FileOrigin,
}

impl Record {
    /// The error of a load that ends with this refusal.
    pub(crate) fn error(&self, refusal: Refusal, path: &Path) -> LoadError {
        LoadError::new(refusal, Some(path), self.plugin.as_deref())
    }

    /// Emits the line.
    pub(crate) fn emit(&self, path: &Path, decision: Result<Accepted<'_>, &Refusal>) {
        let path = UntrustedText::from(path);
        let time = now();
        let (policy, digest, probe) = (or_nothing(&self.policy), or_nothing(&self.digest), or_nothing(&self.probe));
        let build_id = || self.build_id.as_deref().map_or_else(String::new, hex);
        let changes = || listed(&self.changes);
        macro_rules! accepted {
            ($level:ident, $accepted:expr) => {{
                let Accepted { name, version, publisher, base, place } = $accepted;
                tracing::$level!(
                    target: "sochdb_plugin::audit",
                    %time,
                    %path,
                    verdict = if base.is_some() { "loaded" } else { "probed" },
                    code = "",
                    %digest,
                    %policy,
                    %probe,
                    load_base = base.map(|base| format!("{base:#x}")).unwrap_or_default(),
                    build_id = build_id(),
                    name,
                    version,
                    publisher = %printable(publisher.unwrap_or_default()),
                    owner = place.owner,
                    mode = format_args!("{:04o}", place.mode),
                    changes = changes(),
                );
            }};
        }
        match decision {
            Ok(plugin) if self.changes.is_empty() => accepted!(info, plugin),
            Ok(plugin) => accepted!(warn, plugin),
            Err(error) => tracing::warn!(
                target: "sochdb_plugin::audit",
                %time,
                %path,
                verdict = "refused",
                code = error.code(),
                %digest,
                %policy,
                %probe,
                build_id = build_id(),
                step = error.step().name(),
                message = %error,
                changes = changes(),
            ),
        }
    }
}

/// The line of an instance whose making changed the process; none if it did not.
pub(crate) fn emit_changes(path: &Path, digest: &Digest, name: &str, version: &str, changes: &[ProcessChange]) {
    if !changes.is_empty() {
        let path = UntrustedText::from(path);
        tracing::warn!(
            target: "sochdb_plugin::audit",
            time = %now(),
            %path,
            verdict = "changed",
            %digest,
            name,
            version,
            step = Step::Create.name(),
            changes = listed(changes),
        );
    }
}

fn now() -> impl Display {
    humantime::format_rfc3339_millis(SystemTime::now())
}

fn listed(changes: &[ProcessChange]) -> String {
    printable(&changes.iter().map(ProcessChange::to_string).collect::<Vec<_>>().join("; ")).into_owned()
}

/// Written by who listens: most programs have nobody who does.
fn or_nothing(value: &Option<impl Display>) -> &dyn Display {
    value.as_ref().map_or(&"", |value| value)
}
