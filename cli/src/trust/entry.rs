//! What can be added to a trust file.

use crate::failure::Failure;
use crate::paths::absolute;
use sochdb_plugin_host::{Digest, Text};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// One entry, as it was typed.
#[derive(clap::Subcommand)]
pub(crate) enum Entry {
    /// Allow plugins in a directory and below it
    ///
    /// Only root and you may be able to change it, and the way to it. With the first trust file all other directories
    /// are forbidden, but for those that `install` fills.
    Directory {
        /// An existing directory, without symbolic links
        dir: PathBuf,
        /// development (nothing more), pinned (known to a lock file or as a pin; the default), signed (by a publisher),
        /// or strict (pinned or signed, of root, with every guard of the kernel)
        #[arg(long)]
        policy: Option<String>,
    },
    /// Allow a library that plugins may need, beyond the C library and its kin
    Dependency {
        /// As the refusal E_DEP_FORBIDDEN names it, such as libz.so.1
        name: String,
        /// Where it lies, such as /usr/lib/x86_64-linux-gnu, without symbolic links
        dir: PathBuf,
        /// The digest that it must have
        #[arg(long)]
        sha256: Option<String>,
    },
    /// Pin a plugin by its digest, where it lies
    ///
    /// `install` does this for plugins that it copies. The directory must be allowed too.
    Pin {
        /// 64 hexadecimal digits, as `sha256sum FILE` prints them
        sha256: String,
        /// What people call it
        #[arg(long)]
        name: Option<String>,
    },
    /// Trust the signatures of a publisher
    Publisher {
        /// What you call them
        name: String,
        /// Their minisign public key, RW..., from a source that you trust
        key: String,
    },
    /// Refuse versions of a plugin that are older than this
    Minimum {
        /// The plugin's name
        name: String,
        /// Such as 1.2.0
        version: String,
    },
    /// See `trust revoke`
    #[command(skip)]
    Revoked {
        /// 64 hexadecimal digits
        sha256: String,
        /// Why
        reason: Option<String>,
    },
}

impl Entry {
    /// The key of its table in the file.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Directory { .. } => "directory",
            Self::Dependency { .. } => "dependency",
            Self::Pin { .. } => "pin",
            Self::Publisher { .. } => "publisher",
            Self::Minimum { .. } => "minimum",
            Self::Revoked { .. } => "revoked",
        }
    }

    /// Its keys and values in the file.
    ///
    /// # Errors
    /// A directory that is not there, or has another path. What else is wrong is found by whoever reads the file.
    pub(crate) fn fields(&self) -> Result<Vec<(&'static str, String)>, Failure> {
        let optional = |key, value: &Option<String>| value.clone().map(|value| (key, value));
        Ok(match self {
            Self::Directory { dir, policy } => {
                let path = ("path", directory(dir)?);
                [path].into_iter().chain(optional("policy", policy)).collect()
            }
            Self::Dependency { name, dir, sha256 } => {
                let both = [("name", name.clone()), ("directory", directory(dir)?)];
                both.into_iter().chain(sha256.iter().map(|sha256| ("sha256", digits(sha256)))).collect()
            }
            Self::Pin { sha256, name } => {
                [("sha256", digits(sha256))].into_iter().chain(optional("name", name)).collect()
            }
            Self::Revoked { sha256, reason } => {
                [("sha256", digits(sha256))].into_iter().chain(optional("reason", reason)).collect()
            }
            Self::Publisher { name, key } => vec![("name", name.clone()), ("key", key.clone())],
            Self::Minimum { name, version } => vec![("name", name.clone()), ("version", version.clone())],
        })
    }
}

/// A digest in the one way that it is written; what is none stays as it is, to be shown.
fn digits(text: &str) -> String {
    text.parse().map_or_else(|_| text.to_owned(), |digest: Digest| digest.to_string())
}

/// The path of an existing directory as the loader reaches it.
fn directory(typed: &Path) -> Result<String, Failure> {
    let path = absolute(typed);
    let name = Text::from(&*path);
    let real = fs::canonicalize(&path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => {
            let reason = format!("the directory {name} does not exist: check the path (realpath -e prints it)");
            Failure::new("E_DIR_NOT_FOUND", reason)
        }
        _ => Failure::new("E_DIR_IO", format!("cannot go to the directory {name}: {error}")),
    })?;
    if !real.is_dir() {
        return Err(Failure::new("E_DIR_NOT_A_DIRECTORY", format!("{name} is not a directory")));
    }
    if real != path {
        let real = Text::from(&*real);
        let reason = format!("{name} leads through a symbolic link or `..`: give what `realpath` prints, {real}");
        return Err(Failure::new("E_DIR_SYMLINK", reason));
    }
    let text = real.into_os_string().into_string();
    text.map_err(|_| Failure::new("E_TRUST_SYNTAX", format!("{name} is not UTF-8, as a trust file must be")))
}
