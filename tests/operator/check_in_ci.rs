//! The workflow that vendors copy: its steps are run as they stand, but for those of the CI system's own.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use support::command::search_path;
use support::{private, root, run, MINUTE};

/// The scripts of the steps, in their order.
fn scripts() -> Vec<String> {
    let text = fs::read_to_string(root().join("cli/ci/check-plugin.yml")).expect("it is there");
    let (mut scripts, mut block): (Vec<String>, Option<usize>) = (Vec::new(), None);
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        if let Some(of) = block {
            if indent > of {
                let script = scripts.last_mut().expect("the block has begun");
                script.push_str(line.trim_start());
                script.push('\n');
                continue;
            }
            block = None;
        }
        match line.trim_start().strip_prefix("run: ") {
            Some("|") => {
                scripts.push(String::new());
                block = Some(indent);
            }
            Some(script) => scripts.push(script.to_owned()),
            None => {}
        }
    }
    scripts
}

/// Runs the steps after the installation on a plugin that is built so; true if all end well.
fn passes(room: &Path, source: &str, options: &str) -> bool {
    let build = format!("cc -g -shared -fPIC -I{root}/include {root}/{source} -o plugin.so", root = root().display());
    let scripts = scripts();
    assert!(scripts.len() == 3 && scripts[0].starts_with("cargo install "), "{scripts:?}");
    scripts[1..].iter().all(|script| {
        let inputs = [("build", build.as_str()), ("plugin", "plugin.so"), ("options", options)];
        let script = inputs
            .iter()
            .fold(script.clone(), |text, (name, value)| text.replace(&format!("${{{{ inputs.{name} }}}}"), value));
        assert!(!script.contains("${{"), "{script}");
        // As the CI system runs it.
        let mut shell = Command::new("bash");
        shell.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", &script]).env("PATH", search_path());
        run(shell.current_dir(room).env("HOME", room), 3 * MINUTE).status.success()
    })
}

#[test]
fn the_workflow_checks_what_it_is_given() {
    let (_room, room) = private();
    // As a runner has it.
    fs::set_permissions(&room, fs::Permissions::from_mode(0o777)).expect("its own directory");
    assert!(passes(&room, "examples-c/index_flat.c", r#"--config '{"dimensions": 16}' --quick"#));
    for report in ["check.xml", "check.html"] {
        assert!(room.join("reports").join(report).exists(), "{report}");
    }
    let (_room, room) = private();
    assert!(!passes(&room, "tests/plugins/unstable_codec.c", "--quick"), "a codec that fails passes");
}
