//! A codec whose functions the benchmarks also call directly: a block of lz4 behind its length, in 4 bytes.

use crate::Bench;
use lz4_flex::block;
use sochdb_plugin_sdk::prelude::*;

const PREFIX: usize = 4;

/// The most bytes that [`compress`] writes for `len`.
pub fn bound(len: usize) -> usize {
    PREFIX + block::get_maximum_output_size(len)
}

/// Compresses into `room` of [`bound`] bytes; returns how many it took.
///
/// # Errors
/// An input of 4 GiB, or too little room.
pub fn compress(input: &[u8], room: &mut [u8]) -> Result<usize> {
    let len = u32::try_from(input.len()).map_err(|_| Error::invalid("an input of 4 GiB or more"))?;
    let (prefix, block) = room.split_at_mut_checked(PREFIX).ok_or_else(|| Error::invalid("no room"))?;
    prefix.copy_from_slice(&len.to_le_bytes());
    let written = block::compress_into(input, block).map_err(|error| Error::failed(error.to_string()))?;
    Ok(PREFIX + written)
}

/// How many bytes [`decompress`] writes for `input`.
///
/// # Errors
/// Fewer bytes than a length has.
pub fn original_len(input: &[u8]) -> Result<usize> {
    let prefix = input.first_chunk::<PREFIX>().ok_or_else(|| Error::corruption("the length is missing"))?;
    Ok(u32::from_le_bytes(*prefix) as usize)
}

/// Turns what [`compress`] wrote back into `room` of [`original_len`] bytes; returns how many it took.
///
/// # Errors
/// Other bytes than those.
pub fn decompress(input: &[u8], room: &mut [u8]) -> Result<usize> {
    let block = input.get(PREFIX..).ok_or_else(|| Error::corruption("the length is missing"))?;
    block::decompress_into(block, room).map_err(|error| Error::corruption(error.to_string()))
}

/// Lends `codec` the room as it is: lz4_flex writes it and does not read what it did not write.
fn fill(output: &mut Writer<'_>, len: usize, codec: impl FnOnce(&mut [u8]) -> Result<usize>) -> Result<()> {
    output.write_with_uninit(len, |room| {
        // SAFETY: the slice is that of the room, and the codec writes the bytes that it counts.
        let room = unsafe { &mut *(std::ptr::from_mut(room) as *mut [u8]) };
        let filled = codec(room)?;
        Ok(&room[..filled])
    })
}

impl CompressionExtension for Bench {
    fn algorithm(&self) -> &str {
        "lz4"
    }
    fn compress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> {
        fill(output, bound(input.len()), |room| compress(input, room))
    }
    fn decompress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> {
        fill(output, original_len(input)?, |room| decompress(input, room))
    }
    fn bound(&self, len: usize) -> Option<usize> {
        Some(bound(len))
    }
}
