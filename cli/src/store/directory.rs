//! A plugin directory: where it is, what its lock file says, and whose rules hold in it.

use crate::input::missing;
use crate::input::paths::absolute;
use crate::input::reading;
use crate::output::failure::Failure;
use crate::output::Output;
use crate::system::backend::{System, Variables};
use crate::system::Native;
use serde_json::json;
use sochdb_plugin_host::trust::{places, Lock};
use sochdb_plugin_host::{DynamicPluginLoader, LoadError, Step, TrustFiles, UntrustedText};
use std::env::consts::DLL_EXTENSION;
use std::fs;
use std::path::{Path, PathBuf};

/// Which plugin directory.
#[derive(clap::Args)]
pub(crate) struct DirectoryArg {
    /// The plugin directory; without it the user's, ~/.local/share/sochdb/plugins ($XDG_DATA_HOME)
    #[arg(long, value_name = "DIR")]
    directory: Option<PathBuf>,
    /// The plugin directory of the machine, /usr/local/lib/sochdb/plugins
    #[arg(long, conflicts_with = "directory")]
    system: bool,
}

impl DirectoryArg {
    /// Its absolute path.
    pub(crate) fn path(&self) -> Result<PathBuf, Failure> {
        match &self.directory {
            Some(directory) => Ok(absolute(directory)),
            None if self.system => Ok(places::system_plugin_directory()),
            None => places::user_plugin_directory().ok_or_else(|| {
                let Variables { home, data, .. } = Native::VARIABLES;
                let reason =
                    format!("no home: neither {data} nor {home} is an absolute path; use --directory or --system");
                Failure::new("E_NO_HOME", reason)
            }),
        }
    }

    /// Whether it was named, and so should be there.
    pub(crate) fn is_named(&self) -> bool {
        self.directory.is_some()
    }

    /// The arguments that name it, with a space before them; nothing for the user's, where commands look by themselves.
    pub(crate) fn arguments(&self) -> String {
        match &self.directory {
            Some(directory) => format!(" --directory {}", UntrustedText::from(&*absolute(directory))),
            None if self.system => " --system".to_owned(),
            None => String::new(),
        }
    }
}

/// `any`, but it decides as a loader in a host does that was allowed to load: by the trust files of machine and user, or
/// by `trust` alone. What the one has read of lock files, the other need not read.
pub(crate) fn loader(any: DynamicPluginLoader, trust: Option<&Path>) -> DynamicPluginLoader {
    let files = trust.map_or(TrustFiles::Operator, |file| TrustFiles::Only(vec![absolute(file)]));
    any.trust_files(files)
}

/// What the lock file of `directory` says, if it has one. `loader` looks at the way there too.
pub(crate) fn read_lock(loader: &DynamicPluginLoader, directory: &Path) -> Result<Option<Lock>, LoadError> {
    match loader.lock(directory) {
        Ok(lock) => Ok(Some(lock)),
        // All that comes before this step was passed.
        Err(error) if error.error.step() == Step::Trust && is_absent(&directory.join(places::LOCK_FILE)) => Ok(None),
        Err(error) => Err(error.error),
    }
}

/// Libraries in `directory` that `lock`, its lock file, does not list, by name.
pub(crate) fn unlisted(directory: &Path, lock: &Lock) -> Result<Vec<PathBuf>, Failure> {
    let is_listed = |path: &Path| path.file_name().and_then(|name| lock.find(name.to_str()?)).is_some();
    let is_library = |path: &PathBuf| path.extension().is_some_and(|extension| extension == DLL_EXTENSION);
    let mut others = reading::list(directory)?;
    others.retain(|path| is_library(path) && !is_listed(path));
    others.sort_unstable();
    Ok(others)
}

/// Whether there is nothing at `path`, not even a link. What does not answer may be there.
pub(crate) fn is_absent(path: &Path) -> bool {
    let own = path.to_owned();
    let look = move || Ok(fs::symlink_metadata(own).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound));
    reading::within(path, look).unwrap_or(false)
}

/// Says that the loader refuses `file`, as `verify` does. Each of `names` is a path that is gone when the message is
/// read, and the one that stands for it.
pub(crate) fn refuse(out: &Output, file: &Path, error: &LoadError, names: &[(&Path, &Path)]) {
    refuse_with(out, file, error, missing::remedy(error, file), names);
}

/// As [`refuse`], where there is something better to do than what the loader knows.
pub(crate) fn refuse_with(out: &Output, file: &Path, error: &LoadError, remedy: String, names: &[(&Path, &Path)]) {
    let lasting = |text: String| {
        names.iter().fold(text, |text, (gone, lasting)| {
            let (gone, lasting) = (UntrustedText::from(*gone).to_string(), UntrustedText::from(*lasting).to_string());
            text.replace(&gone, &lasting)
        })
    };
    let (message, remedy) = (lasting(error.to_string()), lasting(remedy));
    out.object(&json!({
        "file": UntrustedText::from(file).to_string(), "accepted": false, "code": error.code(), "step": error.step().name(),
        "message": message, "remedy": remedy,
    }));
    out.line(out.paint.bold(UntrustedText::from(file)));
    out.line(format!("{}  {}: {message}", out.paint.bad("refused"), error.code()));
    out.line(format!("remedy   {remedy}"));
}
