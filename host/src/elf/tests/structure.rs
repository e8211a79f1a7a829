//! Damage by structure: each change is one that a program for editing ELF files could make.

use crate::elf::tests::random::Random;

pub(super) const PT_LOAD: u32 = 1;
pub(super) const PT_DYNAMIC: u32 = 2;
const KINDS: [u32; 12] = [0, 1, 2, 4, 6, 7, 0x6474_e550, 0x6474_e551, 0x6474_e552, 0x6474_e553, 3, 5];
const TAGS: [u64; 44] = [
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    10,
    11,
    12,
    13,
    14,
    15,
    16,
    17,
    18,
    20,
    21,
    22,
    23,
    24,
    25,
    26,
    27,
    28,
    29,
    30,
    32,
    33,
    35,
    36,
    37,
    0x6fff_fef5,
    0x6fff_fff0,
    0x6fff_fff9,
    0x6fff_fffb,
    0x6fff_fffc,
    0x6fff_fffd,
    0x6fff_fffe,
    0x6fff_ffff,
    0x7fff_fffd,
];
pub(super) const PAGE: u64 = 4096;
pub(super) const HEADER: usize = 56;
/// Fields of a program header.
const FIELDS: [usize; 6] = [8, 16, 32, 40, 48, 4];

/// A 64-bit file that is changed.
pub(super) struct Structure<'a> {
    pub(super) bytes: &'a mut Vec<u8>,
    pub(super) random: &'a mut Random,
}

