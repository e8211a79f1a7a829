//! `doctor` and `explain`: what an operator is told about a machine, and about a code.

use serde_json::Value;
use sochdb_plugin_host::{ElfError, Reason, Refusal, Step, ALLOW_VARIABLE};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use support::command::{one_object, LIMIT};
use support::in_c;
use support::operator::Operator;
use support::{alone, root, run};

const HOME: &str = "SOCH_TEST_DOCTOR_HOME";
const MISSING: [libc::c_long; 4] =
    [libc::SYS_memfd_create, libc::SYS_openat2, libc::SYS_pidfd_open, libc::SYS_landlock_create_ruleset];

/// The one finding about `subject`, which it begins with.
fn finding<'a>(report: &'a Value, subject: &str) -> &'a Value {
    let all = report["findings"].as_array().expect("a list");
    let mut found = all.iter().filter(|finding| finding["subject"].as_str().is_some_and(|it| it.starts_with(subject)));
    let one = found.next().unwrap_or_else(|| panic!("nothing about {subject} in {report:#}"));
    assert!(found.next().is_none(), "more than one about {subject}: {report:#}");
    one
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[test]
fn who_has_no_trust_file_is_not_told_to_refuse_all_that_is_unsigned() {
    let report = Operator::new().object(&["doctor"], 0);
    let remedy = finding(&report, "policy")["remedy"].as_str().expect("a text");
    assert_eq!(remedy, "sochdb-plugin trust add directory DIRECTORY --policy pinned");
}

/// Neither a variable that a service sets, nor a file that an operator may write one day.
#[test]
fn a_machine_on_which_nothing_is_wrong_needs_no_attention() {
    let report = Operator::new().object(&["doctor"], 0);
    for finding in report["findings"].as_array().expect("a list") {
        let lacks = ["Landlock", "seccomp"].iter().any(|wall| finding["subject"] == *wall);
        assert!(finding["state"] == "ok" || lacks, "{finding:#}");
    }
}

/// A directory in the operator's home with codec_xor, which a trust file of the policy development allows.
fn installed(operator: &Operator, mode: u32) -> PathBuf {
    let directory = operator.directory("plugins", 0o700);
    let plugin = directory.join("codec_xor.so");
    fs::copy(in_c!("codec_xor"), &plugin).expect("its own directory");
    fs::set_permissions(&plugin, Permissions::from_mode(0o755)).expect("its own file");
    fs::set_permissions(&directory, Permissions::from_mode(mode)).expect("its own directory");
    operator.trust(&format!("[[directory]]\npath = \"{}\"\npolicy = \"development\"\n", directory.display()));
    plugin
}

#[test]
fn the_gate_is_reported_as_it_is_set() {
    let operator = Operator::new();
    for (value, state, open) in [(None, "ok", false), (Some("1"), "ok", true), (Some("enabled"), "attention", false)] {
        let mut command = operator.command(&["doctor", "--json"]);
        value.map(|value| command.env(ALLOW_VARIABLE, value));
        let report = one_object(&run(&mut command, LIMIT), 0);
        let gate = finding(&report, ALLOW_VARIABLE);
        assert_eq!((&gate["state"], &report["gate"]), (&state.into(), &open.into()), "{gate}");
        assert!(gate["message"].as_str().is_some_and(|text| text.contains(value.unwrap_or("not set"))), "{gate}");
        assert_eq!(gate["remedy"].is_string(), !open, "{gate}");
    }
}

/// Not a test of its own: what the next one starts. Becomes the command without some system calls.
#[test]
fn inside() {
    let Some(home) = std::env::var_os(HOME) else { return };
    support::sandbox::fail(&MISSING.map(support::sandbox::call), libc::ENOSYS);
    let mut command = support::command::command();
    panic!("{}", command.args(["doctor", "--json"]).env("HOME", home).exec());
}

#[test]
fn what_the_kernel_does_not_have_is_reported_and_the_verdict_is_the_loader_s() {
    let operator = Operator::new();
    let plugin = installed(&operator, 0o700);
    let mut child = alone!("inside");
    child.env(HOME, &operator.home);
    let mut finished = run(&mut child, LIMIT);
    // What the harness said before is no JSON.
    finished.stdout = finished.stdout.find('{').map_or_else(String::new, |at| finished.stdout.split_off(at));
    let report = one_object(&finished, 1);
    for (subject, state) in [
        ("sealed memory", "problem"),
        ("openat2", "ok"),
        ("pidfd_open", "ok"),
        ("Landlock", "attention"),
        ("seccomp", "ok"),
        ("/proc", "ok"),
        (&shown(&plugin), "problem"),
    ] {
        assert_eq!(finding(&report, subject)["state"], state, "{subject}: {report:#}");
    }
    assert_eq!(finding(&report, &shown(&plugin))["code"], "E_MEMFD", "{report:#}");
}

