//! What is to be installed: bytes, read once, so that nobody can change them after they were looked at.

use crate::input::missing::not_found;
use crate::input::reading::{self, Links};
use crate::output::failure::Failure;
use sochdb_plugin_host::trust::{places, Locked, Manifest};
use sochdb_plugin_host::{Digest, ElfError, Facts, Kinds, Refusal};
use std::env::consts::DLL_EXTENSION;
use std::path::Path;

/// The most bytes of a plugin, which is what a loader takes, and of a text beside it.
const MOST: u64 = 64 << 20;
const MOST_TEXT: u64 = 1 << 20;

/// A plugin's file and those that lie beside it.
pub(crate) struct Package {
    pub(crate) bytes: Vec<u8>,
    pub(crate) digest: Digest,
    pub(crate) manifest: Option<Vec<u8>>,
    pub(crate) signature: Option<Vec<u8>>,
}

impl Package {
    /// Reads `source`, whoever may write it.
    pub(crate) fn read(source: &Path) -> Result<Self, Failure> {
        let bytes = read(source, MOST)?.ok_or_else(|| not_found(source))?;
        let digest = Digest::of(&bytes);
        let manifest = read(&places::manifest_of(source), MOST_TEXT)?;
        let signature = read(&places::signature_of(source), MOST_TEXT)?;
        Ok(Self { bytes, digest, manifest, signature })
    }

    /// Its entry in a lock file, from what its note says. Who signed it is not known from that.
    pub(crate) fn entry(&self) -> Result<Locked, Refusal> {
        let facts = Facts::read(&self.bytes)?;
        let note = facts.note.ok_or(ElfError::NoteMissing)?;
        let (name, version) = (note.name.to_string(), note.version.to_string());
        let part_of_a_file_name = |c: char| c.is_ascii_alphanumeric() || "_-.+".contains(c);
        if name.starts_with('.') || !name.chars().all(part_of_a_file_name) {
            return Err(ElfError::NoteName { name: note.name }.into());
        }
        let kinds = Kinds(note.kinds).names().map(str::to_owned).collect();
        let file = format!("{name}.{DLL_EXTENSION}");
        Ok(Locked::new(file, Manifest::new(self.digest, name, version, (note.abi_major, note.abi_minor)), kinds))
    }
}

/// The bytes of a regular file that is no link; None if there is none.
pub(crate) fn read(path: &Path, most: u64) -> Result<Option<Vec<u8>>, Failure> {
    reading::read(path, most, Links::Refuse)
}
