//! Where the files of an operator lie, by agreement. Nothing here looks whether they are there.

use crate::base::digest::Digest;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The lock file of a plugin directory.
pub const LOCK_FILE: &str = "sochdb-plugin.lock";

/// What follows the name of a plugin's file in that of its manifest.
pub const MANIFEST_SUFFIX: &str = ".manifest";

/// What follows the name of a manifest in that of its signature.
pub const SIGNATURE_SUFFIX: &str = ".minisig";

/// The trust file of the machine.
#[must_use]
pub fn system_trust_file() -> PathBuf {
    PathBuf::from("/etc/sochdb/trust.toml")
}

/// The plugin directory of the machine.
#[must_use]
pub fn system_plugin_directory() -> PathBuf {
    PathBuf::from("/usr/local/lib/sochdb/plugins")
}

/// The trust file of the user, `$XDG_CONFIG_HOME/sochdb/trust.toml` or `~/.config/sochdb/trust.toml`. None if neither
/// variable is an absolute path.
#[must_use]
pub fn user_trust_file() -> Option<PathBuf> {
    Some(of_user("XDG_CONFIG_HOME", ".config", |name| std::env::var_os(name))?.join("sochdb/trust.toml"))
}

/// The plugin directory of the user, `$XDG_DATA_HOME/sochdb/plugins` or `~/.local/share/sochdb/plugins`. None if
/// neither variable is an absolute path.
#[must_use]
pub fn user_plugin_directory() -> Option<PathBuf> {
    Some(of_user("XDG_DATA_HOME", ".local/share", |name| std::env::var_os(name))?.join("sochdb/plugins"))
}

/// The directories that could hold the user's trust file, as XDG_CONFIG_HOME and HOME say; one that is no absolute path
/// counts as none.
pub fn homes() -> Vec<PathBuf> {
    let named = ["XDG_CONFIG_HOME", "HOME"].into_iter().filter_map(std::env::var_os);
    named.map(PathBuf::from).filter(|path| path.is_absolute()).collect()
}

/// The manifest of `plugin`.
#[must_use]
pub fn manifest_of(plugin: &Path) -> PathBuf {
    followed(plugin, MANIFEST_SUFFIX)
}

/// The signature of the manifest of `plugin`.
#[must_use]
pub fn signature_of(plugin: &Path) -> PathBuf {
    followed(&manifest_of(plugin), SIGNATURE_SUFFIX)
}

/// The manifest of the plugin with this digest in the file `plugin`, as `x.so.DIGEST.manifest`. `sochdb-plugin install`
/// keeps it there, so that the old and the new one are there together while one file replaces the other; it counts
/// before [`manifest_of`].
#[must_use]
pub fn kept_manifest_of(plugin: &Path, digest: &Digest) -> PathBuf {
    followed(plugin, &format!(".{digest}{MANIFEST_SUFFIX}"))
}

/// The signature of [`kept_manifest_of`].
#[must_use]
pub fn kept_signature_of(plugin: &Path, digest: &Digest) -> PathBuf {
    followed(&kept_manifest_of(plugin, digest), SIGNATURE_SUFFIX)
}

/// The plugin's file and the digest in the name of a kept manifest or its signature; `None` if it is no such name.
#[must_use]
pub fn kept_for(name: &str) -> Option<(&str, Digest)> {
    let manifest = name.strip_suffix(SIGNATURE_SUFFIX).unwrap_or(name);
    let (plugin, digest) = manifest.strip_suffix(MANIFEST_SUFFIX)?.rsplit_once('.')?;
    Some((plugin, digest.parse().ok()?))
}

fn followed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(OsStr::new(suffix));
    PathBuf::from(name)
}

/// The directory that `variable` names, else `below` the home. A relative path counts as none (XDG Base Directory
/// Specification, "Environment variables").
pub(crate) fn of_user(variable: &str, below: &str, environment: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let absolute = |name| environment(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute(variable).or_else(|| Some(absolute("HOME")?.join(below)))
}
