//! Terminals that are too narrow for a sentence: prose is broken between words, and what is there to be copied is not.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use support::command::call;
use support::in_c;
use support::operator::Operator;
use support::terminal::on_terminal;
use support::{find, run, MINUTE};

const COLUMNS: [u16; 3] = [40, 60, 80];

/// The longest label before a value.
const LABEL: usize = 24;

/// With what those commands begin that remedies print.
const PROGRAMS: [&str; 11] =
    ["chmod", "chown", "export", "mkdir", "mv", "objcopy", "patchelf", "rm", "setfacl", "sochdb-plugin", "strip"];

/// Whether a line may be longer than the terminal: it has nothing but one thing that people copy.
fn is_whole(line: &str) -> bool {
    let line = line.trim();
    let text = match line.split_once("  ") {
        Some((label, value)) if label.len() <= LABEL => value.trim(),
        _ => line,
    };
    let text = ["remedy: ", "to change that: "].iter().find_map(|label| text.strip_prefix(label)).unwrap_or(text);
    let bare = text.trim_start_matches(['(', '`']);
    let is_quoted = |open: &str, close: char| {
        let Some(rest) = text.trim_start_matches('(').strip_prefix(open) else { return false };
        rest.find(close).is_some_and(|at| !rest[at..].contains(' '))
    };
    text.starts_with("Usage: ")
        || !text.contains(' ')
        || PROGRAMS.iter().any(|program| bare.strip_prefix(program).is_some_and(|rest| rest.starts_with(' ')))
        || is_quoted("`", '`')
        || is_quoted("$'", '\'')
}

fn too_long(text: &str, columns: u16) -> Vec<String> {
    let wide = |line: &&str| line.chars().count() > columns.into() && !is_whole(line);
    text.lines().filter(wide).map(str::to_owned).collect()
}

#[test]
fn a_line_of_prose_that_is_too_long_would_be_found() {
    let wide = [
        "a sentence that has more words than forty columns",
        "  cause    a directory on the way, which others can change",
    ];
    wide.iter().for_each(|line| assert_eq!(too_long(line, 40), [*line]));
    let whole =
        ["  remedy   chmod go-w /a/long/directory/and/a/plugin.so", "/a/path/that/nobody/breaks/as/it/is/pasted.so"];
    whole.iter().for_each(|line| assert!(too_long(line, 40).is_empty(), "{line}"));
}

/// What is wrong with the command on terminals of each size, and of what COLUMNS says.
fn faults(make: &dyn Fn() -> Command) -> Vec<String> {
    let mut faults = Vec::new();
    for columns in COLUMNS {
        // What a command remembers of the last time is other words the next time.
        let caches = [(); 2].map(|()| tempfile::tempdir().expect("a directory"));
        let [first, second] = caches.each_ref().map(|cache| cache.path());
        let by_size = on_terminal(make().env_remove("COLUMNS").env("XDG_CACHE_HOME", first), columns);
        let by_name = on_terminal(make().env("COLUMNS", columns.to_string()).env("XDG_CACHE_HOME", second), 200);
        assert!(!by_size.text.is_empty() && by_size.status.code().is_some(), "{:?}", make());
        if words(&by_size.text) != words(&by_name.text) {
            faults.push(format!("{:?}: other words by COLUMNS={columns}", make()));
        }
        for text in [by_size.text, by_name.text] {
            let long = too_long(&text, columns).into_iter();
            faults.extend(long.map(|line| format!("{columns}: {:?}: {line}", make().get_args().collect::<Vec<_>>())));
        }
    }
    faults
}

/// Without what two runs differ in.
fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().filter(|word| !word.chars().any(|c| c.is_ascii_digit())).collect()
}

fn fits(make: &dyn Fn() -> Command) {
    let faults = faults(make);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Every command and those below it.
fn commands(above: &[String], found: &mut Vec<Vec<String>>) {
    found.push(above.to_vec());
    let mut arguments: Vec<&str> = above.iter().map(String::as_str).collect();
    arguments.push("--help");
    let help = call(&arguments).stdout;
    let Some(list) = help.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()) else { return };
    for line in list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   ")) {
        let name = line.split_whitespace().next().expect("a name");
        if name != "help" {
            commands(&[above, &[name.to_owned()]].concat(), found);
        }
    }
}

#[test]
fn no_help_is_wider_than_the_terminal() {
    let mut all = Vec::new();
    commands(&[], &mut all);
    assert!(all.len() > 20, "{all:?}");
    for words in &all {
        for help in ["-h", "--help"] {
            fits(&|| {
                let mut command = support::command::command();
                command.args(words).arg(help);
                command
            });
        }
    }
}

