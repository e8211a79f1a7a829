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
    fn counter_inc(&self, _: &str, _: u64, _: Labels<'_>) {}
    fn gauge_set(&self, _: &str, _: f64, _: Labels<'_>) {}
    fn histogram_observe(&self, _: &str, _: f64, _: Labels<'_>) {}
    fn span_start(&self, _: &str, parent: Option<u64>) -> u64 {
        parent.unwrap_or(0) + 1
    }
    fn span_end(&self, _: u64) {}
    fn span_event(&self, _: u64, _: &str, _: Labels<'_>) {}
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
