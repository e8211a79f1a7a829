//! Several trust files as one.

use crate::base::digest::Digest;
use crate::base::escape::printable;
use crate::trust::file::{Revoked, TrustFile, TrustedDependency, TrustedDirectory};
use crate::trust::policy::{Demands, Policy};
use crate::trust::publisher::{Publisher, RevokedKey};
use crate::trust::signature::{verify_signature, SignatureError};
use semver::Version;
use std::fmt;
use std::path::{Component, Path};

/// The rules of several trust files together: what one of them allows is allowed, what one of them forbids is forbidden,
/// and what any of them demands is demanded. The default allows nothing.
///
/// ```
/// use sochdb_plugin_host::trust::{Rules, TrustFile};
///
/// let file = TrustFile::parse(b"[[directory]]\npath = \"/opt/plugins\"\n")?;
/// let rules = Rules::new(vec![file]);
/// assert!(rules.policy_for("/opt/plugins/codecs".as_ref()).is_some());
/// assert!(rules.policy_for("/tmp".as_ref()).is_none());
/// # Ok::<(), sochdb_plugin_host::trust::SyntaxError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    files: Vec<TrustFile>,
    publishers: Vec<Publisher>,
    revoked_keys: Vec<RevokedKey>,
}

/// An allowed directory: the demands on the plugins in it. `Display` joins the names of the policies, as in
/// `pinned + signed`.
///
/// ```
/// use sochdb_plugin_host::trust::{Rules, TrustFile};
///
/// let file = |policy| format!("[[directory]]\npath = \"/opt/plugins\"\npolicy = \"{policy}\"\n");
/// let [one, other] = ["pinned", "signed"].map(|policy| TrustFile::parse(file(policy).as_bytes()));
/// let allowed = Rules::new(vec![one?, other?]).policy_for("/opt/plugins".as_ref()).unwrap();
/// assert_eq!(allowed.to_string(), "pinned + signed");
/// # Ok::<(), sochdb_plugin_host::trust::SyntaxError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Allowed {
    /// The demands of all these policies.
    pub demands: Demands,
    /// The policies of the files that allow it, each once, in the order of [`Policy`].
    pub policies: Vec<Policy>,
}

/// The error for a version of a plugin that is older than may be loaded. `Display` writes no control characters.
///
/// ```
/// use sochdb_plugin_host::trust::{Rules, TrustFile};
///
/// let file = TrustFile::parse(b"[[minimum]]\nname = \"xor\"\nversion = \"1.2.0\"\n")?;
/// let too_old = Rules::new(vec![file]).check_version("xor", "1.1.9").unwrap_err();
/// assert_eq!(too_old.to_string(), "xor 1.1.9 is older than 1.2.0");
/// # Ok::<(), sochdb_plugin_host::trust::SyntaxError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TooOld {
    /// The plugin's name.
    pub name: String,
    /// The plugin's version.
    pub version: String,
    /// The oldest version that may be loaded.
    pub minimum: Version,
}

impl TooOld {
    /// Makes the error for this version of the plugin with this name, where only `minimum` and later ones may be loaded.
    #[must_use]
    pub fn new(name: String, version: String, minimum: Version) -> Self {
        Self { name, version, minimum }
    }
}

impl Rules {
    /// Joins `files`. Where only one of them can count, the earlier counts.
    #[must_use]
    pub fn new(files: Vec<TrustFile>) -> Self {
        let publishers = files.iter().flat_map(|file| file.publishers.iter().cloned()).collect();
        let revoked_keys = files.iter().flat_map(|file| file.revoked_keys.iter().cloned()).collect();
        Self { files, publishers, revoked_keys }
    }

    /// Returns the demands on the plugins in `directory`; `None` if no file allows plugins there, or the path is not
    /// absolute or has `..` in it. In each file the directory counts that is `directory` or the nearest above it.
    pub fn policy_for(&self, directory: &Path) -> Option<Allowed> {
        let normal = |part| matches!(part, Component::Prefix(_) | Component::RootDir | Component::Normal(_));
        if !directory.is_absolute() || !directory.components().all(normal) {
            return None;
        }
        let nearest: Vec<_> = self.files.iter().filter_map(|file| nearest(file, directory)).collect();
        let demanded = |trusted: &&TrustedDirectory| {
            trusted.policy.demands().union(Demands { conformance: trusted.conformance, ..Demands::default() })
        };
        let demands = nearest.iter().map(demanded).reduce(Demands::union)?;
        let mut policies: Vec<Policy> = nearest.iter().map(|trusted| trusted.policy).collect();
        policies.sort_unstable();
        policies.dedup();
        Some(Allowed { demands, policies })
    }

