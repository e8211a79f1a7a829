//! The way of a plugin into a directory: first beside its files, then in steps that each leave what loads or is
//! cleanly refused.

use crate::input::reading::list;
use crate::output::failure::Failure;
use crate::store::locked_dir::{unchangeable, write_whole, LockedDir, UNFINISHED};
use crate::store::package::{read, Package};
use crate::system::backend::System;
use crate::system::Native;
use sochdb_plugin_host::trust::{places, Lock, Locked};
use sochdb_plugin_host::Digest;
use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The name under which a lock file is kept that cannot be read.
pub(crate) const BROKEN: &str = "sochdb-plugin.lock.broken";

/// The names of the manifest and of the signature of the plugin in the file `plugin`.
pub(crate) fn companions(plugin: &str) -> [String; 2] {
    [places::manifest_of, places::signature_of]
        .map(|of: fn(&Path) -> PathBuf| of(Path::new(plugin)).display().to_string())
}

/// Makes a plugin directory with this plugin alone, inside of the one that it is for: the loader goes the same way to
/// it, and finds the same file system.
pub(crate) fn fill(held: &LockedDir, package: &Package, entry: &Locked) -> Result<TempDir, Failure> {
    let mut builder = tempfile::Builder::new();
    Native::made_with_mode(builder.prefix(UNFINISHED), 0o700);
    let room = builder.tempdir_in(&held.path).map_err(|error| unchangeable(&held.path, &error))?;
    let lock = Lock::from(vec![entry.clone()]).to_text();
    let [manifest, signature] = companions(&entry.file);
    let files = [
        (&*entry.file, Some(&*package.bytes), 0o755),
        (&*manifest, package.manifest.as_deref(), 0o644),
        (&*signature, package.signature.as_deref(), 0o644),
        (places::LOCK_FILE, Some(lock.as_bytes()), 0o644),
    ];
    for (name, bytes, mode) in files {
        let (path, Some(bytes)) = (room.path().join(name), bytes) else { continue };
        let opened = Native::with_mode(OpenOptions::new().write(true).create_new(true), 0o600).open(&path);
        opened.and_then(|mut file| write_whole(&mut file, bytes, mode)).map_err(|error| unchangeable(&path, &error))?;
    }
    Ok(room)
}

/// Moves what [`fill`] made to where it belongs.
///
/// At each moment the name of the plugin's file leads to bytes that the lock file pins, and whose manifest and
/// signature are there under their digest: those of both files lie there until one took the other's place, in the one
/// step that renames it. Who stops in between leaves the one plugin or the other, whole.
pub(crate) fn commit(held: &LockedDir, lock: &mut Lock, entry: &Locked, room: &Path) -> Result<(), Failure> {
    for (name, kept) in companions(&entry.file).iter().zip(kept_companions(entry)) {
        let from = room.join(name);
        if fs::exists(&from).unwrap_or(false) {
            held.take(&from, &kept)?;
        }
    }
    match lock.plugins.iter_mut().find(|plugin| plugin.file == entry.file) {
        Some(plugin) => *plugin = entry.clone(),
        None => lock.plugins.push(entry.clone()),
    }
    write(held, lock)?;
    held.take(&room.join(&entry.file), &entry.file)?;
    if entry.previous.is_some() {
        lock.plugins.iter_mut().filter(|plugin| plugin.file == entry.file).for_each(|plugin| plugin.previous = None);
        write(held, lock)?;
    }
    // Those that a publisher's copy brought along were of the file that is gone.
    companions(&entry.file).iter().for_each(|name| drop(held.delete(name)));
    sweep(held, lock);
    Ok(())
}

/// The names under which manifest and signature of an installed plugin are kept.
fn kept_companions(entry: &Locked) -> [String; 2] {
    [places::kept_manifest_of, places::kept_signature_of]
        .map(|of: fn(&Path, &Digest) -> PathBuf| of(Path::new(&entry.file), &entry.sha256).display().to_string())
}

/// Deletes the kept manifests and signatures of bytes that are no longer there, as `lock` says. What stays is in
/// nobody's way.
pub(crate) fn sweep(held: &LockedDir, lock: &Lock) {
    for path in list(&held.path).unwrap_or_default() {
        let name = path.file_name().and_then(|name| name.to_str());
        let Some((plugin, digest)) = name.and_then(places::kept_for) else { continue };
        let needed = match lock.find(plugin) {
            Some(listed) => listed.sha256 == digest || listed.previous == Some(digest),
            None => fs::symlink_metadata(held.path.join(plugin)).is_ok(),
        };
        if !needed {
            let _ = fs::remove_file(&path);
        }
    }
}

/// Writes the lock file.
pub(crate) fn write(held: &LockedDir, lock: &Lock) -> Result<(), Failure> {
    held.write(places::LOCK_FILE, lock.to_text().as_bytes(), 0o644)
}

/// Keeps a copy of a lock file that cannot be read, for its owner to look at.
pub(crate) fn keep_broken(held: &LockedDir) -> Result<(), Failure> {
    let bytes = read(&held.path.join(places::LOCK_FILE), u64::MAX - 1)?.unwrap_or_default();
    held.write(BROKEN, &bytes, 0o644)
}
