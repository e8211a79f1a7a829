//! What is there already where a plugin is to be installed.

use crate::output::failure::Failure;
use crate::store::locked_dir::LockedDir;
use crate::store::package::{read, Package};
use sochdb_plugin_host::trust::{places, Lock, Locked};
use sochdb_plugin_host::{Digest, DynamicPluginLoader, UntrustedText};
use std::path::{Path, PathBuf};

/// Whether the same is there already, and the loader takes it.
pub(crate) fn is_unchanged(
    held: &LockedDir,
    package: &Package,
    entry: &Locked,
    old: &Locked,
    present: Option<Digest>,
    loader: &DynamicPluginLoader,
) -> bool {
    let path = held.path.join(&old.file);
    let same = |path: PathBuf, bytes: &Option<Vec<u8>>| read(&path, 1 << 20).is_ok_and(|found| found == *bytes);
    let mut as_signed = entry.clone();
    as_signed.publisher = old.publisher.clone();
    present == Some(package.digest)
        && *old == as_signed
        && same(places::kept_manifest_of(&path, &package.digest), &package.manifest)
        && same(places::kept_signature_of(&path, &package.digest), &package.signature)
        && loader.verify(&path).is_ok_and(|verified| verified.publisher == old.publisher)
}

/// Refuses bytes that somebody put into an installed file: that they are there already does not vouch for them.
pub(crate) fn vet_changed(held: &LockedDir, package: &Package, lock: &Lock) -> Result<(), Failure> {
    let found = package.digest;
    let unpinned = lock.plugins.iter().filter(|entry| entry.sha256 != found && entry.previous != Some(found));
    let mut paths = unpinned.map(|entry| (held.path.join(&entry.file), entry.sha256));
    let Some((path, pinned)) = paths.find(|(path, _)| read_digest(path) == Some(found)) else {
        return Ok(());
    };
    let reason = format!(
        "{} was changed since it was pinned: it has the bytes that are to be installed, SHA-256 {found}, and pinned is \
         {pinned}; find out who changed it, and install the publisher's copy; if it was you, say --repin",
        UntrustedText::from(&*path)
    );
    Err(Failure::new("E_PIN_DIFFERS", reason))
}

/// That of the file at `path`. What is no readable file is replaced as if it were not there.
pub(crate) fn read_digest(path: &Path) -> Option<Digest> {
    let bytes = read(path, u64::MAX - 1).ok().flatten()?;
    Some(Digest::of(&bytes))
}
