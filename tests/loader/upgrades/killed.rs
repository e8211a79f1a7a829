//! Installs and removals that are killed at each of their changes to the disk.

use crate::upgrades::{verify, Shop};
use std::path::Path;
use std::process::Command;
use support::command::{one_object, LIMIT};
use support::home::text;
use support::{run, skipped, tool};

/// The calls that change the disk, or wait until a change is on it.
const CHANGES: &str =
    "rename,renameat,renameat2,link,linkat,unlink,unlinkat,rmdir,mkdir,mkdirat,fsync,fdatasync,pwrite64,fchmod";

/// The command, which is killed before the call of this number that changes something.
fn killed_at(strace: &Path, shop: &Shop, arguments: &[&str], number: usize) -> Command {
    let mut command = Command::new(strace);
    command.args(["-qq", "-o", "/dev/null", "-e"]).arg(format!("trace={CHANGES}")).arg("-e");
    command.arg(format!("inject={CHANGES}:signal=SIGKILL:when={number}"));
    // Without the shell that sets a home's umask: it is the command that is killed.
    command.arg(support::command::command().get_program()).args(arguments).current_dir(&shop.home.path);
    command.env("HOME", &shop.home.path).env("XDG_CONFIG_HOME", shop.home.path.join("config"));
    command
}

/// The program strace, if it may trace here.
fn strace(test: &str) -> Option<std::path::PathBuf> {
    let strace = tool(test, "strace")?;
    let works = run(Command::new(&strace).args(["-qq", "-o", "/dev/null", "true"]), LIMIT).status.success();
    if !works {
        skipped(test, "strace may not trace here");
    }
    works.then_some(strace)
}

#[test]
fn an_upgrade_that_is_killed_leaves_the_old_plugin_or_the_new_one() {
    let test = "an_upgrade_that_is_killed_leaves_the_old_plugin_or_the_new_one";
    let Some(strace) = strace(test) else { return };
    for policy in ["signed", "pinned"] {
        let shop = Shop::new(policy);
        let (mut seen, mut number) = (Vec::new(), 0);
        loop {
            number += 1;
            let mut install = killed_at(&strace, &shop, &shop.install(1), number);
            let finished = run(&mut install, LIMIT);
            let version = verify(&shop.loader(), &shop.plugin());
            assert!(["1.0.0", "1.1.0"].contains(&&*version), "{policy}, killed at {number}: {version}");
            shop.home.call(&["list", "--directory", text(&shop.directory)], 0);
            seen.push(version);
            if finished.status.success() {
                break;
            }
            // The next one begins where this one did, with what it left.
            shop.home.call(&shop.install(0), 0);
            assert_eq!(verify(&shop.loader(), &shop.plugin()), "1.0.0");
            assert_eq!(shop.names().len(), 4, "killed at {number}: {:?}", shop.names());
        }
        let switched = seen.iter().position(|version| version == "1.1.0").expect("it was installed at last");
        assert!(switched > 5 && seen[switched..].iter().all(|version| version == "1.1.0"), "{policy}: {seen:?}");
        assert!(seen.len() > switched + 3, "{policy}: nothing was killed after the switch: {seen:?}");
    }
}

#[test]
fn a_removal_that_is_killed_leaves_nothing_that_half_loads_and_can_be_done_again() {
    let test = "a_removal_that_is_killed_leaves_nothing_that_half_loads_and_can_be_done_again";
    let Some(strace) = strace(test) else { return };
    let shop = Shop::new("signed");
    let remove = ["remove", "codec", "--directory", text(&shop.directory)];
    let mut number = 0;
    loop {
        number += 1;
        let finished = run(&mut killed_at(&strace, &shop, &remove, number), LIMIT);
        let left = verify(&shop.loader(), &shop.plugin());
        let whole = left == "1.0.0" && shop.names().len() == 4;
        assert!(whole || left.starts_with("E_FILE_NOT_FOUND"), "killed at {number}: {left} {:?}", shop.names());
        if finished.status.success() {
            break;
        }
        let again = run(shop.home.command(&remove).arg("--json"), LIMIT);
        let code = again.status.code().expect("it ends");
        let answer = one_object(&again, code);
        assert!(code == 0 || answer["code"] == "E_NOT_INSTALLED", "killed at {number}: {answer}");
        assert_eq!(shop.names(), ["sochdb-plugin.lock"], "killed at {number}");
        shop.home.call(&shop.install(0), 0);
    }
    assert!(number > 4, "{number} changes");
    assert_eq!(shop.names(), ["sochdb-plugin.lock"]);
}
