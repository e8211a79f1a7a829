//! What can be added to a trust file.

use crate::commands::trust::text::Fields;
use crate::input::paths::absolute;
use crate::input::reading::within;
use crate::output::failure::Failure;
use crate::system::backend::System;
use crate::system::Native;
use semver::Version;
use sochdb_plugin_host::sdk::abi::SOCH_NAME_SIZE;
use sochdb_plugin_host::sdk::machinery::export::is_identifier;
use sochdb_plugin_host::trust::{Conformance, PublicKey};
use sochdb_plugin_host::{Digest, Policy, UntrustedText};
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
        policy: Option<Policy>,
        /// Demand of plugins of these kinds that they passed the conformance suite, as the manifest says that a publisher
        /// signed; such as storage/1, or storage/1, index/1
        #[arg(long, value_name = "SUITES")]
        conformance: Option<Conformance>,
    },
    /// Allow a library that plugins may need, beyond the C library and its kin
    Dependency {
        /// As the refusal E_DEP_FORBIDDEN names it, such as libz.so.1
        name: String,
        /// Where it lies, such as /usr/lib/x86_64-linux-gnu, without symbolic links
        dir: PathBuf,
        /// The digest that it must have
        #[arg(long)]
        sha256: Option<Digest>,
    },
    /// Pin a plugin by its digest, where it lies
    ///
    /// `install` does this for plugins that it copies. The directory must be allowed too.
    Pin {
        /// 64 hexadecimal digits, as `sha256sum FILE` prints them
        sha256: Digest,
        /// What people call it
        #[arg(long)]
        name: Option<String>,
    },
    /// Trust the signatures of a publisher; another key of theirs is added under the same name
    Publisher {
        /// What you call them
        name: String,
        /// Their minisign public key, RW..., the second line of their file .pub, from a source that you trust
        key: PublicKey,
    },
    /// Refuse versions of a plugin that are older than this
    Minimum {
        /// The plugin's name
        #[arg(value_parser = plugin_name)]
        name: String,
        /// Such as 1.2.0
        version: Version,
    },
    /// See `trust revoke`
    #[command(skip)]
    Revoked {
        /// 64 hexadecimal digits
        sha256: Digest,
        /// Why
        reason: Option<String>,
    },
    /// See `trust revoke --key`
    #[command(skip)]
    RevokedKey {
        /// RW...
        key: PublicKey,
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
            Self::RevokedKey { .. } => "revoked_key",
        }
    }

    /// Those of its fields that say what it is about: a file has no two entries with the same. A publisher may have several
    /// keys, but a key only one owner.
    pub(crate) fn subject<'f>(&self, fields: &'f Fields) -> &'f [(&'static str, String)] {
        match self {
            Self::Publisher { .. } => &fields[1..],
            _ => &fields[..1],
        }
    }

    /// Its keys and values in the file; the first one says what it is about.
    ///
    /// # Errors
    /// A directory that is not there, or has another path.
    pub(crate) fn fields(&self) -> Result<Fields, Failure> {
        fn optional(key: &'static str, value: &Option<impl ToString>) -> Option<(&'static str, String)> {
            value.as_ref().map(|value| (key, value.to_string()))
        }
        let (first, others) = match self {
            Self::Directory { dir, policy, conformance } => {
                let rest = vec![optional("policy", policy), optional("conformance", conformance)];
                (("path", directory(dir)?), rest)
            }
            Self::Dependency { name, dir, sha256 } => {
                let place = Some(("directory", directory(dir)?));
                (("name", name.clone()), vec![place, optional("sha256", sha256)])
            }
            Self::Pin { sha256, name } => (("sha256", sha256.to_string()), vec![optional("name", name)]),
            Self::Revoked { sha256, reason } => (("sha256", sha256.to_string()), vec![optional("reason", reason)]),
            Self::RevokedKey { key, reason } => (("key", key.to_string()), vec![optional("reason", reason)]),
            Self::Publisher { name, key } => (("name", name.clone()), vec![Some(("key", key.to_string()))]),
            Self::Minimum { name, version } => (("name", name.clone()), vec![Some(("version", version.to_string()))]),
        };
        Ok([first].into_iter().chain(others.into_iter().flatten()).collect())
    }
}

/// A name that a plugin can have: a minimum for another one would never count.
pub(crate) fn plugin_name(typed: &str) -> Result<String, String> {
    match is_identifier(typed, SOCH_NAME_SIZE) {
        true => Ok(typed.to_owned()),
        false => Err(format!(
            "no plugin has such a name: a letter or digit, then letters, digits, `_`, `.`, `+` and `-`, {} at most",
            SOCH_NAME_SIZE - 1
        )),
    }
}

/// The path of an existing directory as the loader reaches it.
fn directory(typed: &Path) -> Result<String, Failure> {
    let path = absolute(typed);
    let name = UntrustedText::from(&*path);
    let own = path.clone();
    let real = within(&path, move || Ok(Native::real_path(&own)))?.map_err(|error| match error.kind() {
        ErrorKind::NotFound => {
            let reason = format!(
                "the directory {name} does not exist: make it first with `{}`, or check the path (realpath -e \
                 prints it)",
                Native::making(&name.to_string())
            );
            Failure::new("E_DIR_NOT_FOUND", reason)
        }
        _ => Failure::new("E_DIR_IO", format!("cannot go to the directory {name}: {error}")),
    })?;
    if !real.is_dir() {
        return Err(Failure::new("E_DIR_NOT_A_DIRECTORY", format!("{name} is not a directory")));
    }
    if real != path {
        let real = UntrustedText::from(&*real);
        let reason = format!("{name} leads through a symbolic link or `..`: give what `realpath` prints, {real}");
        return Err(Failure::new("E_DIR_SYMLINK", reason));
    }
    let text = real.into_os_string().into_string();
    text.map_err(|_| Failure::usage(format!("{name} is not UTF-8, as a trust file must be")))
}
