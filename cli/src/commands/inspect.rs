//! `inspect`: what a file says of itself. It is read as bytes, whatever its system and processor; nothing of it runs.

use crate::input::missing::not_found;
use crate::input::reading::{self, Links};
use crate::output::failure::Failure;
use crate::output::{grouped, Output};
use serde_json::{json, Map, Value};
use sochdb_plugin_host::{hex, ElfError, Facts, Format, Kinds, Note, UntrustedText};
use std::path::Path;

/// The most bytes that are read: more than any loader takes.
const MOST: u64 = 1 << 30;

/// Prints what `file` says; true if it is a plugin.
pub(crate) fn run(out: &Output, file: &Path) -> Result<bool, Failure> {
    let bytes = read(file)?;
    let name = UntrustedText::from(file).to_string();
    let (facts, note) = match plugin(&bytes) {
        Ok(plugin) => plugin,
        Err(error) => return Ok(refuse(out, &name, &error)),
    };
    let groups = [
        ("note", note_facts(&note)),
        ("entry", entry_facts(&facts)),
        (group(facts.format), file_facts(&facts, bytes.len())),
    ];
    let mut object = Map::from_iter([("file".to_owned(), json!(name)), ("plugin".to_owned(), json!(true))]);
    object.extend(groups.iter().map(|(group, facts)| {
        let facts = facts.iter().map(|(name, value)| (name.replace(' ', "_"), value.clone()));
        (group.to_string(), Value::Object(facts.collect()))
    }));
    out.object(&Value::Object(object));
    out.line(out.paint.bold(&name));
    for (group, facts) in groups {
        out.line(format!("\n{}", out.paint.bold(group)));
        for (name, value) in facts {
            out.line(format!("  {}  {}", out.paint.dim(format!("{name:<20}")), shown(&value)));
        }
    }
    if let Some(hint) = exports(&facts) {
        out.line(format!("\n{hint}"));
    }
    Ok(true)
}

/// What a plugin exports beside its entry, and how to hide it; `None` if that is nothing.
pub(crate) fn exports(facts: &Facts) -> Option<String> {
    (facts.export_count > 0 && facts.format == Format::Elf).then(|| {
        format!(
            "exported beside the entry: {}. A function or variable of that name in the host takes its place inside the \
             plugin, without a word. Hide them: compile with -fvisibility=hidden, or link with \
             -Wl,--version-script=FILE where FILE says {{ global: soch_*; local: *; }};",
            facts.exported()
        )
    })
}

/// What the file of a plugin says, and its one note.
pub(crate) fn plugin(bytes: &[u8]) -> Result<(Facts, Note), ElfError> {
    let facts = Facts::read(bytes)?;
    let note = match &facts.note {
        Some(_) if facts.note_count > 1 => return Err(ElfError::NoteDuplicate { count: facts.note_count }),
        Some(_) if facts.entry.is_none() => return Err(ElfError::EntryAbsent),
        Some(note) => note.clone(),
        None => return Err(ElfError::NoteMissing),
    };
    Ok((facts, note))
}

/// The bytes of a regular file.
pub(crate) fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    reading::read(file, MOST, Links::Follow)?.ok_or_else(|| not_found(file))
}

fn refuse(out: &Output, name: &str, error: &ElfError) -> bool {
    out.object(&json!({
        "file": name, "plugin": false, "code": error.code(), "step": error.step().name(),
        "message": error.to_string(), "remedy": error.remedy(),
    }));
    out.line(out.paint.bold(name));
    out.line(format!("  {}  {error} ({})", out.paint.bad("not a plugin"), error.code()));
    out.line(format!("  {:<12}  {}", "remedy", error.remedy()));
    false
}

type Entries = Vec<(&'static str, Value)>;

fn note_facts(note: &Note) -> Entries {
    vec![
        ("name", json!(note.name.to_string())),
        ("version", json!(note.version.to_string())),
        ("kinds", json!(Kinds(note.kinds).names().collect::<Vec<_>>())),
        ("abi", json!(format!("{}.{}", note.abi_major, note.abi_minor))),
        ("min host minor", json!(note.min_host_minor)),
        ("flags", json!(note.flags)),
        ("layout hash", json!(hex(&note.layout_hash))),
        ("note version", json!(note.note_version)),
    ]
}

fn entry_facts(facts: &Facts) -> Entries {
    let Some(entry) = &facts.entry else { return Vec::new() };
    vec![
        ("symbol", json!("soch_plugin_v1")),
        ("size", json!(entry.size)),
        ("abi", json!(format!("{}.{}", entry.abi_major, entry.abi_minor))),
        ("min host minor", json!(entry.min_host_minor)),
        ("flags", json!(entry.flags)),
        ("layout hash", json!(hex(&entry.layout_hash))),
        ("exports type layout", json!(facts.exports_layout)),
    ]
}

/// What the facts of a file are called in the report.
fn group(format: Format) -> &'static str {
    match format {
        Format::Pe => "pe",
        Format::MachO => "mach_o",
        _ => "elf",
    }
}

fn file_facts(facts: &Facts, len: usize) -> Entries {
    let text = |text: &Option<UntrustedText>| json!(text.as_ref().map(UntrustedText::to_string));
    let mut all = vec![
        ("bytes", json!(len)),
        ("machine", json!(facts.machine_name())),
        ("bits", json!(facts.bits)),
        ("byte order", json!(if facts.big_endian { "big-endian" } else { "little-endian" })),
        ("needs", json!(facts.needed.iter().map(UntrustedText::to_string).collect::<Vec<_>>())),
        ("soname", text(&facts.soname)),
        ("search path", text(&facts.search_path)),
        ("constructors", json!(facts.constructors)),
        ("thread local bytes", json!(facts.tls_size)),
        ("exports beside entry", json!(facts.exports.iter().map(UntrustedText::to_string).collect::<Vec<_>>())),
        ("exports in all", json!(facts.export_count)),
        ("writable code", json!(facts.writable_code)),
        ("build id", json!(facts.build_id.as_deref().map(hex))),
    ];
    if facts.format == Format::Elf {
        all.extend([
            ("resolvers", json!(facts.resolvers)),
            ("static tls", json!(facts.static_tls)),
            ("isa needed", json!(isa(facts.isa_needed))),
            ("executable stack", json!(facts.executable_stack)),
            ("text relocations", json!(facts.text_relocations)),
            ("interposes", json!(facts.interpose)),
            ("interpreter", json!(facts.interpreter)),
            ("audit tag", json!(facts.audit)),
            ("unique symbol", text(&facts.unique)),
        ]);
    }
    all
}

/// The name of an x86-64 level.
fn isa(level: u8) -> Option<String> {
    (level > 0).then(|| format!("x86-64-v{level}"))
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.as_u64().map_or_else(|| number.to_string(), grouped),
        Value::Array(list) if list.is_empty() => "-".to_owned(),
        Value::Array(list) => list.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
