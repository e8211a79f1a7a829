//! Files in which the dynamic linker would find something else than is read, or would read where nothing is.

use crate::elf::mapping::Linker;
use crate::elf::Facts;
use crate::loader::tests::patch::*;
use crate::loader::tests::*;

const PT_PHDR: u32 = 6;
const PT_TLS: u32 = 7;
const PT_GNU_PROPERTY: u32 = 0x6474_e553;
const DT_PLTGOT: u64 = 3;
const DT_STRTAB: u64 = 5;
const DT_RELA: u64 = 7;
const DT_RELASZ: u64 = 8;
const DT_INIT_ARRAY: u64 = 25;
const DT_INIT_ARRAYSZ: u64 = 27;
const DT_PREINIT_ARRAY: u64 = 32;
const DT_GNU_HASH: u64 = 0x6fff_fef5;
const DT_VERSYM: u64 = 0x6fff_fff0;
const DT_RELACOUNT: u64 = 0x6fff_fff9;
const DT_VERNEED: u64 = 0x6fff_fffe;
const DT_VERNEEDNUM: u64 = 0x6fff_ffff;
const PAGE: usize = 4096;

/// The last segment in two, which meet at `cut`; the second one's bytes are a copy whose first page has `change`d bytes.
fn split(good: &Patch, cut: u64, change: impl Fn(&mut [u8])) -> Patch {
    let last = good.loads() - 1;
    let field = |field| good.field(PT_LOAD, last, field);
    let (offset, address) = (field(Field::Offset) as usize, field(Field::Address));
    let (file, memory) = (field(Field::FileSize), field(Field::MemorySize));
    let start = good.0.len().next_multiple_of(PAGE);
    let mut copy = good.0[offset / PAGE * PAGE..offset + file as usize].to_vec();
    change(&mut copy);
    let header = good.header(PT_LOAD, last);
    let second = good.0[header..header + 56].to_vec();
    let mut patch = good.clone().with(good.header(PT_GNU_EH_FRAME, 0), &second);
    patch.0.resize(start, 0);
    patch.0.extend(copy);
    // The first one in the table of the two is the copy.
    let (first, rest) = (cut - address, address + file - cut);
    let sizes = |patch: Patch, nth, file, memory| {
        let patch = patch.segment(PT_LOAD, nth, Field::FileSize, file);
        patch.segment(PT_LOAD, nth, Field::MemorySize, memory)
    };
    let patch = sizes(sizes(patch, last, first, first), last + 1, rest, address + memory - cut);
    let at = start as u64 + cut - address / PAGE as u64 * PAGE as u64;
    patch.segment(PT_LOAD, last + 1, Field::Offset, at).segment(PT_LOAD, last + 1, Field::Address, cut)
}

#[test]
fn a_page_of_another_segment_hides_the_dynamic_section() {
    let good = Patch::of(good_or_skip!("a_page_of_another_segment_hides_the_dynamic_section"));
    let last = good.loads() - 1;
    let end = good.field(PT_LOAD, last, Field::Address) + good.field(PT_LOAD, last, Field::FileSize);
    let page = end / PAGE as u64 * PAGE as u64;
    let inside = good.field(PT_DYNAMIC, 0, Field::Address) + good.field(PT_DYNAMIC, 0, Field::FileSize);
    check(vec![
        ("the copy begins behind it in its page", split(&good, inside + 8, |copy| copy[0x100] ^= 1), "E_ELF_SEGMENT"),
        ("the copy begins with a page", split(&good, page, |_| ()), LOADED),
    ]);
}

#[test]
fn pages_of_64_kib_are_compared_as_such() {
    let good = good_or_skip!("pages_of_64_kib_are_compared_as_such");
    let machine = Facts::host_machine();
    let code = |bytes: &[u8], page| {
        Facts::read_for(bytes, Linker::new(machine, page)).map_or_else(|error| error.code(), |_| LOADED)
    };
    let dir = Dir::new();
    let source = in_c("codec_xor.c");
    let large = ["-shared", "-fPIC", "-Wl,-z,max-page-size=65536", source.to_str().expect("UTF-8")];
    let large = compile(&dir.join("large.so"), &large).expect("cc was there before");
    let small = ["-shared", "-fPIC", "-Wl,-z,max-page-size=4096", source.to_str().expect("UTF-8")];
    let small = compile(&dir.join("small.so"), &small).expect("cc was there before");
    assert_eq!((code(&large, 1 << 12), code(&large, 1 << 16)), (LOADED, LOADED));
    assert_eq!((code(&small, 1 << 12), code(&small, 1 << 16)), (LOADED, "E_ELF_SEGMENT"));
    assert_eq!(code(good, 1), LOADED, "no page is smaller than 4 KiB");
}