impl Structure<'_> {
    /// Makes one to three changes.
    pub(super) fn damage(&mut self) {
        for _ in 0..=self.random.below(3) {
            if self.headers().is_empty() {
                return;
            }
            match self.random.below(10) {
                0 => self.change_header(),
                1 => self.mix_headers(),
                2 => self.split_last_load(),
                3 | 4 => self.change_entry(),
                5 => self.mix_entries(),
                6 => self.move_table(),
                7 => self.change_relocation(),
                _ => self.change_table(),
            }
        }
    }

    pub(super) fn entry_with(&self, tag: u64) -> Option<usize> {
        self.entries().into_iter().find(|at| self.word(*at) == tag)
    }

    pub(super) fn word(&self, at: usize) -> u64 {
        self.bytes.get(at..at.saturating_add(8)).map_or(0, |word| u64::from_ne_bytes(word.try_into().expect("8 bytes")))
    }

    pub(super) fn put(&mut self, at: usize, value: u64, len: usize) {
        if let Some(place) = self.bytes.get_mut(at..at.saturating_add(len)) {
            place.copy_from_slice(&value.to_ne_bytes()[..len]);
        }
    }

    pub(super) fn headers(&self) -> Vec<usize> {
        let count = self.word(56) as usize & 0xff;
        let all = (0..count).map(|at| (self.word(32) as usize).saturating_add(HEADER * at));
        all.filter(|at| self.has(*at, HEADER)).collect()
    }

    fn has(&self, at: usize, len: usize) -> bool {
        at.saturating_add(len) <= self.bytes.len()
    }

    pub(super) fn of_kind(&self, kind: u32) -> Vec<usize> {
        self.headers().into_iter().filter(|at| self.word(*at) as u32 == kind).collect()
    }

    /// A number that is near to one that matters.
    fn number(&mut self) -> u64 {
        let headers = self.headers();
        let header = self.random.one_of(&headers);
        let base = match self.random.below(6) {
            0 => self.bytes.len() as u64,
            1 => self.word(header + 8),
            2 => self.word(header + 16),
            3 => self.word(header + 16).wrapping_add(self.word(header + 40)),
            4 => self.random.one_of(&[0, PAGE, 1 << 16, 1 << 40, u64::MAX, 1 << 63]),
            _ => self.entry_value(),
        };
        let by = self.random.one_of(&[0, 0, 1, 8, 16, 24, 0x100, PAGE, 2 * PAGE]);
        if self.random.below(2) == 0 {
            base.wrapping_add(by)
        } else {
            base.wrapping_sub(by)
        }
    }

    fn change_header(&mut self) {
        let headers = self.headers();
        let at = self.random.one_of(&headers) + self.random.one_of(&FIELDS);
        let (value, small) = (self.number(), self.random.below(8) as u64);
        let beside = self.random.one_of(&[8, 16, 24, PAGE]);
        match self.random.below(4) {
            0 => self.put(at, small, 4),
            1 => self.put(at, self.word(at).wrapping_add(beside), 8),
            2 => self.put(at, self.word(at).wrapping_sub(beside), 8),
            _ => self.put(at, value, 8),
        }
    }

    fn mix_headers(&mut self) {
        let headers = self.headers();
        let (one, other) = (self.random.one_of(&headers), self.random.one_of(&headers));
        match self.random.below(3) {
            0 => {
                let kind = self.random.one_of(&KINDS);
                self.put(one, kind.into(), 4);
            }
            1 => self.bytes.copy_within(one..one + HEADER, other),
            _ => (0..HEADER).for_each(|at| self.bytes.swap(one + at, other + at)),
        }
    }

    pub(super) fn entries(&self) -> Vec<usize> {
        let Some(header) = self.of_kind(PT_DYNAMIC).first().copied() else { return Vec::new() };
        let start = self.word(header + 8) as usize;
        let count = (self.word(header + 32) as usize / 16).min(64);
        let mut seen = false;
        // One after the end may become a part.
        let more = |at: &usize| !std::mem::replace(&mut seen, self.word(*at) == 0);
        (0..count).map(|at| start.saturating_add(16 * at)).filter(|at| self.has(*at, 16)).take_while(more).collect()
    }

    fn entry(&mut self) -> usize {
        let entries = self.entries();
        if entries.is_empty() {
            0
        } else {
            self.random.one_of(&entries)
        }
    }

    fn entry_value(&mut self) -> u64 {
        let entry = self.entry();
        self.word(entry + 8)
    }

    fn change_entry(&mut self) {
        let entry = self.entry();
        let (value, number) = (self.word(entry + 8), self.number());
        let (tag, by) = (self.random.one_of(&TAGS), self.random.one_of(&[1, 2, 8, 16, 24, 48]));
        match self.random.below(7) {
            0 => self.put(entry, tag, 8),
            1 => {
                let bit = 31 + self.random.below(33);
                self.put(entry, self.word(entry) | 1 << bit, 8);
            }
            2 => self.put(entry + 8, value.wrapping_add(by), 8),
            3 => self.put(entry + 8, value.wrapping_sub(by), 8),
            4 => self.put(entry + 8, number, 8),
            5 => {
                let small = self.random.below(40) as u64;
                self.put(entry + 8, small, 8);
            }
            _ => {
                self.put(entry, tag, 8);
                self.put(entry + 8, number, 8);
            }
        }
    }

    fn mix_entries(&mut self) {
        let (one, other) = (self.entry(), self.entry());
        match self.random.below(3) {
            0 => (0..16).for_each(|at| self.bytes.swap(one + at, other + at)),
            1 => (8..16).for_each(|at| self.bytes.swap(one + at, other + at)),
            _ => self.bytes.copy_within(one..one + 16, other),
        }
    }

    /// The place in the file of what is at an address.
    pub(super) fn place(&self, address: u64) -> Option<usize> {
        self.of_kind(PT_LOAD).into_iter().find_map(|load| {
            let into = address.checked_sub(self.word(load + 16)).filter(|into| *into < self.word(load + 32))?;
            usize::try_from(self.word(load + 8).checked_add(into)?).ok().filter(|at| *at < self.bytes.len())
        })
    }

    /// A table lies elsewhere: over another one, or in what nothing uses.
    fn move_table(&mut self) {
        let entry = self.entry();
        let to = self.number();
        let places = self.place(self.word(entry + 8)).zip(self.place(to));
        if let Some((from, place)) = places {
            let len = random_len(self.random).min(self.bytes.len() - from.max(place));
            self.bytes.copy_within(from..from + len, place);
            self.put(entry + 8, to, 8);
        }
    }

    fn table(&mut self, tags: &[u64]) -> Option<usize> {
        let wanted = self.random.one_of(tags);
        let entry = self.entry_with(wanted)?;
        self.place(self.word(entry + 8))
    }

    fn change_relocation(&mut self) {
        let Some(table) = self.table(&[7, 23]) else { return };
        let at = table + 24 * self.random.below(16);
        let (number, kind) = (self.number(), self.random.below(40) as u64);
        match self.random.below(5) {
            0 => self.put(at, number, 8),
            1 => self.put(at + 8, kind, 4),
            2 => self.put(at + 12, kind, 4),
            3 => self.put(at + 16, number, 8),
            _ => {
                let from = table + 24 * self.random.below(8);
                if from.max(at) + 24 <= self.bytes.len() {
                    self.bytes.copy_within(from..from + 24, at);
                }
            }
        }
    }

    /// A number in a table of symbols, hashes, versions, constructors or packed relocations.
    fn change_table(&mut self) {
        let tags = [4, 5, 6, 6, 25, 26, 36, 0x6fff_fef5, 0x6fff_fff0, 0x6fff_fffc, 0x6fff_fffe];
        let Some(table) = self.table(&tags) else { return };
        let len = self.random.one_of(&[1, 2, 4, 8]);
        let at = table + len * self.random.below(120 / len);
        let (number, small) = (self.number(), self.random.below(64) as u64);
        let value = self.random.one_of(&[number, small, small, self.word(at).wrapping_add(1), self.word(at) ^ 1]);
        self.put(at, value, len);
    }
}

fn random_len(random: &mut Random) -> usize {
    random.one_of(&[16, 64, 256, 1024])
}
