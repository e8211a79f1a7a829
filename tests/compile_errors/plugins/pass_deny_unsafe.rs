//! An author's file has no `unsafe`, several kinds on one type, and a table of its own, which is constant data.
#![deny(unsafe_code, missing_docs)]
use sochdb_plugin_sdk::prelude::*;

/// Both kinds at once.
pub struct Both;

impl Plugin for Both {
    fn create(host: Host) -> Result<Self> {
        host.log(LogLevel::Info, "made", &[("config", host.config_text())]);
        Ok(Self)
    }
    fn shutdown(&mut self) -> Result<()> {
        Err(Error::failed("nothing to end").with_code(5))
    }
}

impl CompressionExtension for Both {
    fn algorithm(&self) -> &str {
        "copy"
    }
    fn compress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> {
        output.write_with(input.len(), |room| {
            room.copy_from_slice(input);
            Ok(input.len())
        })
    }
    fn decompress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> {
        output.write(input)
    }
}

impl ObservabilityExtension for Both {
}

/// What another vendor's application asks for by its id.
#[repr(C)]
pub struct Thing {
    size: usize,
    answer: extern "C" fn() -> u32,
}

extern "C" fn answer() -> u32 {
    42
}

static THING: Thing = Thing { size: std::mem::size_of::<Thing>(), answer };
static OTHER: Thing = Thing { size: std::mem::size_of::<Thing>(), answer };

/// Reads what the application reads.
pub fn ask() -> (usize, u32) {
    (THING.size, (OTHER.answer)())
}

export_plugin!("both", Both: compression, observability; "com.vendor.thing/1" => THING, "com.vendor.other/1" => OTHER);
