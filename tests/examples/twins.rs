//! The C and the Rust plugin of one name do the same: the same calls get the same answers, and write the same bytes.

mod json;
mod rows;
mod vectors;

use sochdb_plugin_host::sdk::{CompressionExtension, ExtensionInfo, Result};
use sochdb_plugin_host::{PluginInstance, PluginLibrary};
use support::in_c;
use support::plugins::{in_rust, load};

fn libraries(name: &str) -> [PluginLibrary; 2] {
    [in_c!(name), in_rust(name)].map(|library| load(&library))
}

fn twins(name: &str) -> [PluginInstance; 2] {
    libraries(name).map(|library| library.instance("{}").unwrap_or_else(|error| panic!("{name}: {error}")))
}

/// Numbers that look random and are the same in each run (xorshift64*).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }

    fn bytes(&mut self, most: u64) -> Vec<u8> {
        (0..self.below(most + 1)).map(|_| self.next() as u8).collect()
    }

    /// Few keys, so that they meet: also the empty one, beginnings of others, and the least and greatest bytes.
    fn key(&mut self) -> Vec<u8> {
        (0..self.below(4)).map(|_| self.one_of(&[0, 1, b'a', b'b', 0x7F, 0x80, 0xFF])).collect()
    }
}

/// What a twin answers, as text. Of an error only the kind: its message names what is the plugin's own.
fn answer<T: std::fmt::Debug>(result: Result<T>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(error) => format!("{:?}", error.kind()),
    }
}

fn same(what: &str, [in_c, in_rust]: [String; 2]) {
    assert!(in_c == in_rust, "{what}\n   C: {in_c}\nRust: {in_rust}");
}

#[test]
fn twins_introduce_themselves_alike() {
    for name in ["codec_xor", "storage_memory", "index_sorted", "index_flat", "observability_json"] {
        let [in_c, in_rust] = libraries(name).map(|library| {
            let ExtensionInfo { name, version, capabilities, .. } = library.info().clone();
            (name, version, capabilities)
        });
        assert_eq!(in_c, in_rust);
    }
}

#[test]
fn codec_xor() {
    let codecs = twins("codec_xor").map(|plugin| plugin.compression().expect("a codec"));
    let mut random = Random(1);
    let inputs = (0..200).map(|round| random.bytes(round * 10)).chain([vec![0; 1 << 20]]);
    for input in inputs {
        let len = input.len();
        same(&format!("compress {len} bytes"), codecs.each_ref().map(|codec| answer(codec.compress(&input))));
        same(&format!("decompress {len} bytes"), codecs.each_ref().map(|codec| answer(codec.decompress(&input))));
    }
    same("algorithm", codecs.each_ref().map(|codec| codec.algorithm().to_owned()));
    same("set_level", codecs.map(|mut codec| answer(codec.set_level(3))));
}
