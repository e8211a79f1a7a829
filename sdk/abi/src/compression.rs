//! Codecs.

use crate::call::soch_call;
use crate::data::{soch_bytes, soch_str, soch_writer};
use crate::status::{soch_error, soch_status};
use core::ffi::c_void;

/// Bytes of the longest input that every codec takes.
pub const SOCH_LEAST_MAX_INPUT: u64 = 67108864;

/// `soch_compression_properties.flags`: `set_level` takes the levels from `min_level` to `max_level`.
pub const SOCH_COMPRESSION_LEVELS: u64 = 1;

/// The properties of a codec, which do not change. The host owns it; it sets `size` and all else to 0 (rule 7). Grows at
/// its end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_compression_properties {
    /// `sizeof(soch_compression_properties)` of the host: the room that there is. The plugin leaves it as it is.
    pub size: usize,
    /// Some of `SOCH_COMPRESSION_*` and `SOCH_PROPERTY_*` (rule 14).
    pub flags: u64,
    /// Bytes of the longest input of `compress`; 0 means that there is no limit, or none that is known.
    pub max_input: u64,
    /// The lowest level.
    pub min_level: i32,
    /// The highest level.
    pub max_level: i32,
    /// The level before the first `set_level`.
    pub default_level: i32,
    /// 0 (rule 16).
    pub reserved: u32,
}

/// `soch_compression_options.flags`: `level` says the level of this call.
pub const SOCH_COMPRESS_AT_LEVEL: u64 = 1;

/// The options of one call of a codec. The host owns it. Grows at its end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_compression_options {
    /// `sizeof(soch_compression_options)` of the host.
    pub size: usize,
    /// Some of `SOCH_COMPRESS_*` (rule 13).
    pub flags: u64,
    /// The level of this call, in place of that of `set_level`, if `flags` say so.
    pub level: i32,
    /// 0 (rule 16).
    pub reserved: u32,
    /// A dictionary, which compressing and decompressing must have in common; empty for none. A codec that takes none
    /// answers `SOCH_UNSUPPORTED`.
    pub dictionary: soch_bytes,
}

/// A codec. What `compress` writes, `decompress` of the same plugin turns back, byte for byte, at any level,
/// today and in a later version. It takes every input up to `SOCH_LEAST_MAX_INPUT`; a longer one may be `SOCH_LIMIT`.
/// Grows at its end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_compression {
    /// `sizeof(soch_compression)` of the plugin.
    pub size: usize,
    /// Sets `name` to the algorithm, such as `lz4`, `zstd`, `snappy`: 1 to 63 of `A-Z a-z 0-9 _ . + -`. The host
    /// asks once, after `create`, and copies it. Required. [any-thread]
    pub algorithm: Option<unsafe extern "C" fn(instance: *mut c_void, name: *mut soch_str) -> soch_status>,
    /// Writes the compressed form of `input`, which may be empty, to `output`. Required. [any-thread]
    pub compress: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            input: soch_bytes,
            output: *const soch_writer,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Writes what `compress` was given to `output`. Damaged input is `SOCH_CORRUPTION`. A length that the input states may be
    /// made up: no memory is taken for more than the writer's limit. Required. [any-thread]
    pub decompress: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            input: soch_bytes,
            output: *const soch_writer,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Sets the level of later `compress` calls; what a level means is the algorithm's. Outside its range is
    /// `SOCH_INVALID`. Optional; the default accepts every level and changes nothing. [exclusive]
    pub set_level:
        Option<unsafe extern "C" fn(instance: *mut c_void, level: i32, error: *mut soch_error) -> soch_status>,
    /// Fills `properties`. The host asks once, after `create`, and refuses by itself what exceeds the answer: an input that
    /// is too long as `SOCH_LIMIT`, a level outside as `SOCH_INVALID`. Optional; the default fills nothing. [any-thread]
    pub describe: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            properties: *mut soch_compression_properties,
            error: *mut soch_error,
        ) -> soch_status,
    >,

    /// Sets `most` to an upper bound of what `compress` writes for an input of `len` bytes. Optional; the default
    /// knows none, and the host lets its buffer grow. Since 1.1. [any-thread]
    pub bound: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            len: usize,
            most: *mut usize,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Sets `len` to how many bytes `decompress` writes for `input`, as the compressed form claims, or returns
    /// `SOCH_NOT_FOUND` if it does not say. Optional; the default is `SOCH_NOT_FOUND`. Since 1.1. [any-thread]
    pub decompressed_size: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            input: soch_bytes,
            len: *mut u64,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// `compress` with options for this call alone. A level outside the range is `SOCH_INVALID`. Optional group `options`;
    /// without it the host answers `SOCH_UNSUPPORTED`. Since 1.1. [any-thread]
    pub compress_with: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            input: soch_bytes,
            options: *const soch_compression_options,
            output: *const soch_writer,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// `decompress` of what `compress_with` wrote with this dictionary; levels have no meaning here. Without the right
    /// dictionary it is `SOCH_CORRUPTION`, or the content, if none of that came from the dictionary. Optional group `options`.
    /// Since 1.1. [any-thread]
    pub decompress_with: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            input: soch_bytes,
            options: *const soch_compression_options,
            output: *const soch_writer,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Writes a dictionary of at most `most` bytes for inputs like `samples` to `output`. Samples from which none can be
    /// made, such as too few, are `SOCH_INVALID`. `call` may be NULL. Optional; the default is `SOCH_UNSUPPORTED`.
    /// Since 1.1. [any-thread]
    pub train: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            call: *const soch_call,
            samples: *const soch_bytes,
            count: usize,
            most: usize,
            output: *const soch_writer,
            error: *mut soch_error,
        ) -> soch_status,
    >,
}
