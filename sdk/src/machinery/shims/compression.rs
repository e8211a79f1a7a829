//! The table of a codec.

use crate::call::Call;
use crate::compression::CompressionExtension;
use crate::compression_options::CompressionOptions;
use crate::error::Error;
use crate::machinery::barrier::guard;
use crate::machinery::boundary::{fill, slice, ReadLent};
use crate::machinery::instance::{exclusive, shared};
use crate::machinery::list::try_with_list;
use crate::machinery::shims::found;
use crate::writer::Writer;
use core::ffi::c_void;
use sochdb_plugin_abi::*;

/// The table of `P`.
pub const fn table<P: CompressionExtension>() -> soch_compression {
    soch_compression {
        size: std::mem::size_of::<soch_compression>(),
        algorithm: Some(algorithm::<P>),
        compress: Some(compress::<P>),
        decompress: Some(decompress::<P>),
        set_level: Some(set_level::<P>),
        describe: Some(describe::<P>),
        bound: Some(bound::<P>),
        decompressed_size: Some(decompressed_size::<P>),
        compress_with: Some(compress_with::<P>),
        decompress_with: Some(decompress_with::<P>),
        train: Some(train::<P>),
    }
}

unsafe extern "C" fn algorithm<P: CompressionExtension>(instance: *mut c_void, name: *mut soch_str) -> soch_status {
    // SAFETY: the host passes an instance of this library and a place for the result.
    unsafe {
        guard(std::ptr::null_mut(), || {
            *name = soch_str::lend(shared::<P>(instance).algorithm());
            Ok(())
        })
    }
}

unsafe extern "C" fn compress<P: CompressionExtension>(
    instance: *mut c_void,
    input: soch_bytes,
    output: *const soch_writer,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and lends the rest for the call.
    unsafe { guard(error, || shared::<P>(instance).compress_into(input.read()?, &mut Writer::from_raw(output)?)) }
}

unsafe extern "C" fn decompress<P: CompressionExtension>(
    instance: *mut c_void,
    input: soch_bytes,
    output: *const soch_writer,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and lends the rest for the call.
    unsafe { guard(error, || shared::<P>(instance).decompress_into(input.read()?, &mut Writer::from_raw(output)?)) }
}

unsafe extern "C" fn set_level<P: CompressionExtension>(
    instance: *mut c_void,
    level: i32,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library that no other call uses.
    unsafe { guard(error, || exclusive::<P>(instance).set_level(level)) }
}

unsafe extern "C" fn bound<P: CompressionExtension>(
    instance: *mut c_void,
    len: usize,
    most: *mut usize,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library and a place for the result.
    unsafe {
        guard(error, || {
            *most = shared::<P>(instance).bound(len).ok_or_else(|| Error::unsupported("bound"))?;
            Ok(())
        })
    }
}

unsafe extern "C" fn describe<P: CompressionExtension>(
    instance: *mut c_void,
    properties: *mut soch_compression_properties,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library and a place for the result, with its size.
    unsafe { guard(error, || fill(properties, &shared::<P>(instance).describe().as_raw())) }
}

unsafe extern "C" fn decompressed_size<P: CompressionExtension>(
    instance: *mut c_void,
    input: soch_bytes,
    len: *mut u64,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and lends the input and a place for the result.
    unsafe {
        found(error, || match shared::<P>(instance).decompressed_size(input.read()?)? {
            Some(size) => {
                *len = size;
                Ok(true)
            }
            None => Ok(false),
        })
    }
}

unsafe extern "C" fn compress_with<P: CompressionExtension>(
    instance: *mut c_void,
    input: soch_bytes,
    options: *const soch_compression_options,
    output: *const soch_writer,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and lends the rest for the call.
    unsafe {
        guard(error, || {
            let options = CompressionOptions::from_raw(options)?;
            shared::<P>(instance).compress_with(input.read()?, &options, &mut Writer::from_raw(output)?)
        })
    }
}

unsafe extern "C" fn decompress_with<P: CompressionExtension>(
    instance: *mut c_void,
    input: soch_bytes,
    options: *const soch_compression_options,
    output: *const soch_writer,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and lends the rest for the call.
    unsafe {
        guard(error, || {
            let options = CompressionOptions::from_raw(options)?;
            shared::<P>(instance).decompress_with(input.read()?, &options, &mut Writer::from_raw(output)?)
        })
    }
}

unsafe extern "C" fn train<P: CompressionExtension>(
    instance: *mut c_void,
    call: *const soch_call,
    samples: *const soch_bytes,
    count: usize,
    most: usize,
    output: *const soch_writer,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and lends `count` samples and the rest for the call.
    unsafe {
        guard(error, || {
            let mut output = Writer::from_raw(output)?;
            try_with_list(
                slice(samples, count)?,
                |sample| sample.read(),
                |samples| Call::within(call, || shared::<P>(instance).train(samples, most, &mut output)),
            )?
        })
    }
}
