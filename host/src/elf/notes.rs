//! The notes: the plugin's own, and the build ID that its linker wrote.

use crate::base::text::UntrustedText;
use crate::elf::bytes::Image;
use crate::elf::isa;
use crate::elf::segments::{Segment, Segments, PT_GNU_PROPERTY, PT_NOTE};
use crate::refusal::elf_error::ElfError;
use sochdb_plugin_abi::{
    SOCH_LAYOUT_HASH_SIZE, SOCH_NAME_SIZE, SOCH_NOTE_BODY_SIZE, SOCH_NOTE_TYPE, SOCH_VERSION_SIZE,
};

const OWNER: &[u8] = b"SochDB\0";
const GNU_OWNER: &[u8] = b"GNU\0";
const BUILD_ID_TYPE: u32 = 3;
const PROPERTY_TYPE: u32 = 5;
/// The largest alignment that a toolchain gives to notes (AddressSanitizer gives 32).
const ALIGN_MAX: u64 = 64;
const BUILD_ID_MAX: u64 = 64;
/// Bytes of all notes together.
const SIZE_MAX: u64 = 1 << 20;

/// The note in which a plugin's file says what it is, `soch_note`: it can be read without running anything.
///
/// ```no_run
/// use sochdb_plugin_host::{Facts, Kinds};
///
/// let facts = Facts::read(&std::fs::read("codec_xor.so")?)?;
/// let note = facts.note.ok_or("it is no plugin")?;
/// println!("{} {}: {}", note.name, note.version, Kinds(note.kinds));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Note {
    /// The version of the note's form.
    pub note_version: u32,
    /// The major version of the ABI.
    pub abi_major: u16,
    /// The minor version of the ABI that the plugin was compiled for.
    pub abi_minor: u16,
    /// The least minor version of a host that the plugin works with.
    pub min_host_minor: u16,
    /// The features that the plugin asks for, as bits; none has a meaning yet.
    pub flags: u32,
    /// The `SOCH_KIND_*` of its tables, see [`Kinds`](crate::Kinds).
    pub kinds: u32,
    /// The hash of the header or SDK that it was compiled with.
    pub layout_hash: [u8; SOCH_LAYOUT_HASH_SIZE],
    /// The plugin's name.
    pub name: UntrustedText,
    /// The plugin's own version.
    pub version: UntrustedText,
}

/// The notes of a file.
#[derive(Default)]
pub(crate) struct Notes {
    /// The first plugin's note.
    pub(crate) plugin: Option<Note>,
    /// The number of plugin's notes.
    pub(crate) plugin_count: usize,
    pub(crate) build_id: Option<Vec<u8>>,
    /// The bits of the x86 levels that the library needs.
    pub(crate) isa_needed: u32,
}

fn malformed(reason: &'static str) -> ElfError {
    ElfError::NoteMalformed { reason }
}

impl Notes {
    pub(crate) fn read(image: &Image<'_>, segments: &Segments) -> Result<Self, ElfError> {
        let all = || segments.of(PT_NOTE).chain(segments.of(PT_GNU_PROPERTY));
        let total = all().fold(0, |sum: u64, segment| sum.saturating_add(segment.file_size));
        if total > SIZE_MAX {
            return Err(malformed("they have more than 1 MiB"));
        }
        let mut notes = Self::default();
        for segment in all() {
            notes.read_segment(image, segment)?;
        }
        Ok(notes)
    }

    /// Reads those between zeros in a section of another format.
    pub(crate) fn read_filled(&mut self, image: &Image<'_>, at: u64, size: u64) -> Result<(), ElfError> {
        if size > SIZE_MAX || at.checked_add(size).is_none() {
            return Err(malformed("they have more than 1 MiB"));
        }
        let section = Segment {
            kind: PT_NOTE,
            flags: 0,
            offset: at,
            address: 0,
            file_size: size,
            memory_size: size,
            // Any above 8: what is filled up is passed over.
            align: 16,
        };
        self.read_segment(image, &section)
    }

    /// The segment is mapped: `Segments::read` made sure of it.
    fn read_segment(&mut self, image: &Image<'_>, segment: &Segment) -> Result<(), ElfError> {
        let align = match segment.align {
            0..=4 => 4,
            8 => 8,
            // What lies in a section of a larger alignment is filled up with zeros, and its parts are words.
            align if align.is_power_of_two() && align <= ALIGN_MAX => 4,
            _ => return Err(malformed("their alignment is no power of two from 1 to 64")),
        };
        let end = segment.offset + segment.file_size;
        let mut at = segment.offset;
        while at + 12 <= end {
            let field = |offset| image.u32(at + offset).ok_or(malformed("one is cut off"));
            let (owner_size, body_size, kind) = (field(0)?, field(4)?, field(8)?);
            if segment.align > 8 && owner_size == 0 {
                at += 4;
                continue;
            }
            let body_at = segment.offset + (at - segment.offset + 12 + u64::from(owner_size)).next_multiple_of(align);
            let body_end = body_at + u64::from(body_size);
            if body_end > end {
                return Err(malformed("one is longer than its segment"));
            }
            let owner = image.get(at + 12, owner_size.into()).ok_or(malformed("one is cut off"))?;
            if owner == OWNER && kind == SOCH_NOTE_TYPE && segment.kind == PT_NOTE {
                self.plugin_count += 1;
                let note = read_note(image, body_at, body_size)?;
                self.plugin.get_or_insert(note);
            } else if owner == GNU_OWNER && kind == BUILD_ID_TYPE {
                let id = image.get(body_at, u64::from(body_size).min(BUILD_ID_MAX)).unwrap_or_default();
                self.build_id = Some(id.to_vec());
            } else if owner == GNU_OWNER && kind == PROPERTY_TYPE {
                self.isa_needed |= isa::needed(image, body_at, body_end);
            }
            at = body_at + u64::from(body_size).next_multiple_of(align);
        }
        Ok(())
    }
}

/// A longer note than this host knows is a newer one: its beginning is the same.
fn read_note(image: &Image<'_>, at: u64, size: u32) -> Result<Note, ElfError> {
    if size < SOCH_NOTE_BODY_SIZE {
        return Err(malformed("the SochDB note is too short"));
    }
    let name_at = at + 36;
    let fields = || {
        Some(Note {
            note_version: image.u32(at)?,
            abi_major: image.u16(at + 4)?,
            abi_minor: image.u16(at + 6)?,
            min_host_minor: image.u16(at + 8)?,
            flags: image.u32(at + 12)?,
            kinds: image.u32(at + 16)?,
            layout_hash: image.get(at + 20, SOCH_LAYOUT_HASH_SIZE as u64)?.try_into().ok()?,
            name: UntrustedText::from(&[][..]),
            version: UntrustedText::from(&[][..]),
        })
    };
    let cut_off = malformed("the SochDB note is cut off");
    let Some(note) = fields() else { return Err(cut_off) };
    let name = image.get(name_at, SOCH_NAME_SIZE as u64);
    let version = image.get(name_at + SOCH_NAME_SIZE as u64, SOCH_VERSION_SIZE as u64);
    let Some((name, version)) = name.zip(version) else { return Err(cut_off) };
    let more = |what| ElfError::NoteText { what };
    Ok(Note { name: text(name).ok_or(more("name"))?, version: text(version).ok_or(more("version"))?, ..note })
}

/// Text up to its NUL; `None` if something else follows.
fn text(field: &[u8]) -> Option<UntrustedText> {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    let (text, rest) = field.split_at(end);
    rest.iter().all(|byte| *byte == 0).then(|| UntrustedText::from(text))
}
