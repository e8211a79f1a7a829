//! Where a process that a signal ended was: the functions of the plugin, by its own symbols and lines.

use addr2line::{gimli, Context};
use object::{Object, ObjectSection, ObjectSegment};
use std::path::Path;

/// The functions that are told, innermost first.
const TOLD: usize = 8;

/// The end of a process by a signal, as its handler noted it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Crash {
    pub(crate) signal: i32,
    /// The address that could not be used.
    pub(crate) address: Option<u64>,
    /// The functions that were under way, innermost first, from the one that was interrupted to the plugin's outermost.
    pub(crate) functions: Vec<String>,
}

/// A part of a file that was mapped.
struct Mapped<'a> {
    from: u64,
    to: u64,
    offset: u64,
    name: &'a str,
}

/// Reads what the handler noted of a process that had loaded the plugin at `file`. None if none ended it. Another test may
/// use the place then.
pub(crate) fn take(noted: &Path, file: &Path) -> Option<Crash> {
    let text = std::fs::read_to_string(noted).ok()?;
    let _ = std::fs::remove_file(noted);
    read(&text, file)
}

fn read(text: &str, file: &Path) -> Option<Crash> {
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let hex = |text: &str| u64::from_str_radix(text, 16).ok();
    let mut crash = Crash { signal: field("signal")?.parse().ok()?, ..Crash::default() };
    crash.address = field("address").and_then(hex);
    let at = field("at").and_then(hex)?;
    let frames = text.lines().filter_map(|line| hex(line.strip_prefix("frame ")?));
    // The handler's own come first.
    let mut frames: Vec<u64> = frames.skip_while(|frame| *frame != at).collect();
    if frames.is_empty() {
        frames.push(at);
        frames.extend(field("caller").and_then(hex));
    }
    let mapped: Vec<Mapped<'_>> = text.lines().filter_map(mapped).collect();
    let bytes = std::fs::read(file).unwrap_or_default();
    let plugin = Symbols::of(&bytes);
    let mut last_of_plugin = 0;
    for (number, frame) in frames.into_iter().enumerate() {
        let Some(place) = mapped.iter().find(|place| (place.from..place.to).contains(&frame)) else { continue };
        let is_plugins = place.name.starts_with("/memfd:") || Path::new(place.name) == file;
        // A return address is behind its call.
        let offset = frame - place.from + place.offset - u64::from(number > 0);
        if is_plugins {
            let function = plugin.as_ref().and_then(|plugin| plugin.function(offset));
            crash
                .functions
                .push(function.unwrap_or_else(|| format!("at {offset:#x} of the plugin's file, which is stripped")));
            last_of_plugin = crash.functions.len();
        } else {
            let library = Path::new(place.name).file_name().unwrap_or_default().to_string_lossy();
            crash.functions.push(format!("in {library}"));
        }
    }
    // What is outside of the plugin's outermost function is the host.
    crash.functions.truncate(last_of_plugin.min(TOLD));
    crash.functions.dedup();
    Some(crash)
}

/// A line of `/proc/PID/maps`.
fn mapped(line: &str) -> Option<Mapped<'_>> {
    let mut words = line.splitn(6, ' ');
    let (from, to) = words.next()?.split_once('-')?;
    let [from, to] = [from, to].map(|text| u64::from_str_radix(text, 16).ok());
    let offset = u64::from_str_radix(words.nth(1)?, 16).ok()?;
    let name = words.nth(2)?.trim_start();
    let name = name.strip_suffix(" (deleted)").unwrap_or(name);
    Some(Mapped { from: from?, to: to?, offset, name })
}

type Bytes<'a> = gimli::EndianSlice<'a, gimli::RunTimeEndian>;

/// What the plugin's file says of its functions.
struct Symbols<'a> {
    object: object::File<'a>,
    names: object::SymbolMap<object::SymbolMapName<'a>>,
    lines: Option<Context<Bytes<'a>>>,
}

impl<'a> Symbols<'a> {
    fn of(bytes: &'a [u8]) -> Option<Self> {
        let object = object::File::parse(bytes).ok()?;
        let endian = if object.is_little_endian() { gimli::RunTimeEndian::Little } else { gimli::RunTimeEndian::Big };
        let section = |id: gimli::SectionId| {
            let section = object.section_by_name(id.name()).and_then(|section| section.data().ok());
            Ok::<_, gimli::Error>(Bytes::new(section.unwrap_or_default(), endian))
        };
        let lines = gimli::Dwarf::load(section).and_then(Context::from_dwarf).ok();
        Some(Self { names: object.symbol_map(), lines, object })
    }

    /// The function at this place of the file, with file and line where it has debug information.
    fn function(&self, offset: u64) -> Option<String> {
        let at = |segment: object::Segment<'_, '_>| {
            let (from, len) = segment.file_range();
            (from..from + len).contains(&offset).then(|| offset - from + segment.address())
        };
        let address = self.object.segments().find_map(at)?;
        let line = self.lines.as_ref().and_then(|lines| lines.find_location(address).ok()?);
        let line =
            line.and_then(|at| Some((Path::new(at.file?).file_name()?.to_string_lossy().into_owned(), at.line?)));
        let name = self.debug_name(address).or_else(|| {
            let name = self.names.containing(address)?.name();
            Some(addr2line::demangle_auto(name.into(), None).into_owned())
        });
        Some(match (name?, line) {
            (name, Some((file, line))) => format!("in {name} ({file}:{line})"),
            (name, None) => format!("in {name}"),
        })
    }

    fn debug_name(&self, address: u64) -> Option<String> {
        let mut frames = self.lines.as_ref()?.find_frames(address).skip_all_loads().ok()?;
        Some(frames.next().ok()??.function?.demangle().ok()?.into_owned())
    }
}
