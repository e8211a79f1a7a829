//! `trust`: what the operator decided, in a file that is also good to edit by hand.

pub(crate) mod edit;
pub(crate) mod entry;
pub(crate) mod forbidden;
pub(crate) mod list;
pub(crate) mod named;
pub(crate) mod reach;
pub(crate) mod tell;
pub(crate) mod text;

use crate::commands::trust::edit::Outcome;
use crate::commands::trust::entry::Entry;
use crate::commands::trust::named::Named;
use crate::commands::trust::tell::Told;
use crate::input::paths::absolute;
use crate::output::failure::Failure;
use crate::output::Output;
use crate::store::directory::{is_absent, read_lock, refuse};
use crate::system::backend::{System, Variables};
use crate::system::Native;
use sochdb_plugin_host::trust::{places, PublicKey};
use sochdb_plugin_host::{Digest, DynamicPluginLoader, LoadError, Policy, Refusal, TrustFiles};
use std::path::{Path, PathBuf};

/// What `trust` takes.
#[derive(clap::Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    action: Action,
    /// This trust file; without it the user's, ~/.config/sochdb/trust.toml
    #[arg(long, value_name = "FILE", global = true)]
    trust: Option<PathBuf>,
    /// The trust file of the machine, /etc/sochdb/trust.toml
    #[arg(long, global = true, conflicts_with = "trust")]
    system: bool,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Allow something
    #[command(subcommand)]
    Add(Entry),
    /// Take back what `add` or `revoke` said
    ///
    /// Takes the entry out of the file, and the comment right above it. A trust file without any entry still counts:
    /// then plugins are allowed only where `install` puts them.
    #[command(subcommand)]
    Remove(Named),
    /// Refuse the plugin with this SHA-256 from its next load on, whatever else allows it
    ///
    /// Hosts that run read the trust file again before each load. What is loaded already stays in memory and at work
    /// until its host ends; it is not loaded once more. `list --json` and `install` print the digest; so does `sha256sum FILE`.
    Revoke {
        /// 64 hexadecimal digits
        #[arg(required_unless_present = "key")]
        sha256: Option<Digest>,
        /// Instead of one plugin, all whose manifests were signed with this key, RW...: for good, whoever trusts it
        #[arg(long, value_name = "KEY", conflicts_with = "sha256")]
        key: Option<PublicKey>,
        /// Why; the refusal repeats it
        #[arg(long)]
        reason: Option<String>,
    },
    /// Print which trust files are read, and what each says
    ///
    /// Exit code 1 if one of them cannot be used: then every load is refused.
    List,
}

/// Does it; true if the trust files can be used.
pub(crate) fn run(out: &Output, options: Options) -> Result<bool, Failure> {
    let Options { action, trust, system } = options;
    match action {
        Action::List => Ok(list::run(out, &meant(trust.as_deref(), system))),
        Action::Add(entry) => add(out, &file(trust.as_deref(), system)?, &entry),
        Action::Revoke { sha256, key, reason } => {
            let revoked = sha256.map(|sha256| Entry::Revoked { sha256, reason: reason.clone() });
            let entry = revoked.or_else(|| Some(Entry::RevokedKey { key: key?, reason }));
            let entry = entry.ok_or_else(|| Failure::usage("revoke what? give a SHA-256, or --key"))?;
            add(out, &file(trust.as_deref(), system)?, &entry)
        }
        Action::Remove(named) => remove(out, &file(trust.as_deref(), system)?, &named),
    }
}

/// The trust files that a host reads, or the one that is meant.
fn meant(trust: Option<&Path>, system: bool) -> TrustFiles {
    match trust {
        Some(file) => TrustFiles::Only(vec![absolute(file)]),
        None if system => TrustFiles::Only(vec![places::system_trust_file()]),
        None => TrustFiles::Operator,
    }
}

/// The trust file that is changed.
fn file(trust: Option<&Path>, system: bool) -> Result<PathBuf, Failure> {
    match trust {
        Some(file) => Ok(absolute(file)),
        None if system => Ok(places::system_trust_file()),
        None => places::user_trust_file().ok_or_else(|| {
            let Variables { home, configuration, .. } = Native::VARIABLES;
            let reason =
                format!("no home: neither {configuration} nor {home} is an absolute path; use --trust or --system");
            Failure::new("E_NO_HOME", reason)
        }),
    }
}

fn add(out: &Output, path: &Path, entry: &Entry) -> Result<bool, Failure> {
    let (kind, fields) = (entry.kind(), entry.fields()?);
    if let (Entry::Directory { policy, .. }, Some((_, directory))) = (entry, fields.first()) {
        let directory = Path::new(directory);
        if let Some(error) = no_way_to(directory, policy.unwrap_or_default()) {
            refuse(out, directory, &error, &[(&directory.join(places::LOCK_FILE), directory)]);
            return Ok(false);
        }
    }
    let of_operator = TrustFiles::Operator.paths();
    let first = of_operator.iter().any(|file| file == path) && of_operator.iter().all(|file| is_absent(file));
    let told = Told { outcome: "added", path, kind, fields: &fields, removed: None };
    match edit::add(path, entry, &fields)? {
        Outcome::Changed(file) => told.added(out, &file, first),
        Outcome::Unchanged => Told { outcome: "already there", ..told }.print(out, None),
        Outcome::Refused(error) => return Ok(refused(out, path, &error)),
    }
    Ok(true)
}

fn remove(out: &Output, path: &Path, named: &Named) -> Result<bool, Failure> {
    let (kind, fields) = named.fields();
    let (outcome, removed) = edit::remove(path, kind, &fields)?;
    let told = Told { outcome: "removed", path, kind, fields: &fields, removed: Some(removed) };
    match outcome {
        Outcome::Changed(file) => told.removed(out, &file),
        Outcome::Unchanged => told.print(out, None),
        Outcome::Refused(error) => return Ok(refused(out, path, &error)),
    }
    Ok(true)
}

/// Why no host that this is written for would go to a plugin in `directory`.
fn no_way_to(directory: &Path, policy: Policy) -> Option<LoadError> {
    let loader = DynamicPluginLoader::new_trusted().policy(policy);
    let error = read_lock(&loader, directory).err().filter(edit::is_of_the_way)?;
    // Root writes for the hosts of others, too, who may load what is theirs.
    let of_another = matches!(error.refusal(), Refusal::DirOwner { .. }) && policy != Policy::Strict;
    (!(of_another && Native::is_administrator())).then_some(error)
}

/// Says that the loader would not use the trust file at `path`; the lock file stands for any file in its directory.
fn refused(out: &Output, path: &Path, error: &LoadError) -> bool {
    refuse(out, path, error, &[(&path.with_file_name(places::LOCK_FILE), path)]);
    false
}
