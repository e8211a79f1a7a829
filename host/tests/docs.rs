//! The tables in the documentation say what the code says.
//!
//! `SOCH_RENEW_DOCS=1 cargo test -p sochdb-plugin-host --test docs` writes the tables of refusals anew.

use sochdb_plugin_host::{ElfError, Reason, Refusal, Step};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The rows in the order of the steps; those of one step as in the code.
fn table(tables: &[&[Reason]]) -> String {
    let all: Vec<&Reason> = tables.iter().flat_map(|table| table.iter()).collect();
    let mut text = "# Codes\nIn the order of the steps. `{name}` stands for what was found.\n\n\
                    | code | step | cause | remedy |\n| --- | --- | --- | --- |\n"
        .to_owned();
    for step in Step::ALL {
        for Reason { code, cause, remedy, .. } in all.iter().filter(|reason| reason.step == *step) {
            text += &format!("| `{code}` | `{step}` | {} | {} |\n", cell(cause), cell(remedy));
        }
    }
    text
}

/// A cause or remedy that is only a placeholder says nothing in a table.
fn cell(text: &str) -> String {
    match text {
        "{lack:#}" => "as the refusal says, by what ran short".to_owned(),
        "{fix}" => "as the refusal says, by what was found".to_owned(),
        "{error}" => "as the refusal says".to_owned(),
        text => escaped(text),
    }
}

/// Markdown takes nothing of it for a mark of its own, but leaves code as code. What a placeholder says of its form, such
/// as `:04o`, is left out.
fn escaped(text: &str) -> String {
    let (mut in_code, mut in_braces, mut in_form) = (false, false, false);
    let mut out = String::new();
    for character in text.chars() {
        match character {
            '{' => in_braces = true,
            '}' => (in_braces, in_form) = (false, false),
            ':' => in_form |= in_braces,
            _ => {}
        }
        if in_form {
            continue;
        }
        in_code ^= character == '`';
        if character == '|' || (!in_code && "[]<>*_\\".contains(character)) {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

fn same(file: &str, want: &str) {
    let path = here(file);
    if env::var_os("SOCH_RENEW_DOCS").is_some_and(|value| value == "1") {
        return fs::write(&path, want).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
    let have = read(&path);
    let differing = have.lines().zip(want.lines()).position(|(have, want)| have != want);
    let line = differing.unwrap_or_else(|| have.lines().count().min(want.lines().count()));
    assert!(
        have == want,
        "host/{file}:{} should say:\n  {}\n`SOCH_RENEW_DOCS=1 cargo test -p sochdb-plugin-host --test docs` renews it: \
         commit it.",
        line + 1,
        want.lines().nth(line).unwrap_or("(its end)")
    );
}

#[test]
fn the_table_of_refusals_is_that_of_the_code() {
    same("src/refusal/load_refusals.md", &table(&[Refusal::TABLE, ElfError::TABLE]));
    same("src/refusal/elf_refusals.md", &table(&[ElfError::TABLE]));
}

/// The words of a text that begin with `E_`, as codes do.
fn codes(text: &str) -> Vec<&str> {
    let words = text.split(|character: char| !character.is_ascii_alphanumeric() && character != '_');
    words.filter(|word| word.len() > 2 && word.starts_with("E_")).collect()
}

#[test]
fn codes_in_texts_are_codes() {
    // The command's own, which its texts name too.
    let of_command = here("../cli/src/explanations/codes.rs");
    let of_command = if of_command.exists() { read(&of_command) } else { String::new() };
    let texts = ["src/threats.md", "src/plugin/loader.rs", "../README.md", "../SECURITY.md", "../CHANGELOG.md"];
    for file in texts.map(here).iter().filter(|file| file.exists()) {
        for code in codes(&read(file)) {
            let of_loader = Refusal::TABLE.iter().chain(ElfError::TABLE).any(|reason| reason.code == code);
            let known = of_loader || codes(&of_command).contains(&code);
            assert!(known, "{} names {code}, which does not exist", file.display());
        }
    }
}
