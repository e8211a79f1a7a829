//! `trust list`: which trust files are read, and what each says.

use crate::output::Output;
use crate::store::directory::is_absent;
use serde_json::{json, Map, Value};
use sochdb_plugin_host::trust::TrustFile;
use sochdb_plugin_host::{printable, TrustFiles, UntrustedText};
use std::path::Path;

/// A kind of entries, and each as its keys and values.
type Entries = Vec<(&'static str, Vec<Vec<(&'static str, Option<String>)>>)>;

/// Prints them; true if each that exists can be used.
pub(crate) fn run(out: &Output, files: &TrustFiles) -> bool {
    let told: Vec<Value> = files.paths().iter().map(|path| tell(out, files, path)).collect();
    let usable = told.iter().all(|file| file["code"].is_null());
    let none = told.iter().all(|file| file["exists"] == false);
    let homeless = if none { files.vet_home().err() } else { None };
    match &homeless {
        Some(error) => {
            out.line(format!("{}  {}: {error}", out.paint.bad("refused"), error.code()));
            out.line(format!("remedy   {}", error.remedy()));
        }
        None if none => {
            out.line("No trust file exists: every plugin is accepted that only root and you can change.");
            out.line("To allow directories alone: sochdb-plugin trust add directory DIR");
        }
        None => {}
    }
    out.object(&json!({
        "files": told,
        "code": homeless.as_ref().map(|error| error.code()),
        "step": homeless.as_ref().map(|error| error.step().name()),
        "message": homeless.as_ref().map(ToString::to_string),
        "remedy": homeless.as_ref().map(|error| error.remedy()),
    }));
    usable && homeless.is_none()
}

fn tell(out: &Output, files: &TrustFiles, path: &Path) -> Value {
    let name = UntrustedText::from(path).to_string();
    if is_absent(path) {
        out.line(format!("{}  {}", out.paint.bold(&name), out.paint.dim("does not exist")));
        return json!({ "file": name, "exists": false });
    }
    let file = match files.read(path) {
        Ok(file) => file.unwrap_or_default(),
        Err(error) => {
            out.line(format!("{}\n  {}  {}: {error}", out.paint.bold(&name), out.paint.bad("refused"), error.code()));
            out.line(format!("  remedy   {}", error.remedy()));
            let (step, message) = (error.step().name(), error.to_string());
            return json!({
                "file": name, "exists": true,
                "code": error.code(), "step": step, "message": message, "remedy": error.remedy(),
            });
        }
    };
    let entries = entries(&file);
    out.line(out.paint.bold(&name));
    let mut object = Map::from_iter([("file".to_owned(), json!(name)), ("exists".to_owned(), json!(true))]);
    for (kind, entries) in &entries {
        for entry in entries {
            let values: Vec<_> = entry.iter().filter_map(|(_, value)| Some(printable(value.as_ref()?))).collect();
            out.line(format!("  {}  {}", out.paint.dim(format!("{kind:<11}")), values.join("  ")));
        }
        let entries = entries
            .iter()
            .map(|entry| Value::Object(entry.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect()));
        object.insert((*kind).to_owned(), entries.collect());
    }
    if entries.iter().all(|(_, entries)| entries.is_empty()) {
        out.line("  says nothing: plugins are allowed only where `sochdb-plugin install` puts them");
    }
    Value::Object(object)
}

fn entries(file: &TrustFile) -> Entries {
    let path = |path: &Path| Some(UntrustedText::from(path).to_string());
    let said = |text: &dyn ToString| Some(text.to_string());
    let digest = |digest: &Option<sochdb_plugin_host::Digest>| digest.map(|digest| digest.to_string());
    vec![
        (
            "directory",
            file.directories
                .iter()
                .map(|it| {
                    let conformance = it.conformance.to_string();
                    let conformance = (!conformance.is_empty()).then_some(conformance);
                    vec![("path", path(&it.path)), ("policy", said(&it.policy)), ("conformance", conformance)]
                })
                .collect(),
        ),
        (
            "dependency",
            file.dependencies
                .iter()
                .map(|it| {
                    let place = ("directory", path(&it.directory));
                    vec![("name", said(&it.name)), place, ("sha256", digest(&it.sha256))]
                })
                .collect(),
        ),
        ("pin", file.pins.iter().map(|it| vec![("sha256", said(&it.sha256)), ("name", it.name.clone())]).collect()),
        (
            "publisher",
            file.publishers.iter().map(|it| vec![("name", said(&it.name)), ("key", said(&it.key))]).collect(),
        ),
        (
            "revoked",
            file.revoked.iter().map(|it| vec![("sha256", said(&it.sha256)), ("reason", it.reason.clone())]).collect(),
        ),
        (
            "revoked_key",
            file.revoked_keys.iter().map(|it| vec![("key", said(&it.key)), ("reason", it.reason.clone())]).collect(),
        ),
        (
            "minimum",
            file.minimums.iter().map(|it| vec![("name", said(&it.name)), ("version", said(&it.version))]).collect(),
        ),
    ]
}
