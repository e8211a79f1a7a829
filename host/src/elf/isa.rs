//! The levels of x86-64 processors that the psABI defines, from the note that a linker writes to what this one has.

use crate::elf::bytes::Image;

/// `GNU_PROPERTY_X86_ISA_1_NEEDED`.
const NEEDED: u32 = 0xc000_8002;

/// The bits of the levels that a property note needs; its properties are between the two offsets.
pub(crate) fn needed(image: &Image<'_>, start: u64, end: u64) -> u32 {
    let mut at = start;
    while at + 8 <= end {
        let Some((kind, size)) = image.u32(at).zip(image.u32(at + 4)) else { return 0 };
        if kind == NEEDED && size == 4 && at + 12 <= end {
            return image.u32(at + 8).unwrap_or(0);
        }
        at += 8 + u64::from(size).next_multiple_of(image.word_size());
    }
    0
}

/// The level that the highest bit stands for: 1 is what every x86-64 processor has. 0 if none is named.
pub(crate) fn level(bits: u32) -> u8 {
    (u32::BITS - bits.leading_zeros()) as u8
}

/// The level of this process's processor; 0 if it is of another kind.
pub(crate) fn of_host() -> u8 {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::is_x86_feature_detected as has;
        let second =
            has!("cmpxchg16b") && has!("popcnt") && has!("sse3") && has!("ssse3") && has!("sse4.1") && has!("sse4.2");
        let third = has!("avx") && has!("avx2") && has!("bmi1") && has!("bmi2") && has!("f16c") && has!("fma");
        let third = third && has!("lzcnt") && has!("movbe");
        let fourth = has!("avx512f") && has!("avx512bw") && has!("avx512cd") && has!("avx512dq") && has!("avx512vl");
        [second, third, fourth].iter().take_while(|has| **has).fold(1, |level, _| level + 1)
    }
    #[cfg(not(target_arch = "x86_64"))]
    0
}
