//! Plugins for other processors: read, and refused by what they are for.

use crate::elf::Facts;
use crate::refusal::elf_error::ElfError;
use sochdb_plugin_abi::*;

/// Writes numbers as a processor has them.
#[derive(Clone, Copy)]
struct Target {
    wide: bool,
    big: bool,
    machine: u16,
}

impl Target {
    fn number(self, value: u64, size: usize) -> Vec<u8> {
        if self.big {
            value.to_be_bytes()[8 - size..].to_vec()
        } else {
            value.to_le_bytes()[..size].to_vec()
        }
    }

    /// Numbers of 1, 2, 4 or (with 8) word size, one after the other.
    fn fields(self, fields: &[(u64, usize)]) -> Vec<u8> {
        let size = |size: usize| if size == 8 && !self.wide { 4 } else { size };
        fields.iter().flat_map(|(value, bytes)| self.number(*value, size(*bytes))).collect()
    }

    fn segment(self, kind: u64, flags: u64, at: u64, len: u64, align: u64) -> Vec<u8> {
        match self.wide {
            true => self.fields(&[(kind, 4), (flags, 4), (at, 8), (at, 8), (at, 8), (len, 8), (len, 8), (align, 8)]),
            false => self.fields(&[(kind, 4), (at, 4), (at, 4), (at, 4), (len, 4), (len, 4), (flags, 4), (align, 4)]),
        }
    }

    fn symbol(self, name: u64, value: u64, size: u64, info: u64, section: u64) -> Vec<u8> {
        match self.wide {
            true => self.fields(&[(name, 4), (info, 1), (0, 1), (section, 2), (value, 8), (size, 8)]),
            false => self.fields(&[(name, 4), (value, 4), (size, 4), (info, 1), (0, 1), (section, 2)]),
        }
    }

    fn note(self) -> Vec<u8> {
        let mut note = self.fields(&[(7, 4), (SOCH_NOTE_BODY_SIZE.into(), 4), (SOCH_NOTE_TYPE.into(), 4)]);
        note.extend(b"SochDB\0\0");
        note.extend(self.fields(&[(1, 4), (1, 2), (0, 2), (0, 2), (0, 2), (0, 4), (8, 4)]));
        note.extend([7; SOCH_LAYOUT_HASH_SIZE]);
        note.extend(padded(b"foreign", SOCH_NAME_SIZE));
        note.extend(padded(b"2.0", SOCH_VERSION_SIZE));
        note
    }

    /// The smallest library with all that the reader looks at: one segment, found by a `DT_HASH` table.
    fn library(self) -> Vec<u8> {
        let (class, order) = (1 + u8::from(self.wide), 1 + u8::from(self.big));
        let magic = self.number(SOCH_MAGIC, 8);
        let head = self.fields(&[(144, 4), (1, 2), (0, 2), (0, 2), (0, 2), (0, 4)]);
        let parts = [
            self.note(),
            b"\0soch_plugin_v1\0libneeded.so\0".to_vec(),
            [self.symbol(0, 0, 0, 0, 0), self.symbol(1, 0x600, 144, 0x11, 1)].concat(),
            self.fields(&[(1, 4), (2, 4), (1, 4), (0, 4), (0, 4)]),
            self.fields(&[
                (1, 8),
                (16, 8),
                (4, 8),
                (0x500, 8),
                (5, 8),
                (0x300, 8),
                (10, 8),
                (29, 8),
                (6, 8),
                (0x400, 8),
                (0, 8),
                (0, 8),
            ]),
        ];
        let mut file = vec![0x7f, b'E', b'L', b'F', class, order, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let (header, segment) = if self.wide { (64, 56) } else { (52, 32) };
        let table = [(3, 2), (self.machine.into(), 2), (1, 4), (0, 8), (header, 8), (0, 8), (0, 4), (header, 2)];
        file.extend(self.fields(&table));
        file.extend(self.fields(&[(segment, 2), (4, 2), (0, 2), (0, 2), (0, 2)]));
        file.extend(self.segment(1, 6, 0, 0x800, 0x1_0000));
        file.extend(self.segment(2, 6, 0x700, parts[4].len() as u64, 8));
        file.extend(self.segment(4, 4, 0x200, parts[0].len() as u64, 4));
        file.extend(self.segment(0x6474_e551, 6, 0, 0, 16));
        file.resize(0x800, 0);
        let entry = [magic, head, vec![7; SOCH_LAYOUT_HASH_SIZE]].concat();
        let places = [0x200, 0x300, 0x400, 0x500, 0x700];
        for (at, part) in places.into_iter().zip(parts).chain([(0x600, entry)]) {
            file[at..at + part.len()].copy_from_slice(&part);
        }
        file
    }
}

fn padded(text: &[u8], size: usize) -> Vec<u8> {
    let mut field = text.to_vec();
    field.resize(size, 0);
    field
}

#[test]
fn plugins_for_every_processor_can_be_read() {
    for (name, machine, wide, big) in [
        ("x86_64", 62, true, false),
        ("aarch64", 183, true, false),
        ("riscv", 243, true, false),
        ("s390x", 22, true, true),
        ("powerpc64", 21, true, true),
        ("x86", 3, false, false),
        ("arm", 40, false, false),
        ("powerpc", 20, false, true),
    ] {
        let facts =
            Facts::read(&Target { wide, big, machine }.library()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(facts.machine_name(), name);
        assert_eq!((facts.bits, facts.big_endian), (if wide { 64 } else { 32 }, big));
        assert_eq!(facts.needed.iter().map(ToString::to_string).collect::<Vec<_>>(), ["libneeded.so"]);
        let note = facts.note.as_ref().expect("it has one");
        assert_eq!((note.name.as_bytes(), note.version.as_bytes()), (&b"foreign"[..], &b"2.0"[..]));
        assert_eq!((note.abi_major, note.abi_minor, note.kinds), (1, 0, SOCH_KIND_COMPRESSION));
        let entry = facts.entry.expect("it has one");
        assert_eq!((entry.magic, entry.size, entry.abi_major), (SOCH_MAGIC, 144, 1));
        assert_eq!(entry.layout_hash, note.layout_hash);
    }
}

#[test]
fn plugins_for_other_processors_are_refused_by_what_they_are_for() {
    let own = crate::elf::Facts::host_machine().expect("tests run on a processor that is known");
    let (wide, big) = (cfg!(target_pointer_width = "64"), cfg!(target_endian = "big"));
    let code = |wide, big, machine| {
        let facts = Facts::read(&Target { wide, big, machine }.library()).expect("it is well-formed");
        facts.check("x.so".as_ref()).map_or_else(|error: ElfError| error.code(), |_| "LOADED")
    };
    assert_eq!(code(wide, big, own), "LOADED");
    assert_eq!(code(!wide, big, own), "E_ELF_CLASS");
    assert_eq!(code(wide, !big, own), "E_ELF_BYTE_ORDER");
    assert_eq!(code(wide, big, 8), "E_ELF_MACHINE");
}
