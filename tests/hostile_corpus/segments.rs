//! Rows 84 to 98: program headers and the tables of the dynamic section.

use crate::row::{row, Made, Row, Site};
use support::patch::*;

const DT_STRTAB: u64 = 5;
const DT_SYMTAB: u64 = 6;
const DT_STRSZ: u64 = 10;
const DT_GNU_HASH: u64 = 0x6fff_fef5;
const OUTSIDE: u64 = 0x4000_0000;

/// Rows 84 to 98.
pub fn rows() -> Vec<Row> {
    vec![
        row(84, "PT_LOAD filesz past the file end", "E_ELF_TRUNCATED", |site| {
            last(site, Field::FileSize, site.good().len() as u64)
        }),
        row(85, "PT_LOAD memsz < filesz", "E_ELF_SEGMENT", |site| last(site, Field::MemorySize, 1)),
        row(86, "PT_LOAD memsz 2^60", "E_ELF_SEGMENT", |site| last(site, Field::MemorySize, 1 << 60)),
        row(87, "PT_LOAD align 3", "E_ELF_SEGMENT", |site| last(site, Field::Align, 3)),
        row(88, "PT_LOAD overlapping vaddr", "E_ELF_SEGMENT", |site| {
            let last = site.patch().field(PT_LOAD, site.patch().loads() - 1, Field::Address);
            // In the first page, as far from its begin.
            self::last(site, Field::Address, last % 4096)
        }),
        row(89, "writable and executable PT_LOAD", "E_ELF_WRITABLE_CODE", |site| {
            let good = site.patch();
            let is_code = |at: &usize| good.field(PT_LOAD, *at, Field::Flags) & 1 != 0;
            let code = (0..good.loads()).find(is_code).expect("it has code");
            site.bytes(&good.segment(PT_LOAD, code, Field::Flags, 7).0)
        }),
        row(90, "PT_INTERP present", "E_ELF_PROGRAM", |site| site.bytes(&site.patch().kind(PT_GNU_EH_FRAME, 0, 3).0)),
        row(91, "executable stack (PT_GNU_STACK RWX)", "E_ELF_EXEC_STACK", |site| {
            site.bytes(&site.patch().segment(PT_GNU_STACK, 0, Field::Flags, 7).0)
        }),
        row(92, "no PT_GNU_STACK", "E_ELF_EXEC_STACK", |site| without(site, PT_GNU_STACK)),
        row(93, "no PT_DYNAMIC", "E_ELF_DYNAMIC", |site| without(site, PT_DYNAMIC)),
        row(94, "PT_DYNAMIC offset past the end", "E_ELF_TRUNCATED", |site| {
            let end = site.good().len() as u64;
            site.bytes(&site.patch().segment(PT_DYNAMIC, 0, Field::Offset, end).0)
        }),
        row(95, "DT_STRTAB out of range", "E_ELF_DYNAMIC", |site| dynamic(site, DT_STRTAB, OUTSIDE)),
        row(96, "DT_STRSZ 2^40", "E_ELF_DYNAMIC", |site| dynamic(site, DT_STRSZ, 1 << 40)),
        row(97, "DT_SYMTAB out of range", "E_ELF_DYNAMIC", |site| dynamic(site, DT_SYMTAB, OUTSIDE)),
        row(98, "DT_GNU_HASH out of range", "E_ELF_DYNAMIC", |site| dynamic(site, DT_GNU_HASH, OUTSIDE)),
    ]
}

/// Changes a field of the last segment that is loaded.
fn last(site: &Site<'_>, field: Field, value: u64) -> Made {
    let good = site.patch();
    let last = good.loads() - 1;
    site.bytes(&good.segment(PT_LOAD, last, field, value).0)
}

fn without(site: &Site<'_>, kind: u32) -> Made {
    site.bytes(&site.patch().kind(kind, 0, 0).0)
}

fn dynamic(site: &Site<'_>, tag: u64, value: u64) -> Made {
    site.bytes(&site.patch().dynamic(tag, value).0)
}
