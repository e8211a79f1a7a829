//! The codec: blocks of the data, there and back.

use crate::meter::Meter;
use crate::report::Report;
use crate::setup::Loaded;
use sochdb_plugin_cli::grouped;
use sochdb_plugin_host::sdk::{CompressionExtension, ErrorKind};
use sochdb_plugin_host::Compression;

const BLOCK: usize = 64 << 10;

/// Does it, and gives how many bytes became one.
pub(crate) fn run(report: &mut Report<'_>, loaded: &Loaded, files: &[&[u8]]) -> Option<f64> {
    let codec = match loaded.plugin.compression() {
        Ok(codec) => codec,
        Err(error) => {
            report.check("it is a codec", Err(error.to_string()));
            return None;
        }
    };
    let blocks: Vec<&[u8]> = files.iter().flat_map(|file| file.chunks(BLOCK)).collect();
    let mut packed = Vec::new();
    let compressed = compress(report, loaded, &codec, &blocks, &mut packed);
    let (Ok(ratio) | Err(ratio)) = compressed.as_ref().map(|ratio| Some(*ratio)).map_err(|_| None);
    let expected = compressed.and_then(|ratio| match ratio {
        ratio if ratio > 1.0 => Ok(format!("{} blocks, {ratio:.2} : 1", blocks.len())),
        ratio => Err(format!("they became larger: {ratio:.2} : 1")),
    });
    report.check("blocks become smaller", expected);
    let restored = decompress(report, loaded, &codec, &blocks, &packed);
    report.check("blocks come back byte for byte", restored);
    report.check("a damaged block is refused", damaged(&codec, &packed));
    ratio
}

fn compress(
    report: &mut Report<'_>,
    loaded: &Loaded,
    codec: &Compression,
    blocks: &[&[u8]],
    packed: &mut Vec<Vec<u8>>,
) -> Result<f64, String> {
    let mut meter = Meter::default();
    for block in blocks {
        packed.push(meter.time(|| codec.compress(block)).map_err(|error| error.to_string())?);
        meter.bytes += block.len();
    }
    report.measured(&loaded.who(), "compress", &meter);
    let small: usize = packed.iter().map(Vec::len).sum();
    Ok(meter.bytes as f64 / small.max(1) as f64)
}

fn decompress(
    report: &mut Report<'_>,
    loaded: &Loaded,
    codec: &Compression,
    blocks: &[&[u8]],
    packed: &[Vec<u8>],
) -> Result<String, String> {
    let mut meter = Meter::default();
    let mut restored = Vec::with_capacity(BLOCK);
    if blocks.len() != packed.len() {
        return Err("not all blocks were compressed".to_owned());
    }
    for (at, (block, packed)) in blocks.iter().zip(packed).enumerate() {
        restored.clear();
        meter
            .time(|| codec.decompress_append(packed, &mut restored))
            .map_err(|error| format!("block {at}: {error}"))?;
        if restored != *block {
            return Err(format!("block {at} is another one"));
        }
        meter.bytes += restored.len();
    }
    report.measured(&loaded.who(), "decompress", &meter);
    Ok(format!("{} bytes", grouped(meter.bytes as u64)))
}

fn damaged(codec: &Compression, packed: &[Vec<u8>]) -> Result<String, String> {
    let mut block = packed.first().cloned().ok_or("there is no block")?;
    block.truncate(block.len() / 2);
    match codec.decompress(&block) {
        Err(error) if error.kind() == ErrorKind::Corruption => Ok(error.to_string()),
        Err(error) => Err(format!("{:?}, not Corruption: {error}", error.kind())),
        Ok(bytes) => Err(format!("half a block gave {} bytes", bytes.len())),
    }
}
