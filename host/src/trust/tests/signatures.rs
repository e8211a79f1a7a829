//! Signatures that minisign made.

use crate::trust::manifest::Manifest;
use crate::trust::publisher::Publisher;
use crate::trust::signature::{verify_signature, SignatureError};
use crate::trust::tests::KEY;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

const MANIFEST: &[u8] = include_bytes!("codec_xor.so.manifest");
const SIGNATURE: &[u8] = include_bytes!("codec_xor.so.manifest.minisig");
const LEGACY: &[u8] = include_bytes!("legacy.minisig");
const ACME: &str = include_str!("acme.pub");
const OTHER: &str = include_str!("other.pub");

fn publisher(name: &str, file: &str) -> Publisher {
    let line = file.lines().nth(1).expect("a comment and a key");
    Publisher { name: name.to_owned(), key: line.parse().expect("minisign wrote it") }
}

fn publishers() -> [Publisher; 2] {
    [publisher("other", OTHER), publisher("acme", ACME)]
}

#[test]
fn a_signature_names_its_publisher() {
    let publishers = publishers();
    assert!(ACME.lines().next().expect("a comment").ends_with(&publishers[1].key.key_id()));
    assert_eq!(verify_signature(MANIFEST, SIGNATURE, &publishers), Ok(&publishers[1]));
    assert_eq!(Manifest::parse(MANIFEST).expect("a good manifest").to_text().as_bytes(), MANIFEST);
    let key_id = publishers[1].key.key_id();
    assert_eq!(verify_signature(MANIFEST, SIGNATURE, &publishers[..1]), Err(SignatureError::KeyUnknown { key_id }));
    let invalid = Err(SignatureError::Invalid { publisher: "acme".to_owned() });
    assert_eq!(verify_signature(&MANIFEST[1..], SIGNATURE, &publishers), invalid);
    let legacy = verify_signature(MANIFEST, LEGACY, &publishers).expect_err("legacy does not count");
    assert!(legacy.to_string().contains("legacy"), "{legacy}");
}

#[test]
fn a_key_with_the_number_of_another_does_not_hide_it() {
    let acme = publisher("acme", ACME);
    let mut text = acme.key.to_string();
    // The last digits are of the key, the first 13 of its number.
    text.replace_range(20..24, if &text[20..24] == "AAAA" { "BBBB" } else { "AAAA" });
    let twin = Publisher { name: "twin".to_owned(), key: text.parse().expect("the form is right") };
    assert_eq!(verify_signature(MANIFEST, SIGNATURE, &[twin, acme.clone()]), Ok(&acme));
}

#[test]
fn no_changed_or_cut_signature_counts() {
    let publishers = publishers();
    let comment = "untrusted comment: ".len()..SIGNATURE.iter().position(|&byte| byte == b'\n').expect("lines");
    for at in (0..SIGNATURE.len()).filter(|at| !comment.contains(at)) {
        for flip in [0x01, 0x04, 0x20, 0x80] {
            let mut changed = SIGNATURE.to_vec();
            changed[at] ^= flip;
            assert!(verify_signature(MANIFEST, &changed, &publishers).is_err(), "byte {at} changed by {flip:#x}");
        }
    }
    for end in 0..SIGNATURE.len() {
        assert!(verify_signature(MANIFEST, &SIGNATURE[..end], &publishers).is_err(), "{end} bytes");
    }
    for more in [&b"\n"[..], b"x", b"\0"] {
        assert!(verify_signature(MANIFEST, &[SIGNATURE, more].concat(), &publishers).is_err());
    }
    assert!(verify_signature(MANIFEST, &vec![b'\n'; 1 << 20], &publishers).is_err());
    assert!(verify_signature(MANIFEST, b"\xff", &publishers).is_err());
}

#[test]
fn what_minisign_signs_counts() {
    let installed = Command::new("minisign").arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if installed.is_err() {
        eprintln!("skipped: what_minisign_signs_counts: minisign is not installed");
        return;
    }
    let private = fs::Permissions::from_mode(0o700);
    let dir = tempfile::Builder::new().permissions(private).tempdir().expect("a directory");
    let run = |arguments: &[&str]| {
        let mut minisign = Command::new("minisign");
        let minisign = minisign.args(arguments).current_dir(dir.path()).stdin(Stdio::null());
        let output = minisign.output().expect("it is installed");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    run(&["-G", "-W", "-p", "pub", "-s", "sec"]);
    fs::write(dir.path().join("m"), MANIFEST).expect("an own directory");
    run(&["-S", "-H", "-s", "sec", "-m", "m"]);
    let key = fs::read_to_string(dir.path().join("pub")).expect("minisign wrote it");
    let signature = fs::read(dir.path().join("m.minisig")).expect("minisign wrote it");
    let publishers = [publisher("made", &key)];
    assert_eq!(verify_signature(MANIFEST, &signature, &publishers), Ok(&publishers[0]));
    let known = [Publisher { name: "known".to_owned(), key: KEY.parse().expect("a good key") }];
    assert!(matches!(verify_signature(MANIFEST, &signature, &known), Err(SignatureError::KeyUnknown { .. })));
}
