//! The options of one call of a codec, as they cross.

use sochdb_plugin_sdk::abi::*;
use sochdb_plugin_sdk::{CompressionOptions, ErrorKind};

fn read(raw: &soch_compression_options) -> Result<CompressionOptions<'_>, ErrorKind> {
    // SAFETY: it is lent, with its dictionary.
    unsafe { CompressionOptions::from_raw(raw) }.map_err(|error| error.kind())
}

#[test]
fn what_is_set_arrives() {
    for level in [None, Some(0), Some(i32::MIN), Some(i32::MAX)] {
        for dictionary in [&b""[..], b"common"] {
            let mut options = CompressionOptions::new().with_dictionary(dictionary);
            options.level = level;
            assert_eq!(read(&options.as_raw()), Ok(options));
        }
    }
}

#[test]
fn each_flag_is_known_unsupported_or_passed_over() {
    for bit in 0..64 {
        let raw = soch_compression_options { flags: 1 << bit, level: 7, ..CompressionOptions::new().as_raw() };
        let expected = match bit {
            0 => Ok(CompressionOptions::new().with_level(7)),
            1..=31 => Err(ErrorKind::Unsupported),
            _ => Ok(CompressionOptions::new()),
        };
        assert_eq!(read(&raw), expected, "flag {bit}");
    }
}

#[test]
fn options_that_cannot_be_read_are_refused() {
    // SAFETY: NULL is what is tried.
    let nothing = unsafe { CompressionOptions::from_raw(std::ptr::null()) };
    assert_eq!(nothing.map_err(|error| error.kind()), Err(ErrorKind::Invalid));
    let nowhere = soch_bytes { ptr: std::ptr::null(), len: 3 };
    let raw = soch_compression_options { dictionary: nowhere, ..CompressionOptions::new().as_raw() };
    assert_eq!(read(&raw), Err(ErrorKind::Invalid));
}
