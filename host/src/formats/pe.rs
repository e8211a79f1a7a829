//! PE, the format of Windows.

use crate::base::text::UntrustedText;
use crate::elf::format::Format;
use crate::elf::Facts;
use crate::formats::marks::{self, Library, Names};
use crate::refusal::elf_error::ElfError;
use object::pe::{self, ImageTlsDirectory32, ImageTlsDirectory64};
use object::read::pe::{ImageNtHeaders, ImageOptionalHeader, PeFile};
use object::{ExportTarget, FileKind, LittleEndian as LE, NameOrOrdinal, Object, ObjectKind};

/// The most names that a library can export: each has a number of 16 bits.
const NAMES_MAX: usize = 1 << 16;

fn malformed(reason: impl ToString) -> ElfError {
    marks::malformed(Format::Pe, reason)
}

pub(super) fn read(bytes: &[u8]) -> Result<Facts, ElfError> {
    match FileKind::parse(bytes).map_err(malformed)? {
        FileKind::Pe64 => read_width::<pe::ImageNtHeaders64>(bytes),
        FileKind::Pe32 => read_width::<pe::ImageNtHeaders32>(bytes),
        _ => Err(ElfError::Type { found: "a program for DOS or 16-bit Windows" }),
    }
}

fn read_width<Width: ImageNtHeaders>(bytes: &[u8]) -> Result<Facts, ElfError> {
    let file = PeFile::<Width>::parse(bytes).map_err(malformed)?;
    if file.kind() != ObjectKind::Dynamic {
        return Err(ElfError::Type { found: "a Windows program" });
    }
    let optional = file.nt_headers().optional_header();
    let mut facts = marks::facts(&file, Format::Pe);
    facts.least_alignment = optional.section_alignment().into();
    facts.memory_size = optional.size_of_image().into();
    facts.constructors = u64::from(optional.address_of_entry_point() != 0);
    facts.writable_code = file.section_table().iter().any(|section| {
        let flags = section.characteristics.get(LE);
        flags.contains(pe::IMAGE_SCN_MEM_EXECUTE) && flags.contains(pe::IMAGE_SCN_MEM_WRITE)
    });
    facts.build_id = file.pdb_info().ok().flatten().map(|info| info.guid().to_vec());
    thread_data(&file, &mut facts)?;
    let library = Library { file: &file, bytes, format: Format::Pe };
    library.notes(&mut facts)?;
    needs(&file, bytes, &mut facts)?;
    exports(&library, &mut facts)?;
    Ok(facts)
}

/// The libraries that it needs at once or when they are first used.
fn needs<Width: ImageNtHeaders>(file: &PeFile<'_, Width>, bytes: &[u8], facts: &mut Facts) -> Result<(), ElfError> {
    let mut read = Names::of(bytes, Format::Pe);
    for library in file.import_libraries().map_err(malformed)? {
        let name = library.map_err(malformed)?.name();
        read.count(name)?;
        facts.needed.push(UntrustedText::from(name));
    }
    Ok(())
}

fn exports<Width: ImageNtHeaders>(
    library: &Library<'_, '_, PeFile<'_, Width>>,
    facts: &mut Facts,
) -> Result<(), ElfError> {
    let Some(table) = library.file.export_table().map_err(malformed)? else { return Ok(()) };
    if table.addresses().len() > NAMES_MAX || table.name_pointers().len() > NAMES_MAX {
        return Err(malformed("it exports more than there are numbers"));
    }
    facts.soname = table.name_from_pointer(table.directory().name.get(LE)).ok().map(UntrustedText::from);
    let mut read = Names::of(library.bytes, Format::Pe);
    for export in library.file.exports().map_err(malformed)? {
        let export = export.map_err(malformed)?;
        let name = match export.name() {
            NameOrOrdinal::Name(name) => name,
            NameOrOrdinal::Ordinal(_) => &b"(a number)"[..],
        };
        read.count(name)?;
        match (name, export.target()) {
            (marks::ENTRY, ExportTarget::Address { address }) => library.entry(facts, address)?,
            (marks::ENTRY, _) => return Err(ElfError::EntryKind { reason: "is another library's" }),
            (marks::LAYOUT, ExportTarget::Address { address }) => library.layout(facts, address)?,
            (marks::LAYOUT, _) => return Err(ElfError::LayoutKind { reason: "is another library's" }),
            (marks::NOTE, ExportTarget::Address { .. }) => {}
            (name, ExportTarget::Reexport { library: from, .. }) => {
                read.count(from)?;
                facts.needed.push(UntrustedText::from(from));
                marks::exported(facts, name);
            }
            (name, _) => marks::exported(facts, name),
        }
    }
    Ok(())
}

/// Thread-local data, and the functions that run beside the library's own at its load.
fn thread_data<Width: ImageNtHeaders>(file: &PeFile<'_, Width>, facts: &mut Facts) -> Result<(), ElfError> {
    let Some(entry) = file.data_directory(pe::IMAGE_DIRECTORY_ENTRY_TLS) else { return Ok(()) };
    let data = entry.data(file.data(), &file.section_table()).map_err(malformed)?;
    let [start, end, functions, zeros] = if file.is_64() {
        let (directory, _) = object::pod::from_bytes::<ImageTlsDirectory64>(data).map_err(|()| cut_off())?;
        let words =
            [directory.start_address_of_raw_data, directory.end_address_of_raw_data, directory.address_of_call_backs];
        let [start, end, functions] = words.map(|word| word.get(LE));
        [start, end, functions, directory.size_of_zero_fill.get(LE).into()]
    } else {
        let (directory, _) = object::pod::from_bytes::<ImageTlsDirectory32>(data).map_err(|()| cut_off())?;
        let words =
            [directory.start_address_of_raw_data, directory.end_address_of_raw_data, directory.address_of_call_backs];
        let [start, end, functions] = words.map(|word| u64::from(word.get(LE)));
        [start, end, functions, directory.size_of_zero_fill.get(LE).into()]
    };
    facts.tls_size = end.saturating_sub(start).saturating_add(zeros);
    facts.constructors += callbacks(file, functions);
    Ok(())
}

fn cut_off() -> ElfError {
    malformed("the directory of its thread-local data is cut off")
}

/// The number of functions in a list that ends in NULL.
fn callbacks<Width: ImageNtHeaders>(file: &PeFile<'_, Width>, list: u64) -> u64 {
    let at = list.checked_sub(file.relative_address_base()).and_then(|at| u32::try_from(at).ok());
    let data = at.and_then(|at| file.section_table().pe_data_at(file.data(), at)).unwrap_or_default();
    let words = data.chunks_exact(if file.is_64() { 8 } else { 4 });
    words.take_while(|word| word.iter().any(|byte| *byte != 0)).count() as u64
}
