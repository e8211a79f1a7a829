//! The trust file: what an operator decided about plugins.

use crate::base::digest::Digest;
use crate::trust::document::{self, MAX_SIZE};
use crate::trust::document::{Once, Table};
use crate::trust::policy::Policy;
use crate::trust::publisher::{Publisher, RevokedKey};
use crate::trust::syntax::Fault;
use crate::trust::syntax::SyntaxError;
use crate::trust::values::{digest, directory, file_name, name, policy, public_key, semver};
use ::semver::Version;
use std::path::PathBuf;

/// What one trust file says. The default allows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrustFile {
    /// Where plugins may lie.
    pub directories: Vec<TrustedDirectory>,
    /// What plugins may need beyond the libraries that every plugin may need.
    pub dependencies: Vec<TrustedDependency>,
    /// Plugins that may be loaded.
    pub pins: Vec<Pin>,
    /// Whose signature counts. A publisher may have several keys.
    pub publishers: Vec<Publisher>,
    /// Keys whose signatures never count.
    pub revoked_keys: Vec<RevokedKey>,
    /// Plugins that may not be loaded, whatever else says that they may.
    pub revoked: Vec<Revoked>,
    /// The oldest versions that may be loaded.
    pub minimums: Vec<Minimum>,
}

/// A directory that plugins may lie in, at any depth.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrustedDirectory {
    /// Absolute, without `.`, `..` or a `/` too many.
    pub path: PathBuf,
    /// What is demanded of the plugins in it.
    pub policy: Policy,
}

/// A library that plugins may need.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrustedDependency {
    /// As a plugin names it, such as `libz.so.1`.
    pub name: String,
    /// Where it lies; absolute, without `.`, `..` or a `/` too many.
    pub directory: PathBuf,
    /// The digest that it must have.
    pub sha256: Option<Digest>,
}

impl TrustedDependency {
    /// Its file, or a link to that.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.directory.join(&self.name)
    }
}

/// A plugin that may be loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pin {
    /// The digest of its file.
    pub sha256: Digest,
    /// What people call it.
    pub name: Option<String>,
}

/// A plugin that may not be loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Revoked {
    /// The digest of its file.
    pub sha256: Digest,
    /// Why, for people.
    pub reason: Option<String>,
}

/// The oldest version of a plugin that may be loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Minimum {
    /// The plugin's name.
    pub name: String,
    /// That version.
    pub version: Version,
}

const KEYS: &[&str] = &["directory", "dependency", "pin", "publisher", "revoked", "revoked_key", "minimum"];

impl TrustFile {
    /// Reads a trust file.
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
    let tables = root.tables("directory", "[[directory]]", &["path", "policy"])?;
    let entries = tables.iter().map(|table| {
        let path = table.required("path", directory)?;
        once.add(path.value.display().to_string(), path.at)?;
        let policy = table.optional("policy", policy)?.map_or_else(Policy::default, |item| item.value);
        Ok(TrustedDirectory { path: path.value, policy })
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
