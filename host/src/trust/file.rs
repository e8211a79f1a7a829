//! The trust file: what an operator decided about plugins.

use crate::base::digest::Digest;
use crate::trust::conformance::Conformance;
use crate::trust::document::{self, MAX_SIZE};
use crate::trust::document::{Once, Table};
use crate::trust::policy::Policy;
use crate::trust::publisher::{Publisher, RevokedKey};
use crate::trust::syntax::Fault;
use crate::trust::syntax::SyntaxError;
use crate::trust::values::{conformance, digest, directory, file_name, name, policy, public_key, semver};
use ::semver::Version;
use std::path::PathBuf;

/// A trust file: what an operator decided about plugins. The default allows nothing.
///
/// ```
/// use sochdb_plugin_host::trust::{Policy, TrustFile};
///
/// let file = TrustFile::parse(b"[[directory]]\npath = \"/opt/plugins\"\npolicy = \"signed\"\n")?;
/// assert_eq!(file.directories[0].policy, Policy::Signed);
/// # Ok::<(), sochdb_plugin_host::trust::SyntaxError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrustFile {
    /// The directories that plugins may lie in.
    pub directories: Vec<TrustedDirectory>,
    /// The libraries that plugins may need, beyond those that every plugin may need.
    pub dependencies: Vec<TrustedDependency>,
    /// The plugins that may be loaded where the policy demands a pin.
    pub pins: Vec<Pin>,
    /// The publishers whose signatures count. A publisher with several keys is there once for each.
    pub publishers: Vec<Publisher>,
    /// The keys whose signatures never count.
    pub revoked_keys: Vec<RevokedKey>,
    /// The plugins that may not be loaded, whatever else says that they may.
    pub revoked: Vec<Revoked>,
    /// The oldest versions of plugins that may be loaded.
    pub minimums: Vec<Minimum>,
}

/// A directory that plugins may lie in, at any depth.
///
/// ```
/// use sochdb_plugin_host::trust::TrustFile;
///
/// let file = TrustFile::parse(br#"
/// [[directory]]
/// path = "/opt/plugins"
/// "#)?;
/// assert_eq!(file.directories[0].policy.name(), "pinned");
/// # Ok::<(), sochdb_plugin_host::trust::SyntaxError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrustedDirectory {
    /// The path; absolute, without `.`, `..` or a `/` too many.
    pub path: PathBuf,
    /// The policy of the plugins in it.
    pub policy: Policy,
    /// The versions of the conformance suite that a plugin of such a kind must have passed, by the word of a publisher.
    pub conformance: Conformance,
}

/// A library that plugins may need.
///
/// ```
/// use sochdb_plugin_host::trust::TrustFile;
///
/// let file = TrustFile::parse(br#"
/// [[dependency]]
/// name = "libz.so.1"
/// directory = "/opt/lib"
/// "#)?;
/// assert_eq!(file.dependencies[0].path().to_str(), Some("/opt/lib/libz.so.1"));
/// # Ok::<(), sochdb_plugin_host::trust::SyntaxError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrustedDependency {
    /// The name by which plugins need it, such as `libz.so.1`.
    pub name: String,
    /// The directory that it lies in; absolute, without `.`, `..` or a `/` too many.
    pub directory: PathBuf,
    /// The digest that it must have, if it must have one.
    pub sha256: Option<Digest>,
}

impl TrustedDependency {
    /// Returns the path of its file, or of a link to that.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.directory.join(&self.name)
    }
}

/// A pin: a plugin that may be loaded.
///
/// ```
/// use sochdb_plugin_host::trust::TrustFile;
///
/// let file = TrustFile::parse(br#"
/// [[pin]]
/// sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
/// "#)?;
/// assert_eq!(file.pins[0].sha256, sochdb_plugin_host::Digest::of(b"abc"));
/// # Ok::<(), sochdb_plugin_host::trust::SyntaxError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pin {
    /// The digest of the plugin's file.
    pub sha256: Digest,
    /// The name that people give it.
    pub name: Option<String>,
}

/// A plugin that may not be loaded.
///
/// ```
/// use sochdb_plugin_host::trust::TrustFile;
///
/// let file = TrustFile::parse(br#"
/// [[revoked]]
/// sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
/// reason = "loses writes"
/// "#)?;
/// assert_eq!(file.revoked[0].reason.as_deref(), Some("loses writes"));
/// # Ok::<(), sochdb_plugin_host::trust::SyntaxError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Revoked {
    /// The digest of the plugin's file.
    pub sha256: Digest,
    /// The reason, for people.
    pub reason: Option<String>,
}

/// The oldest version of a plugin that may be loaded.
///
/// ```
/// use sochdb_plugin_host::trust::TrustFile;
///
/// let file = TrustFile::parse(br#"
/// [[minimum]]
/// name = "codec_xor"
/// version = "1.2.0"
/// "#)?;
/// assert_eq!(file.minimums[0].version.minor, 2);
/// # Ok::<(), sochdb_plugin_host::trust::SyntaxError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Minimum {
    /// The plugin's name.
    pub name: String,
    /// The version, a semantic one.
    pub version: Version,
}

