//! Completions, manual pages and help, as shells, `man` and narrow terminals take them.

use std::process::Command;
use support::command::{call, command, one_object, LIMIT};
use support::{private, run, tool};

#[test]
fn bash_completes_commands_and_options() {
    let Some(bash) = tool("bash_completes_commands_and_options", "bash") else { return };
    let (_room, path) = private();
    let script = call(&["completions", "bash"]).stdout;
    assert!(!script.contains("run-one-test"), "what is hidden is offered");
    std::fs::write(path.join("script"), script).expect("its own directory");
    for (line, word, offered) in
        [("sochdb-plugin ver", "ver", "verify"), ("sochdb-plugin verify --pro", "--pro", "--probe")]
    {
        let ask = format!(
            "source ./script; COMP_WORDS=({line}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); COMP_LINE='{line}'; \
             words=($(complete -p sochdb-plugin)) || exit 3; name=; \
             for at in \"${{!words[@]}}\"; do [[ ${{words[at]}} == -F ]] && name=${{words[at + 1]}}; done; \
             \"$name\" sochdb-plugin '{word}' \"${{COMP_WORDS[COMP_CWORD - 1]}}\"; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        let finished = run(Command::new(&bash).args(["--norc", "-c", &ask]).current_dir(&path), LIMIT);
        assert!(finished.stdout.lines().any(|line| line == offered), "{}{}", finished.stdout, finished.stderr);
    }
    for shell in ["zsh", "fish", "elvish", "powershell"] {
        assert!(call(&["completions", shell]).stdout.contains("doctor"), "{shell}");
    }
}

#[test]
fn man_shows_a_page_of_each_command() {
    let (_room, path) = private();
    let finished = run(command().arg("man").arg(&path), LIMIT);
    assert!(finished.stdout.lines().count() > 25, "{}", finished.stdout);
    let page = finished.stdout.lines().next().expect("the first page");
    let no_directory = run(command().args(["man", "--json"]).arg(page), LIMIT);
    assert_eq!(one_object(&no_directory, 1)["code"], "E_WRITE");
    let Some(groff) = tool("man_shows_a_page_of_each_command", "groff") else { return };
    for file in finished.stdout.lines() {
        let shown = run(Command::new(&groff).args(["-man", "-Tutf8", "-P-cbou", "-ww", file]), LIMIT);
        assert!(shown.stdout.contains("SYNOPSIS") && shown.stderr.is_empty(), "{file}: {}", shown.stderr);
    }
}

#[test]
fn man_finds_its_pages_where_the_readme_puts_them() {
    let test = "man_finds_its_pages_where_the_readme_puts_them";
    let (Some(man), true) = (tool(test, "man"), tool(test, "groff").is_some()) else { return };
    let (_room, home) = private();
    let pages = home.join(".local/share/man");
    assert!(run(command().arg("man").arg(pages.join("man1")), LIMIT).status.success());
    std::fs::create_dir(home.join(".local/bin")).expect("its own directory");
    let shown = |arguments: &[&str], first: &str| {
        let path = format!("{first}{}", std::env::var("PATH").unwrap_or_default());
        let mut man = Command::new(&man);
        man.args(arguments).args(["-P", "cat", "sochdb-plugin-install"]).env_remove("MANPATH");
        run(man.env("HOME", &home).env("PATH", path), LIMIT).stdout.contains("SYNOPSIS")
    };
    assert!(shown(&["-M", pages.to_str().expect("UTF-8")], ""));
    assert!(shown(&[], &format!("{}:", home.join(".local/bin").display())));
}

#[test]
fn help_fits_a_narrow_terminal() {
    for words in [&["--help"][..], &["install", "--help"], &["verify", "--help"], &["trust", "add", "--help"]] {
        let help = run(command().args(words).env("COLUMNS", "40"), LIMIT).stdout;
        for line in help.lines().filter(|line| !line.starts_with("Usage:")) {
            let fits = line.chars().count() <= 40 || line.trim().split(' ').count() == 1;
            assert!(fits, "{words:?}: {} columns: {line}", line.chars().count());
        }
    }
}
