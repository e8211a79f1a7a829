//! Several keys of one publisher, and keys that are forbidden.

use crate::publisher::{newer, plugin, text, Shop};
use sochdb_plugin_host::Digest;
use support::command::{one_object, LIMIT};
use support::run;

#[test]
fn a_publisher_changes_the_key_under_one_name_and_the_old_one_can_be_forbidden_for_good() {
    let shop = Shop::new("");
    let operator = &shop.operator;
    let (old, new) = (shop.put("old.so", &plugin("codec_xor")), shop.put("new.so", &newer()));
    shop.sign(&old);
    let key = text(&operator.object(&["keygen", "--no-password", "--out", "next"], 0), "public_key");
    let signed = run(operator.command(&["sign", "--json", "--key", "next.key"]).arg(&new), LIMIT);
    one_object(&signed, 0);
    // The refusal has the command, but for the name.
    let refused = one_object(&run(operator.command(&["verify", "--json"]).arg(&new), LIMIT), 1);
    assert_eq!(refused["code"], "E_KEY_UNKNOWN");
    let remedy = text(&refused, "remedy");
    assert!(remedy.contains(&format!("sochdb-plugin trust add publisher NAME {key}, where NAME")), "{remedy}");
    operator.object(&["trust", "add", "publisher", "acme", &key], 0);
    assert_eq!((&*operator.verdict(&old), &*operator.verdict(&new)), ("", ""));
    let listed = operator.object(&["trust", "list"], 0);
    let trusted = listed["files"].as_array().expect("a list").iter().find(|file| file["exists"] == true);
    let names: Vec<_> = trusted.expect("there is one")["publisher"].as_array().expect("a list").iter().collect();
    assert!(names.len() == 2 && names.iter().all(|publisher| publisher["name"] == "acme"), "{listed}");
    // A key has one owner.
    assert_eq!(operator.object(&["trust", "add", "publisher", "other", &key], 1)["code"], "E_TRUST_CONFLICT");

    operator.object(&["trust", "revoke", "--key", &shop.key, "--reason", "it leaked"], 0);
    let refused = one_object(&run(operator.command(&["verify", "--json"]).arg(&old), LIMIT), 1);
    assert_eq!(refused["code"], "E_KEY_REVOKED");
    assert!(text(&refused, "message").ends_with("revokes: it leaked"), "{refused}");
    assert_eq!(operator.verdict(&new), "", "the other key still counts");
    let listed = operator.call(&["trust", "list"]).stdout;
    assert!(listed.contains("revoked_key") && listed.contains("it leaked"), "{listed}");
    // Whoever else trusts it, and under whatever number; and where nobody trusts it.
    for more in [format!("[[publisher]]\nname = \"again\"\nkey = \"{key}\"\n"), String::new()] {
        for revoked in [shop.key.clone(), renumbered(&shop.key)] {
            shop.trust(&shop.key, &format!("{more}[[revoked_key]]\nkey = \"{revoked}\"\n"));
            assert_eq!(operator.verdict(&old), "E_KEY_REVOKED");
        }
    }
    let directory = shop.directory.display();
    for policy in ["development", "pinned", "signed"] {
        let digest = Digest::of(&plugin("codec_xor"));
        operator.trust(&format!(
            "[[directory]]\npath = \"{directory}\"\npolicy = \"{policy}\"\n[[pin]]\nsha256 = \"{digest}\"\n\
             [[revoked_key]]\nkey = \"{}\"\n",
            shop.key
        ));
        assert_eq!(operator.verdict(&old), "E_KEY_REVOKED", "{policy}");
    }
    // Taken back, and taken out: one key, then all of a name.
    shop.trust(&shop.key, "");
    operator.object(&["trust", "add", "publisher", "acme", &key], 0);
    operator.object(&["trust", "revoke", "--key", &shop.key], 0);
    operator.object(&["trust", "remove", "revoked-key", &shop.key], 0);
    assert_eq!((&*operator.verdict(&old), &*operator.verdict(&new)), ("", ""));
    operator.object(&["trust", "remove", "publisher", "acme", &shop.key], 0);
    assert_eq!((&*operator.verdict(&old), &*operator.verdict(&new)), ("E_KEY_UNKNOWN", ""));
    operator.object(&["trust", "add", "publisher", "acme", &shop.key], 0);
    operator.object(&["trust", "remove", "publisher", "acme"], 0);
    assert_eq!((&*operator.verdict(&old), &*operator.verdict(&new)), ("E_KEY_UNKNOWN", "E_KEY_UNKNOWN"));
    assert_eq!(operator.object(&["trust", "remove", "publisher", "acme"], 1)["code"], "E_TRUST_NO_ENTRY");
}

/// The same key with another number, which nobody checks: in base64, behind the two bytes of the algorithm.
fn renumbered(key: &str) -> String {
    let number = if key.as_bytes()[5] == b'A' { "B" } else { "A" };
    [&key[..5], number, &key[6..]].concat()
}
