//! What can be taken out of a trust file.

use crate::commands::trust::entry::plugin_name;
use crate::commands::trust::text::Fields;
use crate::input::paths::absolute;
use sochdb_plugin_host::trust::PublicKey;
use sochdb_plugin_host::Digest;
use std::path::PathBuf;

/// What an entry is about, as it was typed.
#[derive(clap::Subcommand)]
pub(crate) enum Named {
    /// No longer allow plugins in a directory
    Directory {
        /// As `trust list` prints it; it need not exist any more
        dir: PathBuf,
    },
    /// No longer allow a library
    Dependency {
        /// Such as libz.so.1
        name: String,
    },
    /// No longer pin a plugin
    Pin {
        /// 64 hexadecimal digits
        sha256: Digest,
    },
    /// No longer trust the signatures of a publisher
    Publisher {
        /// What you call them
        name: String,
        /// Only this key of theirs; without it all of them
        key: Option<PublicKey>,
    },
    /// Accept any version of a plugin again
    Minimum {
        /// The plugin's name
        #[arg(value_parser = plugin_name)]
        name: String,
    },
    /// Take back what `trust revoke` said
    Revoked {
        /// 64 hexadecimal digits
        sha256: Digest,
    },
    /// Take back what `trust revoke --key` said
    RevokedKey {
        /// RW..., as `trust list` prints it
        key: PublicKey,
    },
}

impl Named {
    /// The key of its table in the file, and the keys and values that say what the entries are about.
    pub(crate) fn fields(&self) -> (&'static str, Fields) {
        match self {
            Self::Directory { dir } => {
                // As a trust file writes it, without a / at the end.
                let path: PathBuf = absolute(dir).components().collect();
                ("directory", vec![("path", path.to_string_lossy().into_owned())])
            }
            Self::Dependency { name } => ("dependency", vec![("name", name.clone())]),
            Self::Pin { sha256 } => ("pin", vec![("sha256", sha256.to_string())]),
            Self::Publisher { name, key } => {
                let key = key.iter().map(|key| ("key", key.to_string()));
                ("publisher", [("name", name.clone())].into_iter().chain(key).collect())
            }
            Self::RevokedKey { key } => ("revoked_key", vec![("key", key.to_string())]),
            Self::Minimum { name } => ("minimum", vec![("name", name.clone())]),
            Self::Revoked { sha256 } => ("revoked", vec![("sha256", sha256.to_string())]),
        }
    }
}