#[test]
fn what_is_installed_is_judged_and_can_be_probed() {
    let operator = Operator::new();
    let plugin = installed(&operator, 0o700);
    for arguments in [&["doctor"][..], &["doctor", "--probe"]] {
        let report = operator.object(arguments, 0);
        let found = finding(&report, &shown(&plugin));
        assert_eq!((&found["state"], &report["plugins"]), (&"ok".into(), &1.into()), "{report:#}");
        let probed = found["message"].as_str().is_some_and(|detail| detail.contains("its constructors returned"));
        assert_eq!(probed, arguments.len() == 2, "{found}");
    }
    let human = operator.call(&["doctor"]);
    let last = human.stdout.lines().last().expect("a conclusion");
    assert!(last.starts_with("a host can load what is installed: 1 plugin, once native plugins are allowed"), "{last}");
}

#[test]
fn a_plugin_that_is_refused_is_a_problem_with_its_code() {
    let operator = Operator::new();
    let plugin = installed(&operator, 0o700);
    fs::set_permissions(&plugin, Permissions::from_mode(0o777)).expect("its own file");
    let report = operator.object(&["doctor"], 1);
    let found = finding(&report, &shown(&plugin));
    assert_eq!((&found["state"], &found["code"]), (&"problem".into(), &"E_FILE_WRITABLE".into()), "{found}");
    assert!(found["remedy"].as_str().is_some_and(|remedy| remedy.starts_with("chmod go-w ")), "{found}");
    assert_eq!((&report["ok"], &report["plugins"]), (&false.into(), &0.into()));
}

#[test]
fn a_directory_that_others_can_write_is_a_problem() {
    let operator = Operator::new();
    let plugin = installed(&operator, 0o777);
    let directory = plugin.parent().expect("it is in a directory");
    let report = operator.object(&["doctor"], 1);
    let found = finding(&report, &shown(directory));
    assert_eq!((&found["state"], &found["code"]), (&"problem".into(), &"E_DIR_WRITABLE".into()), "{found}");
    assert!(found["subject"].as_str().is_some_and(|subject| subject.contains("mode 0777")), "{found}");
}

#[test]
fn a_wrong_trust_file_is_reported_with_line_and_column() {
    let operator = Operator::new();
    installed(&operator, 0o700);
    let file = operator.trust("[[directory]]\npath = \"/plugins\"\npolicy = \"sined\"\n");
    let report = operator.object(&["doctor"], 1);
    let found = finding(&report, &shown(&file));
    assert_eq!((&found["state"], &found["code"]), (&"problem".into(), &"E_TRUST_SYNTAX".into()), "{found}");
    assert!(found["message"].as_str().is_some_and(|detail| detail.contains("line 3, column 10")), "{found}");
    fs::set_permissions(&file, Permissions::from_mode(0o666)).expect("its own file");
    let report = operator.object(&["doctor"], 1);
    assert_eq!(finding(&report, &shown(&file))["code"], "E_TRUST_FILE");
    let missing = operator.object(&["doctor", "--trust", "nothing.toml"], 1);
    assert_eq!(finding(&missing, &shown(&operator.home.join("nothing.toml")))["code"], "E_TRUST_FILE");
}

#[test]
fn a_lock_file_says_what_must_be_there() {
    let operator = Operator::new();
    let directory = operator.directory(".local/share/sochdb/plugins", 0o700);
    for above in [".local", ".local/share", ".local/share/sochdb"] {
        operator.directory(above, 0o700);
    }
    let sha256 = "0".repeat(64);
    operator.write(
        ".local/share/sochdb/plugins/sochdb-plugin.lock",
        format!(
            "[[plugin]]\nfile = \"gone.so\"\nsha256 = \"{sha256}\"\nname = \"gone\"\nversion = \"1.0.0\"\nabi = \"1.1\"\n\
             kinds = [\"compression\"]\n"
        ),
    );
    let report = operator.object(&["doctor"], 1);
    assert_eq!(finding(&report, &shown(&directory.join("gone.so")))["code"], "E_FILE_NOT_FOUND");
}

#[test]
fn what_was_named_must_exist() {
    let operator = Operator::new();
    let report = operator.object(&["doctor", "--directory", "nothing"], 1);
    let found = finding(&report, &shown(&operator.home.join("nothing")));
    assert!(found["remedy"].as_str().is_some_and(|remedy| remedy.starts_with("mkdir ")), "{found}");
}

