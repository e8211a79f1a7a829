//! Notes of other ABIs, notes that lie, and notes that are damaged.

use crate::loader::tests::patch::*;
use crate::loader::tests::*;
use sochdb_plugin_abi::*;

/// Offsets in the note, from its start.
const OWNER_SIZE: usize = 0;
const BODY_SIZE: usize = 4;
const TYPE: usize = 8;
const BODY: usize = 20;
const ENTRY_SIZE: usize = 8;
const ENTRY_MINOR: usize = 14;
const ENTRY_MIN_HOST: usize = 16;
const ENTRY_HASH: usize = 24;
const ABI_MAJOR: usize = BODY + 4;
const ABI_MINOR: usize = BODY + 6;
const MIN_HOST: usize = BODY + 8;
const FLAGS: usize = BODY + 12;
const KINDS: usize = BODY + 16;
const HASH: usize = BODY + 20;
const NAME: usize = BODY + 36;
const VERSION: usize = NAME + SOCH_NAME_SIZE;

struct Case {
    good: Patch,
    dir: Dir,
    rows: Rows,
}

impl Case {
    fn note(&mut self, what: &str, at: usize, bytes: &[u8], expected: &str) {
        self.both(what, &[(at, bytes)], &[], expected);
    }

    /// Changes the note, and the entry along with it.
    fn both(&mut self, what: &str, note: &[(usize, &[u8])], entry: &[(usize, &[u8])], expected: &str) {
        let (note_at, entry_at) = (self.good.note(), self.good.entry());
        let mut patch = self.good.clone();
        for (at, bytes) in note {
            patch = patch.with(note_at + at, bytes);
        }
        for (at, bytes) in entry {
            patch = patch.with(entry_at + at, bytes);
        }
        let path = self.dir.file("x.so", &patch.0);
        self.rows.check(what, path, expected);
    }

    fn name(&mut self, what: &str, name: &[u8], expected: &str) {
        let mut field = [0; SOCH_NAME_SIZE];
        field[..name.len()].copy_from_slice(name);
        self.note(what, NAME, &field, expected);
    }
}

fn case(good: &[u8]) -> Case {
    Case { good: Patch::of(good), dir: Dir::new(), rows: Rows::default() }
}

#[test]
fn versions() {
    let mut case = case(good_or_skip!("versions"));
    let newer = SOCH_ABI_MINOR + 5;
    let (next, newer) = ((SOCH_ABI_MINOR + 1).to_le_bytes(), newer.to_le_bytes());
    let oldest = SOCH_LAYOUT_HASHES[0];
    case.note("ABI major 2", ABI_MAJOR, &[2, 0], "E_ABI_MAJOR");
    case.note("ABI major 0", ABI_MAJOR, &[0, 0], "E_ABI_MAJOR");
    case.note("note version 0", BODY, &[0; 4], "E_NOTE_VERSION");
    case.note("note version 2", BODY, &[2, 0, 0, 0], LOADED);
    case.both("a host too old", &[(MIN_HOST, &next)], &[(ENTRY_MIN_HOST, &next)], "E_HOST_TOO_OLD");
    case.note("another layout", HASH, &[0; 16], "E_LAYOUT_UNKNOWN");
    case.both("a newer minor", &[(ABI_MINOR, &newer)], &[(ENTRY_MINOR, &newer)], LOADED);
    case.both(
        "a newer minor with its layout and kinds",
        &[(ABI_MINOR, &newer), (HASH, &[7; 16]), (KINDS, &[8, 1, 0, 0])],
        &[(ENTRY_MINOR, &newer), (ENTRY_HASH, &[7; 16])],
        LOADED,
    );
    case.both(
        "the oldest minor",
        &[(ABI_MINOR, &[0, 0]), (HASH, &oldest)],
        &[(ENTRY_MINOR, &[0, 0]), (ENTRY_HASH, &oldest)],
        LOADED,
    );
    case.note("an unknown flag", FLAGS, &[1, 0, 0, 0], "E_NOTE_FLAGS");
    let last = [0, 0x80, 0, 0];
    case.both("the last flag that a host must understand", &[(FLAGS, &last)], &[(20, &last)], "E_NOTE_FLAGS");
    let first = [0, 0, 1, 0];
    case.both("the first flag that it need not", &[(FLAGS, &first)], &[(20, &first)], LOADED);
    let all = [0, 0, 0xff, 0xff];
    case.both("all flags that it need not", &[(FLAGS, &all)], &[(20, &all)], LOADED);
    case.note("no kind", KINDS, &[0; 4], "E_NOTE_KINDS");
    case.note("an unknown kind", KINDS, &[8, 1, 0, 0], "E_NOTE_KINDS");
    case.rows.end();
}

