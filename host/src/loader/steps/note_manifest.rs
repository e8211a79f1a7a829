//! The step `note`, second part: the note is that of the plugin that was signed, and its version is not too old; what must have passed the
//! conformance suite did so, as its publisher says.

use crate::base::kinds::Kinds;
use crate::elf::notes::Note;
use crate::refusal::refusals::Refusal;
use crate::trust::conformance::Conformance;
use crate::trust::manifest::Manifest;
use crate::trust::policy::Demands;
use crate::trust::rules::Rules;

pub(crate) fn check(
    note: &Note,
    signed: Option<&Manifest>,
    demands: Demands,
    rules: Option<&Rules>,
) -> Result<(), Refusal> {
    // The note was checked: they are text.
    let [name, version] = [&note.name, &note.version].map(|text| String::from_utf8_lossy(text.as_bytes()));
    if let Some(signed) = signed {
        let abi = |(major, minor): (u16, u16)| format!("{major}.{minor}");
        same("name", &signed.name, &name)?;
        same("version", &signed.version, &version)?;
        same("abi", &abi(signed.abi), &abi((note.abi_major, note.abi_minor)))?;
    }
    let claimed = signed.map_or_else(Conformance::default, |signed| signed.conformance);
    let lacking = demands.conformance.lacking(claimed, Kinds(note.kinds));
    if !lacking.is_none() {
        return Err(Refusal::ConformanceMissing { wanted: lacking.to_string() });
    }
    match rules {
        Some(rules) => rules.check_version(&name, &version).map_err(|error| Refusal::VersionTooOld { error }),
        None => Ok(()),
    }
}

fn same(field: &'static str, signed: &str, note: &str) -> Result<(), Refusal> {
    if signed != note {
        return Err(Refusal::ManifestMismatch { field, signed: signed.to_owned(), note: note.to_owned() });
    }
    Ok(())
}
