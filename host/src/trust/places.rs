//! Where the files of an operator lie, by agreement. Nothing here looks whether they are there.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The lock file of a plugin directory.
pub const LOCK_FILE: &str = "sochdb-plugin.lock";

/// What follows the name of a plugin's file in that of its manifest.
pub const MANIFEST_SUFFIX: &str = ".manifest";

/// What follows the name of a manifest in that of its signature.
pub const SIGNATURE_SUFFIX: &str = ".minisig";

/// The trust file of the machine.
pub fn system_trust_file() -> PathBuf {
    PathBuf::from("/etc/sochdb/trust.toml")
}

/// The plugin directory of the machine.
pub fn system_plugin_directory() -> PathBuf {
    PathBuf::from("/usr/local/lib/sochdb/plugins")
}

/// The trust file of the user, `$XDG_CONFIG_HOME/sochdb/trust.toml` or `~/.config/sochdb/trust.toml`. None if neither
/// variable is an absolute path.
pub fn user_trust_file() -> Option<PathBuf> {
    Some(of_user("XDG_CONFIG_HOME", ".config", |name| std::env::var_os(name))?.join("sochdb/trust.toml"))
}

/// The plugin directory of the user, `$XDG_DATA_HOME/sochdb/plugins` or `~/.local/share/sochdb/plugins`. None if
/// neither variable is an absolute path.
pub fn user_plugin_directory() -> Option<PathBuf> {
    Some(of_user("XDG_DATA_HOME", ".local/share", |name| std::env::var_os(name))?.join("sochdb/plugins"))
}

/// The manifest of `plugin`.
pub fn manifest_of(plugin: &Path) -> PathBuf {
    followed(plugin, MANIFEST_SUFFIX)
}

/// The signature of the manifest of `plugin`.
pub fn signature_of(plugin: &Path) -> PathBuf {
    followed(&manifest_of(plugin), SIGNATURE_SUFFIX)
}

fn followed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(OsStr::new(suffix));
    PathBuf::from(name)
}

/// The directory that `variable` names, else `below` the home. A relative path counts as none (XDG Base Directory
/// Specification, "Environment variables").
pub(super) fn of_user(variable: &str, below: &str, environment: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let absolute = |name| environment(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute(variable).or_else(|| Some(absolute("HOME")?.join(below)))
}
