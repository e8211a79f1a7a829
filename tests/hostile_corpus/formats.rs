//! Rows 55 to 83: other formats, other processors, headers, and files that end early.

use crate::row::{row, Made, Row, Site, LOADED};
use support::patch::{Field, PT_LOAD};

/// Rows 55 to 83.
pub fn rows() -> Vec<Row> {
    let other: u16 = if cfg!(target_arch = "aarch64") { 62 } else { 183 };
    vec![
        row(55, "text file", "E_ELF_MAGIC", |site| format(site, b"hello")),
        row(56, "linker script (like libc.so)", "E_ELF_MAGIC", |site| {
            format(site, b"/* GNU ld script\n*/\nGROUP ( libc.so.6 )")
        }),
        row(57, "PE (MZ)", "E_ELF_MAGIC", |site| format(site, b"MZ\x90\0")),
        row(58, "Mach-O magic", "E_ELF_MAGIC", |site| format(site, b"\xcf\xfa\xed\xfe")),
        row(59, "ar archive", "E_ELF_MAGIC", |site| site.material("archive")),
        row(60, "wasm module", "E_ELF_MAGIC", |site| format(site, b"\0asm\x01\0\0\0")),
        row(61, "gzip of a good plugin", "E_ELF_MAGIC", |site| site.material("gzip")),
        // What follows is read as fields of 32 bits, and makes no sense.
        row(62, "32-bit class byte", "E_ELF_HEADERS", |site| with(site, 4, &[1])),
        row(63, "real i386 shared object", "E_ELF_CLASS", |site| site.material("i386")),
        row(64, "real aarch64 shared object", "E_ELF_MACHINE", |site| {
            if cfg!(target_arch = "aarch64") {
                return Err("it is for this machine".to_owned());
            }
            site.material("aarch64")
        }),
        row(65, "real big-endian ppc64 shared object", "E_ELF_BYTE_ORDER", |site| site.material("ppc64")),
        // What follows is read the other way round: the type is the first that makes no sense.
        row(66, "big-endian data byte", "E_ELF_TYPE", |site| with(site, 5, &[2])),
        row(67, "EI_VERSION 0", "E_ELF_IDENT", |site| with(site, 6, &[0])),
        row(68, "OSABI FreeBSD", "E_ELF_OS_ABI", |site| with(site, 7, &[9])),
        row(69, "nonzero e_ident padding", "E_ELF_IDENT", |site| with(site, 12, &[1])),
        row(70, "e_machine of another processor", "E_ELF_MACHINE", move |site| with(site, 18, &other.to_le_bytes())),
        row(71, "ET_REL object file", "E_ELF_TYPE", |site| site.material("object")),
        row(72, "ET_EXEC", "E_ELF_TYPE", |site| site.material("program")),
        row(73, "ET_CORE", "E_ELF_TYPE", |site| with(site, 16, &[4])),
        row(74, "PIE executable", "E_ELF_PROGRAM", |site| site.material("pie")),
        row(75, "truncated to 25%", "E_ELF_TRUNCATED", |site| truncated(site, 25)),
        row(76, "truncated to 50%", "E_ELF_TRUNCATED", |site| truncated(site, 50)),
        row(77, "truncated to 75%", "E_ELF_TRUNCATED", |site| truncated(site, 75)),
        row(78, "truncated to 99%: only section headers lost", LOADED, |site| truncated(site, 99)),
        row(79, "e_phoff beyond the file", "E_ELF_TRUNCATED", |site| with(site, 32, &(1u64 << 40).to_le_bytes())),
        row(80, "e_phoff wraps (2^64-1)", "E_ELF_TRUNCATED", |site| with(site, 32, &u64::MAX.to_le_bytes())),
        row(81, "e_phentsize 32", "E_ELF_HEADERS", |site| with(site, 54, &[32, 0])),
        row(82, "e_phnum 0", "E_ELF_HEADERS", |site| with(site, 56, &[0, 0])),
        row(83, "e_phnum 65535", "E_ELF_HEADERS", |site| with(site, 56, &[255, 255])),
    ]
}

/// A file that begins like this.
fn format(site: &Site<'_>, begin: &[u8]) -> Made {
    site.bytes(&[begin, &[b'\n'; 200]].concat())
}

/// The good plugin with other bytes at an offset.
fn with(site: &Site<'_>, at: usize, bytes: &[u8]) -> Made {
    site.bytes(&site.patch().with(at, bytes).0)
}

fn truncated(site: &Site<'_>, percent: usize) -> Made {
    let good = site.patch();
    let last = good.loads() - 1;
    let needed = good.field(PT_LOAD, last, Field::Offset) + good.field(PT_LOAD, last, Field::FileSize);
    let (size, needed) = (good.0.len() * percent / 100, needed as usize);
    // How much a linker appends that is not loaded is its own affair.
    let size = if percent == 99 { size.max(needed) } else { size.min(needed - 1) };
    site.bytes(&good.0[..size])
}
