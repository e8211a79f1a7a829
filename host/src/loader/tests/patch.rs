//! A 64-bit little-endian ELF file to damage. It finds its way without the reader that is under test.

/// A segment that is mapped.
pub const PT_LOAD: u32 = 1;
/// The segment of the dynamic section.
pub const PT_DYNAMIC: u32 = 2;
/// A segment of notes.
pub const PT_NOTE: u32 = 4;
/// The segment of the tables for unwinding.
pub const PT_GNU_EH_FRAME: u32 = 0x6474_e550;
/// The header that says what may be done with the stack.
pub const PT_GNU_STACK: u32 = 0x6474_e551;
/// The part that is read-only once it is relocated.
pub const PT_GNU_RELRO: u32 = 0x6474_e552;

/// Where in a program header a field is.
#[derive(Clone, Copy)]
pub enum Field {
    /// Whether it is read, written and executed.
    Flags = 4,
    /// Its begin in the file.
    Offset = 8,
    /// Its begin in memory.
    Address = 16,
    /// Its size in the file.
    FileSize = 32,
    /// Its size in memory.
    MemorySize = 40,
    /// Its alignment.
    Align = 48,
}

/// A file as it is changed step by step.
#[derive(Clone)]
pub struct Patch(pub Vec<u8>);

impl Patch {
    /// A copy of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    /// Other bytes from `at` on.
    pub fn with(mut self, at: usize, bytes: &[u8]) -> Self {
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
        self
    }

    fn u64(&self, at: usize) -> u64 {
        u64::from_le_bytes(self.0[at..at + 8].try_into().expect("8 bytes"))
    }

    /// Offset of the `nth` program header of a kind.
    pub fn header(&self, kind: u32, nth: usize) -> usize {
        let count = usize::from(u16::from_le_bytes([self.0[56], self.0[57]]));
        let start = self.u64(32) as usize;
        let mut found = (0..count).map(|at| start + 56 * at).filter(|at| self.0[*at..*at + 4] == kind.to_le_bytes());
        found.nth(nth).expect("the good plugin has it")
    }

    /// Another value in a field of the `nth` program header of a kind.
    pub fn segment(self, kind: u32, nth: usize, field: Field, value: u64) -> Self {
        let at = self.header(kind, nth) + field as usize;
        match field {
            Field::Flags => self.with(at, &(value as u32).to_le_bytes()),
            _ => self.with(at, &value.to_le_bytes()),
        }
    }

    /// How many segments are loaded.
    pub fn loads(&self) -> usize {
        let count = usize::from(u16::from_le_bytes([self.0[56], self.0[57]]));
        let start = self.u64(32) as usize;
        (0..count).filter(|at| self.0[start + 56 * at..][..4] == PT_LOAD.to_le_bytes()).count()
    }

    /// Another kind in the `nth` program header of a kind.
    pub fn kind(self, from: u32, nth: usize, to: u32) -> Self {
        let at = self.header(from, nth);
        self.with(at, &to.to_le_bytes())
    }

    /// The value in a field of the `nth` program header of a kind.
    pub fn field(&self, kind: u32, nth: usize, field: Field) -> u64 {
        self.u64(self.header(kind, nth) + field as usize)
    }

    /// Offset of the entry of the dynamic section with this tag.
    fn dynamic_entry(&self, tag: u64) -> usize {
        let start = self.field(PT_DYNAMIC, 0, Field::Offset) as usize;
        (start..).step_by(16).find(|at| self.u64(*at) == tag).expect("the good plugin has it")
    }

    /// The value of the entry of the dynamic section with this tag.
    pub fn value(&self, tag: u64) -> u64 {
        self.u64(self.dynamic_entry(tag) + 8)
    }

    /// Another value in the entry of the dynamic section with this tag.
    pub fn dynamic(self, tag: u64, value: u64) -> Self {
        let at = self.dynamic_entry(tag) + 8;
        self.with(at, &value.to_le_bytes())
    }

    /// Another tag in the place of one that nothing here needs.
    pub fn replace(self, tag: u64, new: u64, value: u64) -> Self {
        let at = self.dynamic_entry(tag);
        self.with(at, &new.to_le_bytes()).with(at + 8, &value.to_le_bytes())
    }

    /// Offset of the SochDB note: its three sizes, the owner, the body.
    pub fn note(&self) -> usize {
        self.find(b"SochDB\0\0") - 12
    }

    /// Offset of the entry in the file.
    pub fn entry(&self) -> usize {
        self.find(b"SOCHPLG1")
    }

    fn find(&self, bytes: &[u8]) -> usize {
        self.0.windows(bytes.len()).position(|window| window == bytes).expect("the good plugin has it")
    }
}
