//! The password of a secret key without a terminal: from a file, from standard input, and never from one that others read.

use serde_json::Value;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use support::command::{one_object, LIMIT};
use support::in_c;
use support::operator::Operator;
use support::run;

const PASSWORD: &str = "not a good one";

/// The command with `words`, fed by the shell's `before`, in a session that has no terminal.
fn fed(operator: &Operator, before: &str, words: &[&str], code: i32) -> Value {
    let command = operator.command(words);
    let mut shell = Command::new("setsid");
    shell.args(["-w", "sh", "-c", &format!("{before} \"$@\""), "sh"]).arg(command.get_program()).args(words);
    shell.arg("--json").current_dir(&operator.home).env("HOME", &operator.home).env_remove("SOCHDB_SIGN_PASSWORD");
    one_object(&run(&mut shell, LIMIT), code)
}

fn operator() -> Operator {
    let operator = Operator::new();
    fs::copy(in_c!("codec_xor"), operator.home.join("codec.so")).expect("its own home");
    let file = operator.write("password", format!("{PASSWORD}\n"));
    fs::set_permissions(file, Permissions::from_mode(0o600)).expect("its own file");
    operator
}

#[test]
fn a_key_is_made_and_used_without_a_terminal() {
    let operator = operator();
    let from_file = ["--password-file", "password"];
    fed(&operator, "", &[&["keygen", "--out", "a"][..], &from_file].concat(), 0);
    let sign = ["sign", "--key", "a.key", "codec.so"];
    fed(&operator, "", &[&sign[..], &from_file].concat(), 0);
    let piped = format!("printf '{PASSWORD}' |");
    fed(&operator, &piped, &[&sign[..], &["--password-file", "-"]].concat(), 0);
    let wrong = fed(&operator, "echo another |", &[&sign[..], &["--password-file", "-"]].concat(), 1);
    assert_eq!(wrong["code"], "E_PASSWORD");
    let empty = fed(&operator, "</dev/null", &[&sign[..], &["--password-file", "-"]].concat(), 1);
    assert_eq!(empty["code"], "E_PASSWORD");
    let none = fed(&operator, "</dev/null", &sign, 1);
    assert_eq!(none["code"], "E_PASSWORD");
    let (message, remedy) = (none["message"].as_str().expect("a text"), none["remedy"].as_str().expect("a text"));
    assert!(message.contains("no terminal") && remedy.contains("--password-file"), "{message}; {remedy}");
}

#[test]
fn a_password_that_others_read_is_refused_until_the_remedy_is_followed() {
    let operator = operator();
    let file = operator.home.join("password");
    let arguments = ["keygen", "--out", "b", "--password-file", "password"];
    for mode in [0o640, 0o604, 0o620, 0o666] {
        fs::set_permissions(&file, Permissions::from_mode(mode)).expect("its own file");
        let refused = fed(&operator, "", &arguments, 1);
        assert_eq!(refused["code"], "E_PASSWORD_FILE", "{mode:o}");
        let remedy = refused["remedy"].as_str().expect("a text").split(';').next().expect("a command");
        let followed = Command::new("sh").args(["-c", remedy]).current_dir(&operator.home).status().expect("sh");
        assert!(followed.success(), "{remedy}");
    }
    fed(&operator, "", &arguments, 0);
    let fifo = Command::new("mkfifo").arg(operator.home.join("fifo")).status().expect("mkfifo");
    assert!(fifo.success());
    let refused = fed(&operator, "", &["keygen", "--out", "c", "--password-file", "fifo"], 1);
    assert_eq!(refused["code"], "E_PASSWORD_FILE");
}