#[test]
fn each_code_is_explained() {
    let operator = Operator::new();
    let all = operator.object(&["explain"], 0);
    let listed: Vec<&Value> = all["codes"].as_array().expect("a list").iter().collect();
    for Reason { code, step, .. } in Refusal::TABLE.iter().chain(ElfError::TABLE) {
        let row = listed.iter().find(|row| row["code"] == *code).unwrap_or_else(|| panic!("{code} is not listed"));
        assert_eq!((&row["step"], &row["checks"]), (&step.name().into(), &step.description().into()));
        for text in ["cause", "remedy"] {
            let text = row[text].as_str().expect("a text");
            assert!(!text.is_empty() && !text.contains(['{', '}', '<', '>']), "{code}: {text}");
            assert!(!text.contains("FIX") && !text.contains("HEIR"), "{code} has a field that says nothing: {text}");
        }
        for text in [&row["example"]["message"], &row["example"]["remedy"]] {
            assert!(row["example"].is_null() || text.as_str().is_some_and(|text| !text.is_empty()), "{row}");
        }
    }
    let human = operator.call(&["explain"]).stdout;
    let steps = human.lines().filter(|line| Step::ALL.iter().any(|step| line.starts_with(&format!("{step}  "))));
    let used = |step: &&Step| Refusal::TABLE.iter().chain(ElfError::TABLE).any(|reason| reason.step == **step);
    assert_eq!(steps.count(), Step::ALL.iter().filter(used).count(), "each step that refuses has one heading: {human}");
}

#[test]
fn an_example_says_what_the_refusal_says() {
    let operator = Operator::new();
    let plugin = installed(&operator, 0o775);
    let directory = plugin.parent().expect("it is in a directory");
    let trust = operator.home.join(".config/sochdb/trust.toml");
    let same = |code: &str, path: &Path, as_if: &str| {
        let refused = operator.object(&["verify", &shown(&plugin)], 1);
        assert_eq!(refused["code"], code);
        let example = operator.object(&["explain", code], 0)["example"].take();
        for key in ["message", "remedy"] {
            let said = refused[key].as_str().expect("a text").replace(&shown(path), as_if);
            let said = said.replace("/codec_xor.so", "/codec.so");
            assert_eq!(example[key], said, "{code}");
        }
        let human = operator.call(&["explain", code]).stdout;
        assert!(human.contains("example") && human.contains(as_if), "{human}");
    };
    same("E_DIR_WRITABLE", directory, "/srv/plugins");
    fs::set_permissions(directory, Permissions::from_mode(0o755)).expect("its own directory");
    fs::set_permissions(&plugin, Permissions::from_mode(0o775)).expect("its own file");
    same("E_FILE_WRITABLE", &plugin, "/srv/plugins/codec.so");
    fs::set_permissions(&trust, Permissions::from_mode(0o664)).expect("its own file");
    same("E_TRUST_FILE", &trust, "/etc/sochdb/trust.toml");
}

#[test]
fn a_code_may_be_written_as_people_do_and_a_wrong_one_gets_neighbours() {
    let operator = Operator::new();
    for spelling in ["E_DIR_WRITABLE", "e_dir_writable", "dir_writable", "Dir-Writable"] {
        assert_eq!(operator.object(&["explain", spelling], 0)["code"], "E_DIR_WRITABLE", "{spelling}");
    }
    let unknown = operator.object(&["explain", "E_UNPINED"], 1);
    assert_eq!((&unknown["code"], &unknown["nearest"][0]), (&"E_CODE_UNKNOWN".into(), &"E_UNPINNED".into()));
}

#[test]
fn each_code_in_the_command_s_source_is_explained() {
    let listed = Operator::new().object(&["explain"], 0);
    let listed: Vec<&str> =
        listed["codes"].as_array().expect("a list").iter().filter_map(|row| row["code"].as_str()).collect();
    let mut found = 0;
    for file in sources(&root().join("cli/src")) {
        let text = fs::read_to_string(&file).expect("a source file");
        let quoted = text.split('"').filter(|part| {
            part.starts_with("E_")
                && part.len() > 2
                && part.bytes().all(|byte| byte == b'_' || byte.is_ascii_uppercase())
        });
        for code in quoted {
            assert!(listed.contains(&code), "{} has {code}, which `explain` does not know", file.display());
            found += 1;
        }
    }
    assert!(found > 10, "the sources were not read: {found} codes");
}

/// All Rust files below `directory`.
fn sources(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).expect("a directory of the source tree");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}
