//! What can be taken out of a trust file.

use super::entry::plugin_name;
use crate::paths::absolute;
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
}

impl Named {
    /// The key of its table in the file, and the key and value that say what the entry is about.
    pub(crate) fn field(&self) -> (&'static str, (&'static str, String)) {
        match self {
            Self::Directory { dir } => {
                // As a trust file writes it, without a / at the end.
                let path: PathBuf = absolute(dir).components().collect();
                ("directory", ("path", path.to_string_lossy().into_owned()))
            }
            Self::Dependency { name } => ("dependency", ("name", name.clone())),
            Self::Pin { sha256 } => ("pin", ("sha256", sha256.to_string())),
            Self::Publisher { name } => ("publisher", ("name", name.clone())),
            Self::Minimum { name } => ("minimum", ("name", name.clone())),
            Self::Revoked { sha256 } => ("revoked", ("sha256", sha256.to_string())),
        }
    }
}
