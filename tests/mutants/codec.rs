//! Mistakes in codecs.

use crate::subject::{Damage, Mutant, Needs, Plugin};

const XOR: Plugin = Plugin::of("examples-c/codec_xor.c");
const ZSTD: Plugin = Plugin::of("examples-c/compression_zstd.c").needs(Needs::Zstd).with(&["--checksum"]);

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "half of the output is not committed",
        plugin: XOR,
        edits: &[(
            "examples-c/codec_xor.c",
            "output->commit(output->ctx, input.len)",
            "output->commit(output->ctx, input.len / 2)",
        )],
        damage: Damage::Loss,
        finds: "compression::everything_comes_back",
    },
    Mutant {
        name: "a decompressed size that is one too large",
        plugin: ZSTD,
        edits: &[("examples-c/compression_zstd.c", "    *len = size;\n", "    *len = size + 1;\n")],
        damage: Damage::Wrong,
        finds: "compression::the_decompressed_size_is_right",
    },
];