    /// Returns the library that plugins may need under this name. The first file that has one counts.
    #[must_use]
    pub fn dependency(&self, name: &str) -> Option<&TrustedDependency> {
        self.files.iter().flat_map(|file| &file.dependencies).find(|dependency| dependency.name == name)
    }

    /// Returns the directories of the libraries that plugins may need, one for each library.
    pub fn dependency_directories(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().flat_map(|file| &file.dependencies).map(|dependency| &*dependency.directory)
    }

    /// Whether the plugin with this digest is pinned.
    #[must_use]
    pub fn is_pinned(&self, digest: &Digest) -> bool {
        self.files.iter().flat_map(|file| &file.pins).any(|pin| pin.sha256 == *digest)
    }

    /// Returns the entry that revokes the plugin with this digest, if one does.
    #[must_use]
    pub fn revoked(&self, digest: &Digest) -> Option<&Revoked> {
        self.files.iter().flat_map(|file| &file.revoked).find(|revoked| revoked.sha256 == *digest)
    }

    /// Returns the publishers whose signatures count. Two may have one name.
    #[must_use]
    pub fn publishers(&self) -> &[Publisher] {
        &self.publishers
    }

    /// Returns the keys whose signatures never count: those that any file revokes.
    #[must_use]
    pub fn revoked_keys(&self) -> &[RevokedKey] {
        &self.revoked_keys
    }

    /// Returns the publisher who made the file `signature` over the bytes `manifest`.
    ///
    /// # Errors
    /// Those of [`verify_signature`]; [`SignatureError::KeyRevoked`] if it was made with a revoked key, be that a publisher's
    /// or not.
    pub fn signer(&self, manifest: &[u8], signature: &[u8]) -> Result<&Publisher, SignatureError> {
        let found = verify_signature(manifest, signature, &self.publishers);
        let made_with = |revoked: &&RevokedKey| match &found {
            Ok(publisher) => revoked.key.is_same_key(&publisher.key),
            Err(SignatureError::KeyUnknown { .. }) => {
                let alone = Publisher { name: String::new(), key: revoked.key.clone() };
                verify_signature(manifest, signature, &[alone]).is_ok()
            }
            Err(_) => false,
        };
        match self.revoked_keys.iter().find(made_with) {
            Some(revoked) => {
                Err(SignatureError::KeyRevoked { key_id: revoked.key.key_id(), reason: revoked.reason.clone() })
            }
            None => found,
        }
    }

    /// Checks the version of the plugin `name`. Any version will do where no file has a minimum for it.
    ///
    /// # Errors
    /// [`TooOld`] if the version is older than the highest minimum, or is no semantic version and so cannot be compared. A
    /// version before a release (`1.2.0-rc.1`) is older than it; a build (`1.2.0+7`) is as old.
    pub fn check_version(&self, name: &str, version: &str) -> Result<(), TooOld> {
        let minimums = self.files.iter().flat_map(|file| &file.minimums).filter(|minimum| minimum.name == name);
        let Some(minimum) = minimums.map(|minimum| &minimum.version).max_by(|a, b| a.cmp_precedence(b)) else {
            return Ok(());
        };
        match Version::parse(version) {
            Ok(version) if version.cmp_precedence(minimum).is_ge() => Ok(()),
            _ => Err(TooOld { name: name.to_owned(), version: version.to_owned(), minimum: minimum.clone() }),
        }
    }
}

/// The policy that `file` has for `directory`. [`Path::starts_with`] compares whole components.
fn nearest<'a>(file: &'a TrustFile, directory: &Path) -> Option<&'a TrustedDirectory> {
    let above = file.directories.iter().filter(|trusted| directory.starts_with(&trusted.path));
    above.max_by_key(|TrustedDirectory { path, .. }| path.components().count())
}

impl fmt::Display for Allowed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.policies.iter().map(|policy| policy.name()).collect();
        formatter.pad(&names.join(" + "))
    }
}

impl std::error::Error for TooOld {}

impl fmt::Display for TooOld {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, version, minimum } = self;
        let (name, shown) = (printable(name), printable(version));
        match Version::parse(version) {
            Ok(_) => write!(formatter, "{name} {shown} is older than {minimum}"),
            Err(why) => {
                let why = why.to_string();
                let why = printable(&why);
                write!(formatter, "{name} {shown} cannot be compared with {minimum}, it is no semantic version: {why}")
            }
        }
    }
}
