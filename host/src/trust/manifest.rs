//! The manifest beside a signed plugin: which bytes are which plugin.

use crate::base::digest::Digest;
use crate::trust::conformance::Conformance;
use crate::trust::document;
use crate::trust::syntax::SyntaxError;
use crate::trust::values::{abi, conformance, digest, name};
use crate::trust::write::line;

/// A manifest: the text that a publisher signs. Its file lies beside the plugin, as `x.so.manifest` beside `x.so`.
///
/// ```
/// use sochdb_plugin_host::{trust::Manifest, Digest};
///
/// let manifest = Manifest::new(Digest::of(b"abc"), "xor".into(), "1.0.0".into(), (1, 0));
/// assert_eq!(Manifest::parse(manifest.to_text().as_bytes()), Ok(manifest));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Manifest {
    /// The digest of the plugin's file.
    pub sha256: Digest,
    /// The plugin's name.
    pub name: String,
    /// The plugin's version.
    pub version: String,
    /// The major and minor version of the ABI that the plugin has.
    pub abi: (u16, u16),
    /// The versions of the conformance suite that the plugin passed.
    pub conformance: Conformance,
}

impl Manifest {
    /// Makes the manifest of the plugin with this name, this version and this ABI, in a file with this digest, which says
    /// nothing of a conformance suite.
    #[must_use]
    pub fn new(sha256: Digest, name: String, version: String, abi: (u16, u16)) -> Self {
        Self { sha256, name, version, abi, conformance: Conformance::default() }
    }

    /// The size of the largest manifest that is read, in bytes.
    pub const MAX_SIZE: usize = 4 << 10;

    /// Reads the bytes of a manifest.
    ///
    /// # Errors
    /// [`SyntaxError`] if it is no TOML, has more than [`Manifest::MAX_SIZE`] bytes, lacks a key, or has one too many.
    pub fn parse(bytes: &[u8]) -> Result<Self, SyntaxError> {
        document::read(bytes, Self::MAX_SIZE, &["sha256", "name", "version", "abi", "conformance"], |root| {
            Ok(Self {
                sha256: root.required("sha256", digest)?.value,
                name: root.required("name", name)?.value,
                version: root.required("version", name)?.value,
                abi: root.required("abi", abi)?.value,
                conformance: root
                    .optional("conformance", conformance)?
                    .map_or_else(Default::default, |item| item.value),
            })
        })
    }

    /// Writes the text of the manifest. It is the same for the same manifest, so that it can be signed.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        line(&mut text, "sha256", &self.sha256.to_string());
        line(&mut text, "name", &self.name);
        line(&mut text, "version", &self.version);
        line(&mut text, "abi", &format!("{}.{}", self.abi.0, self.abi.1));
        if !self.conformance.is_none() {
            line(&mut text, "conformance", &self.conformance.to_string());
        }
        text
    }
}
