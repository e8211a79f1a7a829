//! The lock file of a plugin directory: which plugins it holds, in the order of loading.

use crate::base::digest::Digest;
use crate::trust::document::{self, MAX_SIZE};
use crate::trust::document::{Once, Table};
use crate::trust::manifest::Manifest;
use crate::trust::syntax::Fault;
use crate::trust::syntax::SyntaxError;
use crate::trust::values::{abi, digest, file_name, name};
use crate::trust::write::{line, string};

/// A lock file: the plugins of a directory, as `sochdb-plugin install` writes them.
///
/// ```
/// use sochdb_plugin_host::trust::{Lock, Locked, Manifest};
/// use sochdb_plugin_host::Digest;
///
/// let manifest = Manifest::new(Digest::of(b"abc"), "xor".into(), "1.0.0".into(), (1, 0));
/// let lock = Lock::from(vec![Locked::new("xor.so".into(), manifest, vec!["compression".into()])]);
/// assert_eq!(Lock::parse(lock.to_text().as_bytes()), Ok(lock));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lock {
    /// The plugins, in the order of loading.
    pub plugins: Vec<Locked>,
}

/// A plugin of a lock file.
///
/// ```
/// use sochdb_plugin_host::trust::Lock;
///
/// let lock = Lock::parse(br#"
/// [[plugin]]
/// file = "xor.so"
/// sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
/// name = "xor"
/// version = "1.0.0"
/// abi = "1.0"
/// kinds = ["compression"]
/// "#)?;
/// assert_eq!(lock.find("xor.so").map(|plugin| plugin.abi), Some((1, 0)));
/// # Ok::<(), sochdb_plugin_host::trust::SyntaxError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Locked {
    /// The name of the plugin's file, without a directory.
    pub file: String,
    /// The digest of the file.
    pub sha256: Digest,
    /// The plugin's name.
    pub name: String,
    /// The plugin's version.
    pub version: String,
    /// The major and minor version of the ABI that it has.
    pub abi: (u16, u16),
    /// The names of the kinds that it has, such as `storage`.
    pub kinds: Vec<String>,
    /// The publisher who signed it, if one did.
    pub publisher: Option<String>,
    /// The digest of the file that it replaces, while it is being installed.
    pub previous: Option<Digest>,
}

impl From<Vec<Locked>> for Lock {
    fn from(plugins: Vec<Locked>) -> Self {
        Self { plugins }
    }
}

impl Locked {
    /// Makes the entry of the plugin that the manifest `of` describes, in this file. It has no publisher, and replaces none.
    #[must_use]
    pub fn new(file: String, of: Manifest, kinds: Vec<String>) -> Self {
        let Manifest { sha256, name, version, abi, .. } = of;
        Self { file, sha256, name, version, abi, kinds, publisher: None, previous: None }
    }
}

const KEYS: &[&str] = &["file", "sha256", "name", "version", "abi", "kinds", "publisher", "previous"];

impl Lock {
    /// Reads the bytes of a lock file.
    ///
    /// # Errors
    /// [`SyntaxError`] if it is no TOML, has more than [`MAX_SIZE`] bytes, an entry lacks a key or has one too many, or
    /// two entries are of one file.
    pub fn parse(bytes: &[u8]) -> Result<Self, SyntaxError> {
        document::read(bytes, MAX_SIZE, &["plugin"], |root| {
            let mut files = Once::new("file");
            let mut plugins = Vec::new();
            for table in root.tables("plugin", "[[plugin]]", KEYS)? {
                plugins.push(Locked::read(&table, &mut files)?);
            }
            Ok(Self { plugins })
        })
    }

    /// Writes the text of the lock file. It is the same for the same lock.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::from("# Written by sochdb-plugin install. The order is that of loading.\n");
        for plugin in &self.plugins {
            plugin.write(&mut text);
        }
        text
    }

    /// Finds the plugin in the file of this name.
    #[must_use]
    pub fn find(&self, file: &str) -> Option<&Locked> {
        self.plugins.iter().find(|plugin| plugin.file == file)
    }
}

impl Locked {
    fn read(table: &Table<'_>, files: &mut Once<String>) -> Result<Self, Fault> {
        let file = table.required("file", file_name)?;
        files.add(file.value.clone(), file.at)?;
        let mut names = Once::new("kind");
        let mut kinds = Vec::new();
        for kind in table.list("kinds", name)? {
            names.add(kind.value.clone(), kind.at)?;
            kinds.push(kind.value);
        }
        Ok(Self {
            file: file.value,
            sha256: table.required("sha256", digest)?.value,
            name: table.required("name", name)?.value,
            version: table.required("version", name)?.value,
            abi: table.required("abi", abi)?.value,
            kinds,
            publisher: table.optional("publisher", name)?.map(|item| item.value),
            previous: table.optional("previous", digest)?.map(|item| item.value),
        })
    }

    fn write(&self, text: &mut String) {
        text.push_str("\n[[plugin]]\n");
        line(text, "file", &self.file);
        line(text, "sha256", &self.sha256.to_string());
        line(text, "name", &self.name);
        line(text, "version", &self.version);
        line(text, "abi", &format!("{}.{}", self.abi.0, self.abi.1));
        text.push_str("kinds = [");
        for (index, kind) in self.kinds.iter().enumerate() {
            text.push_str(if index == 0 { "" } else { ", " });
            string(text, kind);
        }
        text.push_str("]\n");
        if let Some(publisher) = &self.publisher {
            line(text, "publisher", publisher);
        }
        if let Some(previous) = &self.previous {
            line(text, "previous", &previous.to_string());
        }
    }
}
