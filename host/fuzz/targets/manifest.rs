//! Any bytes as a manifest, with its signature behind it. Only what was signed has a good signature.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sochdb_plugin_host::trust::{verify_signature, Manifest, Publisher};
use std::sync::LazyLock;

/// The key of the signature in the seeds, which was thrown away after it.
const KEY: &str = "RWShKqUUzRp5zAo5rHtX0vnR+epZO2FyDONiFVEKoJInPKcGse8S7RMP";
const SEED: &[u8] = include_bytes!("../seeds/manifest/signed");
const SIGNATURE: &[u8] = b"untrusted comment: ";

static PUBLISHERS: LazyLock<Vec<Publisher>> = LazyLock::new(|| {
    let key = KEY.parse().expect("it is a key of minisign");
    vec![Publisher::new("acme".to_owned(), key)]
});

fn parts(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.windows(SIGNATURE.len()).position(|window| window == SIGNATURE).unwrap_or(bytes.len());
    bytes.split_at(end)
}

fuzz_target!(|bytes: &[u8]| {
    let (manifest, signature) = parts(bytes);
    match Manifest::parse(manifest) {
        Ok(read) => assert_eq!(Manifest::parse(read.to_text().as_bytes()).as_ref(), Ok(&read)),
        Err(error) => assert!(!error.to_string().contains(char::is_control), "{error:?}"),
    }
    match verify_signature(manifest, signature, &PUBLISHERS) {
        Ok(_) => assert_eq!(manifest, parts(SEED).0, "nobody signed this"),
        Err(error) => assert!(!error.to_string().contains(char::is_control), "{error:?}"),
    }
});