#[test]
fn headers_by_which_the_linker_finds_other_bytes() {
    let good = Patch::of(good_or_skip!("headers_by_which_the_linker_finds_other_bytes"));
    let code = good.field(PT_LOAD, 1, Field::Address);
    let into = |kind| good.clone().kind(PT_GNU_EH_FRAME, 0, kind);
    let tls = |memory, align| {
        let patch = into(PT_TLS).segment(PT_TLS, 0, Field::FileSize, 0).segment(PT_TLS, 0, Field::MemorySize, memory);
        patch.segment(PT_TLS, 0, Field::Align, align)
    };
    let relro = |address, memory| {
        let patch = good.clone().segment(PT_GNU_RELRO, 0, Field::Address, address);
        patch.segment(PT_GNU_RELRO, 0, Field::MemorySize, memory)
    };
    let note = |field, value| good.clone().segment(PT_NOTE, 0, field, value);
    check(vec![
        ("program headers elsewhere", into(PT_PHDR), "E_ELF_SEGMENT"),
        ("two stacks", into(PT_GNU_STACK), "E_ELF_HEADERS"),
        (
            "properties that are not mapped",
            into(PT_GNU_PROPERTY).segment(PT_GNU_PROPERTY, 0, Field::Address, 1 << 40),
            "E_ELF_SEGMENT",
        ),
        ("a note at another address", note(Field::Address, 0x10), "E_ELF_SEGMENT"),
        ("a note that is longer in memory", note(Field::MemorySize, 1 << 20), "E_ELF_SEGMENT"),
        ("2^62 bytes of thread-local data", tls(1 << 62, 8), "E_ELF_SEGMENT"),
        ("thread-local data aligned to 2^40", tls(8, 1 << 40), "E_ELF_SEGMENT"),
        ("thread-local data aligned to nothing", tls(8, 0), "E_ELF_SEGMENT"),
        ("thread-local data", tls(8, 8), LOADED),
        ("code made read-only", relro(code, PAGE as u64), "E_ELF_SEGMENT"),
        ("a read-only part that wraps", relro(code, u64::MAX), "E_ELF_SEGMENT"),
        ("a segment that cannot be read", good.clone().segment(PT_LOAD, 0, Field::Flags, 0), "E_ELF_SEGMENT"),
        (
            "a dynamic section that cannot be written",
            good.clone().segment(PT_LOAD, good.loads() - 1, Field::Flags, 4),
            "E_ELF_SEGMENT",
        ),
    ]);
}

#[test]
fn tables_with_wrong_counts() {
    let good = Patch::of(good_or_skip!("tables_with_wrong_counts"));
    let set = |tag, value| good.clone().dynamic(tag, value);
    let add = |tag, value| good.clone().replace(DT_PLTGOT, tag, value);
    let hash = good.value(DT_GNU_HASH) as usize;
    let rela = good.value(DT_RELASZ);
    check(vec![
        ("more relative relocations than there are", set(DT_RELACOUNT, 1 << 40), "E_ELF_RELOCATIONS"),
        ("all relocations counted as relative", set(DT_RELACOUNT, rela / 24), "E_ELF_RELOCATIONS"),
        ("no relocations, counted as some", set(DT_RELASZ, 0), "E_ELF_RELOCATIONS"),
        ("half a relocation", set(DT_RELASZ, rela - 12), "E_ELF_DYNAMIC"),
        ("a filter of no words", good.clone().with(hash + 8, &[0]), "E_ELF_SYMBOLS"),
        ("a filter of three words", good.clone().with(hash + 8, &[3]), "E_ELF_SYMBOLS"),
        ("a filter that does not let the entry pass", good.clone().with(hash + 16, &[0; 8]), "E_ELF_ENTRY"),
        ("no buckets", good.clone().with(hash, &[0; 4]), "E_ELF_NO_ENTRY"),
        ("a constructor table that ends within a word", set(DT_INIT_ARRAYSZ, 7), "E_ELF_DYNAMIC"),
        ("constructors that only programs have", add(DT_PREINIT_ARRAY, good.value(DT_INIT_ARRAY)), "E_ELF_DYNAMIC"),
        ("a filter library in bits that only the linker sees", add(0x1_7fff_ffff, 1), "E_ELF_DYNAMIC"),
        (
            "strings over the dynamic section",
            set(DT_STRTAB, good.field(PT_DYNAMIC, 0, Field::Address)),
            "E_ELF_DYNAMIC",
        ),
    ]);
}

