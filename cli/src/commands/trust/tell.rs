//! What became of an entry, and what that means for plugins elsewhere.

use crate::commands::trust::reach::{reach, unreached};
use crate::commands::trust::text::Fields;
use crate::output::Output;
use serde_json::{json, Map};
use sochdb_plugin_host::trust::{places, TrustFile};
use sochdb_plugin_host::{printable, TrustFiles, UntrustedText};
use std::path::{Path, PathBuf};

/// What was done to which entry of which file.
pub(crate) struct Told<'a> {
    pub(crate) outcome: &'static str,
    pub(crate) path: &'a Path,
    pub(crate) kind: &'static str,
    pub(crate) fields: &'a Fields,
    /// How many entries were taken out.
    pub(crate) removed: Option<usize>,
}

impl Told<'_> {
    /// That it was added; `file` is what the trust file says now, which is the operator's `first` or not.
    pub(crate) fn added(&self, out: &Output, file: &TrustFile, first: bool) {
        let counts_everywhere = TrustFiles::Operator.paths().iter().any(|path| path == self.path);
        let shown = |paths: Vec<PathBuf>| {
            paths.iter().map(|path| UntrustedText::from(&**path).to_string()).collect::<Vec<_>>().join(", ")
        };
        let add = "sochdb-plugin trust add directory";
        let closed = if first {
            let installed = shown(TrustFiles::Operator.plugin_directories());
            Some(format!(
                "this is the first trust file: from now on plugins are allowed only in the directories that it lists, \
                 and, pinned, in those that `sochdb-plugin install` fills ({installed}); to allow another one as before: \
                 {add} DIRECTORY --policy development"
            ))
        } else if !counts_everywhere && file.directories.is_empty() {
            let installed = places::user_plugin_directory().unwrap_or_else(places::system_plugin_directory);
            let (installed, path) = (UntrustedText::from(&*installed), UntrustedText::from(self.path));
            Some(format!(
                "it lists no directory, so where it counts no plugin is allowed; to allow what `sochdb-plugin install` \
                 brings: {add} {installed} --trust {path}"
            ))
        } else {
            None
        };
        self.print(out, closed.as_deref());
        if !counts_everywhere {
            out.line("It counts where it is named: --trust, or `TrustFiles::Only` in a program.");
        }
    }

    /// That it was removed; `file` is what the trust file says now.
    pub(crate) fn removed(&self, out: &Output, file: &TrustFile) {
        let empty = *file == TrustFile::default();
        let closed = format!(
            "it has no entry now and still counts: it allows no directory; to be without it: rm {}",
            UntrustedText::from(self.path)
        );
        self.print(out, empty.then_some(&*closed));
    }

    /// The outcome; `closed` says which plugins are no longer allowed because of it.
    pub(crate) fn print(&self, out: &Output, closed: Option<&str>) {
        let file = UntrustedText::from(self.path).to_string();
        let said = Map::from_iter(self.fields.iter().map(|(key, value)| ((*key).to_owned(), json!(value))));
        out.object(&json!({
            "outcome": self.outcome, "file": file, "kind": self.kind, "entry": said, "closed": closed,
            "removed": self.removed,
            "reach": reach(self.path), "unreached": unreached(self.path),
        }));
        let values: Vec<_> = self.fields.iter().map(|(_, value)| printable(value)).collect();
        out.line(format!("{} {}: {}", out.paint.bold(self.kind), values.join(" "), out.paint.good(self.outcome)));
        out.line(format!("  {}  {file}", out.paint.dim("file")));
        if let Some(keys) = self.removed.filter(|_| self.kind == "publisher") {
            out.line(format!("  {}  {keys} taken out", out.paint.dim("keys")));
        }
        for note in closed.map(str::to_owned).into_iter().chain(unreached(self.path)) {
            out.line(format!("  {}  {note}", out.paint.bold("note")));
        }
    }
}
