//! `verify` as a host decides that obeys trust files, and what its options change.

use serde_json::Value;
use std::path::Path;
use support::command::{one_object, outcomes, LIMIT};
use support::in_c;
use support::operator::Operator;
use support::plugins::Private;
use support::run;

fn verify(operator: &Operator, options: &[&str], plugin: &Path, code: i32) -> Value {
    one_object(&run(operator.command(&["verify", "--json"]).args(options).arg(plugin), LIMIT), code)
}

fn allow(directory: &Path, policy: &str) -> String {
    format!("[[directory]]\npath = \"{}\"\npolicy = \"{policy}\"\n", directory.display())
}

#[test]
fn the_operator_s_trust_file_counts_unless_told_otherwise() {
    let (operator, plugin) = (Operator::new(), Private::copy(&in_c!("codec_xor")));
    let directory = plugin.path.parent().expect("it is in a directory");
    assert_eq!(verify(&operator, &[], &plugin.path, 0)["policy"], "development", "no trust file exists");
    operator.trust(&allow(Path::new("/elsewhere"), "development"));
    assert_eq!(verify(&operator, &[], &plugin.path, 1)["code"], "E_NOT_ALLOWED");
    assert_eq!(verify(&operator, &["--no-trust-files"], &plugin.path, 0)["policy"], "development");
    operator.write("own.toml", allow(directory, "development"));
    verify(&operator, &["--trust", "own.toml"], &plugin.path, 0);
    operator.write("strict.toml", allow(directory, "pinned"));
    let both = ["--trust", "own.toml", "--trust", "strict.toml"];
    assert_eq!(verify(&operator, &both, &plugin.path, 1)["code"], "E_UNPINNED");
    assert_eq!(verify(&operator, &["--trust", "nothing.toml"], &plugin.path, 1)["code"], "E_TRUST_FILE");
}

#[test]
fn a_policy_can_be_demanded_and_must_be_one() {
    let (operator, plugin) = (Operator::new(), Private::copy(&in_c!("codec_xor")));
    for (policy, code) in [("pinned", "E_UNPINNED"), ("signed", "E_SIGNATURE_MISSING")] {
        assert_eq!(verify(&operator, &["--policy", policy], &plugin.path, 1)["code"], code);
    }
    for wrong in [&["--policy", "lax"][..], &["--trust", "x", "--no-trust-files"]] {
        assert_eq!(verify(&operator, wrong, &plugin.path, 2)["code"], "E_USAGE");
    }
}

#[test]
fn constructors_run_with_probe_only_and_not_in_the_command() {
    let operator = Operator::new();
    let plugin = Private::copy(&in_c!("codec_xor"));
    let answer = verify(&operator, &["--probe"], &plugin.path, 0);
    let steps = outcomes(&answer, "steps");
    let first_not_run = steps.iter().position(|(_, outcome)| *outcome == "not run").expect("it is not loaded");
    assert_eq!((steps[first_not_run - 1], steps[first_not_run].0), (("probe", "ok"), "open"));

    let killer = Private::compile("ends_the_process", &["-DIN_CONSTRUCTOR"]);
    verify(&operator, &[], &killer.path, 0);
    let refused = verify(&operator, &["--probe"], &killer.path, 1);
    assert_eq!((&refused["code"], &refused["step"]), (&"E_PROBE_CRASHED".into(), &"probe".into()), "{refused}");
}
