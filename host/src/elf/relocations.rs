//! The relocations: what the dynamic linker writes to the library, and what it calls meanwhile.

use crate::elf::bytes::Image;
use crate::elf::library::Library;
use crate::elf::machine::{self, Types};
use crate::elf::packed;
use crate::elf::segments::PT_TLS;
use crate::elf::tag;
use crate::elf::targets::{malformed, Target, Targets};
use crate::refusal::elf_error::ElfError;

/// The effects of the relocations.
#[derive(Default)]
pub(crate) struct Relocated {
    /// How many functions they call. They run before any constructor; 0 on processors that are not known.
    pub(crate) resolvers: u64,
    /// Whether thread-local data must be there when a thread begins.
    pub(crate) static_tls: bool,
}

/// Reads the relocations. If `own`, this system's dynamic linker knows them: each must write where it may, and lead to
/// what there is.
pub(crate) fn read(
    library: &mut Library<'_>,
    machine: u16,
    own: bool,
    mut targets: Targets,
) -> Result<Relocated, ElfError> {
    let types = machine::relocations(machine).filter(|_| own && library.image.wide);
    let mut found = Relocated::default();
    let Some(types) = types else {
        found.resolvers = resolvers(library, machine)?;
        return Ok(found);
    };
    if library.dynamic.has(tag::REL) || library.dynamic.one(tag::PLTREL) == Some(tag::REL) {
        return Err(malformed("they are of a kind that this processor does not have"));
    }
    packed::read(library, &mut targets)?;
    let mut pass = Pass { library, types, targets, found, foreign: Vec::new() };
    let first = pass.table(tag::RELA, tag::RELASZ, pass.library.dynamic.one(tag::RELACOUNT).unwrap_or(0), None)?;
    pass.table(tag::JMPREL, tag::PLTRELSZ, 0, first)?;
    pass.targets.check_functions()?;
    pass.check_foreign()?;
    Ok(pass.found)
}

struct Pass<'a, 'b> {
    library: &'a mut Library<'b>,
    types: &'static Types,
    targets: Targets,
    found: Relocated,
    /// The names of thread-local data of other libraries, by their place in the table of strings.
    foreign: Vec<u64>,
}

/// One relocation.
struct Entry {
    at: u64,
    kind: u32,
    symbol: u64,
    addend: u64,
}

impl Pass<'_, '_> {
    /// Checks a table, the first `plain` entries of which are taken to be relative. Gives its place in the file; does
    /// nothing if the table lies in the one that was checked `before`.
    fn table(
        &mut self,
        start: u64,
        size: u64,
        plain: u64,
        before: Option<(u64, u64)>,
    ) -> Result<Option<(u64, u64)>, ElfError> {
        let Some((offset, len)) = self.library.dynamic.range(start, size, self.library.segments)? else {
            return if plain == 0 { Ok(None) } else { Err(WRONG_COUNT) };
        };
        if before.is_some_and(|(first, whole)| first <= offset && offset + len <= first + whole) {
            return Ok(None);
        }
        let image = self.library.image;
        let table = image.get(offset, len).ok_or(ElfError::Truncated { what: "relocations" })?;
        let (entries, rest) = table.as_chunks::<24>();
        let plain = usize::try_from(plain).ok().and_then(|plain| entries.split_at_checked(plain));
        let Some((relative, others)) = plain.filter(|_| rest.is_empty()) else {
            return Err(WRONG_COUNT);
        };
        for entry in relative {
            let entry = Entry::read(image, entry);
            if entry.kind != self.types.relative {
                return Err(malformed("one that is counted as relative is not"));
            }
            self.relative(&entry)?;
        }
        others.iter().try_for_each(|entry| self.one(&Entry::read(image, entry)))?;
        Ok(Some((offset, len)))
    }

    #[inline]
    fn relative(&mut self, entry: &Entry) -> Result<(), ElfError> {
        match self.targets.write(entry.at, 8)? {
            Target::Function if !self.library.segments.is_code(entry.addend) => Err(NO_CODE),
            _ => Ok(()),
        }
    }

    fn one(&mut self, entry: &Entry) -> Result<(), ElfError> {
        let types = self.types;
        let kind = entry.kind;
        if kind == types.relative {
            self.relative(entry)
        } else if types.words.contains(&kind) {
            self.symbol(entry)
        } else if kind == types.irelative {
            self.found.resolvers += 1;
            self.targets.write(entry.at, 8)?;
            if self.library.segments.is_code(entry.addend) {
                return Ok(());
            }
            Err(malformed("one calls what is no code"))
        } else if types.halves.contains(&kind) {
            self.named(entry.symbol)?;
            self.data(entry.at, 4)
        } else if types.thread.contains(&kind) {
            self.thread_local(entry, 8)
        } else if kind == types.thread_static {
            self.found.static_tls = true;
            self.thread_local(entry, 8)
        } else if kind == types.thread_function {
            self.thread_local(entry, 16)
        } else if kind == types.none {
            self.named(entry.symbol)
        } else {
            Err(malformed("one is of a type that no shared library has"))
        }
    }

