//! From a publisher's key to an operator's decision: `keygen`, `sign`, `verify`, and the program minisign.

mod keys;
mod manifests;

use serde_json::Value;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use support::command::{one_object, LIMIT};
use support::in_c;
use support::operator::Operator;
use support::{run, succeed, tool, MINUTE};

const PASSWORD: &str = "not a good one";

/// An operator who trusts one publisher, whose keys lie in the same home.
struct Shop {
    operator: Operator,
    directory: PathBuf,
    key: String,
}

impl Shop {
    /// Keys, and a trust file that demands their signature and also says `more`.
    fn new(more: &str) -> Self {
        let operator = Operator::new();
        let directory = operator.directory("plugins", 0o700);
        let made = operator.object(&["keygen", "--no-password", "--out", "acme"], 0);
        let shop = Self { operator, directory, key: text(&made, "public_key") };
        shop.trust(&shop.key, more);
        shop
    }

    fn trust(&self, key: &str, more: &str) {
        let directory = self.directory.display();
        self.operator.trust(&format!(
            "[[directory]]\npath = \"{directory}\"\npolicy = \"signed\"\n\
             [[publisher]]\nname = \"acme\"\nkey = \"{key}\"\n{more}"
        ));
    }

    fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.directory.join(name);
        fs::write(&path, bytes).expect("its own directory");
        fs::set_permissions(&path, Permissions::from_mode(0o755)).expect("its own file");
        path
    }

    fn sign(&self, plugin: &Path) -> Value {
        let mut command = self.operator.command(&["sign", "--json", "--key", "acme.key"]);
        one_object(&run(command.arg(plugin), LIMIT), 0)
    }
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_else(|| panic!("no {key} in {value}")).to_owned()
}

fn beside(plugin: &Path, suffix: &str) -> PathBuf {
    PathBuf::from(format!("{}{suffix}", plugin.display()))
}

fn plugin(name: &str) -> Vec<u8> {
    fs::read(in_c!(name)).expect("a plugin")
}

/// codec_xor as version 1.2.0.
fn newer() -> Vec<u8> {
    let mut bytes = plugin("codec_xor");
    let (old, new) = (b"1.0.0\0", b"1.2.0\0");
    let places: Vec<usize> = (0..bytes.len() - old.len()).filter(|&at| bytes[at..].starts_with(old)).collect();
    assert!(!places.is_empty(), "codec_xor has another version");
    places.iter().for_each(|&at| bytes[at..at + new.len()].copy_from_slice(new));
    bytes
}

#[test]
fn what_a_publisher_signed_is_accepted_and_named() {
    let shop = Shop::new("");
    let file = shop.put("codec_xor.so", &plugin("codec_xor"));
    assert_eq!(shop.operator.verdict(&file), "E_SIGNATURE_MISSING");
    let signed = shop.sign(&file);
    assert_eq!((&signed["name"], &signed["version"]), (&"codec_xor".into(), &"1.0.0".into()));
    assert_eq!(text(&signed, "public_key"), shop.key);
    let answer = one_object(&run(shop.operator.command(&["verify", "--json"]).arg(&file), LIMIT), 0);
    assert_eq!((&answer["policy"], &answer["publisher"]), (&"signed".into(), &"acme".into()), "{answer}");
    let trust = fs::read_to_string(beside(&file, ".manifest.minisig")).expect("it was written");
    assert!(trust.contains("\tname:codec_xor\tversion:1.0.0\n"), "{trust}");
    assert!(trust.contains(&format!("\tkey:{}\t", shop.key)), "{trust}");
}

#[test]
fn a_plugin_that_changed_after_it_was_signed_is_refused() {
    let shop = Shop::new("");
    let file = shop.put("codec_xor.so", &plugin("codec_xor"));
    shop.sign(&file);
    shop.put("codec_xor.so", &newer());
    assert_eq!(shop.operator.verdict(&file), "E_MANIFEST_DIGEST");
}

