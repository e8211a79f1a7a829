//! The first bytes of the file: what it is, and for which machine.

use crate::elf::bytes::Image;
use crate::refusal::elf_error::ElfError;

const ELF_MAGIC: &[u8] = b"\x7fELF";
const ET_DYN: u16 = 3;

pub(crate) struct Header {
    pub(crate) os_abi: u8,
    pub(crate) abi_version: u8,
    pub(crate) machine: u16,
    /// Offset of the program headers.
    pub(crate) segments_at: u64,
    pub(crate) segment_size: u16,
    pub(crate) segment_count: u16,
}

/// Reads the header of a shared library of any machine.
pub(crate) fn read(bytes: &[u8]) -> Result<(Image<'_>, Header), ElfError> {
    if !bytes.starts_with(ELF_MAGIC) {
        return Err(ElfError::NotElf { found: looks_like(bytes) });
    }
    let ident: &[u8; 16] = bytes.first_chunk().ok_or(ElfError::Truncated { what: "header" })?;
    let [_, _, _, _, class, order, version, os_abi, abi_version, padding @ ..] = *ident;
    let wide = match class {
        1 => false,
        2 => true,
        _ => return Err(ElfError::Ident { what: "class", value: class }),
    };
    let big_endian = match order {
        1 => false,
        2 => true,
        _ => return Err(ElfError::Ident { what: "byte order", value: order }),
    };
    if version != 1 {
        return Err(ElfError::Ident { what: "version", value: version });
    }
    if let Some(value) = padding.into_iter().find(|byte| *byte != 0) {
        return Err(ElfError::Ident { what: "a padding byte of", value });
    }
    let image = Image { bytes, big_endian, wide };
    let header = fields(&image, os_abi, abi_version).ok_or(ElfError::Truncated { what: "header" })?;
    let kind = image.u16(16).ok_or(ElfError::Truncated { what: "header" })?;
    if kind != ET_DYN {
        return Err(ElfError::Type { found: type_name(kind) });
    }
    Ok((image, header))
}

fn fields(image: &Image<'_>, os_abi: u8, abi_version: u8) -> Option<Header> {
    image.get(0, image.pick(64, 52))?;
    Some(Header {
        os_abi,
        abi_version,
        machine: image.u16(18)?,
        segments_at: image.word(image.pick(32, 28))?,
        segment_size: image.u16(image.pick(54, 42))?,
        segment_count: image.u16(image.pick(56, 44))?,
    })
}

fn type_name(kind: u16) -> &'static str {
    match kind {
        1 => "an object file",
        2 => "a program with a fixed address",
        4 => "a core dump",
        _ => "an ELF file of an unknown type",
    }
}

fn looks_like(bytes: &[u8]) -> &'static str {
    const KNOWN: [(&[u8], &str); 14] = [
        (b"MZ", "a Windows library or program"),
        (b"\xcf\xfa\xed\xfe", "a Mach-O library or program"),
        (b"\xfe\xed\xfa\xcf", "a Mach-O library or program"),
        (b"\xce\xfa\xed\xfe", "a Mach-O library or program"),
        (b"\xca\xfe\xba\xbe", "a Mach-O universal file"),
        (b"!<arch>", "a static library"),
        (b"!<thin>", "a static library"),
        (b"\0asm", "a WebAssembly module"),
        (b"BC\xc0\xde", "LLVM bitcode"),
        (b"\x1f\x8b", "a gzip archive"),
        (b"\x28\xb5\x2f\xfd", "a zstd archive"),
        (b"PK\x03\x04", "a zip archive"),
        (b"/* GNU ld script", "a linker script"),
        (b"#!", "a script"),
    ];
    let known = KNOWN.iter().find(|(magic, _)| bytes.starts_with(magic));
    let text = || bytes.iter().take(64).all(|byte| (b' '..=b'~').contains(byte) || byte.is_ascii_whitespace());
    match known {
        Some((_, name)) => name,
        None if text() => "a text file",
        None => "data",
    }
}