    /// The symbol is one that there is.
    fn named(&mut self, index: u64) -> Result<(), ElfError> {
        if index < self.library.symbols.count {
            return Ok(());
        }
        let Library { image, segments, dynamic, ref mut symbols } = *self.library;
        symbols.named_by_relocation(index, image, segments, dynamic)
    }

    fn data(&mut self, at: u64, len: u64) -> Result<(), ElfError> {
        match self.targets.write(at, len)? {
            Target::Data => Ok(()),
            Target::Function => Err(NO_CODE),
        }
    }

    fn symbol(&mut self, entry: &Entry) -> Result<(), ElfError> {
        self.named(entry.symbol)?;
        if self.targets.write(entry.at, 8)? == Target::Data {
            return Ok(());
        }
        let Some(symbol) = self.library.symbols.get(self.library.image, entry.symbol) else { return Err(NO_CODE) };
        let own = symbol.is_own() && self.library.segments.is_code(symbol.value.wrapping_add(entry.addend));
        if own || !symbol.is_own() && !symbol.is_weak() {
            return Ok(());
        }
        Err(NO_CODE)
    }

    /// Thread-local data of this library is there, and that of another is named as such.
    fn thread_local(&mut self, entry: &Entry, len: u64) -> Result<(), ElfError> {
        self.named(entry.symbol)?;
        self.data(entry.at, len)?;
        let symbol = self.library.symbols.get(self.library.image, entry.symbol);
        let own = entry.symbol == 0 || symbol.as_ref().is_some_and(|symbol| symbol.is_own());
        let said = entry.symbol == 0 || symbol.as_ref().is_some_and(|symbol| symbol.is_thread_local());
        let name = symbol.filter(|_| !own).map(|symbol| symbol.name);
        self.foreign.extend(name.filter(|name| self.foreign.last() != Some(name)));
        let has = self.library.segments.of(PT_TLS).any(|segment| segment.memory_size > 0);
        if said && (has || !own) {
            return Ok(());
        }
        Err(malformed("one leads to thread-local data that there is not"))
    }

    /// Refuses a name of thread-local data in another library that names something else there too: glibc divides by the
    /// alignment of the thread-local data of the library that has the name, which is 0 if it has none.
    fn check_foreign(&mut self) -> Result<(), ElfError> {
        self.foreign.sort_unstable();
        let Library { image, ref symbols, .. } = *self.library;
        let indexes = if self.foreign.is_empty() { 0..0 } else { 1..symbols.count };
        for symbol in indexes.filter_map(|index| symbols.get(image, index)) {
            if !symbol.is_thread_local() && self.foreign.binary_search(&symbol.name).is_ok() {
                return Err(malformed("one takes a name for thread-local data and for something else"));
            }
        }
        Ok(())
    }
}

const WRONG_COUNT: ElfError = malformed("their number is wrong");
const NO_CODE: ElfError = malformed("a constructor or destructor in its table is no code");

impl Entry {
    #[inline]
    fn read(image: &Image<'_>, bytes: &[u8; 24]) -> Self {
        let word = |at: usize| image.wide_number(bytes[at..at + 8].first_chunk().unwrap_or(&[0; 8]));
        let info = word(8);
        Self { at: word(0), kind: info as u32, symbol: info >> 32, addend: word(16) }
    }
}

/// How many functions the relocations call, for a processor that is not this one.
fn resolvers(library: &Library<'_>, machine: u16) -> Result<u64, ElfError> {
    let Library { image, segments, dynamic, .. } = *library;
    let Some(wanted) = machine::irelative(machine) else { return Ok(0) };
    let with_addend = dynamic.one(tag::PLTREL) == Some(tag::RELA);
    let mut count = 0;
    for (start, size, addend) in
        [(tag::RELA, tag::RELASZ, true), (tag::REL, tag::RELSZ, false), (tag::JMPREL, tag::PLTRELSZ, with_addend)]
    {
        let Some((offset, len)) = dynamic.range(start, size, segments)? else { continue };
        let table = image.get(offset, len).ok_or(ElfError::Truncated { what: "relocations" })?;
        let word = image.word_size() as usize;
        let entries = table.chunks_exact(if addend { 3 * word } else { 2 * word });
        // The type is the low half of a word of 8 bytes, or the low byte of one of 4.
        let kind = |entry: &[u8]| {
            let info = Image { bytes: entry, ..*image }.word(image.word_size())?;
            Some(if image.wide { info as u32 } else { info as u32 & 0xff })
        };
        count += entries.filter(|entry| kind(entry) == Some(wanted)).count() as u64;
    }
    Ok(count)
}
