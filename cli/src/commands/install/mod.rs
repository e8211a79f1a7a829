//! `install`: brings a plugin into a plugin directory, pinned, if the loader takes it there.

pub(crate) mod present;
pub(crate) mod tell;

use crate::commands::install::present::{is_unchanged, read_digest, vet_changed};
use crate::commands::install::tell::{closed, tell, Installed};
use crate::input::paths::absolute;
use crate::output::failure::Failure;
use crate::output::Output;
use crate::store::directory::{loader, read_lock, refuse, DirectoryArg};
use crate::store::locked_dir::LockedDir;
use crate::store::package::Package;
use crate::store::staging;
use semver::Version;
use sochdb_plugin_host::trust::{Lock, Locked};
use sochdb_plugin_host::{Digest, DynamicPluginLoader, LoadError, Refusal, UntrustedText, Verified};
use std::path::PathBuf;

/// What an operator does from a download on.
pub(crate) const STEPS: &str = "\
    From a download to a plugin that runs:
  sochdb-plugin inspect FILE                what it says of itself
  sochdb-plugin install FILE                copied, checked and pinned
  sochdb-plugin list                        what is installed, and whether the loader takes it
Then start your host with SOCHDB_ALLOW_NATIVE_PLUGINS=1 in its environment: a program that loads the directory, by `load_dir`
of the crate sochdb-plugin-host.
A refusal prints its code and a remedy to paste; `sochdb-plugin list` prints both for what is installed.";

/// What `install` takes.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The plugin's file, wherever it lies and whoever may write it; FILE.manifest and FILE.manifest.minisig beside it
    /// come along
    file: PathBuf,
    #[command(flatten)]
    place: DirectoryArg,
    /// Obey this trust file instead of those of machine and user
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
    /// Replace a newer version by an older one
    #[arg(long)]
    downgrade: bool,
    /// Pin the bytes that an installed file has now, though others were pinned: for who changed it
    #[arg(long)]
    repin: bool,
}

/// What became of it.
enum Done {
    Installed {
        entry: Locked,
        replaced: Option<Locked>,
        broken_lock: bool,
    },
    Unchanged(Locked),
    /// The loader takes nothing from the directory.
    Closed(LoadError),
    Refused {
        error: LoadError,
        staged: Option<PathBuf>,
    },
}

/// Installs the plugin; true if it is there then.
pub(crate) fn run(out: &Output, options: &Options) -> Result<bool, Failure> {
    let source = absolute(&options.file);
    let (package, directory) = (Package::read(&source)?, options.place.path()?);
    let held = LockedDir::open(&directory)?;
    let done = install(&held, &package, options);
    if !matches!(done, Ok(Done::Installed { .. } | Done::Unchanged(_))) {
        held.undo();
    }
    let trust = options
        .trust
        .as_deref()
        .map_or_else(String::new, |file| format!(" --trust {}", UntrustedText::from(&*absolute(file))));
    let next = format!("sochdb-plugin list{}{trust}", options.place.arguments());
    match done? {
        Done::Installed { entry, replaced, broken_lock } => {
            let outcome = if replaced.is_some() { "replaced" } else { "installed" };
            let installed = Installed { directory: &directory, entry: &entry, outcome, replaced, broken_lock };
            tell(out, &installed, &next);
        }
        Done::Unchanged(entry) => {
            let (outcome, replaced, broken_lock) = ("already installed", None, false);
            tell(out, &Installed { directory: &directory, entry: &entry, outcome, replaced, broken_lock }, &next);
        }
        Done::Closed(error) => {
            closed(out, &directory, &error, options.trust.as_deref());
            return Ok(false);
        }
        Done::Refused { error, staged } => {
            if let Refusal::Noexec { .. } = error.refusal() {
                tell::noexec(out, &source, &directory, &error, staged.as_deref());
                return Ok(false);
            }
            let names = match staged.as_deref().and_then(|staged| Some((staged, staged.parent()?))) {
                Some((staged, room)) => vec![(staged, &*source), (room, &*directory)],
                None => Vec::new(),
            };
            refuse(out, &source, &error, &names);
            return Ok(false);
        }
    }
    Ok(true)
}

fn install(held: &LockedDir, package: &Package, options: &Options) -> Result<Done, Failure> {
    let loader = loader(DynamicPluginLoader::new_trusted(), options.trust.as_deref());
    let refused = |error| Ok(Done::Refused { error, staged: None });
    // Before anything is written: who may change the directory could lead it elsewhere.
    let (mut lock, broken_lock) = match read_lock(&loader, &held.path) {
        Ok(lock) => (lock.unwrap_or_default(), false),
        Err(error) if matches!(error.refusal(), Refusal::LockSyntax { .. }) => (Lock::default(), true),
        Err(error) => return Ok(Done::Closed(error)),
    };
    held.clean();
    staging::sweep(held, &lock);
    let mut entry = match package.entry() {
        Ok(entry) => entry,
        Err(refusal) => return refused(refusal.into()),
    };
    let (old, present) = (lock.find(&entry.file).cloned(), read_digest(&held.path.join(&entry.file)));
    if let Some(old) = old.as_ref().filter(|old| is_unchanged(held, package, &entry, old, present, &loader)) {
        return Ok(Done::Unchanged(old.clone()));
    }
    if !options.repin {
        vet_changed(held, package, &lock)?;
    }
    let staging = staging::fill(held, package, &entry)?;
    let staged = staging.path().join(&entry.file);
    match loader.probe(&staged) {
        Ok(Verified { publisher, .. }) => entry.publisher = publisher,
        Err(error) => return Ok(Done::Refused { error, staged: Some(staged) }),
    }
    if let Some(old) = old.as_ref().filter(|old| !options.downgrade && is_newer(&old.version, &entry.version)) {
        let reason = format!(
            "{} {} is older than {}, which is installed: to go back say --downgrade",
            entry.name, entry.version, old.version
        );
        return Err(Failure::new("E_DOWNGRADE", reason));
    }
    // Of the file that is there only such a digest counts that somebody pinned, or that the loader takes as it is.
    let pinned = |digest: &Digest| {
        old.as_ref().is_some_and(|old| *digest == old.sha256 || Some(*digest) == old.previous)
            || loader.verify(held.path.join(&entry.file)).is_ok_and(|verified| verified.digest == *digest)
    };
    entry.previous = present.filter(pinned);
    if broken_lock {
        staging::keep_broken(held)?;
    }
    staging::commit(held, &mut lock, &entry, staging.path())?;
    entry.previous = None;
    Ok(Done::Installed { entry, replaced: old, broken_lock })
}

/// Whether `a` is newer than `b`, if both can be compared.
fn is_newer(a: &str, b: &str) -> bool {
    let compared = Version::parse(a).and_then(|a| Ok(a.cmp_precedence(&Version::parse(b)?)));
    compared.is_ok_and(std::cmp::Ordering::is_gt)
}
