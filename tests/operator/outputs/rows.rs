//! Every command, once as it succeeds and once as it does not.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use support::operator::Operator;
use support::{compiler, find, root, succeed, MINUTE};

const DIGEST: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const OTHER: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
const INSTALL: &[&str] = &["install", "codec_xor.so"];
const PIN: &[&str] = &["trust", "add", "pin", DIGEST];
const KEYS: &[&str] = &["keygen", "--no-password", "--out", "keys"];

pub struct Row {
    /// What `command` says in JSON.
    pub words: &'static str,
    before: &'static [&'static [&'static str]],
    pub good: &'static [&'static str],
    pub bad: &'static [&'static str],
    /// With which exit code it does not succeed.
    pub code: i32,
    pub slow: bool,
}

const PLAIN: Row = Row { words: "", before: &[], good: &[], bad: &[], code: 1, slow: false };

pub const ROWS: &[Row] = &[
    Row { words: "inspect", good: &["inspect", "codec_xor.so"], bad: &["inspect", "text"], ..PLAIN },
    Row { words: "verify", good: &["verify", "codec_xor.so"], bad: &["verify", "text"], ..PLAIN },
    Row { words: "install", good: INSTALL, bad: &["install", "text"], ..PLAIN },
    Row { words: "remove", before: &[INSTALL], good: &["remove", "codec_xor"], bad: &["remove", "nothing"], ..PLAIN },
    Row { words: "list", before: &[INSTALL], good: &["list"], bad: &["list", "--directory", "broken"], ..PLAIN },
    Row {
        words: "trust add directory",
        good: &["trust", "add", "directory", "broken"],
        bad: &["trust", "add", "directory", "open"],
        ..PLAIN
    },
    Row { words: "trust add pin", good: PIN, bad: &["trust", "add", "pin", "12"], code: 2, ..PLAIN },
    Row {
        words: "trust remove pin",
        before: &[PIN],
        good: &["trust", "remove", "pin", DIGEST],
        bad: &["trust", "remove", "pin", OTHER],
        ..PLAIN
    },
    Row {
        words: "trust revoke",
        good: &["trust", "revoke", DIGEST],
        bad: &["trust", "--trust", "text", "revoke", DIGEST],
        ..PLAIN
    },
    Row { words: "trust list", good: &["trust", "list"], bad: &["trust", "list", "--trust", "text"], ..PLAIN },
    Row { words: "check", good: &["check", "--list", "codec_xor.so"], bad: &["check", "text"], ..PLAIN },
    Row { words: "demo", good: &["demo", "--rows", "rows.csv"], bad: &["demo", "--rows", "none"], slow: true, ..PLAIN },
    Row { words: "keygen", good: KEYS, bad: &["keygen", "--no-password", "--out", "none/keys"], ..PLAIN },
    Row {
        words: "sign",
        before: &[KEYS],
        good: &["sign", "--key", "keys.key", "codec_xor.so"],
        bad: &["sign", "--key", "text", "codec_xor.so"],
        ..PLAIN
    },
    Row { words: "explain", good: &["explain"], bad: &["explain", "nothing"], ..PLAIN },
    Row { words: "explain", good: &["explain", "E_DIGEST"], bad: &["explain", "--nothing"], code: 2, ..PLAIN },
    Row { words: "doctor", good: &["doctor"], bad: &["doctor", "--directory", "none"], ..PLAIN },
    Row { words: "completions", good: &["completions", "bash"], bad: &["completions", "none"], code: 2, ..PLAIN },
    Row { words: "man", good: &["man"], bad: &["man", "text"], ..PLAIN },
    Row { words: "man", good: &["man", "broken"], bad: &["man", "text"], ..PLAIN },
];

impl Row {
    /// The command that succeeds, in a home where it does.
    pub fn good(&self, json: bool) -> (Operator, Command) {
        self.made(self.good, json)
    }

    /// The command that does not.
    pub fn bad(&self, json: bool) -> (Operator, Command) {
        self.made(self.bad, json)
    }

    fn made(&self, arguments: &[&str], json: bool) -> (Operator, Command) {
        let operator = Operator::new();
        fs::copy(plugin(), operator.home.join("codec_xor.so")).expect("its own home");
        operator.write("text", "no plugin, no key, no trust file\n");
        operator.write("rows.csv", "key,value\na,1\nb,2\n");
        operator.directory("open", 0o777);
        operator.directory("broken", 0o755);
        operator.write("broken/sochdb-plugin.lock", "=\n");
        for before in self.before {
            let finished = operator.call(before);
            assert_eq!(finished.status.code(), Some(0), "{before:?}: {}{}", finished.stdout, finished.stderr);
        }
        let mut command = operator.command(arguments);
        command.args(json.then_some("--json"));
        (operator, command)
    }
}

/// The smallest plugin, compiled once, and not writable by others whatever the umask is.
fn plugin() -> &'static Path {
    static PLUGIN: OnceLock<(tempfile::TempDir, std::path::PathBuf)> = OnceLock::new();
    let (_, plugin) = PLUGIN.get_or_init(|| {
        let (room, path) = support::private();
        let plugin = path.join("codec_xor.so");
        let mut cc = compiler(&find("cc").expect("a C compiler"));
        cc.args(["-shared", "-fPIC", "-fvisibility=hidden"]).arg(root().join("examples-c/codec_xor.c"));
        succeed(cc.arg("-o").arg(&plugin), MINUTE);
        fs::set_permissions(&plugin, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("its own file");
        (room, plugin)
    });
    plugin
}