#[test]
fn an_older_signed_version_does_not_come_back() {
    let shop = Shop::new("[[minimum]]\nname = \"codec_xor\"\nversion = \"1.2.0\"\n");
    let file = shop.put("codec_xor.so", &newer());
    shop.sign(&file);
    assert_eq!(shop.operator.verdict(&file), "");
    shop.put("codec_xor.so", &plugin("codec_xor"));
    shop.sign(&file);
    assert_eq!(shop.operator.verdict(&file), "E_VERSION_TOO_OLD");
}

#[test]
fn the_signature_of_another_plugin_does_not_count() {
    let shop = Shop::new("");
    let (file, other) = (shop.put("codec_xor.so", &plugin("codec_xor")), shop.put("other.so", &newer()));
    shop.sign(&file);
    for suffix in [".manifest", ".manifest.minisig"] {
        fs::copy(beside(&file, suffix), beside(&other, suffix)).expect("its own directory");
    }
    assert_eq!(shop.operator.verdict(&other), "E_MANIFEST_DIGEST");
}

#[test]
fn a_stranger_s_signature_does_not_count() {
    let shop = Shop::new("");
    let file = shop.put("codec_xor.so", &plugin("codec_xor"));
    shop.sign(&file);
    let other = shop.operator.object(&["keygen", "--no-password", "--out", "other"], 0);
    shop.trust(&text(&other, "public_key"), "");
    assert_eq!(shop.operator.verdict(&file), "E_KEY_UNKNOWN");
    shop.trust(&shop.key, "");
    let manifest = beside(&file, ".manifest");
    let changed = fs::read_to_string(&manifest).expect("it was written").replace("1.0.0", "1.0.1");
    fs::write(&manifest, changed).expect("its own file");
    assert_eq!(shop.operator.verdict(&file), "E_SIGNATURE_INVALID");
}

#[test]
fn a_key_is_for_its_owner_only_and_is_never_replaced() {
    let operator = Operator::new();
    let made = run(operator.command(&["keygen", "--json"]).env("SOCHDB_SIGN_PASSWORD", PASSWORD), LIMIT);
    assert_eq!(one_object(&made, 0)["encrypted"], true);
    let (secret, public) = (operator.home.join("sochdb-publisher.key"), operator.home.join("sochdb-publisher.pub"));
    assert_eq!(fs::metadata(&secret).expect("it was written").permissions().mode() & 0o777, 0o600);
    let before = fs::read(&secret).expect("its own file");
    assert_eq!(operator.object(&["keygen", "--no-password"], 1)["code"], "E_EXISTS");
    fs::remove_file(&secret).expect("its own file");
    assert_eq!(operator.object(&["keygen", "--no-password"], 1)["code"], "E_EXISTS", "the public key is there");
    assert!(!secret.exists() && public.exists());

    operator.write("sochdb-publisher.key", before);
    operator.write("codec_xor.so", plugin("codec_xor"));
    let arguments = ["sign", "codec_xor.so", "--key", "sochdb-publisher.key", "--json"];
    let sign = |password: &str| run(operator.command(&arguments).env("SOCHDB_SIGN_PASSWORD", password), LIMIT);
    for wrong in ["", "another", &"x".repeat(1025)] {
        assert_eq!(one_object(&sign(wrong), 1)["code"], "E_PASSWORD");
        assert!(
            !operator.home.join("codec_xor.so.manifest").exists(),
            "nothing is written before the password is right"
        );
    }
    let open_to_others = sign(PASSWORD);
    one_object(&open_to_others, 0);
    assert!(open_to_others.stderr.contains("chmod 600 sochdb-publisher.key"), "{}", open_to_others.stderr);
    fs::set_permissions(&secret, Permissions::from_mode(0o600)).expect("its own file");
    assert_eq!(sign(PASSWORD).stderr, "");
}

