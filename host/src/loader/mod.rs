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
mod thread;
mod trust_files;
mod worker;

#[cfg_attr(not(target_os = "linux"), path = "elsewhere.rs")]
mod admit;
#[cfg(target_os = "linux")]
mod allow;
#[cfg(target_os = "linux")]
mod beside;
#[cfg(target_os = "linux")]
mod dependencies;
#[cfg(target_os = "linux")]
mod exec_policy;
#[cfg(target_os = "linux")]
mod file;
#[cfg(target_os = "linux")]
mod lacking;
#[cfg(target_os = "linux")]
mod lease;
#[cfg(target_os = "linux")]
mod lexical;
#[cfg(target_os = "linux")]
mod listed_library;
#[cfg(target_os = "linux")]
mod lock;
#[cfg(target_os = "linux")]
mod manifest;
#[cfg(target_os = "linux")]
mod mapped;
#[cfg(target_os = "linux")]
mod not_linked;
#[cfg(target_os = "linux")]
pub(crate) mod note;
#[cfg(target_os = "linux")]
mod owners;
#[cfg(target_os = "linux")]
mod reach;
#[cfg(target_os = "linux")]
mod rules;
#[cfg(target_os = "linux")]
mod seal;
#[cfg(target_os = "linux")]
mod search_path;
#[cfg(target_os = "linux")]
mod settle;
#[cfg(target_os = "linux")]
mod signed;
#[cfg(target_os = "linux")]
mod system_library;
#[cfg(target_os = "linux")]
mod user_namespace;
#[cfg(target_os = "linux")]
mod vouch;
#[cfg(target_os = "linux")]
mod walk;
#[cfg(target_os = "linux")]
mod whereabouts;

#[cfg(all(test, target_os = "linux"))]
mod tests;

#[cfg(target_os = "linux")]
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