#[test]
fn names() {
    let mut case = case(good_or_skip!("names"));
    case.name("empty", b"", "E_NOTE_NAME");
    case.name("a path", b"../../etc/x", "E_NOTE_NAME");
    case.name("a terminal escape", b"x\x1b[2J", "E_NOTE_NAME");
    case.name("not UTF-8", b"\xff\xfe", "E_NOTE_NAME");
    case.name("without a NUL", &[b'a'; 64], "E_NOTE_NAME");
    case.name("a letter too many", b".x", "E_NOTE_NAME");
    case.name("more after the NUL", b"x\0y", "E_ELF_NOTE_TEXT");
    case.name("63 letters", &[b'a'; 63], LOADED);
    case.note("no version", VERSION, &[0; SOCH_VERSION_SIZE], "E_NOTE_PLUGIN_VERSION");
    case.note("a version with a space", VERSION, b"1 0", "E_NOTE_PLUGIN_VERSION");
    case.rows.end();
}

#[test]
fn note_and_entry_differ() {
    let mut case = case(good_or_skip!("note_and_entry_differ"));
    let minor = SOCH_ABI_MINOR + 1;
    case.both("magic", &[], &[(0, b"sochplg1")], "E_NOTE_MISMATCH");
    case.both("abi_major", &[], &[(12, &[9, 0])], "E_NOTE_MISMATCH");
    case.both("abi_minor", &[], &[(ENTRY_MINOR, &minor.to_le_bytes())], "E_NOTE_MISMATCH");
    case.both("min_host_minor", &[], &[(ENTRY_MIN_HOST, &[1, 0])], "E_NOTE_MISMATCH");
    case.both("flags", &[], &[(20, &[1])], "E_NOTE_MISMATCH");
    case.both("layout_hash", &[], &[(ENTRY_HASH, &[1])], "E_NOTE_MISMATCH");
    let size = size_of::<soch_plugin>() as u8;
    case.both("a size that the symbol does not have", &[], &[(ENTRY_SIZE, &[size + 8])], "E_ENTRY_SIZE");
    case.both("a size of 2^32-8", &[], &[(ENTRY_SIZE, &[0xf8, 0xff, 0xff, 0xff])], "E_ENTRY_SIZE");
    case.rows.end();
}

#[test]
fn kinds_are_named() {
    let good = good_or_skip!("kinds_are_named");
    let dir = Dir::new();
    let plain = Patch::of(good);
    let at = plain.note() + KINDS;
    let text = |name: &str, kinds: u32| {
        let path = dir.file(name, &plain.clone().with(at, &kinds.to_le_bytes()).0);
        let (result, steps) = steps_of(&path, &options(Permission::Program));
        let note = steps.into_iter().find(|outcome| outcome.step == crate::refusal::step::Step::Note).expect("it ran");
        (result.map_or_else(|error| error.remedy(), |_| String::new()), note.detail)
    };
    let (_, passed) = text("good.so", SOCH_KIND_COMPRESSION | SOCH_KIND_STORAGE);
    assert!(passed.ends_with("kinds storage, compression"), "{passed}");
    let (remedy, unknown) = text("unknown.so", SOCH_KIND_COMPRESSION | 0x100);
    assert!(unknown.contains("0x100") && unknown.contains("compression"), "{unknown}");
    assert!(remedy.contains("SOCH_KIND_COMPRESSION"), "{remedy}");
    let (_, none) = text("none.so", 0);
    assert!(none.contains("no kind"), "{none}");
}

#[test]
fn damaged_notes() {
    let mut case = case(good_or_skip!("damaged_notes"));
    case.note("another type", TYPE, &[2], "E_NOTE_MISSING");
    case.note("another owner", 12, b"sochdb", "E_NOTE_MISSING");
    case.note("owner of 2^32-1 bytes", OWNER_SIZE, &[255; 4], "E_ELF_NOTES");
    case.note("body of 2^32-1 bytes", BODY_SIZE, &[255; 4], "E_ELF_NOTES");
    case.note("body of 4 bytes", BODY_SIZE, &[4, 0, 0, 0], "E_ELF_NOTES");
    case.note("body of 131 bytes", BODY_SIZE, &[131, 0, 0, 0], "E_ELF_NOTES");
    for (align, expected) in
        [(0, LOADED), (16, LOADED), (32, LOADED), (64, LOADED), (12, "E_ELF_NOTES"), (128, "E_ELF_NOTES")]
    {
        let aligned = case.good.clone().segment(PT_NOTE, 0, Field::Align, align);
        let path = case.dir.file("aligned.so", &aligned.0);
        case.rows.check(&format!("alignment {align}"), path, expected);
    }
    let none = case.good.clone().kind(PT_NOTE, 0, 0);
    let path = case.dir.file("none.so", &none.0);
    case.rows.check("no PT_NOTE", path, "E_NOTE_MISSING");
    case.rows.end();
}
