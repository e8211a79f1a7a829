//! Damaged ELF files, and files that are none.

use super::patch::*;
use super::*;

const DT_PLTGOT: u64 = 3;
const DT_HASH: u64 = 4;
const DT_STRTAB: u64 = 5;
const DT_SYMTAB: u64 = 6;
const DT_RELASZ: u64 = 8;
const DT_STRSZ: u64 = 10;
const DT_SYMENT: u64 = 11;
const DT_INIT: u64 = 12;
const DT_RPATH: u64 = 15;
const DT_TEXTREL: u64 = 22;
const DT_INIT_ARRAY: u64 = 25;
const DT_RUNPATH: u64 = 29;
const DT_FLAGS: u64 = 30;
const DT_GNU_HASH: u64 = 0x6fff_fef5;
const DT_DEPAUDIT: u64 = 0x6fff_fefb;
const DT_AUDIT: u64 = 0x6fff_fefc;
const DT_FLAGS_1: u64 = 0x6fff_fffb;
const DT_AUXILIARY: u64 = 0x7fff_fffd;
const DT_FILTER: u64 = 0x7fff_ffff;
const OUTSIDE: u64 = 0x4000_0000;

#[test]
fn other_formats() {
    let file = |begin: &[u8]| Patch([begin, &[b'\n'; 200]].concat());
    check(vec![
        ("text", file(b"hello"), "E_ELF_MAGIC"),
        ("linker script", file(b"/* GNU ld script\n*/\nGROUP ( libc.so.6 )"), "E_ELF_MAGIC"),
        ("PE", file(b"MZ\x90\0"), "E_ELF_MAGIC"),
        ("Mach-O", file(b"\xcf\xfa\xed\xfe"), "E_ELF_MAGIC"),
        ("ar", file(b"!<arch>\n"), "E_ELF_MAGIC"),
        ("wasm", file(b"\0asm\x01\0\0\0"), "E_ELF_MAGIC"),
        ("gzip", file(b"\x1f\x8b\x08"), "E_ELF_MAGIC"),
        ("zeros", Patch(vec![0; 4096]), "E_ELF_MAGIC"),
    ]);
}

#[test]
fn headers() {
    let good = Patch::of(good_or_skip!("headers"));
    let with = |at: usize, bytes: &[u8]| good.clone().with(at, bytes);
    let other_machine: u16 = if cfg!(target_arch = "aarch64") { 62 } else { 183 };
    check(vec![
        ("class byte 3", with(4, &[3]), "E_ELF_IDENT"),
        ("byte order byte 0", with(5, &[0]), "E_ELF_IDENT"),
        ("EI_VERSION 0", with(6, &[0]), "E_ELF_IDENT"),
        ("padding", with(12, &[1]), "E_ELF_IDENT"),
        ("OS ABI FreeBSD", with(7, &[9]), "E_ELF_OS_ABI"),
        ("ABI version", with(8, &[1]), "E_ELF_OS_ABI"),
        ("another processor", with(18, &other_machine.to_le_bytes()), "E_ELF_MACHINE"),
        ("ET_REL", with(16, &[1]), "E_ELF_TYPE"),
        ("ET_EXEC", with(16, &[2]), "E_ELF_TYPE"),
        ("ET_CORE", with(16, &[4]), "E_ELF_TYPE"),
        ("e_phoff beyond the file", with(32, &(1u64 << 40).to_le_bytes()), "E_ELF_TRUNCATED"),
        ("e_phoff wraps", with(32, &u64::MAX.to_le_bytes()), "E_ELF_TRUNCATED"),
        ("e_phentsize 32", with(54, &[32, 0]), "E_ELF_HEADERS"),
        ("e_phnum 0", with(56, &[0, 0]), "E_ELF_HEADERS"),
        ("e_phnum 65535", with(56, &[255, 255]), "E_ELF_HEADERS"),
        // The rest of the file is read the other way round, and makes no sense.
        ("class byte 1", with(4, &[1]), "E_ELF_HEADERS"),
        ("byte order byte 2", with(5, &[2]), "E_ELF_TYPE"),
    ]);
}

