//! Manifests that are not what `sign` writes.

use super::{beside, plugin, Shop};
use minisign::SecretKeyBox;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

/// The secret key of the shop.
fn secret(shop: &Shop) -> minisign::SecretKey {
    let text = fs::read_to_string(shop.operator.home.join("acme.key")).expect("it was made");
    let boxed = SecretKeyBox::from_string(&text).expect("a secret key");
    boxed.into_unencrypted_secret_key().expect("it has no password")
}

#[test]
fn a_signed_manifest_that_is_no_manifest_is_refused_until_it_is_signed_as_it_should_be() {
    let shop = Shop::new("");
    let file = shop.put("codec_xor.so", &plugin("codec_xor"));
    for text in ["", "sha256 =", "name = 1\n", "\u{fffd}"] {
        let signature = minisign::sign(None, &secret(&shop), text.as_bytes(), Some("a comment"), None);
        fs::write(beside(&file, ".manifest"), text).expect("its own directory");
        fs::write(beside(&file, ".manifest.minisig"), signature.expect("signed").into_string()).expect("as above");
        // Whatever the umask.
        for end in [".manifest", ".manifest.minisig"] {
            fs::set_permissions(beside(&file, end), fs::Permissions::from_mode(0o644)).expect("its own file");
        }
        assert_eq!(shop.operator.verdict(&file), "E_MANIFEST_SYNTAX", "{text:?}");
    }
    // The remedy: `sochdb-plugin sign` writes it.
    shop.sign(&file);
    assert_eq!(shop.operator.verdict(&file), "");
}

#[test]
fn a_manifest_that_others_can_write_is_refused_until_they_cannot() {
    let shop = Shop::new("");
    let file = shop.put("codec_xor.so", &plugin("codec_xor"));
    shop.sign(&file);
    for suffix in [".manifest", ".manifest.minisig"] {
        let part = beside(&file, suffix);
        let mode = |mode| fs::set_permissions(&part, Permissions::from_mode(mode)).expect("its own file");
        mode(0o666);
        assert_eq!(shop.operator.verdict(&file), "E_MANIFEST_FILE", "{suffix}");
        mode(0o644);
        assert_eq!(shop.operator.verdict(&file), "", "{suffix}");
        fs::remove_file(&part).expect("its own directory");
        fs::create_dir(&part).expect("as above");
        assert_eq!(shop.operator.verdict(&file), "E_MANIFEST_FILE", "{suffix}");
        fs::remove_dir(&part).expect("as above");
        shop.sign(&file);
    }
}
