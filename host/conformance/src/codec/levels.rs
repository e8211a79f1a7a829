//! Tests of a codec's levels: what is promised of every level, and where levels have no meaning.

use crate::codec::options::{packed_with, unpacked_with};
use crate::frame::must::{ensure, needed, show, skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use sochdb_plugin_host::sdk::{CompressionExtension, CompressionOptions};

suite!(Compression, "compression_levels":
    bounds_hold_at_the_lowest_and_the_highest_level,
    the_default_level_is_that_of_before,
    who_decompresses_may_say_any_level,
);

fn bounds_hold_at_the_lowest_and_the_highest_level(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let (codec, mut random) = (instance.compression()?, subject.random(111));
    if codec.bound(1).is_none() {
        skip!("`bound` knows none");
    }
    let Some(levels) = codec.describe().levels else { skip!("the codec has no levels") };
    let ends = [*levels.start(), *levels.end()];
    for level in ends.into_iter().chain([0].into_iter().filter(|level| levels.contains(level))) {
        codec.set_level(level).must(&format!("set_level({level}), which is described"))?;
        for len in (0..=70).chain([255, 256, 257, 1000, 4095, 4096, 4097, 65_535, 65_536, 131_073, 300_000]) {
            let Some(bound) = codec.bound(len) else { continue };
            let block = random.bytes(len.clamp(1, 40_000));
            let repeated: Vec<u8> = block.into_iter().cycle().take(len).collect();
            for (form, input) in [("at random", random.bytes(len)), ("of one block", repeated)] {
                let packed = codec.compress(&input).must("compress")?.len();
                ensure!(
                    packed <= bound,
                    "compress at level {level} makes {packed} bytes of {len} {form}; `bound` says {bound} at most \
                    (soch_compression.bound)"
                );
            }
        }
    }
    Ok(())
}

/// Whoever sets it has the codec that was made.
fn the_default_level_is_that_of_before(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = instance.compression()?;
    let described = codec.describe();
    let Some(levels) = described.levels else { skip!("the codec has no levels") };
    let default = described.default_level;
    if !levels.contains(&default) {
        skip!("the level before the first `set_level`, {default}, is none of {levels:?}, which can be set");
    }
    // Each level makes others of it.
    let input: Vec<u8> = (0..20_000_u32).flat_map(|at| (at.wrapping_mul(at) >> 7).to_le_bytes()).collect();
    let before = codec.compress(&input).must("compress")?;
    for other in [default, *levels.start(), *levels.end()] {
        codec.set_level(other).must(&format!("set_level({other}), which is described"))?;
        codec.compress(&input).must(&format!("compress at level {other}"))?;
        codec.set_level(default).must(&format!("set_level({default}), the default"))?;
        let after = codec.compress(&input).must("compress at the default level")?;
        if codec.compress(&input).must("compress")? != after {
            skip!("compress makes others of the same bytes each time");
        }
        ensure!(
            after == before,
            "at the default level, {default}, compress makes {} bytes, and before the first `set_level` {} \
            (soch_compression_properties.default_level)",
            after.len(),
            before.len()
        );
    }
    Ok(())
}

/// Also one that is none of the codec's: who reads does not know what wrote.
fn who_decompresses_may_say_any_level(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = instance.compression()?;
    let input = b"a level is that of who writes, ".repeat(200);
    let none = CompressionOptions::new();
    let packed = needed("compress_with", packed_with(codec, &input, &none))?;
    let levels = codec.describe().levels;
    let ends = levels.iter().flat_map(|levels| [*levels.start(), *levels.end()]);
    let beside = ends.clone().flat_map(|end| [end.saturating_sub(1), end.saturating_add(1)]);
    for level in [i32::MIN, -1, 0, 1, i32::MAX].into_iter().chain(ends).chain(beside) {
        let output = unpacked_with(codec, &packed, &none.with_level(level))
            .must(&format!("decompress_with at level {level}: levels have no meaning there"))?;
        ensure!(
            output == input,
            "decompress_with at level {level}, which has no meaning there, gives {}",
            show(&output)
        );
    }
    Ok(())
}
