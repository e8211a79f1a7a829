//! The step `note`, second part: the note is that of the plugin that was signed, and its version is not too old.

use crate::elf::notes::Note;
use crate::refusal::load_error::LoadError;
use crate::trust::manifest::Manifest;
use crate::trust::rules::Rules;

pub(crate) fn check(note: &Note, signed: Option<&Manifest>, rules: Option<&Rules>) -> Result<(), LoadError> {
    // The note was checked: they are text.
    let [name, version] = [&note.name, &note.version].map(|text| String::from_utf8_lossy(text.as_bytes()));
    if let Some(signed) = signed {
        let abi = |(major, minor): (u16, u16)| format!("{major}.{minor}");
        same("name", &signed.name, &name)?;
        same("version", &signed.version, &version)?;
        same("abi", &abi(signed.abi), &abi((note.abi_major, note.abi_minor)))?;
    }
    match rules {
        Some(rules) => rules.check_version(&name, &version).map_err(|error| LoadError::VersionTooOld { error }),
        None => Ok(()),
    }
}

fn same(field: &'static str, signed: &str, note: &str) -> Result<(), LoadError> {
    if signed != note {
        return Err(LoadError::ManifestMismatch { field, signed: signed.to_owned(), note: note.to_owned() });
    }
    Ok(())
}