#[test]
fn no_explanation_is_wider_than_the_terminal() {
    let operator = Operator::new();
    let all = operator.object(&["explain"], 0);
    let codes: Vec<&str> =
        all["codes"].as_array().expect("a list").iter().map(|code| code["code"].as_str().expect("a code")).collect();
    assert!(codes.len() > 100, "{codes:?}");
    fits(&|| operator.command(&["explain"]));
    fits(&|| operator.command(&["explain", "E_NOTHING"]));
    let mut faults = Vec::new();
    for code in codes {
        let shown = on_terminal(&mut operator.command(&["explain", code]), 40).text;
        faults.extend(too_long(&shown, 40).into_iter().map(|line| format!("{code}: {line}")));
        let whole = operator.call(&["explain", code]).stdout;
        assert_eq!(words(&shown), words(&whole), "{code}");
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A home with a plugin that is installed, one that is not listed and one that is refused.
fn home() -> (Operator, PathBuf) {
    let operator = Operator::new();
    let directory = operator.directory("a directory with a long name", 0o755);
    let plugin = directory.join("codec_xor.so");
    fs::copy(in_c!("codec_xor"), &plugin).expect("its own directory");
    fs::set_permissions(&plugin, Permissions::from_mode(0o755)).expect("its own file");
    operator.object(&["install", plugin.to_str().expect("UTF-8")], 0);
    let refused = directory.join("refused.so");
    fs::copy(&plugin, &refused).expect("its own directory");
    fs::set_permissions(&refused, Permissions::from_mode(0o4777)).expect("its own file");
    (operator, directory)
}

#[test]
fn no_answer_is_wider_than_the_terminal() {
    let (operator, directory) = home();
    let path = |name: &str| directory.join(name).to_str().expect("UTF-8").to_owned();
    let (plugin, refused, nothing) = (path("codec_xor.so"), path("refused.so"), path("nothing.so"));
    let place = directory.to_str().expect("UTF-8").to_owned();
    for arguments in [
        &["doctor"][..],
        &["doctor", "--directory", &place],
        &["list"],
        &["list", "--directory", &place],
        &["check", "--test", "compression::*", &plugin],
        &["check", &refused],
        &["inspect", &plugin],
        &["inspect", "/bin/true"],
        &["inspect", &nothing],
        &["verify", "--verbose", &plugin],
        &["verify", &refused],
        &["install", &plugin],
        &["install", &refused],
        &["remove", "nothing"],
        &["trust", "list"],
        &["frobnicate"],
        &["trust", "add", "pin", "12"],
        &["keygen", "--out", "x"],
    ] {
        fits(&|| operator.command(arguments));
    }
}

#[test]
fn commands_and_paths_are_not_broken() {
    let (operator, directory) = home();
    let refused = directory.join("refused.so");
    let answer = operator.object(&["verify", refused.to_str().expect("UTF-8")], 1);
    let remedy = answer["remedy"].as_str().expect("a text");
    let first = remedy.split([';', ',']).next().expect("a command");
    assert!(first.starts_with("chmod ") && first.contains("$'"), "{remedy}");
    for columns in COLUMNS {
        let shown = on_terminal(operator.command(&["verify"]).arg(&refused), columns);
        assert!(shown.text.contains(first), "{columns}: {}", shown.text);
        assert_eq!(shown.status.code(), Some(1));
    }
}

/// Programs read it, line by line.
#[test]
fn nothing_is_broken_where_there_is_no_terminal() {
    let operator = Operator::new();
    let shown = run(operator.command(&["explain", "E_PROBE_UNAVAILABLE"]).env("COLUMNS", "40"), MINUTE).stdout;
    let answer = operator.object(&["explain", "E_PROBE_UNAVAILABLE"], 0);
    for key in ["cause", "remedy"] {
        assert!(shown.lines().any(|line| line.ends_with(answer[key].as_str().expect("a text"))), "{shown}");
    }
    // Nor what is no prose.
    let script = on_terminal(&mut operator.command(&["completions", "bash"]), 40).text;
    assert_eq!(script, operator.call(&["completions", "bash"]).stdout);
    let Some(bash) = find("bash") else { return support::skipped("nothing_is_broken", "bash is not installed") };
    let file = operator.write("completions", script);
    assert!(run(Command::new(bash).arg("-n").arg(file), MINUTE).status.success());
}
