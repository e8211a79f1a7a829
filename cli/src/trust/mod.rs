//! `trust`: what the operator decided, in a file that is also good to edit by hand.

mod edit;
mod entry;
mod list;

use crate::failure::Failure;
use crate::output::{printable, Output};
use crate::paths::absolute;
use crate::store::{is_absent, refuse};
use edit::Outcome;
use entry::Entry;
use serde_json::{json, Map};
use sochdb_plugin_host::trust::places;
use sochdb_plugin_host::{Text, TrustFiles};
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
    /// Refuse the plugin with this SHA-256 from its next load on, whatever else allows it
    ///
    /// `list --json` and `install` print the digest; so does `sha256sum FILE`.
    Revoke {
        /// 64 hexadecimal digits
        sha256: String,
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
    let entry = match options.action {
        Action::List => return Ok(list::run(out, &meant(options.trust.as_deref(), options.system))),
        Action::Add(entry) => entry,
        Action::Revoke { sha256, reason } => Entry::Revoked { sha256, reason },
    };
    let path = match options.trust {
        Some(file) => absolute(&file),
        None if options.system => places::system_trust_file(),
        None => places::user_trust_file().ok_or_else(|| {
            let reason = "no home: neither XDG_CONFIG_HOME nor HOME is an absolute path; use --trust or --system";
            Failure::new("E_NO_HOME", reason.to_owned())
        })?,
    };
    let of_operator = TrustFiles::Operator.paths();
    let first = of_operator.contains(&path) && of_operator.iter().all(|file| is_absent(file));
    match edit::add(&path, &entry)? {
        Outcome::Added => told(out, &path, &entry, first)?,
        Outcome::Refused(error) => {
            // The lock file stands for any file in the directory.
            let lock = path.with_file_name(places::LOCK_FILE);
            refuse(out, &path, &error, &[(&lock, &path)]);
            return Ok(false);
        }
    }
    Ok(true)
}

/// The trust files that a host reads, or the one that is meant.
fn meant(trust: Option<&Path>, system: bool) -> TrustFiles {
    match trust {
        Some(file) => TrustFiles::Only(vec![absolute(file)]),
        None if system => TrustFiles::Only(vec![places::system_trust_file()]),
        None => TrustFiles::Operator,
    }
}

fn told(out: &Output, path: &Path, entry: &Entry, first: bool) -> Result<(), Failure> {
    let (kind, fields) = (entry.kind(), entry.fields()?);
    let file = Text::from(path).to_string();
    let said = Map::from_iter(fields.iter().map(|(key, value)| ((*key).to_owned(), json!(value))));
    out.object(&json!({ "outcome": "added", "file": file, "kind": kind, "entry": said, "first_trust_file": first }));
    let values: Vec<String> = fields.iter().map(|(_, value)| printable(value)).collect();
    out.line(format!("{} {}: {}", out.paint.bold(kind), values.join(" "), out.paint.good("added")));
    out.line(format!("  {}  {file}", out.paint.dim("file")));
    if first {
        out.line(
            "This is the first trust file: from now on plugins are allowed only in the directories that it lists,",
        );
        out.line("and in the two that `sochdb-plugin install` fills:");
        let directories = TrustFiles::Operator.plugin_directories();
        directories.iter().for_each(|directory| out.line(format!("  {}", Text::from(&**directory))));
    } else if !TrustFiles::Operator.paths().iter().any(|file| file == path) {
        out.line("It counts where it is named: --trust, or `TrustFiles::Only` in a program.");
    }
    Ok(())
}
