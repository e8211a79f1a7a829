//! Brings the four plugins from where they were built into a private directory, and loads them there.

use crate::data::Rows;
use crate::report::Who;
use serde_json::{json, Value};
use sochdb_plugin_cli::Output;
use sochdb_plugin_cli::{observed, step_json, step_line};
use sochdb_plugin_host::{DynamicPluginLoader, LoadError, PluginInstance, PluginLibrary, StepOutcome, UntrustedText};
use std::fs::{self, Permissions};
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A plugin at work.
pub(crate) struct Loaded {
    pub(crate) plugin: PluginInstance,
    pub(crate) library: PluginLibrary,
    /// What its instance was made from.
    pub(crate) config: String,
    language: &'static str,
    kind: &'static str,
    steps: Vec<StepOutcome>,
}

/// The four plugins and their directory.
pub(crate) struct Stage {
    pub(crate) storage: Loaded,
    pub(crate) compression: Loaded,
    pub(crate) index: Loaded,
    pub(crate) observability: Loaded,
    pub(crate) metrics_address: SocketAddr,
    // Goes last: the plugins write to it.
    _room: TempDir,
}

/// Where a plugin was built.
struct Source {
    name: &'static str,
    language: &'static str,
    kind: &'static str,
    file: PathBuf,
}

impl Stage {
    /// Loads them; prints each step of the decision. Nothing is left behind if one is refused.
    pub(crate) fn open(out: &Output, base: Option<&Path>, port: u16, rows: &Rows) -> Result<Self, String> {
        let sources = [
            Source::c("storage_lmdb", "storage"),
            Source::c("compression_zstd", "compression"),
            Source::rust("index_hnsw", "index")?,
            Source::rust("observability_prometheus", "observability")?,
        ];
        let room = private_directory(base, &sources)?;
        let (database, address_file) = (room.path().join("rows"), room.path().join("metrics-address"));
        // LMDB's pages are at most half empty; a row takes some bytes more than itself.
        let map_size = (1 << 30).max(8 * (rows.bytes() as u64 + 64 * rows.all.len() as u64));
        let configs = [
            json!({ "path": text(&database)?, "map_size": map_size, "sync": "flush" }),
            json!({}),
            json!({ "dimensions": crate::data::PIXELS, "metric": "l2" }),
            json!({ "listen": format!("127.0.0.1:{port}"), "address_file": text(&address_file)? }),
        ];
        let mut loaded = Vec::with_capacity(sources.len());
        for (source, config) in sources.iter().zip(configs) {
            loaded.push(load(out, source, &room, config.to_string())?);
        }
        let [storage, compression, index, observability] =
            <[Loaded; 4]>::try_from(loaded).map_err(|_| "not all plugins were loaded".to_owned())?;
        let address = fs::read_to_string(&address_file).map_err(|error| format!("the address of /metrics: {error}"))?;
        let metrics_address = address.trim().parse().map_err(|error| format!("the address of /metrics: {error}"))?;
        Ok(Self { storage, compression, index, observability, metrics_address, _room: room })
    }

    /// All four, in the order in which they were loaded.
    pub(crate) fn plugins(&self) -> impl Iterator<Item = &Loaded> {
        [&self.storage, &self.compression, &self.index, &self.observability].into_iter()
    }
}

impl Loaded {
    /// The plugin, as the table names it.
    pub(crate) fn who(&self) -> Who {
        Who { plugin: self.plugin.info().name.clone(), language: self.language, kind: self.kind }
    }

    /// The plugin as JSON.
    pub(crate) fn object(&self) -> Value {
        let info = self.plugin.info();
        json!({
            "name": info.name, "version": info.version, "language": self.language, "kind": self.kind,
            "sha256": self.library.digest().to_string(),
            "steps": self.steps.iter().map(step_json).collect::<Vec<_>>(),
        })
    }
}

impl Source {
    /// The build script of this program compiled it.
    fn c(name: &'static str, kind: &'static str) -> Self {
        Self { name, language: "C", kind, file: Path::new(env!("SOCH_C_PLUGINS")).join(format!("{name}.so")) }
    }

