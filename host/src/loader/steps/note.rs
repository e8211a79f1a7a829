//! The step `note`: the note, read while nothing of the plugin has run, speaks this host's ABI.

use crate::base::kinds::Kinds;
use crate::elf::notes::Note;
use crate::elf::{EntryHead, Facts};
use crate::refusal::elf_error::ElfError;
use crate::refusal::refusals::Refusal;
use crate::refusal::words::Words;
use sochdb_plugin_abi::*;
use std::fmt::Debug;

pub(crate) fn check(facts: &Facts) -> Result<(Note, impl Words<Note>), Refusal> {
    let note = match (&facts.note, facts.note_count) {
        (Some(note), 1) => note,
        (_, 0) => return Err(ElfError::NoteMissing.into()),
        (_, count) => return Err(ElfError::NoteDuplicate { count }.into()),
    };
    well_formed(note)?;
    negotiate(note)?;
    if let Some(entry) = &facts.entry {
        agree(note, entry)?;
        if u64::from(entry.size) > facts.entry_size {
            return Err(Refusal::EntrySize { says: entry.size, has: facts.entry_size });
        }
    }
    Ok((note.clone(), in_words))
}

/// Checks what the entry of a plugin that is linked in says in place of a note.
pub(crate) fn of_program(note: Note) -> Result<(Note, impl Words<Note>), Refusal> {
    well_formed(&note)?;
    negotiate(&note)?;
    Ok((note, in_words))
}

fn in_words(note: &Note) -> String {
    let (major, minor, kinds) = (note.abi_major, note.abi_minor, Kinds(note.kinds));
    format!("{} {}, ABI {major}.{minor}, kinds {kinds}", note.name, note.version)
}

fn well_formed(note: &Note) -> Result<(), ElfError> {
    if note.note_version == 0 {
        return Err(ElfError::NoteVersion { version: note.note_version });
    }
    let identifier = |text: &crate::base::text::UntrustedText, size| {
        let text = std::str::from_utf8(text.as_bytes()).unwrap_or_default();
        sochdb_plugin_sdk::machinery::export::is_identifier(text, size)
    };
    if !identifier(&note.name, SOCH_NAME_SIZE) {
        return Err(ElfError::NoteName { name: note.name.clone() });
    }
    if !identifier(&note.version, SOCH_VERSION_SIZE) {
        return Err(ElfError::NotePluginVersion { version: note.version.clone() });
    }
    Ok(())
}

fn negotiate(note: &Note) -> Result<(), Refusal> {
    if note.abi_major != SOCH_ABI_MAJOR {
        return Err(Refusal::AbiMajor { host: SOCH_ABI_MAJOR, plugin: note.abi_major });
    }
    if note.min_host_minor > SOCH_ABI_MINOR {
        return Err(Refusal::HostTooOld { needs: note.min_host_minor, host: SOCH_ABI_MINOR });
    }
    if note.flags & SOCH_FLAGS_MUST_UNDERSTAND != 0 {
        return Err(ElfError::NoteFlags { flags: note.flags }.into());
    }
    // A newer minor may have kinds that this host does not know.
    let known = note.abi_minor <= SOCH_ABI_MINOR;
    let kinds = Kinds(note.kinds);
    if note.kinds == 0 {
        return Err(ElfError::NoteKinds { found: "no kind".to_owned() }.into());
    }
    if known && kinds.unknown() != 0 {
        let found = format!("a kind that ABI minor {} does not have, {:#x}", note.abi_minor, kinds.unknown());
        return Err(ElfError::NoteKinds { found: format!("{found}, and {}", kinds.known()) }.into());
    }
    let expected = SOCH_LAYOUT_HASHES.get(usize::from(note.abi_minor));
    if known && expected != Some(&note.layout_hash) {
        return Err(Refusal::LayoutUnknown { minor: note.abi_minor });
    }
    Ok(())
}

/// The head of the entry as it is in the file. In memory it is compared once more, after the library was loaded.
fn agree(note: &Note, entry: &EntryHead) -> Result<(), Refusal> {
    same("magic", &SOCH_MAGIC, &entry.magic)?;
    same("abi_major", &note.abi_major, &entry.abi_major)?;
    same("abi_minor", &note.abi_minor, &entry.abi_minor)?;
    same("min_host_minor", &note.min_host_minor, &entry.min_host_minor)?;
    same("flags", &note.flags, &entry.flags)?;
    same("layout_hash", &note.layout_hash, &entry.layout_hash)
}

fn same<T: PartialEq + Debug>(field: &'static str, note: &T, entry: &T) -> Result<(), Refusal> {
    if note != entry {
        let (note, entry) = (format!("{note:?}"), format!("{entry:?}"));
        return Err(Refusal::NoteMismatch { field, note, entry });
    }
    Ok(())
}
