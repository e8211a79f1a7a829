//! What is written is what is read back.

use crate::base::digest::Digest;
use crate::trust::file::TrustFile;
use crate::trust::lock::{Lock, Locked};
use crate::trust::manifest::Manifest;
use crate::trust::policy::Policy;
use crate::trust::publisher::PublicKey;
use crate::trust::tests::{DIGEST, KEY};

#[test]
fn a_lock_and_a_manifest_are_read_back() {
    let sha256: Digest = DIGEST.to_uppercase().parse().expect("64 digits");
    assert_eq!(sha256.to_string(), DIGEST);
    let name = "a\"\\ü\u{202e}'#".to_owned();
    let (version, abi) = ("1.0.0".to_owned(), (1, 65535));
    let mut manifest = Manifest::new(sha256, name.clone(), version.clone(), abi);
    for conformance in ["storage/1", "index/65535, compression/2"] {
        assert_eq!(Manifest::parse(manifest.to_text().as_bytes()).as_ref(), Ok(&manifest));
        manifest.conformance = conformance.parse().expect("versions of a suite");
    }
    assert_eq!(Manifest::parse(manifest.to_text().as_bytes()).as_ref(), Ok(&manifest));
    let (file, kinds) = ("a b.so".to_owned(), vec!["index".to_owned(), "storage".to_owned()]);
    let plain = Locked { file, sha256, name: name.clone(), version, abi, kinds, publisher: None, previous: None };
    let full = Locked {
        file: name.clone(),
        kinds: Vec::new(),
        publisher: Some(name.clone()),
        previous: Some(Digest::of(b"")),
        ..plain.clone()
    };
    let lock = Lock { plugins: vec![full.clone(), plain] };
    assert_eq!(Lock::parse(lock.to_text().as_bytes()).as_ref(), Ok(&lock));
    assert_eq!(lock.find(&name), Some(&full));
    assert_eq!(lock.find("other"), None);
    assert!(lock.to_text().starts_with("# Written by sochdb-plugin install"));
    assert_eq!(Lock::parse(Lock::default().to_text().as_bytes()), Ok(Lock::default()));
}

#[test]
fn a_trust_file_says_what_was_written() {
    assert_eq!(TrustFile::parse(b""), Ok(TrustFile::default()));
    let text = format!("[[directory]]\npath = \"/a\"\n[[directory]]\npath = \"/b\"\npolicy = \"strict\"\nconformance = \"storage/2\"\n[[publisher]]\nname = \"acme\"\nkey = \"{KEY}\"\n");
    let file = TrustFile::parse(text.as_bytes()).expect("a good trust file");
    let policies: Vec<Policy> = file.directories.iter().map(|directory| directory.policy).collect();
    assert_eq!(policies, [Policy::Pinned, Policy::Strict]);
    assert!(file.directories[0].conformance.is_none() && file.directories[1].conformance.to_string() == "storage/2");
    assert_eq!(file.publishers[0].key.to_string(), KEY);
    assert_eq!(file.publishers[0].key.key_id(), "E7620F1842B4E81F");
    for policy in Policy::ALL {
        assert_eq!(policy.to_string().parse(), Ok(policy));
    }
    assert!("ü".repeat(28).parse::<PublicKey>().is_err());
    assert!("ü".repeat(64).parse::<Digest>().is_err());
}
