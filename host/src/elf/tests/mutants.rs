//! Damage by bytes, where most of what is read lies.

use crate::elf::tests::random::Random;

const NUMBERS: [u64; 8] = [0, 1, 0x7f, 0xff, 0xffff, 0x7fff_ffff, 1 << 40, u64::MAX];
/// Bytes at the beginning: headers, and in small plugins most tables.
const DENSE: usize = 0x800;

/// Changes a few bytes of a good plugin.
pub(super) fn damage(random: &mut Random, bytes: &mut [u8]) {
    for _ in 0..=random.below(3) {
        let near = if random.below(3) == 0 { bytes.len() } else { DENSE.min(bytes.len()) };
        let at = random.below(near);
        match random.below(4) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = random.next() as u8,
            2 => {
                // A neighbour's bytes: tables keep their form and get other content.
                let len = random.one_of(&[4, 8, 16, 24]).min(bytes.len() - at);
                let from = (at / 8 * 8).saturating_sub(8 * random.below(40));
                bytes.copy_within(from..from + len, at / 8 * 8);
            }
            _ => {
                let number = random.one_of(&NUMBERS).to_ne_bytes();
                let len = random.one_of(&[1, 2, 4, 8]).min(bytes.len() - at);
                bytes[at..at + len].copy_from_slice(&number[..len]);
            }
        }
    }
}
