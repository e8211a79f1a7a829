//! The trusted loader, up to the moment before the dynamic linker sees the plugin.
//!
//! [`admit`] runs the steps from the gate to the note in their order. None of them runs code of the plugin, and the
//! bytes that they looked at are the bytes that run: they are sealed before anything reads them.

mod codes;
mod dependency;
mod digest;
pub(crate) mod headroom;
mod kinds;
mod lack;
mod lock_files;
mod options;
mod permission;
mod place;
mod record;
mod refusal;
mod signals;
mod stamp;
mod step;
mod text;
mod trust_files;
mod worker;

mod admit;
mod allow;
mod beside;
mod dependencies;
mod exec_policy;
mod file;
mod lacking;
mod lease;
mod lexical;
mod listed_library;
mod lock;
mod manifest;
mod mapped;
mod not_linked;
pub(crate) mod note;
mod owners;
mod reach;
mod rules;
mod seal;
mod search_path;
mod settle;
mod signed;
mod system_library;
mod user_namespace;
mod vouch;
mod walk;
mod whereabouts;

#[cfg(all(test, target_os = "linux"))]
mod tests;

use admit::Mapped;
pub(crate) use admit::{admit, read_lock, Admitted, SealedFile};
pub use codes::LoadError;
pub(crate) use dependency::{Dependency, Source};
pub use digest::{Digest, DigestError};
pub(crate) use kinds::Kinds;
pub use lack::Lack;
pub(crate) use lock_files::LockFiles;
pub(crate) use options::Options;
pub use permission::{Permission, ALLOW_VARIABLE};
pub(crate) use place::Place;
pub(crate) use record::{emit_changes, Accepted, Record};
pub use refusal::Reason;
pub(crate) use refusal::{refusals, step_of};
pub(crate) use step::Steps;
pub use step::{Step, StepOutcome, Verdict};
pub use text::Text;
pub use trust_files::TrustFiles;
pub(crate) use trust_files::{RuleSource, Standing};
pub(crate) use worker::Worker;
