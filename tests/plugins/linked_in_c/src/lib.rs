//! Plugins in C and in C++ that are compiled into the program.

use sochdb_plugin_sdk::abi::soch_plugin;
use sochdb_plugin_sdk::LinkedEntry;

extern "C" {
    static codec_xor_in_c: soch_plugin;
    static codec_reverse_in_cpp: soch_plugin;
}

/// The plugin of `examples-c/codec_xor.c`.
pub fn plugin() -> LinkedEntry {
    // SAFETY: `SOCH_PLUGIN` made it, from constants; it passes the suite as a library.
    unsafe { LinkedEntry::new(&codec_xor_in_c) }
}

/// The plugin of `examples-c/codec_reverse.cpp`.
pub fn plugin_in_cpp() -> LinkedEntry {
    // SAFETY: `SOCH_CPP_PLUGIN` made it, from constants; it passes the suite as a library.
    unsafe { LinkedEntry::new(&codec_reverse_in_cpp) }
}
