//! Segments that share a page, or do not.

use crate::elf::tests::structure::{Structure, HEADER, PAGE, PT_DYNAMIC, PT_LOAD};

impl Structure<'_> {
    /// Two segments in the place of the last one, the second with bytes of its own, which share a page or do not. In these
    /// the dynamic section has another SONAME or need.
    pub(super) fn split_last_load(&mut self) {
        let (loads, headers) = (self.of_kind(PT_LOAD), self.headers());
        let Some(last) = loads.last().copied() else { return };
        let free =
            headers.into_iter().find(|at| ![PT_LOAD, PT_DYNAMIC, 4, 0x6474_e551].contains(&(self.word(*at) as u32)));
        let Some(free) = free else { return };
        let [offset, address, file, memory] = [8, 16, 32, 40].map(|field| self.word(last + field));
        let odd = [offset, address, file, memory].into_iter().any(|number| number >= 1 << 32) || memory < file;
        if odd || file == 0 || offset + file > self.bytes.len() as u64 {
            return;
        }
        let mut cut = address + self.random.below(file as usize) as u64;
        if self.random.below(2) == 0 {
            cut = cut.max(address + PAGE) & !(PAGE - 1);
        }
        if cut <= address || cut > address + file {
            return;
        }
        let start = self.bytes.len().next_multiple_of(PAGE as usize);
        let page = (offset & !(PAGE - 1)) as usize;
        let mut copy = self.bytes[page..(offset + file) as usize].to_vec();
        let at = self.in_dynamic(page).filter(|at| *at < copy.len()).unwrap_or_else(|| self.random.below(copy.len()));
        copy[at] ^= self.random.next() as u8;
        self.bytes.resize(start, 0);
        self.bytes.extend(copy);
        let into = start as u64 + (cut - (address & !(PAGE - 1)));
        self.put(last + 32, cut - address, 8);
        self.put(last + 40, cut - address, 8);
        let header = self.bytes[last..last + HEADER].to_vec();
        self.bytes[free..free + HEADER].copy_from_slice(&header);
        for (field, value) in
            [(8, into), (16, cut), (24, cut), (32, address + file - cut), (40, address + memory - cut)]
        {
            self.put(free + field, value, 8);
        }
        if free < last {
            (0..HEADER).for_each(|at| self.bytes.swap(last + at, free + at));
        }
    }

    /// The value of a random dynamic tag, counted from `start` in the file, in half of all cases: what the page says of
    /// the library as a whole.
    fn in_dynamic(&mut self, start: usize) -> Option<usize> {
        let header = self.of_kind(PT_DYNAMIC).first().copied()?;
        let [offset, size] = [8, 32].map(|field| self.word(header + field) as usize);
        if self.random.below(2) == 0 || size < 16 {
            return None;
        }
        let tag = self.random.below(size.min(1 << 12) / 16);
        (offset + 16 * tag + 8).checked_sub(start)
    }
}