#[test]
fn segments() {
    let good = Patch::of(good_or_skip!("segments"));
    let set = |kind, nth, field, value| good.clone().segment(kind, nth, field, value);
    let end = good.0.len() as u64;
    let second = good.field(PT_LOAD, 1, Field::Address);
    check(vec![
        ("file size past the end", set(PT_LOAD, 1, Field::FileSize, end), "E_ELF_TRUNCATED"),
        ("offset wraps", set(PT_LOAD, 1, Field::Offset, u64::MAX - 10), "E_ELF_TRUNCATED"),
        ("smaller in memory", set(PT_LOAD, 1, Field::MemorySize, 1), "E_ELF_SEGMENT"),
        ("2^60 bytes of memory", set(PT_LOAD, 3, Field::MemorySize, 1 << 60), "E_ELF_SEGMENT"),
        ("address wraps", set(PT_LOAD, 3, Field::Address, u64::MAX - 0xfff), "E_ELF_SEGMENT"),
        ("alignment 3", set(PT_LOAD, 1, Field::Align, 3), "E_ELF_SEGMENT"),
        ("alignment 1", set(PT_LOAD, 1, Field::Align, 1), "E_ELF_SEGMENT"),
        ("not congruent", set(PT_LOAD, 1, Field::Address, second + 8), "E_ELF_SEGMENT"),
        ("overlap", set(PT_LOAD, 2, Field::Address, second), "E_ELF_SEGMENT"),
        ("out of order", set(PT_LOAD, 1, Field::Address, 0x100_0000), "E_ELF_SEGMENT"),
        ("writable and executable", set(PT_LOAD, 1, Field::Flags, 7), "E_ELF_WRITABLE_CODE"),
        ("interpreter", good.clone().kind(PT_GNU_EH_FRAME, 0, 3), "E_ELF_PROGRAM"),
        ("executable stack", set(PT_GNU_STACK, 0, Field::Flags, 7), "E_ELF_EXEC_STACK"),
        ("no PT_GNU_STACK", good.clone().kind(PT_GNU_STACK, 0, 0), "E_ELF_EXEC_STACK"),
        ("RELRO elsewhere", set(PT_GNU_RELRO, 0, Field::Address, OUTSIDE), "E_ELF_SEGMENT"),
        ("no PT_DYNAMIC", good.clone().kind(PT_DYNAMIC, 0, 0), "E_ELF_DYNAMIC"),
        ("two PT_DYNAMIC", good.clone().kind(PT_GNU_EH_FRAME, 0, PT_DYNAMIC), "E_ELF_DYNAMIC"),
        ("PT_DYNAMIC past the end", set(PT_DYNAMIC, 0, Field::Offset, end), "E_ELF_TRUNCATED"),
        ("PT_DYNAMIC at another address", set(PT_DYNAMIC, 0, Field::Address, second), "E_ELF_DYNAMIC"),
        ("PT_DYNAMIC without an end", set(PT_DYNAMIC, 0, Field::FileSize, 32), "E_ELF_DYNAMIC"),
        ("PT_NOTE past the end", set(PT_NOTE, 0, Field::Offset, end), "E_ELF_TRUNCATED"),
    ]);
}

#[test]
fn dynamic_section() {
    let good = Patch::of(good_or_skip!("dynamic_section"));
    let set = |tag, value| good.clone().dynamic(tag, value);
    let add = |tag, value| good.clone().replace(DT_PLTGOT, tag, value);
    check(vec![
        ("strings elsewhere", set(DT_STRTAB, OUTSIDE), "E_ELF_DYNAMIC"),
        ("2^40 bytes of strings", set(DT_STRSZ, 1 << 40), "E_ELF_DYNAMIC"),
        ("symbols elsewhere", set(DT_SYMTAB, OUTSIDE), "E_ELF_DYNAMIC"),
        ("symbols of 8 bytes", set(DT_SYMENT, 8), "E_ELF_DYNAMIC"),
        ("hash table elsewhere", set(DT_GNU_HASH, OUTSIDE), "E_ELF_DYNAMIC"),
        ("hash table in other bytes", set(DT_GNU_HASH, 0), "E_ELF_SYMBOLS"),
        ("relocations past the end", set(DT_RELASZ, 1 << 40), "E_ELF_DYNAMIC"),
        ("constructors elsewhere", set(DT_INIT_ARRAY, OUTSIDE), "E_ELF_DYNAMIC"),
        ("constructor in data", set(DT_INIT, OUTSIDE), "E_ELF_DYNAMIC"),
        ("two string tables", add(DT_STRTAB, 0), "E_ELF_DYNAMIC"),
        ("DT_HASH elsewhere", add(DT_HASH, OUTSIDE), "E_ELF_DYNAMIC"),
        ("DT_AUDIT", add(DT_AUDIT, 1), "E_ELF_AUDIT"),
        ("DT_DEPAUDIT", add(DT_DEPAUDIT, 1), "E_ELF_AUDIT"),
        ("DT_FILTER", add(DT_FILTER, 1), "E_ELF_AUDIT"),
        ("DT_AUXILIARY", add(DT_AUXILIARY, 1), "E_ELF_AUDIT"),
        ("DT_TEXTREL", add(DT_TEXTREL, 0), "E_ELF_TEXTREL"),
        ("DF_TEXTREL", add(DT_FLAGS, 4), "E_ELF_TEXTREL"),
        ("DF_1_INTERPOSE", add(DT_FLAGS_1, 0x400), "E_ELF_INTERPOSE"),
        ("DF_1_PIE", add(DT_FLAGS_1, 0x0800_0000), "E_ELF_PROGRAM"),
        ("DT_RPATH", add(DT_RPATH, 1), "E_ELF_RPATH"),
        ("DT_RUNPATH", add(DT_RUNPATH, 1), "E_ELF_RPATH"),
        ("DT_RUNPATH outside of the strings", add(DT_RUNPATH, 1 << 40), "E_ELF_DYNAMIC"),
    ]);
}

#[test]
fn files_that_end_early() {
    let good = good_or_skip!("files_that_end_early");
    let end = Patch::of(good).header(PT_LOAD, 3);
    let last = Patch::of(good).field(PT_LOAD, 3, Field::Offset) + Patch::of(good).field(PT_LOAD, 3, Field::FileSize);
    let dir = Dir::new();
    let mut rows = Rows::default();
    let step = good.len() / 150;
    for size in (64..good.len()).step_by(step).chain([end, last as usize - 1, last as usize]) {
        // What follows the last segment is read by debuggers only.
        let expected = if (size as u64) < last { "E_ELF_TRUNCATED" } else { LOADED };
        rows.check(&format!("{size} of {} bytes", good.len()), dir.file("x.so", &good[..size]), expected);
    }
    rows.end();
}

#[test]
fn a_library_without_section_headers() {
    let good = Patch::of(good_or_skip!("a_library_without_section_headers"));
    check(vec![("no section headers", good.with(40, &[0; 8]).with(60, &[0; 4]), LOADED)]);
}
