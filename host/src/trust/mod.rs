//! What an operator decided, as data: bytes come in, types come out, and no file is touched.
//!
//! - [`TrustFile`] says where plugins may lie, whose signature counts and what is never loaded; [`Rules`] joins several.
//! - [`Lock`] says which plugins a directory holds, and in which order they are loaded.
//! - [`Manifest`] says which bytes are which plugin; [`verify_signature`] says which publisher signed that.
//!
//! All three are TOML. What is wrong in one is a [`SyntaxError`] with line and column.

#![forbid(unsafe_code)]

mod document;
mod file;
mod lock;
mod manifest;
pub mod places;
mod policy;
mod publisher;
mod rules;
mod signature;
mod syntax;
mod values;
mod write;

#[cfg(test)]
mod tests;

pub use file::{Minimum, Pin, Revoked, TrustFile, TrustedDependency, TrustedDirectory};
pub use lock::{Lock, Locked};
pub use manifest::Manifest;
pub use policy::{Demands, Policy, PolicyError};
pub use publisher::{PublicKey, PublicKeyError, Publisher, RevokedKey};
pub use rules::{Allowed, Rules, TooOld};
pub use signature::{claimed_key, verify_signature, SignatureError};
pub use syntax::SyntaxError;

/// The largest trust file or lock file that is read, in bytes.
pub const MAX_SIZE: usize = 1 << 20;