#[test]
fn what_is_no_plugin_or_no_key_is_not_signed() {
    let operator = Operator::new();
    operator.object(&["keygen", "--no-password", "--out", "acme"], 0);
    operator.write("text.so", "just text");
    operator.write("codec_xor.so", plugin("codec_xor"));
    for (file, key, code) in [
        ("text.so", "acme.key", "E_ELF_MAGIC"),
        ("nothing.so", "acme.key", "E_FILE_NOT_FOUND"),
        ("codec_xor.so", "acme.pub", "E_SECRET_KEY"),
        ("codec_xor.so", "nothing.key", "E_FILE_NOT_FOUND"),
    ] {
        assert_eq!(operator.object(&["sign", file, "--key", key], 1)["code"], code, "{file} {key}");
    }
    let public = operator.call(&["sign", "codec_xor.so", "--key", "acme.pub"]).stderr;
    assert!(public.starts_with("error[E_SECRET_KEY]: acme.pub is no secret key"), "{public}");
    assert!(!public.contains("chmod"), "a public key needs no other mode: {public}");
}

#[test]
fn minisign_and_this_command_use_each_other_s_keys_and_signatures() {
    let name = "minisign_and_this_command_use_each_other_s_keys_and_signatures";
    let Some(program) = tool(name, "minisign") else { return };
    let shop = Shop::new("");
    let home = &shop.operator.home;
    let minisign = |arguments: &[&str]| {
        let mut command = Command::new(&program);
        command.args(arguments).current_dir(home).env("HOME", home).stdin(Stdio::null());
        succeed(&mut command, MINUTE)
    };
    let file = shop.put("codec_xor.so", &plugin("codec_xor"));
    let signed = shop.sign(&file);
    minisign(&["-V", "-m", "plugins/codec_xor.so.manifest", "-p", "acme.pub"]);
    minisign(&["-V", "-m", "plugins/codec_xor.so.manifest", "-P", &shop.key]);

    // minisign signs with this command's key, what is right and what is not.
    let manifest = beside(&file, ".manifest");
    let right = fs::read_to_string(&manifest).expect("it was written");
    for (text, verdict) in [(right.clone(), ""), (right.replace("1.0.0", "9.9.9"), "E_MANIFEST_MISMATCH")] {
        fs::write(&manifest, text).expect("its own file");
        minisign(&["-S", "-W", "-s", "acme.key", "-m", "plugins/codec_xor.so.manifest"]);
        assert_eq!(shop.operator.verdict(&file), verdict);
    }
    fs::write(&manifest, right).expect("its own file");
    minisign(&["-S", "-l", "-W", "-s", "acme.key", "-m", "plugins/codec_xor.so.manifest"]);
    assert_eq!(shop.operator.verdict(&file), "E_SIGNATURE_INVALID", "a legacy signature does not count");

    // This command signs with minisign's key.
    minisign(&["-G", "-W", "-s", "theirs.key", "-p", "theirs.pub"]);
    let again = shop.operator.object(&["sign", "plugins/codec_xor.so", "--key", "theirs.key"], 0);
    assert_ne!(again["key_id"], signed["key_id"]);
    shop.trust(&text(&again, "public_key"), "");
    assert_eq!(shop.operator.verdict(&file), "");
    minisign(&["-V", "-m", "plugins/codec_xor.so.manifest", "-p", "theirs.pub"]);
}

#[test]
fn minisign_opens_the_encrypted_key_with_its_password() {
    let Some(program) = tool("minisign_opens_the_encrypted_key_with_its_password", "minisign") else { return };
    let operator = Operator::new();
    let mut keygen = operator.command(&["keygen", "--out", "acme"]);
    succeed(keygen.env("SOCHDB_SIGN_PASSWORD", PASSWORD), LIMIT);
    operator.write("message", "text");
    for (password, opens) in [(PASSWORD, true), ("another", false)] {
        // Without a terminal minisign reads the password from its standard input.
        let script = format!("printf '%s\\n' '{password}' | \"$0\" -S -s acme.key -m message");
        let mut command = Command::new("sh");
        command.arg("-c").arg(script).arg(&program).current_dir(&operator.home).env("HOME", &operator.home);
        assert_eq!(run(&mut command, MINUTE).status.success(), opens);
    }
}
