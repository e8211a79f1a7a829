//! The commands that texts tell people to type are commands.

use crate::arguments::Arguments;
use crate::explanations::entries::entries;
use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use std::fs;
use std::path::Path;

/// The words after each `sochdb-plugin ` in `text`, up to what is no part of a command.
fn commands(text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for rest in text.split("sochdb-plugin ").skip(1) {
        let (mut command, mut words) = (Arguments::command(), Vec::new());
        for word in rest.split(char::is_whitespace) {
            let bare = word.trim_end_matches(['`', ',', ';', ':', '.', ')', '|']);
            let sub = command.find_subcommand(bare).cloned();
            let placeholder = bare.chars().any(|c| c.is_ascii_uppercase()) && bare == bare.to_uppercase();
            let is_argument = bare.starts_with("--") || placeholder || bare.contains(['/', '.', '{']);
            if bare.is_empty() || (sub.is_none() && !is_argument) {
                // What was meant as a command stands first.
                if words.is_empty() && bare.chars().all(|c| c.is_ascii_lowercase()) && word.ends_with('`') {
                    words.push(bare.to_owned());
                }
                break;
            }
            words.push(bare.to_owned());
            command = sub.unwrap_or(command);
            if word.len() > bare.len() {
                break;
            }
        }
        // A word that stands for any command names none.
        if words.first().is_some_and(|word| word != "COMMAND") {
            found.push(words);
        }
    }
    found
}

fn fault(words: &[String]) -> Option<String> {
    let arguments = ["sochdb-plugin".to_owned()].into_iter().chain(words.iter().cloned());
    // What is given an argument is meant to be typed as it is.
    let whole = words.iter().any(|word| word.contains(['/', '.']));
    match Arguments::try_parse_from(arguments) {
        Err(error) if whole && error.kind() == ErrorKind::MissingRequiredArgument => {
            Some(format!("{words:?}: an argument is missing: {error}"))
        }
        // Words that stand for something, or a command that is only named.
        Err(error)
            if !matches!(
                error.kind(),
                ErrorKind::ValueValidation
                    | ErrorKind::MissingRequiredArgument
                    | ErrorKind::MissingSubcommand
                    | ErrorKind::DisplayHelp
                    | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
            ) =>
        {
            Some(format!("{words:?}: {}", error.to_string().lines().next().unwrap_or_default()))
        }
        _ => None,
    }
}

#[test]
fn no_text_names_a_command_or_an_option_that_does_not_exist() {
    let of_codes = entries().map(|entry| (entry.code.to_owned(), format!("{} {}", entry.cause, entry.remedy)));
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let files = [
        "README.md",
        "cli/README.md",
        "sdk/README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "host/src/threats.md",
        "host/src/refusal/load_refusals.md",
    ];
    let files =
        files.into_iter().filter_map(|name| Some((name.to_owned(), fs::read_to_string(repository.join(name)).ok()?)));
    let files: Vec<_> = files.collect();
    if files.is_empty() {
        eprintln!(
            "skipped: no_text_names_a_command_or_an_option_that_does_not_exist: no repository around, only the codes"
        );
    }
    let least = if files.is_empty() { 15 } else { 30 };
    let texts = of_codes.chain(files);
    let (mut count, mut faults) = (0, Vec::new());
    for (of, text) in texts {
        for words in commands(&text) {
            count += 1;
            faults.extend(fault(&words).map(|fault| format!("{of}: {fault}")));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(count > least, "only {count} commands are found");
}

#[test]
fn a_wrong_command_would_be_found() {
    for wrong in [
        "sochdb-plugin trust allow",
        "sochdb-plugin install FILE --force",
        "`sochdb-plugin sandbox`",
        "sochdb-plugin sign ./it.so",
    ] {
        let found = commands(wrong);
        assert!(found.iter().any(|words| fault(words).is_some()) || found == [["trust"]], "{wrong}: {found:?}");
    }
}

#[test]
fn no_text_sends_people_to_a_sandbox_that_does_not_exist() {
    for entry in entries() {
        assert!(!format!("{} {}", entry.cause, entry.remedy).contains("WASM"), "{}", entry.code);
    }
}
