//! The places of an operator's files, by agreement. No function here looks whether a file is there.

use crate::base::digest::Digest;
use crate::kernel::backend::Kernel;
use crate::kernel::Own;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The name of the lock file of a plugin directory.
pub const LOCK_FILE: &str = "sochdb-plugin.lock";

/// The suffix that the name of a plugin's file gets in the name of its manifest.
pub const MANIFEST_SUFFIX: &str = ".manifest";

/// The suffix that the name of a manifest gets in the name of its signature.
pub const SIGNATURE_SUFFIX: &str = ".minisig";

/// Returns the path of the machine's trust file: `/etc/sochdb/trust.toml`, on Windows `ProgramData\sochdb\trust.toml` on the
/// system's drive.
#[must_use]
pub fn system_trust_file() -> PathBuf {
    let [trust_file, _] = Own::machine();
    trust_file
}

/// Returns the path of the machine's plugin directory: `/usr/local/lib/sochdb/plugins`, on Windows
/// `ProgramData\sochdb\plugins` on the system's drive.
#[must_use]
pub fn system_plugin_directory() -> PathBuf {
    let [_, plugins] = Own::machine();
    plugins
}

/// Returns the path of the user's trust file, `$XDG_CONFIG_HOME/sochdb/trust.toml` or else
/// `$HOME/.config/sochdb/trust.toml`, on Windows `%APPDATA%\sochdb\trust.toml`; `None` if neither variable is an absolute path.
#[must_use]
pub fn user_trust_file() -> Option<PathBuf> {
    Some(of_user(Own::CONFIGURATION, |name| std::env::var_os(name))?.join("sochdb/trust.toml").components().collect())
}

/// Returns the path of the user's plugin directory, `$XDG_DATA_HOME/sochdb/plugins` or else
/// `$HOME/.local/share/sochdb/plugins`, on Windows `%LOCALAPPDATA%\sochdb\plugins`; `None` if neither variable is an absolute path.
#[must_use]
pub fn user_plugin_directory() -> Option<PathBuf> {
    Some(of_user(Own::DATA, |name| std::env::var_os(name))?.join("sochdb/plugins").components().collect())
}

/// Returns the directories that could hold the user's trust file: the values of `XDG_CONFIG_HOME` and `HOME`, on Windows of
/// `APPDATA` and `USERPROFILE`, that are absolute paths.
pub fn homes() -> Vec<PathBuf> {
    let named = [Own::CONFIGURATION.0, Own::HOME].into_iter().filter_map(std::env::var_os);
    named.map(PathBuf::from).filter(|path| path.is_absolute()).collect()
}

/// Returns the path of the manifest of the file `plugin`, such as `x.so.manifest` for `x.so`.
#[must_use]
pub fn manifest_of(plugin: &Path) -> PathBuf {
    followed(plugin, MANIFEST_SUFFIX)
}

/// Returns the path of the signature of that manifest, such as `x.so.manifest.minisig` for `x.so`.
#[must_use]
pub fn signature_of(plugin: &Path) -> PathBuf {
    followed(&manifest_of(plugin), SIGNATURE_SUFFIX)
}

/// Returns the path of the kept manifest of the plugin with this digest in the file `plugin`, `x.so.DIGEST.manifest` for
/// `x.so`. `sochdb-plugin install` keeps it there, so that the old and the new manifest are there together while one file
/// replaces the other; it counts before [`manifest_of`].
#[must_use]
pub fn kept_manifest_of(plugin: &Path, digest: &Digest) -> PathBuf {
    followed(plugin, &format!(".{digest}{MANIFEST_SUFFIX}"))
}

/// Returns the path of the signature of [`kept_manifest_of`].
#[must_use]
pub fn kept_signature_of(plugin: &Path, digest: &Digest) -> PathBuf {
    followed(&kept_manifest_of(plugin, digest), SIGNATURE_SUFFIX)
}

/// Returns the name of the plugin's file, and the digest, in the name of a kept manifest or its signature; `None` if
/// `name` is no such name.
///
/// ```
/// use sochdb_plugin_host::{trust::places::kept_for, Digest};
///
/// let digest = Digest::of(b"");
/// assert_eq!(kept_for(&format!("x.so.{digest}.manifest")), Some(("x.so", digest)));
/// assert_eq!(kept_for("x.so.manifest"), None);
/// ```
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
pub(crate) fn of_user(
    (variable, below): (&str, &str),
    environment: impl Fn(&str) -> Option<OsString>,
) -> Option<PathBuf> {
    let absolute = |name| environment(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute(variable).or_else(|| Some(absolute(Own::HOME)?.join(below)))
}
