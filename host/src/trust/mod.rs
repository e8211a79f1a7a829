//! The decisions of an operator, as data: bytes come in, types come out, and no file is touched.
//!
//! - [`TrustFile`] says where plugins may lie, whose signature counts and what is never loaded; [`Rules`] joins several.
//! - [`Lock`] says which plugins a directory holds, and in which order they are loaded.
//! - [`Manifest`] says which bytes are which plugin; [`verify_signature`] says which publisher signed that.
//!
//! All three are TOML. What is wrong in one is a [`SyntaxError`] with line and column.

#![forbid(unsafe_code)]

pub(crate) mod conformance;
pub(crate) mod document;
pub(crate) mod file;
pub(crate) mod lock;
pub(crate) mod manifest;
pub mod places;
pub(crate) mod policy;
pub(crate) mod publisher;
pub(crate) mod rules;
pub(crate) mod signature;
pub(crate) mod syntax;
pub(crate) mod values;
pub(crate) mod write;

#[cfg(test)]
mod tests;

pub use crate::trust::conformance::{Conformance, ConformanceError};
pub use crate::trust::document::MAX_SIZE;
pub use crate::trust::file::{Minimum, Pin, Revoked, TrustFile, TrustedDependency, TrustedDirectory};
pub use crate::trust::lock::{Lock, Locked};
pub use crate::trust::manifest::Manifest;
pub use crate::trust::policy::{Demands, Policy, PolicyError};
pub use crate::trust::publisher::{PublicKey, PublicKeyError, Publisher, RevokedKey};
pub use crate::trust::rules::{Allowed, Rules, TooOld};
pub use crate::trust::signature::{claimed_key, verify_signature, SignatureError};
pub use crate::trust::syntax::SyntaxError;
