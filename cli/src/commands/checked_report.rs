//! The report of a check, as `check --json` prints it and `sign` takes it for a publisher's word.

use crate::output::failure::Failure;
use serde_json::{json, Map, Value};
use sochdb_plugin_conformance::SUITE_VERSION;
use sochdb_plugin_host::trust::Conformance;
use sochdb_plugin_host::{Digest, Kinds, UntrustedText};
use std::path::Path;

/// The keys of a report that say what was checked, and by which suite: `complete` is whether all its tests ran for which
/// the plugin has something to look at.
pub(crate) fn keys(sha256: &Digest, kinds: u32, complete: bool) -> Map<String, Value> {
    let conformance = Conformance::of(Kinds(kinds), SUITE_VERSION).to_string();
    let Value::Object(keys) = json!({ "sha256": sha256.to_string(), "suites": conformance, "complete": complete })
    else {
        unreachable!("an object was written")
    };
    keys
}

/// Returns the suites that the plugin with this digest passed, by the report in `file`.
///
/// # Errors
/// It cannot be read, or is no such report; it is of another plugin, did not pass, or left tests out.
pub(crate) fn passed(file: &Path, sha256: &Digest) -> Result<Conformance, Failure> {
    let shown = UntrustedText::from(file);
    let no = |why: String| Failure::new("E_REPORT", format!("{shown} {why}"));
    let again = "check the file again: sochdb-plugin check --json FILE > REPORT";
    let text = std::fs::read_to_string(file).map_err(|error| no(format!("cannot be read: {error}")))?;
    let report: Value = serde_json::from_str(&text)
        .map_err(|error| no(format!("is no report of `check --json`: {error}")).with_remedy(again.to_owned()))?;
    let field = |name: &str| report[name].as_str().unwrap_or_default();
    if field("command") != "check" || field("suites").is_empty() {
        return Err(no("is no report of `check --json`".to_owned()).with_remedy(again.to_owned()));
    }
    if field("sha256") != sha256.to_string() {
        let of = UntrustedText::from(Path::new(field("sha256")));
        return Err(no(format!("is of a file with SHA-256 {of}, not {sha256}")).with_remedy(again.to_owned()));
    }
    if report["ok"] != true {
        return Err(no("says that the plugin did not pass".to_owned()).with_remedy("mend the plugin".to_owned()));
    }
    if report["complete"] != true {
        let remedy = "check it without --quick, --test, --failed, --skip and --in-process";
        return Err(no("says that tests were left out".to_owned()).with_remedy(remedy.to_owned()));
    }
    field("suites")
        .parse()
        .map_err(|error| no(format!("names suites that are none: {error}")).with_remedy(again.to_owned()))
}