#[test]
fn versions_that_lead_nowhere() {
    good_or_skip!("versions_that_lead_nowhere");
    let dir = Dir::new();
    let more = dir.file("more.c", b"#include <stdlib.h>\nint pick(void) { return rand(); }\n");
    let source = in_c("codec_xor.c");
    let sources = [&source, &more].map(|path| path.to_str().expect("UTF-8"));
    let made =
        compile(&dir.join("x.so"), &[&["-shared", "-fPIC"], &sources[..]].concat()).expect("cc was there before");
    let good = Patch::of(&made);
    let set = |tag, value| good.clone().dynamic(tag, value);
    let [versions, needs] = [DT_VERSYM, DT_VERNEED].map(|tag| good.value(tag) as usize);
    check(vec![
        ("as it is", good.clone(), LOADED),
        ("one version too many", set(DT_VERNEEDNUM, 2), "E_ELF_DYNAMIC"),
        ("a version of a library that it does not need", good.clone().with(needs + 4, &[1, 0]), "E_ELF_DYNAMIC"),
        ("a version that there is not", good.clone().with(versions + 2, &[9, 0]), "E_ELF_DYNAMIC"),
        ("a symbol without a version that there is", set(DT_VERSYM, good.value(DT_GNU_HASH)), "E_ELF_DYNAMIC"),
    ]);
}

#[test]
fn relocations_that_change_what_was_read() {
    let good = Patch::of(good_or_skip!("relocations_that_change_what_was_read"));
    let table = good.value(DT_RELA) as usize;
    let count = good.value(DT_RELACOUNT) as usize;
    // The last relative one, so that the constructors keep theirs.
    let relative = table + 24 * (count - 1);
    let other = table + 24 * count;
    let to = |address: u64| good.clone().with(relative, &address.to_le_bytes());
    let kind = |kind: u32| good.clone().with(other + 8, &kind.to_le_bytes());
    let data = good.field(PT_LOAD, good.loads() - 1, Field::Address);
    let dynamic = good.field(PT_DYNAMIC, 0, Field::Address);
    // Of the last segment, whose entry is at another address than in the file.
    let entry = good.entry() as u64 - good.field(PT_LOAD, good.loads() - 1, Field::Offset) + data;
    let bad = "E_ELF_RELOCATIONS";
    check(vec![
        ("to the dynamic section", to(dynamic + 8), bad),
        ("to the strings", to(good.value(DT_STRTAB)), bad),
        ("to code", to(good.field(PT_LOAD, 1, Field::Address)), bad),
        ("to the begin of the entry", to(entry + 8), bad),
        ("half over the begin of the entry", to(entry - 4), bad),
        ("far away", to(0x7f00_0000_0000), bad),
        ("to the last bytes", to(u64::MAX - 3), bad),
        ("to a constructor's half", to(good.value(DT_INIT_ARRAY) + 4), bad),
        ("to a constructor again", to(good.value(DT_INIT_ARRAY)), bad),
        ("a constructor that is no code", good.clone().with(table + 16, &dynamic.to_le_bytes()), bad),
        ("a constructor without an address", good.clone().with(table, &(entry + 48).to_le_bytes()), bad),
        ("of an unknown type", kind(255), bad),
        ("a copy of other bytes", kind(5), bad),
        ("a call of what is no code", kind(37), bad),
        ("thread-local data that there is not", kind(18), bad),
        ("a symbol behind the others", good.clone().with(other + 12, &0x7fff_ffff_u32.to_le_bytes()), "E_ELF_SYMBOLS"),
    ]);
}
