//! How the loader of a check decides.

use crate::commands::check::cache::cache;
use crate::input::paths::absolute;
use crate::output::failure::Failure;
use crate::store::locked_dir::make;
use crate::system::backend::System;
use crate::system::Native;
use sochdb_plugin_host::{DynamicPluginLoader, Policy, TrustFiles};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use tempfile::TempPath;
use toml_edit::{value, ArrayOfTables, DocumentMut, Item, Table};

/// What the host says and trusts whose decision is meant.
#[derive(clap::Args, Clone, Default)]
#[command(next_help_heading = "What a host trusts")]
pub(crate) struct Deciding {
    /// Obey this trust file, and others that are named so: a plugin that needs libraries of the system needs one
    #[arg(long, value_name = "FILE")]
    trust: Vec<PathBuf>,
    /// Let the plugin need this library, such as /usr/lib/x86_64-linux-gnu/librocksdb.so.7.8; may be repeated
    ///
    /// A host needs a trust file that says the same, which `trust add dependency` writes.
    #[arg(long, value_name = "LIBRARY")]
    allow_dependency: Vec<PathBuf>,
    /// Demand at least this of the plugin: development, pinned, signed or strict; a trust file can demand more
    #[arg(long, value_name = "POLICY", hide_short_help = true)]
    policy: Option<Policy>,
    /// The largest plugin that is loaded, in bytes; without it 64 MiB, as in a host that says nothing else
    #[arg(long, value_name = "BYTES", hide_short_help = true, value_parser = clap::value_parser!(u64).range(1..))]
    max_size: Option<u64>,
}

impl Deciding {
    /// The loader that decides so.
    pub(crate) fn loader(&self) -> DynamicPluginLoader {
        let mut loader = DynamicPluginLoader::new_trusted();
        if !self.trust.is_empty() {
            loader = loader.trust_files(TrustFiles::Only(self.trust.iter().map(|file| absolute(file)).collect()));
        }
        loader = self.policy.into_iter().fold(loader, DynamicPluginLoader::policy);
        self.max_size.into_iter().fold(loader, DynamicPluginLoader::max_size)
    }

    /// The same with the libraries that are allowed in a trust file, for the plugin at `file`. It goes with what is returned.
    ///
    /// # Errors
    /// The path of a library has no directory or is not UTF-8; the file cannot be written.
    pub(crate) fn with_dependencies(&self, file: &Path) -> Result<(Self, Option<TempPath>), Failure> {
        if self.allow_dependency.is_empty() {
            return Ok((self.clone(), None));
        }
        let written = trust_file(&self.allow_dependency, self.trust.is_empty().then_some(file))?;
        let mut trust = self.trust.clone();
        trust.push(written.to_path_buf());
        Ok((Self { trust, allow_dependency: Vec::new(), ..self.clone() }, Some(written)))
    }

    /// The arguments of a command that decides so.
    pub(crate) fn arguments(&self) -> Vec<OsString> {
        let path = |option: &str, path: &Path| [OsString::from(option), absolute(path).into()];
        let mut all: Vec<OsString> = self.trust.iter().flat_map(|file| path("--trust", file)).collect();
        all.extend(self.allow_dependency.iter().flat_map(|library| path("--allow-dependency", library)));
        all.extend(self.policy.iter().flat_map(|policy| ["--policy".into(), policy.name().into()]));
        all.extend(self.max_size.iter().flat_map(|bytes| ["--max-size".into(), bytes.to_string().into()]));
        all
    }
}

/// A trust file that allows these libraries, and the directory of `plugin`: one that no other file allows.
fn trust_file(libraries: &[PathBuf], plugin: Option<&Path>) -> Result<TempPath, Failure> {
    let text = |path: Option<&Path>| {
        let text = path.and_then(Path::to_str).filter(|text| !text.is_empty());
        text.map(str::to_owned)
            .ok_or_else(|| Failure::usage("the path of a library is a directory and a name, in UTF-8"))
    };
    let (mut dependencies, mut directories) = (ArrayOfTables::new(), ArrayOfTables::new());
    for library in libraries.iter().map(|library| absolute(library)) {
        let mut table = Table::new();
        table["name"] = value(text(library.file_name().map(Path::new))?);
        // As the loader finds it: what leads there may be a link, as /lib is.
        let directory = library.parent().map(|named| named.canonicalize().unwrap_or_else(|_| named.to_owned()));
        table["directory"] = value(text(directory.as_deref())?);
        dependencies.push(table);
    }
    if let Some(plugin) = plugin {
        let mut table = Table::new();
        table["path"] = value(text(plugin.parent())?);
        table["policy"] = value(Policy::Development.name());
        directories.push(table);
    }
    let mut document = DocumentMut::new();
    document["dependency"] = Item::ArrayOfTables(dependencies);
    if !directories.is_empty() {
        document["directory"] = Item::ArrayOfTables(directories);
    }
    let cannot = |error: std::io::Error| format!("cannot write a trust file for --allow-dependency: {error}");
    // What obeys it trusts no directory for temporary files, which others can change.
    let cache = cache().ok_or_else(|| {
        Failure::usage(format!("--allow-dependency writes a file below the home: set {}", Native::VARIABLES.home))
    })?;
    make(&cache).map_err(cannot)?;
    let file = tempfile::Builder::new().prefix("trust-").suffix(".toml").tempfile_in(cache).map_err(cannot)?;
    // Nor a file that somebody has open for writing.
    let file = file.into_temp_path();
    std::fs::write(&file, document.to_string()).map_err(cannot)?;
    Ok(file)
}
