//! Text of a plugin, a file or a path that deceives who reads it: no command prints it as it is.

use serde_json::Value;
use sochdb_plugin_host::printable;
use std::fs;
use support::command::LIMIT;
use support::operator::Operator;
use support::plugins::Private;
use support::run;

const DECEIT: &str = "ok\u{202e}\u{2028}\u{200b}\u{e0041}\u{ad}\x1b[2J";

fn strings(value: &Value, all: &mut Vec<String>) {
    match value {
        Value::String(text) => all.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| strings(value, all)),
        Value::Object(object) => object.iter().for_each(|(key, value)| {
            all.push(key.clone());
            strings(value, all);
        }),
        _ => {}
    }
}

/// Runs it for people and for programs; what both print, with what of it deceives.
fn say(operator: &Operator, arguments: &[&str]) -> String {
    let text = run(&mut operator.command(arguments), LIMIT);
    let json = run(operator.command(arguments).arg("--json"), LIMIT);
    let mut all: Vec<String> = [&text.stdout, &text.stderr, &json.stderr].map(|text| text.clone()).into();
    let object: Value = serde_json::from_str(&json.stdout).unwrap_or_else(|why| panic!("{why}: {}", json.stdout));
    strings(&object, &mut all);
    for line in all.iter().flat_map(|text| text.lines()) {
        assert_eq!(printable(line), line, "{arguments:?}");
        assert!(
            !line.starts_with('\u{200b}') && !line.trim_start().starts_with("remedy   curl"),
            "{arguments:?}: {line}"
        );
    }
    for string in &all[3..] {
        assert_eq!(&printable(string), string, "{arguments:?}, --json");
    }
    all.concat()
}

#[test]
fn no_command_prints_what_deceives() {
    let operator = Operator::new();
    let (plain, undefined) = (Private::compile("deceives", &[]), Private::compile("deceives", &["-DUNDEFINED"]));
    let (name, bad) = (format!("{DECEIT}.so"), format!("{DECEIT}-undefined.so"));
    fs::copy(&plain.path, operator.home.join(&name)).expect("its own home");
    fs::copy(&undefined.path, operator.home.join(&bad)).expect("its own home");
    let soname = format!("-Wl,-soname,{DECEIT}");
    let soname = Private::compile("deceives", &[&soname]);
    fs::copy(&soname.path, operator.home.join("soname.so")).expect("its own home");
    say(&operator, &["install", &name]);
    for command in ["inspect", "verify", "check"] {
        assert!(say(&operator, &[command, &name]).contains("\\x"), "{command}: the name is not told");
    }
    let reason = say(&operator, &["check", &name]);
    assert!(reason.contains("\\u{202e}") && reason.contains("its log"), "{reason}");
    let probed = say(&operator, &["verify", "--probe", &bad]);
    assert!(probed.contains("E_OPEN") && probed.contains("missing\\u{202e}"), "{probed}");
    assert!(say(&operator, &["install", &bad]).contains("E_OPEN"));
    assert!(say(&operator, &["inspect", "soname.so"]).contains("\\xe2\\x80\\xae"));
    assert!(say(&operator, &["verify", "soname.so"]).contains("E_ELF_SONAME"));
    let directory = operator.directory(DECEIT, 0o755);
    fs::copy(&plain.path, directory.join(&name)).expect("its own directory");
    let directory = directory.to_str().expect("it is text");
    for command in [&["list", "--directory", directory][..], &["doctor", "--probe", "--directory", directory]] {
        assert!(say(&operator, command).contains("\\x"), "{command:?}");
    }
    operator.trust(&format!("[[revoked]]\nsha256 = \"{DECEIT}\"\n"));
    assert!(say(&operator, &["verify", &name]).contains("E_TRUST_SYNTAX"));
    for command in [&["trust", "list"][..], &["doctor"], &["explain", DECEIT], &["verify", "--policy", DECEIT, "x"]] {
        say(&operator, command);
    }
}
