//! The trusted loader, up to the moment before the dynamic linker sees the plugin.
//!
//! [`admit`] runs the steps from the gate to the note in their order. None of them runs code of the plugin, and the
//! bytes that they looked at are the bytes that run: they are sealed before anything reads them.

mod codes;
mod digest;
mod gate;
mod kinds;
mod options;
mod place;
mod refusal;
mod step;
mod text;

#[cfg_attr(not(target_os = "linux"), path = "elsewhere.rs")]
mod admit;
#[cfg(target_os = "linux")]
mod exec_policy;
#[cfg(target_os = "linux")]
mod file;
#[cfg(target_os = "linux")]
mod lexical;
#[cfg(target_os = "linux")]
mod mapped;
#[cfg(target_os = "linux")]
mod note;
#[cfg(target_os = "linux")]
mod seal;
#[cfg(target_os = "linux")]
mod walk;

#[cfg(all(test, target_os = "linux"))]
mod tests;

pub(crate) use admit::{admit, Admitted};
pub use admit::{Mapped, SealedFile};
pub use codes::LoadError;
pub use digest::Digest;
pub use gate::{Trust, ALLOW_VARIABLE};
pub(crate) use kinds::Kinds;
pub(crate) use options::Options;
pub use options::Policy;
pub(crate) use place::Place;
pub(crate) use refusal::refusals;
pub use refusal::Reason;
pub(crate) use step::Steps;
pub use step::{Step, StepOutcome, Verdict};
pub use text::Text;
