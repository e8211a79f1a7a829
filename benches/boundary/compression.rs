//! A codec through the plugin beside a direct call of the same codec, both into a buffer that is kept.

use bench_calls::bench_rust;
use bench_rust::lz4;
use bench_support::frame::{Clock, Frame, Rows};
use sochdb_plugin_host::sdk::CompressionExtension;
use sochdb_plugin_host::Compression;
use std::ffi::c_void;
use std::hint::black_box;
use support::in_c;
use support::plugins::load;

const SIZES: [(&str, usize); 3] = [("4 KiB", 4 << 10), ("64 KiB", 64 << 10), ("1 MiB", 1 << 20)];
/// zstd's default level.
const LEVEL: i32 = 3;

/// One direction of a codec: from the first bytes to the second, and how many these are.
type Direct = Box<dyn FnMut(&[u8], &mut [u8]) -> usize>;

/// Adds both codecs.
pub fn add(frame: &mut Frame) {
    let lz4 = bench_rust().compression().expect("it is one");
    let compress = || -> Direct { Box::new(|input, room| lz4::compress(input, room).expect("there is room")) };
    let decompress = || -> Direct { Box::new(|input, room| lz4::decompress(input, room).expect("it was compressed")) };
    both_ways(frame, "lz4", &lz4, compress, decompress);

    let plugin = load(&in_c!("compression_zstd")).instance("{}").expect("it takes no configuration");
    let mut zstd = plugin.compression().expect("it is one");
    zstd.set_level(LEVEL).expect("a level of zstd");
    both_ways(frame, "zstd", &zstd, zstd_compress, zstd_decompress);
}

fn both_ways(
    frame: &mut Frame,
    name: &str,
    codec: &Compression,
    compress: impl Fn() -> Direct,
    decompress: impl Fn() -> Direct,
) {
    for (size, len) in SIZES {
        let plain = airports(len);
        let packed = codec.compress(&plain).expect("it takes any bytes");
        let plugin = codec.clone();
        let through = move |input: &[u8], output: &mut Vec<u8>| plugin.compress_append(input, output);
        let group = format!("{name}: compress {size}");
        one_way(frame, &group, (plain.clone(), packed.clone()), compress(), move |input, output| {
            through(input, output).expect("as before");
        });
        let plugin = codec.clone();
        let group = format!("{name}: decompress {size}");
        one_way(frame, &group, (packed, plain), decompress(), move |input, output| {
            plugin.decompress_append(input, output).expect("as before");
        });
    }
}

fn one_way(
    frame: &mut Frame,
    group: &str,
    (input, output): (Vec<u8>, Vec<u8>),
    mut direct: Direct,
    plugin: impl Fn(&[u8], &mut Vec<u8>) + 'static,
) {
    // What zstd or lz4 say that they may need for the largest input, and more.
    let mut room = vec![0; input.len().max(output.len()) * 2 + (1 << 16)];
    let len = direct(&input, &mut room);
    assert!(room[..len] == output, "{group}: both sides do the same");
    let mut kept = Vec::with_capacity(room.len());
    let from = input.clone();
    let mut group = frame.group(group, Clock::Thread);
    group.row("direct call", move |x| x + black_box(direct(&from, &mut room)) as u64);
    group.row("through the plugin", move |x| {
        kept.clear();
        plugin(&input, &mut kept);
        x + black_box(&kept).len() as u64
    });
}

/// `len` bytes of text: lines of a table of airports, in an order without pattern, so that they repeat as such data does.
fn airports(len: usize) -> Vec<u8> {
    let lines: Vec<&[u8]> =
        include_bytes!("../../examples-rust/demo/data/airports.csv").split_inclusive(|byte| *byte == b'\n').collect();
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut text = Vec::with_capacity(len + 512);
    while text.len() < len {
        // xorshift64 (Marsaglia 2003).
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        text.extend_from_slice(lines[(state % lines.len() as u64) as usize]);
    }
    text.truncate(len);
    text
}

/// As compression_zstd.c does it, with a context that is kept.
fn zstd_compress() -> Direct {
    use zstd_sys::{ZSTD_CCtx_setParameter, ZSTD_cParameter, ZSTD_compress2, ZSTD_createCCtx};
    // SAFETY: it takes nothing. The context stays for the rest of the process.
    let context = unsafe { ZSTD_createCCtx() };
    Box::new(move |input, room| {
        let (to, from): (*mut c_void, *const c_void) = (room.as_mut_ptr().cast(), input.as_ptr().cast());
        // SAFETY: the context is this closure's own, and both slices are there for the call.
        let written = unsafe {
            ZSTD_CCtx_setParameter(context, ZSTD_cParameter::ZSTD_c_compressionLevel, LEVEL);
            ZSTD_CCtx_setParameter(context, ZSTD_cParameter::ZSTD_c_checksumFlag, 1);
            ZSTD_compress2(context, to, room.len(), from, input.len())
        };
        checked(written)
    })
}

fn zstd_decompress() -> Direct {
    use zstd_sys::{ZSTD_createDCtx, ZSTD_decompressDCtx};
    // SAFETY: as above.
    let context = unsafe { ZSTD_createDCtx() };
    Box::new(move |input, room| {
        let (to, from): (*mut c_void, *const c_void) = (room.as_mut_ptr().cast(), input.as_ptr().cast());
        // SAFETY: as above.
        checked(unsafe { ZSTD_decompressDCtx(context, to, room.len(), from, input.len()) })
    })
}

fn checked(written: usize) -> usize {
    // SAFETY: it looks at the number only.
    assert_eq!(unsafe { zstd_sys::ZSTD_isError(written) }, 0, "zstd failed");
    written
}
