//! Mach-O, the format of macOS: one library, or several for as many processors.

use crate::base::text::UntrustedText;
use crate::elf::format::Format;
use crate::elf::{machine, Facts};
use crate::formats::marks::{self, Library, Names};
use crate::formats::trie;
use crate::refusal::elf_error::ElfError;
use object::macho::{self, FatArch32, FatArch64, MachHeader32, MachHeader64};
use object::read::macho::{FatArch, LoadCommandVariant, MachHeader, MachOFatFile, MachOFile, Nlist, Section, Segment};
use object::{Endianness, FileKind, Object};

fn malformed(reason: impl ToString) -> ElfError {
    marks::malformed(Format::MachO, reason)
}

pub(super) fn read(bytes: &[u8]) -> Result<Facts, ElfError> {
    match FileKind::parse(bytes).map_err(malformed)? {
        FileKind::MachO64 => read_width::<MachHeader64<Endianness>>(bytes),
        FileKind::MachO32 => read_width::<MachHeader32<Endianness>>(bytes),
        FileKind::MachOFat32 => read(one_of::<FatArch32>(bytes)?),
        FileKind::MachOFat64 => read(one_of::<FatArch64>(bytes)?),
        _ => Err(malformed("it is neither a library nor a file of several")),
    }
}

/// The library for this process's processor, or the first one.
fn one_of<Arch: FatArch>(bytes: &[u8]) -> Result<&[u8], ElfError> {
    let file = MachOFatFile::<Arch>::parse(bytes).map_err(malformed)?;
    let own = |arch: &&Arch| machine::of_host() == Some(marks::machine(arch.architecture()));
    let arch = file.arches().iter().find(own).or(file.arches().first()).ok_or(malformed("it has no library"))?;
    let library = arch.data(bytes).map_err(malformed)?;
    match FileKind::parse(library) {
        Ok(FileKind::MachO32 | FileKind::MachO64) => Ok(library),
        _ => Err(malformed("what it has for a processor is no library")),
    }
}

fn read_width<Width: MachHeader<Endian = Endianness>>(bytes: &[u8]) -> Result<Facts, ElfError> {
    let file = MachOFile::<Width>::parse(bytes).map_err(malformed)?;
    match file.macho_header().filetype(file.endian()) {
        macho::MH_DYLIB | macho::MH_BUNDLE => {}
        _ => return Err(ElfError::Type { found: "a program or an object file of macOS" }),
    }
    let mut facts = marks::facts(&file, Format::MachO);
    facts.build_id = file.mach_uuid().map_err(malformed)?.map(Vec::from);
    let exports = commands(&file, bytes, &mut facts)?;
    let library = Library { file: &file, bytes, format: Format::MachO };
    library.notes(&mut facts)?;
    let base = file.relative_address_base();
    let address = |name: &[u8]| Some(base.wrapping_add(trie::find(exports?, &[b"_", name].concat())?));
    if let Some(address) = address(marks::ENTRY) {
        library.entry(&mut facts, address)?;
    }
    if let Some(address) = address(marks::LAYOUT) {
        library.layout(&mut facts, address)?;
    }
    names(&file, bytes, &mut facts)?;
    Ok(facts)
}

/// Takes in what the load commands say. Returns the tree of its exports.
fn commands<'data, Width: MachHeader<Endian = Endianness>>(
    file: &MachOFile<'data, Width>,
    bytes: &'data [u8],
    facts: &mut Facts,
) -> Result<Option<&'data [u8]>, ElfError> {
    let endian = file.endian();
    let mut commands = file.macho_load_commands().map_err(malformed)?;
    let (mut exports, mut search) = (None, Vec::new());
    let part = |at: u32, size: u32| {
        let at = usize::try_from(at).ok()?;
        bytes.get(at..at.checked_add(usize::try_from(size).ok()?)?)
    };
    while let Some(command) = commands.next().map_err(malformed)? {
        match command.variant().map_err(malformed)? {
            LoadCommandVariant::Dylib(library) => {
                let name = command.string(endian, library.dylib.name).map_err(malformed)?;
                facts.needed.push(UntrustedText::from(name));
            }
            LoadCommandVariant::IdDylib(own) => {
                let name = command.string(endian, own.dylib.name).map_err(malformed)?;
                facts.soname = Some(UntrustedText::from(name));
            }
            LoadCommandVariant::Rpath(path) => {
                let path = command.string(endian, path.path).map_err(malformed)?;
                search.extend([&b":"[..usize::from(!search.is_empty())], path].concat());
                facts.search_path = Some(UntrustedText::from(&search[..]));
            }
            LoadCommandVariant::DyldInfo(info) => {
                exports = exports.or(part(info.export_off.get(endian), info.export_size.get(endian)));
            }
            LoadCommandVariant::LinkeditData(data) if command.cmd() == macho::LC_DYLD_EXPORTS_TRIE => {
                exports = part(data.dataoff.get(endian), data.datasize.get(endian));
            }
            LoadCommandVariant::Segment32(segment, sections) => part_of_memory(segment, sections, endian, facts)?,
            LoadCommandVariant::Segment64(segment, sections) => part_of_memory(segment, sections, endian, facts)?,
            _ => {}
        }
    }
    Ok(exports)
}

/// Takes in what a segment says.
fn part_of_memory<Part: Segment<Endian = Endianness>>(
    segment: &Part,
    sections: &[u8],
    endian: Endianness,
    facts: &mut Facts,
) -> Result<(), ElfError> {
    let end = segment.vmaddr(endian).into().saturating_add(segment.vmsize(endian).into());
    facts.memory_size = facts.memory_size.max(end);
    let rights = segment.initprot(endian);
    facts.writable_code |= rights.contains(macho::VM_PROT_WRITE) && rights.contains(macho::VM_PROT_EXECUTE);
    for section in segment.sections(endian, sections).map_err(malformed)? {
        let size: u64 = section.size(endian).into();
        match section.section_type(endian) {
            macho::S_MOD_INIT_FUNC_POINTERS => facts.constructors += size / u64::from(facts.bits / 8),
            macho::S_INIT_FUNC_OFFSETS => facts.constructors += size / 4,
            macho::S_THREAD_LOCAL_REGULAR | macho::S_THREAD_LOCAL_ZEROFILL => {
                facts.tls_size = facts.tls_size.saturating_add(size);
            }
            _ => {}
        }
    }
    Ok(())
}

/// Takes in the names that it exports beside those that mark a plugin.
fn names<Width: MachHeader<Endian = Endianness>>(
    file: &MachOFile<'_, Width>,
    bytes: &[u8],
    facts: &mut Facts,
) -> Result<(), ElfError> {
    let (endian, symbols) = (file.endian(), file.macho_symbol_table());
    let mut read = Names::of(bytes, Format::MachO);
    for symbol in symbols.iter() {
        let hidden = symbol.is_stab() || symbol.is_undefined() || !symbol.n_type().contains(macho::N_EXT);
        if hidden || symbol.n_type().contains(macho::N_PEXT) {
            continue;
        }
        let name = symbol.name(endian, symbols.strings()).unwrap_or_default();
        read.count(name)?;
        match name.strip_prefix(b"_") {
            Some(marks::ENTRY | marks::LAYOUT) => {}
            _ => marks::exported(facts, name),
        }
    }
    Ok(())
}
