//! What a command is given in place of a file: each ends in time, with an error of its own.

use std::fs;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;
use support::command::one_object;
use support::fuse::Fuse;
use support::in_c;
use support::operator::Operator;
use support::{private_in, run, skipped};

/// What a command takes at most for a file that is none.
const SOON: Duration = Duration::from_secs(20);
/// What it takes at most for one that is answered after its own limit of 30 s.
const LATE: Duration = Duration::from_secs(120);

/// Each way in which a command reads a file that it is given.
fn commands(file: &Path, home: &Path) -> Vec<Vec<String>> {
    let (file, good) = (file.display().to_string(), in_c!("codec_xor").display().to_string());
    let plugins = home.join("plugins").display().to_string();
    let line = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    vec![
        line(&["inspect", "--json", &file]),
        line(&["check", "--json", &file]),
        line(&["verify", "--json", "--no-trust-files", &file]),
        line(&["verify", "--json", "--trust", &file, &good]),
        line(&["install", "--json", "--directory", &plugins, &file]),
        line(&["sign", "--json", "--key", "acme.key", &file]),
        line(&["sign", "--json", "--key", &file, &good]),
        line(&["sign", "--json", "--key", "locked.key", "--password-file", &file, &good]),
        line(&["trust", "list", "--json", "--trust", &file]),
        line(&["trust", "add", "--json", "--trust", &file, "directory", &plugins]),
        line(&["trust", "add", "--json", "pin", &file]),
    ]
}

fn operator() -> Operator {
    let operator = Operator::new();
    operator.directory("plugins", 0o755);
    operator.object(&["keygen", "--no-password", "--out", "acme"], 0);
    operator.write("word", "not a good one\n");
    let words = ["keygen", "--json", "--password-file", "word", "--out", "locked"];
    fs::set_permissions(operator.home.join("word"), std::os::unix::fs::PermissionsExt::from_mode(0o600))
        .expect("its own");
    one_object(&run(&mut operator.command(&words), SOON), 0);
    operator
}

/// Runs them side by side; each must refuse soon, with a code of its own.
fn all_refuse(operator: &Operator, file: &Path) {
    let lines = commands(file, &operator.home);
    thread::scope(|scope| {
        let all: Vec<_> = lines
            .iter()
            .map(|line| {
                scope.spawn(move || {
                    let finished = run(&mut operator.command(line), SOON);
                    let code = finished.status.code();
                    assert!(matches!(code, Some(1 | 2)), "{line:?}: {code:?} {}{}", finished.stdout, finished.stderr);
                    let answer = one_object(&finished, code.expect("it ended"));
                    // `trust list` says it of each file.
                    let told = if answer["code"].is_null() { &answer["files"][0] } else { &answer };
                    let text = told["code"].as_str().unwrap_or_else(|| panic!("{line:?}: no code in {answer}"));
                    assert!(text.starts_with("E_") && !text.ends_with("FAILED"), "{line:?}: {answer}");
                    assert!(told["remedy"].as_str().is_some_and(|text| !text.is_empty()), "{line:?}: {answer}");
                })
            })
            .collect();
        all.into_iter().for_each(|line| line.join().expect("its refusal is as it must be"));
    })
}

#[test]
fn what_is_no_file_blocks_no_command() {
    let operator = operator();
    let fifo = operator.home.join("fifo");
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, 0o600.into(), 0).expect("its own home");
    let socket = operator.home.join("socket");
    let _listener = UnixListener::bind(&socket).expect("its own home");
    let missing = operator.home.join("missing");
    let devices = ["/dev/zero", "/dev/full", "/proc/kmsg", "/proc/self/mem"].map(PathBuf::from);
    for file in [fifo, socket, operator.home.join("plugins")].into_iter().chain(devices) {
        all_refuse(&operator, &file);
    }
    // A trust file that is not there is made.
    let answer = run(operator.command(&["inspect", "--json"]).arg(&missing), SOON);
    assert_eq!(one_object(&answer, 1)["code"], "E_FILE_NOT_FOUND");
}

/// A request that its file system took and does not answer keeps even a killed process; so this one is answered, late.
#[test]
fn a_file_system_that_answers_late_holds_no_command_up_for_longer() {
    const TEST: &str = "a_file_system_that_answers_late_holds_no_command_up_for_longer";
    const SLOW: Duration = Duration::from_secs(40);
    let operator = Operator::new();
    // One for each command, side by side, as such a file system answers one at a time.
    let mount = || {
        let (directory, path) = private_in(&std::env::temp_dir()).expect("the temporary directory can be written");
        let bytes = fs::read(in_c!("codec_xor")).expect("it was built");
        Fuse::mount(&path, bytes, SLOW).map(|mounted| (path.join("slow.so"), mounted, directory))
    };
    let refused = |file: &Path, words: &[&str], code: &str, way: &str| {
        let answer = run(operator.command(words).arg("--json").arg(file), LATE);
        let answer = one_object(&answer, 1);
        assert!(answer["code"] == code, "{answer}");
        assert!(answer["remedy"].as_str().expect("a remedy").contains(way), "{answer}");
    };
    let (inspected, verified) = match (mount(), mount()) {
        (Ok(one), Ok(other)) => (one, other),
        (Err(why), _) | (_, Err(why)) => return skipped(TEST, &format!("no FUSE: {why}")),
    };
    thread::scope(|scope| {
        scope.spawn(|| refused(&inspected.0, &["inspect"], "E_READ_TIMEOUT", "copy it to a disk of this machine"));
        refused(&verified.0, &["verify", "--no-trust-files"], "E_LOAD_TIMEOUT", "raise the limit with");
    });
    // The copy, which `cat` gets of it late.
    let copy = operator.home.join("copy.so");
    fs::copy(in_c!("codec_xor"), &copy).expect("its own home");
    operator.object(&["inspect", copy.to_str().expect("UTF-8")], 0);
}