const KEYS: &[&str] = &["directory", "dependency", "pin", "publisher", "revoked", "revoked_key", "minimum"];

impl TrustFile {
    /// Reads the bytes of a trust file.
    ///
    /// # Errors
    /// [`SyntaxError`] if it is no TOML, has more than [`MAX_SIZE`] bytes, an entry lacks a key or has one too many, or
    /// two entries speak of the same thing.
    pub fn parse(bytes: &[u8]) -> Result<Self, SyntaxError> {
        document::read(bytes, MAX_SIZE, KEYS, |root| {
            Ok(Self {
                directories: directories(root)?,
                dependencies: dependencies(root)?,
                pins: pins(root)?,
                publishers: publishers(root)?,
                revoked_keys: revoked_keys(root)?,
                revoked: revoked(root)?,
                minimums: minimums(root)?,
            })
        })
    }
}

fn directories(root: &Table<'_>) -> Result<Vec<TrustedDirectory>, Fault> {
    let mut once = Once::new("directory");
    let tables = root.tables("directory", "[[directory]]", &["path", "policy", "conformance"])?;
    let entries = tables.iter().map(|table| {
        let path = table.required("path", directory)?;
        once.add(path.value.display().to_string(), path.at)?;
        let policy = table.optional("policy", policy)?.map_or_else(Policy::default, |item| item.value);
        let conformance = table.optional("conformance", conformance)?.map_or_else(Default::default, |item| item.value);
        Ok(TrustedDirectory { path: path.value, policy, conformance })
    });
    entries.collect()
}

fn dependencies(root: &Table<'_>) -> Result<Vec<TrustedDependency>, Fault> {
    let mut once = Once::new("dependency");
    let tables = root.tables("dependency", "[[dependency]]", &["name", "directory", "sha256"])?;
    let entries = tables.iter().map(|table| {
        let name = table.required("name", file_name)?;
        once.add(name.value.clone(), name.at)?;
        let directory = table.required("directory", directory)?.value;
        let sha256 = table.optional("sha256", digest)?.map(|item| item.value);
        Ok(TrustedDependency { name: name.value, directory, sha256 })
    });
    entries.collect()
}

fn pins(root: &Table<'_>) -> Result<Vec<Pin>, Fault> {
    let mut once = Once::new("pin");
    let tables = root.tables("pin", "[[pin]]", &["sha256", "name"])?;
    let entries = tables.iter().map(|table| {
        let sha256 = table.required("sha256", digest)?;
        once.add(sha256.value, sha256.at)?;
        Ok(Pin { sha256: sha256.value, name: table.optional("name", name)?.map(|item| item.value) })
    });
    entries.collect()
}

fn publishers(root: &Table<'_>) -> Result<Vec<Publisher>, Fault> {
    let mut keys = Once::new("key");
    let tables = root.tables("publisher", "[[publisher]]", &["name", "key"])?;
    let entries = tables.iter().map(|table| {
        let name = table.required("name", name)?.value;
        let key = table.required("key", public_key)?;
        keys.add(key.value.to_string(), key.at)?;
        Ok(Publisher { name, key: key.value })
    });
    entries.collect()
}

fn revoked_keys(root: &Table<'_>) -> Result<Vec<RevokedKey>, Fault> {
    let mut once = Once::new("revoked key");
    let tables = root.tables("revoked_key", "[[revoked_key]]", &["key", "reason"])?;
    let entries = tables.iter().map(|table| {
        let key = table.required("key", public_key)?;
        once.add(key.value.to_string(), key.at)?;
        Ok(RevokedKey { key: key.value, reason: table.optional("reason", name)?.map(|item| item.value) })
    });
    entries.collect()
}

fn revoked(root: &Table<'_>) -> Result<Vec<Revoked>, Fault> {
    let mut once = Once::new("revoked digest");
    let tables = root.tables("revoked", "[[revoked]]", &["sha256", "reason"])?;
    let entries = tables.iter().map(|table| {
        let sha256 = table.required("sha256", digest)?;
        once.add(sha256.value, sha256.at)?;
        Ok(Revoked { sha256: sha256.value, reason: table.optional("reason", name)?.map(|item| item.value) })
    });
    entries.collect()
}

fn minimums(root: &Table<'_>) -> Result<Vec<Minimum>, Fault> {
    let mut once = Once::new("minimum of");
    let tables = root.tables("minimum", "[[minimum]]", &["name", "version"])?;
    let entries = tables.iter().map(|table| {
        let name = table.required("name", name)?;
        once.add(name.value.clone(), name.at)?;
        Ok(Minimum { name: name.value, version: table.required("version", semver)?.value })
    });
    entries.collect()
}