    /// Cargo built it beside this program, as a dependency of it.
    fn rust(name: &'static str, kind: &'static str) -> Result<Self, String> {
        let program = std::env::current_exe().map_err(|error| format!("cannot find this program: {error}"))?;
        let file = format!("{}{name}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
        let beside = program.parent().unwrap_or(Path::new("/"));
        let places = [beside.join("deps").join(&file), beside.join(&file)];
        let found = places.into_iter().find(|place| place.is_file());
        let file = found.ok_or_else(|| format!("the plugin {name} {NOT_BUILT}"))?;
        Ok(Self { name, language: "Rust", kind, file })
    }
}

const NOT_BUILT: &str = "is not where it was built: run `cargo run --release -- demo` in the repository";

fn text(path: &Path) -> Result<&str, String> {
    path.to_str().ok_or_else(|| format!("{} is not UTF-8, as a configuration must be", UntrustedText::from(path)))
}

/// A directory that only this user can enter, with the plugins in it, in a place where the loader takes them: others
/// may be able to change the directory for temporary files, or it may be mounted noexec.
fn private_directory(base: Option<&Path>, sources: &[Source]) -> Result<TempDir, String> {
    let home = std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute());
    let data = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|data| data.is_absolute());
    let data = data.or(home.map(|home| home.join(".local/share")));
    let bases: Vec<PathBuf> = match base {
        Some(base) => vec![base.to_owned()],
        None => std::iter::once(std::env::temp_dir()).chain(data).collect(),
    };
    let mut first_error = None;
    for base in bases {
        if first_error.is_some() {
            // A user who never had data yet has no directory for it. If it cannot be made, the next line says why.
            let _ = fs::DirBuilder::new().recursive(true).mode(0o700).create(&base);
        }
        match try_directory(&base, sources) {
            Ok(room) => return Ok(room),
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    Err(first_error.unwrap_or_default())
}

fn try_directory(base: &Path, sources: &[Source]) -> Result<TempDir, String> {
    let cannot = |error: std::io::Error| {
        format!(
            "cannot make a directory in {}, which --work-dir or TMPDIR can change: {error}",
            UntrustedText::from(base)
        )
    };
    let base = fs::canonicalize(base).map_err(cannot)?;
    let mut builder = tempfile::Builder::new();
    let room = builder.prefix("sochdb-demo-").permissions(Permissions::from_mode(0o700)).tempdir_in(&base);
    let room = room.map_err(cannot)?;
    for source in sources {
        let file = source.place_in(&room);
        let bytes = fs::read(&source.file).map_err(|_| format!("the plugin {} {NOT_BUILT}", source.name))?;
        let copied = fs::write(&file, bytes).and_then(|()| fs::set_permissions(&file, Permissions::from_mode(0o755)));
        copied.map_err(|error| format!("cannot copy a plugin to {}: {error}", UntrustedText::from(file.as_path())))?;
    }
    let file = sources[0].place_in(&room);
    let decision = DynamicPluginLoader::new_trusted().verify(file);
    decision.map(|_| room).map_err(|error| refusal(&error))
}

impl Source {
    fn place_in(&self, room: &TempDir) -> PathBuf {
        room.path().join(format!("{}.so", self.name))
    }
}

fn refusal(error: &LoadError) -> String {
    format!("{}: {error}; remedy: {}", error.code(), error.remedy())
}

fn load(out: &Output, source: &Source, room: &TempDir, config: String) -> Result<Loaded, String> {
    out.line(format!("\n  {} ({}, {})", out.paint.bold(source.name), source.language, source.kind));
    let tell = |outcome: &StepOutcome| out.line(format!("  {}", step_line(out, outcome)));
    let (made, steps) = observed(DynamicPluginLoader::new_trusted(), |loader| {
        let loader = loader.product(concat!("sochdb-plugin demo ", env!("CARGO_PKG_VERSION")));
        // SAFETY: the plugin was built with this program, and lies where only its user can change it.
        let library = unsafe { loader.load(source.place_in(room)) }?;
        let plugin = library.instance(&config)?;
        Ok((library, plugin))
    });
    steps.iter().for_each(tell);
    let (library, plugin) = made.map_err(|error| refusal(&error))?;
    Ok(Loaded { plugin, library, config, language: source.language, kind: source.kind, steps })
}
