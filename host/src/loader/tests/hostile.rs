//! Files whose every count and offset is as bad as the file has room for: they cost time in proportion to the file.

use super::processor_time;
use crate::elf::machine::{irelative, of_host};
use crate::elf::Facts;
use std::time::Duration;

const MIB: usize = 1 << 20;
const READ: &str = "read";
const PT_LOAD: u32 = 1;
const PT_DYNAMIC: u32 = 2;
const PT_NOTE: u32 = 4;
/// The dynamic section, with room for more entries than are allowed.
const DYNAMIC: usize = 0x1000;
/// What the tables may fill, up to the end of the file.
const TABLES: usize = 0x2_0000;
/// Eight zeros between the headers and the dynamic section: a hash table without buckets and symbols.
const NO_SYMBOLS: u64 = 0xff0;
const DT_NEEDED: u64 = 1;
const DT_HASH: u64 = 4;
const DT_GNU_HASH: u64 = 0x6fff_fef5;
const DT_RELACOUNT: u64 = 0x6fff_fff9;
const PF_R: u32 = 4;
const PF_W: u32 = 2;
const PF_X: u32 = 1;
/// A symbol that is exported, and words of a chain that all say that another one follows.
const EXPORT: [u8; 24] = [0, 0, 0, 0, 0x10, 0, 2, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/// A 64-bit little-endian library of nothing but what is put into it.
struct Hostile(Vec<u8>);

impl Hostile {
    fn new(size: usize, fill: u8) -> Self {
        let mut bytes = vec![fill; size];
        bytes[..TABLES].fill(0);
        // The strings end.
        bytes[size - 1] = 0;
        bytes[..16].copy_from_slice(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0");
        let whole = size as u64;
        Self(bytes)
            .u16(16, 3)
            .u16(18, of_host().expect("a processor that is known"))
            .u64(32, 64)
            .u16(54, 56)
            .segment(PT_LOAD, 0, 0, whole)
            .segment(PT_DYNAMIC, DYNAMIC as u64, DYNAMIC as u64, (TABLES - DYNAMIC) as u64)
    }

    fn u16(mut self, at: usize, value: u16) -> Self {
        self.0[at..at + 2].copy_from_slice(&value.to_le_bytes());
        self
    }

    fn u32(mut self, at: usize, value: u32) -> Self {
        self.0[at..at + 4].copy_from_slice(&value.to_le_bytes());
        self
    }

    fn u64(mut self, at: usize, value: u64) -> Self {
        self.0[at..at + 8].copy_from_slice(&value.to_le_bytes());
        self
    }

    fn size(&self) -> u64 {
        self.0.len() as u64
    }

    fn count(&self) -> u16 {
        u16::from_le_bytes([self.0[56], self.0[57]])
    }

    fn segment(self, kind: u32, offset: u64, address: u64, size: u64) -> Self {
        self.segment_with(kind, PF_R, offset, address, size)
    }

    fn segment_with(self, kind: u32, flags: u32, offset: u64, address: u64, size: u64) -> Self {
        let (count, at) = (self.count(), 64 + 56 * usize::from(self.count()));
        let align = if kind == PT_LOAD { 4096 } else { 4 };
        let fields = self.u16(56, count + 1).u32(at, kind).u32(at + 4, flags).u64(at + 8, offset).u64(at + 16, address);
        fields.u64(at + 32, size).u64(at + 40, size).u64(at + 48, align)
    }

    fn dynamic(self, tags: &[(u64, u64)]) -> Self {
        // Strings and symbols that lie over all the tables.
        let (strings, symbols) = ([(5, TABLES as u64), (10, self.size() - TABLES as u64)], [(6, TABLES as u64)]);
        let entries = strings.iter().chain(&symbols).chain(tags).enumerate();
        entries
            .fold(self, |file, (at, (tag, value))| file.u64(DYNAMIC + 16 * at, *tag).u64(DYNAMIC + 16 * at + 8, *value))
    }

    /// A hash table by which there are no symbols.
    fn without_symbols(self, tags: &[(u64, u64)]) -> Self {
        self.dynamic(&[tags, &[(DT_HASH, NO_SYMBOLS)]].concat())
    }
}

/// What it is, how to make it in a size, and what becomes of it.
type Case = (&'static str, fn(usize) -> Hostile, &'static str);

const CASES: [Case; 17] = [
    ("65535 segments to load", |size| headers(size, PT_LOAD), "E_ELF_HEADERS"),
    ("65535 dynamic sections", |size| headers(size, PT_DYNAMIC), "E_ELF_HEADERS"),
    ("65535 segments of notes", |size| headers(size, PT_NOTE), "E_ELF_HEADERS"),
    ("32 segments to load, each the whole file", loads, READ),
    ("62 segments of notes, each the rest of the file", |size| notes(size, 62, (size - TABLES) as u64), "E_ELF_NOTES"),
    ("62 segments of the same notes", |size| notes(size, 62, 16 << 10), READ),
    ("1 MiB of the shortest notes", |size| notes(size, 1, MIB as u64), READ),
    ("a dynamic section that is the file, with needs only", needs, "E_ELF_DYNAMIC"),
    ("4000 needs", |size| needs_of(size, 4000), "E_ELF_DYNAMIC"),
    ("256 needs with long names", |size| needs_of(size, 256), READ),
    ("as many buckets as the file has room for", buckets, READ),
    ("a chain without an end", |size| chain(size, false), "E_ELF_SYMBOLS"),
    ("a chain as long as the symbols, which lie over it", |size| chain(size, true), READ),
    ("DT_HASH with as many symbols as the file has room for", hash, READ),
    ("one chain of DT_HASH through all symbols", |size| one_chain(size, false), READ),
    ("a chain of DT_HASH that leads in a circle", |size| one_chain(size, true), "E_ELF_SYMBOLS"),
    ("two tables of relocations, together the whole file", relocations, READ),
];

fn headers(size: usize, kind: u32) -> Hostile {
    let room = ((size - 64) / 56).min(65535) - 2;
    (0..room).fold(Hostile::new(size, 0), |file, _| file.segment(kind, 0, 0, size as u64)).u16(56, 65535)
}

fn loads(size: usize) -> Hostile {
    let file = Hostile::new(size, 0).without_symbols(&[]);
    (1..32).fold(file, |file, at| file.segment(PT_LOAD, 0, (at * size) as u64, size as u64))
}

fn notes(size: usize, count: usize, each: u64) -> Hostile {
    let file = Hostile::new(size, 0).without_symbols(&[]);
    (0..count).fold(file, |file, _| file.segment(PT_NOTE, TABLES as u64, TABLES as u64, each))
}

fn needs(size: usize) -> Hostile {
    let file = Hostile::new(size, 0);
    let file = file.u64(64 + 56 + 32, (size - DYNAMIC) as u64);
    (DYNAMIC..size - 16).step_by(16).fold(file, |file, at| file.u64(at, DT_NEEDED))
}

fn needs_of(size: usize, count: usize) -> Hostile {
    let tags: Vec<_> = (0..count).map(|at| (DT_NEEDED, at as u64)).collect();
    let mut file = Hostile::new(size, b'$').without_symbols(&tags);
    (TABLES + 4000..size).step_by(4000).for_each(|at| file.0[at] = 0);
    file
}

fn buckets(size: usize) -> Hostile {
    let buckets = (size - TABLES - 24) / 4;
    let file = Hostile::new(size, 0).dynamic(&[(DT_GNU_HASH, TABLES as u64)]);
    file.u32(TABLES, buckets as u32).u32(TABLES + 4, 1).u32(TABLES + 8, 1)
}

fn chain(size: usize, ends: bool) -> Hostile {
    let symbols = (size - TABLES) / 24;
    let mut file = Hostile::new(size, 0).dynamic(&[(DT_GNU_HASH, TABLES as u64)]);
    file.0[TABLES..].chunks_exact_mut(24).for_each(|symbol| symbol.copy_from_slice(&EXPORT));
    let mut file = file.u32(TABLES, 1).u32(TABLES + 4, 1).u32(TABLES + 8, 1).u32(TABLES + 24, 1);
    let last = TABLES + 28 + 4 * (symbols - 2);
    file.0[last] |= u8::from(ends);
    file
}

fn hash(size: usize) -> Hostile {
    let symbols = (size - TABLES) / 24;
    let file = Hostile::new(size, 0).dynamic(&[(DT_HASH, TABLES as u64)]);
    let mut file = file.u32(TABLES, symbols as u32).u32(TABLES + 4, symbols as u32);
    file.0[TABLES + 24 * (symbols - 1)..][..24].copy_from_slice(&EXPORT);
    file
}

/// All chains lead from the last symbol to the first one.
fn one_chain(size: usize, circle: bool) -> Hostile {
    let symbols = (size - TABLES - 64) / 28;
    let file = Hostile::new(size, 0).dynamic(&[(DT_HASH, TABLES as u64)]);
    let file = file.u32(TABLES, 1).u32(TABLES + 4, symbols as u32).u32(TABLES + 8, symbols as u32 - 1);
    let file = (1..symbols).fold(file, |file, at| file.u32(TABLES + 12 + 4 * at, at as u32 - 1));
    // The symbols follow it.
    let file = file.u64(DYNAMIC + 40, (size - 24 * symbols) as u64);
    if circle {
        file.u32(TABLES + 12 + 4, symbols as u32 - 1)
    } else {
        file
    }
}

fn relocations(size: usize) -> Hostile {
    relocations_and(size, &[])
}

fn relocations_and(size: usize, more: &[(u64, u64)]) -> Hostile {
    let all = (size - TABLES) as u64 / 24;
    let (table, half) = (TABLES as u64, all / 2 * 24);
    let tags = [(7, table), (8, half), (9, 24), (23, table + half), (2, all * 24 - half), (20, 7)];
    let (data, code) = (size as u64, 2 * size as u64);
    let file = Hostile::new(size, 0).segment_with(PT_LOAD, PF_R | PF_W, 0, data, 4096);
    let mut file = file.segment_with(PT_LOAD, PF_R | PF_X, 0, code, 4096).without_symbols(&[&tags, more].concat());
    let calls = of_host().and_then(irelative).expect("a processor that is known").into();
    let entry: Vec<u8> = [data, calls, code].iter().flat_map(|word| word.to_le_bytes()).collect();
    file.0[TABLES..].chunks_exact_mut(24).for_each(|relocation| relocation.copy_from_slice(&entry));
    file
}

fn outcome(file: &Hostile) -> &'static str {
    Facts::read(&file.0).map_or_else(|error| error.code(), |_| READ)
}

/// The median of three.
fn time(file: &Hostile) -> Duration {
    let mut times = [Duration::ZERO; 3];
    for time in &mut times {
        let start = processor_time();
        let _ = std::hint::black_box(Facts::read(&file.0));
        *time = processor_time() - start;
    }
    times.sort();
    times[1]
}

#[test]
fn four_times_the_file_takes_about_four_times_as_long() {
    for (what, build, expected) in CASES {
        let (small, large) = (build(2 * MIB), build(8 * MIB));
        assert_eq!((outcome(&small), outcome(&large)), (expected, expected), "{what}");
        // What other programs do to the caches shows, so the limit is generous, and there are three trials.
        let trial = || {
            let (small, large) = (time(&small), time(&large));
            (large > 8 * small + Duration::from_millis(5)).then_some((small, large))
        };
        let slow: Vec<_> = (0..3).map_while(|_| trial()).collect();
        assert!(slow.len() < 3, "{what}: {slow:?}");
    }
}

#[test]
fn a_hostile_file_of_64_mib_is_read_in_time() {
    for (what, build, expected) in CASES {
        let file = build(64 * MIB);
        let start = processor_time();
        assert_eq!(outcome(&file), expected, "{what}");
        let took = processor_time() - start;
        assert!(took < Duration::from_secs(10), "{what} took {took:?}");
    }
}

/// The cases are as bad as they say: each table is read to its end.
#[test]
fn the_largest_tables_are_read_to_their_end() {
    let read = |file: Hostile| Facts::read(&file.0).expect("it is well formed");
    let symbols = (4 * MIB - TABLES) as u64 / 24;
    assert!(read(chain(4 * MIB, true)).export_count.abs_diff(symbols) < 8);
    assert_eq!(read(hash(4 * MIB)).export_count, 1, "the last one");
    assert_eq!(read(relocations(4 * MIB)).resolvers, symbols);
}

/// glibc takes so many of the first ones for relative ones, whatever they are.
#[test]
fn relocations_that_are_counted_as_plain_and_are_not() {
    let count = |count: u64| outcome(&relocations_and(MIB, &[(DT_RELACOUNT, count)]));
    assert_eq!(count(0), READ);
    for wrong in [1, 10, (MIB - TABLES) as u64 / 24 + 1, u64::MAX / 24, u64::MAX] {
        assert_eq!(count(wrong), "E_ELF_RELOCATIONS", "{wrong}");
    }
    let twice = relocations_and(MIB, &[(DT_RELACOUNT, 0), (DT_RELACOUNT, 0)]);
    assert_eq!(outcome(&twice), "E_ELF_DYNAMIC");
}
