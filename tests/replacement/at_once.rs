//! All that can be done with names, by several threads at once: nothing hangs, panics, or stays.

use crate::versions::two_versions;
use sochdb_plugin_host::sdk::{CompressionExtension, ErrorKind, Extension, ExtensionInfo, Result, Writer};
use sochdb_plugin_host::{Compression, ManagerError, PluginManager};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;
use support::in_c;

static MADE: AtomicUsize = AtomicUsize::new(0);
static GONE: AtomicUsize = AtomicUsize::new(0);

/// A codec that is counted, and panics at some inputs.
struct Counted;

impl Counted {
    fn codec() -> Compression {
        MADE.fetch_add(1, SeqCst);
        Compression::new(Self).expect("a codec")
    }
}

impl Extension for Counted {
    fn info(&self) -> ExtensionInfo {
        ExtensionInfo::new("codec_xor", "1.0.0")
    }
}

impl CompressionExtension for Counted {
    fn algorithm(&self) -> &str {
        "xor"
    }
    fn compress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> {
        if input == b"panic" {
            std::panic::resume_unwind(Box::new("as it was asked to"));
        }
        output.write(input)
    }
    fn decompress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> {
        output.write(input)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        GONE.fetch_add(1, SeqCst);
    }
}

/// Numbers that look like chance, the same each time (Marsaglia, "Xorshift RNGs", 2003).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

#[test]
fn nothing_hangs_or_stays() {
    const THREADS: u64 = 4;
    const STEPS: usize = 2000;
    const NAMES: [&str; 3] = ["a", "b", "c"];
    let [first, second] = two_versions(&in_c!("codec_xor"));
    let manager = PluginManager::new();
    thread::scope(|scope| {
        for number in 1..=THREADS {
            let (manager, versions) = (&manager, [&first, &second]);
            scope.spawn(move || {
                let mut random = Random(number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
                let mut held: Vec<Compression> = Vec::new();
                for _ in 0..STEPS {
                    let name = NAMES[random.below(3) as usize];
                    let done = match random.below(9) {
                        0 => manager.register_as(name, Counted::codec()),
                        1 => manager.replace(name, Counted::codec()).map(drop),
                        2 => manager.unregister(name).map(drop),
                        3 => {
                            let library = versions[random.below(2) as usize];
                            manager.hand_over(name, || library.instance("{}")).map(drop)
                        }
                        4 => {
                            let fails = random.below(3) == 0;
                            let check =
                                move |_: &str, _: &_| if fails { Err("it is not wanted".into()) } else { Ok(()) };
                            manager.upgrade(versions[random.below(2) as usize], check).map(drop)
                        }
                        5 => {
                            held.extend(manager.compression(name));
                            Ok(())
                        }
                        6 => {
                            held.truncate(2);
                            Ok(())
                        }
                        7 => {
                            let input: &[u8] = if random.below(4) == 0 { b"panic" } else { b"text" };
                            for codec in &held {
                                match codec.compress(input) {
                                    Ok(output) => assert_eq!(output.len(), input.len()),
                                    // It panicked here or before, or what had its place is gone.
                                    Err(error) => assert!(
                                        matches!(error.kind(), ErrorKind::Panicked | ErrorKind::ShutDown),
                                        "{error}"
                                    ),
                                }
                            }
                            Ok(())
                        }
                        _ => {
                            manager
                                .extensions()
                                .iter()
                                .for_each(|extension| assert!(NAMES.contains(&&*extension.name)));
                            Ok(())
                        }
                    };
                    match done {
                        Ok(()) | Err(ManagerError::Duplicate { .. } | ManagerError::Unknown { .. }) => {}
                        Err(ManagerError::NotReplaced(not)) => {
                            let known = ["it is not wanted", "by another thread", "replaced before", "is linked in"];
                            let why = not.source.to_string();
                            assert!(not.stuck.is_empty() && known.iter().any(|known| why.contains(known)), "{not:?}");
                        }
                        Err(error) => panic!("{error}"),
                    }
                }
            });
        }
    });
    drop(manager);
    assert_eq!(GONE.load(SeqCst), MADE.load(SeqCst), "each is gone once");
}
