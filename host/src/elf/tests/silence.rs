//! Libraries of which nothing runs while they are loaded.

use crate::elf::tests::structure::Structure;

const IRELATIVE: u32 = if cfg!(target_arch = "aarch64") { 1032 } else { 37 };
const IFUNC: u8 = 10;

impl Structure<'_> {
    /// Takes out what runs: constructors, destructors, and the calls of functions that choose their code.
    pub(super) fn silence(&mut self) {
        for entry in self.entries() {
            if [12, 13, 25, 26, 27, 28].contains(&self.word(entry)) {
                // A tag that nobody reads, one for each.
                self.put(entry, 0x6000_0000 + self.word(entry), 8);
            }
        }
        for (start, size) in [(7, 8), (23, 2)] {
            let [start, size] = [start, size].map(|tag| self.entry_with(tag).map_or(0, |entry| self.word(entry + 8)));
            let table = self.place(start).unwrap_or(0);
            for at in (table..table + size.min(1 << 20) as usize).step_by(24) {
                if self.word(at + 8) as u32 == IRELATIVE {
                    self.put(at + 8, 0, 4);
                }
            }
        }
        let symbols = self.entry_with(6).and_then(|entry| self.place(self.word(entry + 8))).unwrap_or(0);
        // They end where another table begins.
        let places = self.entries().into_iter().filter_map(|entry| self.place(self.word(entry + 8)));
        let end = places.filter(|place| *place > symbols).min().unwrap_or(0);
        for at in (symbols..end.saturating_sub(23)).step_by(24) {
            if self.bytes[at + 4] & 0xf == IFUNC {
                self.bytes[at + 4] = self.bytes[at + 4] & 0xf0 | 2;
            }
        }
    }
}
