//! Rows 111 to 127: the note and the entry.

use crate::row::{row, Made, Row, Site, LOADED};
use sochdb_plugin_abi::{SOCH_ABI_MINOR, SOCH_NAME_SIZE};
use support::patch::PT_NOTE;

/// Offsets in the note, from its start.
const OWNER_SIZE: usize = 0;
const BODY_SIZE: usize = 4;
const TYPE: usize = 8;
const BODY: usize = 20;
pub const ABI_MAJOR: usize = BODY + 4;
const MIN_HOST: usize = BODY + 8;
const HASH: usize = BODY + 20;
const NAME: usize = BODY + 36;
/// Offset in the entry.
const ENTRY_MIN_HOST: usize = 16;

/// Rows 111 to 127.
pub fn rows() -> Vec<Row> {
    vec![
        row(111, "no note", "E_NOTE_MISSING", |site| site.bytes(&site.patch().kind(PT_NOTE, 0, 0).0)),
        row(112, "two notes", "E_NOTE_DUPLICATE", |site| site.material("second_note")),
        row(113, "note type unknown", "E_NOTE_MISSING", |site| note(site, TYPE, &[2])),
        // A later version only adds fields behind those that this host reads.
        row(114, "descriptor version 2", LOADED, |site| note(site, BODY, &[2, 0, 0, 0])),
        row(115, "ABI major 2", "E_ABI_MAJOR", |site| note(site, ABI_MAJOR, &[2, 0])),
        row(116, "ABI major 0", "E_ABI_MAJOR", |site| note(site, ABI_MAJOR, &[0, 0])),
        row(117, "ABI minor that it needs newer than the host", "E_HOST_TOO_OLD", |site| {
            let (good, newer) = (site.patch(), (SOCH_ABI_MINOR + 1).to_le_bytes());
            let (note, entry) = (good.note() + MIN_HOST, good.entry() + ENTRY_MIN_HOST);
            site.bytes(&good.with(note, &newer).with(entry, &newer).0)
        }),
        row(118, "layout hash differs", "E_LAYOUT_UNKNOWN", |site| note(site, HASH, &[0; 16])),
        row(119, "plugin name empty", "E_NOTE_NAME", |site| name(site, b"")),
        row(120, "plugin name with ../", "E_NOTE_NAME", |site| name(site, b"../../etc/x")),
        row(121, "plugin name with terminal escape", "E_NOTE_NAME", |site| name(site, b"x\x1b[2J")),
        row(122, "note namesz 2^32-1", "E_ELF_NOTES", |site| note(site, OWNER_SIZE, &[255; 4])),
        row(123, "note descsz 2^32-1", "E_ELF_NOTES", |site| note(site, BODY_SIZE, &[255; 4])),
        row(124, "note descsz 4", "E_ELF_NOTES", |site| note(site, BODY_SIZE, &[4, 0, 0, 0])),
        row(125, "note desc name not UTF-8", "E_NOTE_NAME", |site| name(site, b"\xff\xfe")),
        row(126, "entry missing", "E_ELF_NO_ENTRY", |site| site.material("no_entry")),
        // The contract's entry is data.
        row(127, "entry is a function", "E_ELF_ENTRY", |site| site.material("function_entry")),
    ]
}

/// The good plugin with other bytes in its note.
fn note(site: &Site<'_>, at: usize, bytes: &[u8]) -> Made {
    let good = site.patch();
    let at = good.note() + at;
    site.bytes(&good.with(at, bytes).0)
}

fn name(site: &Site<'_>, name: &[u8]) -> Made {
    let mut field = [0; SOCH_NAME_SIZE];
    field[..name.len()].copy_from_slice(name);
    note(site, NAME, &field)
}
