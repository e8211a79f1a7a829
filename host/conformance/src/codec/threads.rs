//! Tests of a codec that several threads use at once, in one instance and in two: no call sees the bytes of another.

use crate::frame::must::{ensure, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::frame::threads::together;
use crate::inputs::waiting_writer::write_waiting;
use sochdb_plugin_host::sdk::{CompressionExtension, CompressionOptions, ErrorKind, VecWriter};
use sochdb_plugin_host::Compression;
use std::time::{Duration, Instant};

suite!(Compression, "compression_threads":
    many_threads_compress_large_inputs,
    many_threads_compress_small_inputs,
    a_call_may_wait_in_its_writer,
    a_dictionary_is_that_of_its_call,
    what_one_instance_wrote_another_reads,
);

const THREADS: usize = 4;
/// How long threads go on: those that share a processor take turns in it.
const LONG: Duration = Duration::from_millis(200);

/// An input that tells its thread from others: half of it can be compressed.
fn input(subject: &Subject, thread: usize, len: usize) -> Vec<u8> {
    let mut input = subject.random(90 + thread as u64).bytes(len / 2);
    input.resize(len, thread as u8);
    input
}

fn many_threads_compress_large_inputs(subject: &Subject) -> Result<(), NotPassed> {
    many_threads_compress(subject, &[200_000, 1000, 65_536, 1, 100_000])
}

/// Many short calls, which meet what is kept for small inputs alone.
fn many_threads_compress_small_inputs(subject: &Subject) -> Result<(), NotPassed> {
    many_threads_compress(subject, &[4096, 1000, 300, 4000])
}

fn many_threads_compress(subject: &Subject, sizes: &[usize]) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = &*instance.compression()?;
    let begin = Instant::now();
    together(THREADS, |thread| {
        let inputs: Vec<_> = sizes.iter().map(|len| input(subject, thread, *len)).collect();
        for input in inputs.iter().cycle() {
            let len = input.len();
            let packed = codec.compress(input).must("compress beside other threads")?;
            let output = codec.decompress(&packed).must("decompress beside other threads")?;
            let same = output == *input;
            ensure!(same, "{len} bytes of thread {thread} come back as {} others beside {THREADS}", output.len());
            if begin.elapsed() > LONG {
                break;
            }
        }
        Ok(())
    })
}

/// While one call is in its writer, another one runs: what both keep in one place is seen at once.
fn a_call_may_wait_in_its_writer(subject: &Subject) -> Result<(), NotPassed> {
    let (mut one, mut other) = (subject.instance()?, subject.instance()?);
    let codecs: [&Compression; 3] = {
        let one = &*one.compression()?;
        [one, one, &*other.compression()?]
    };
    together(codecs.len(), |thread| {
        let codec = codecs[thread];
        for len in [100, 4096, 5000, 3000] {
            let input = input(subject, thread, len);
            let (mut packed, mut output) = (Vec::new(), Vec::new());
            write_waiting(&mut packed, |to| codec.compress_into(&input, to)).must("compress to a slow writer")?;
            write_waiting(&mut output, |to| codec.decompress_into(&packed, to)).must("decompress to a slow writer")?;
            let same = output == input;
            ensure!(same, "{len} bytes come back as {} others while other calls wait in writers", output.len());
        }
        Ok(())
    })
}

/// The dictionaries of a thread: those of all threads are more than a codec keeps, so what one call uses goes for that of another.
const DICTIONARIES: usize = 6;

/// Dictionaries of `len` bytes, each with an input that has something in common with all: what is taken from another one is missed.
pub(crate) fn dictionaries(subject: &Subject, count: usize, len: usize) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut random = subject.random(95);
    let all: Vec<Vec<u8>> = (0..count).map(|_| random.bytes(len)).collect();
    let common: Vec<u8> = all.iter().flat_map(|each| &each[len / 10..][..16]).copied().collect();
    all.into_iter().map(|each| (each.clone(), [&each[len / 2..], &common].concat())).collect()
}

fn a_dictionary_is_that_of_its_call(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = &*instance.compression()?;
    let all = dictionaries(subject, THREADS * DICTIONARIES, 1000);
    together(THREADS, |thread| {
        let own = &all[thread * DICTIONARIES..][..DICTIONARIES];
        let begin = Instant::now();
        for (round, (dictionary, input)) in own.iter().cycle().enumerate() {
            let options = CompressionOptions::new().with_dictionary(dictionary);
            let (mut packed, mut output) = (Vec::new(), Vec::new());
            // Some wait while others go on.
            let waits = round % 8 == thread;
            let compressed = match waits {
                true => write_waiting(&mut packed, |to| codec.compress_with(input, &options, to)),
                false => codec.compress_with(input, &options, &mut VecWriter::new(&mut packed, u64::MAX).writer()),
            };
            match compressed {
                Err(error) if error.kind() == ErrorKind::Unsupported => return Ok(()),
                result => result.must("compress_with beside other threads")?,
            }
            let decompressed = match waits {
                true => write_waiting(&mut output, |to| codec.decompress_with(&packed, &options, to)),
                false => codec.decompress_with(&packed, &options, &mut VecWriter::new(&mut output, u64::MAX).writer()),
            };
            decompressed.must("decompress_with beside calls with other dictionaries")?;
            ensure!(output == *input, "with a dictionary for each call, {} bytes come back as others", input.len());
            if begin.elapsed() > LONG {
                break;
            }
        }
        Ok(())
    })
}

fn what_one_instance_wrote_another_reads(subject: &Subject) -> Result<(), NotPassed> {
    let (mut one, mut other) = (subject.instance()?, subject.instance()?);
    let (one, other) = (one.compression()?, other.compression()?);
    let inputs: Vec<_> = (0..8).map(|number| input(subject, number, 1 << (2 * number))).collect();
    let mut packed = Vec::new();
    for (at, input) in inputs.iter().enumerate() {
        let writer = if at % 2 == 0 { &*one } else { &*other };
        packed.push(writer.compress(input).must("compress")?);
    }
    for (at, (input, packed)) in inputs.iter().zip(&packed).enumerate().rev() {
        let reader = if at % 2 == 0 { &*other } else { &*one };
        let reads = || reader.decompress(packed).must("decompress in another instance");
        ensure!(reads()? == *input, "{} bytes are others in another instance", input.len());
        let elsewhere = std::thread::scope(|scope| scope.spawn(reads).join().expect("no test panics"))?;
        ensure!(elsewhere == *input, "{} bytes are others on another thread", input.len());
    }
    Ok(())
}
