//! Reads a plugin's note and entry back from its file, with a reader that the host does not use.

use object::read::elf::{ElfFile64, FileHeader, ProgramHeader};
use object::{elf::PT_NOTE, Endianness, Object, ObjectSymbol};
use std::fs;
use std::path::Path;

/// The facts of a note, as far as the tests look at them.
#[derive(Debug, PartialEq, Eq)]
pub struct Note {
    /// Major and minor version of the contract.
    pub abi: (u16, u16),
    /// The bits of its tables.
    pub kinds: u32,
    /// The layout hash.
    pub layout_hash: [u8; 16],
    /// The plugin's name.
    pub name: String,
    /// The plugin's version.
    pub version: String,
}

/// The notes of owner `SochDB` in the segments of type PT_NOTE.
pub fn notes(library: &Path) -> Vec<Note> {
    let data = fs::read(library).unwrap_or_else(|error| panic!("cannot read {}: {error}", library.display()));
    let file = ElfFile64::<Endianness>::parse(&*data).expect("a 64-bit ELF file");
    let endian = file.endian();
    let mut found = Vec::new();
    for segment in file.elf_header().program_headers(endian, &*data).expect("program headers") {
        if segment.p_type(endian) != PT_NOTE {
            continue;
        }
        let mut notes = segment.notes(endian, &*data).expect("a note segment").expect("PT_NOTE");
        while let Some(note) = notes.next().expect("well-formed notes") {
            if note.name() == b"SochDB" {
                found.push(Note::read(note.desc()));
            }
        }
    }
    found
}

impl Note {
    /// Offsets are those of `soch_note` after its owner, at 20.
    fn read(body: &[u8]) -> Self {
        assert_eq!(body.len(), 132, "SOCH_NOTE_BODY_SIZE");
        let half = |at: usize| u16::from_le_bytes([body[at], body[at + 1]]);
        let text = |bytes: &[u8]| {
            let end = bytes.iter().position(|byte| *byte == 0).expect("a NUL at its end");
            assert!(bytes[end..].iter().all(|byte| *byte == 0), "the rest is NUL");
            String::from_utf8(bytes[..end].to_vec()).expect("UTF-8")
        };
        Self {
            abi: (half(4), half(6)),
            kinds: u32::from_le_bytes(body[16..20].try_into().expect("4 bytes")),
            layout_hash: body[20..36].try_into().expect("16 bytes"),
            name: text(&body[36..100]),
            version: text(&body[100..132]),
        }
    }
}

/// Whether `name` is a defined symbol of the dynamic symbol table.
pub fn exports(library: &Path, name: &str) -> bool {
    let data = fs::read(library).unwrap_or_else(|error| panic!("cannot read {}: {error}", library.display()));
    let file = ElfFile64::<Endianness>::parse(&*data).expect("a 64-bit ELF file");
    let found = file.dynamic_symbols().any(|symbol| symbol.name() == Ok(name) && symbol.is_definition());
    found
}
