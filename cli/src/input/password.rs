//! The password of a secret key: from a file, standard input, the environment or the terminal. Arguments are seen by
//! every user of the machine, so it is none.

use crate::input::missing::not_found;
use crate::input::reading::{read_vetted, Links};
use crate::output::failure::Failure;
use crate::system::backend::System;
use crate::system::Native;
use sochdb_plugin_host::UntrustedText;
use std::fs::Metadata;
use std::io::{BufRead, IsTerminal};
use std::path::{Path, PathBuf};

/// The environment variable that holds the password of a secret key.
pub(crate) const PASSWORD_VARIABLE: &str = "SOCHDB_SIGN_PASSWORD";

/// minisign takes no longer password, in bytes.
const LONGEST: usize = 1024;

/// The most bytes of a file with a password, which may have more lines.
const MOST: u64 = 1 << 16;

/// Where the password is.
#[derive(clap::Args)]
pub(crate) struct PasswordSource {
    /// Read the password from the first line of this file, which only you can read, or with - of standard input
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

impl PasswordSource {
    /// The password from the file, else from the environment, else from the terminal; `again`: asked twice there.
    pub(crate) fn password(&self, prompt: &str, again: bool) -> Result<String, Failure> {
        let password = match &self.password_file {
            Some(file) if file.as_os_str() == "-" => first_line(file, std::io::stdin().lock())?,
            Some(file) => first_line(file, &*read(file)?)?,
            None => match std::env::var(PASSWORD_VARIABLE) {
                Ok(password) => password,
                Err(std::env::VarError::NotUnicode(_)) => {
                    return Err(fail(format!("{PASSWORD_VARIABLE} is not UTF-8")));
                }
                Err(std::env::VarError::NotPresent) => ask(prompt, again)?,
            },
        };
        match password.len() {
            0 => Err(fail("the password is empty; for a key without one say --no-password to keygen".to_owned())),
            length if length > LONGEST => Err(fail(format!("the password has more than {LONGEST} bytes"))),
            _ => Ok(password),
        }
    }
}

fn fail(reason: String) -> Failure {
    Failure::new("E_PASSWORD", reason)
}

fn ask(prompt: &str, again: bool) -> Result<String, Failure> {
    let ask = |prompt: &str| {
        let no_terminal = |error| fail(format!("no password is given, and there is no terminal to ask on: {error}"));
        rpassword::prompt_password(format!("{prompt}: ")).map_err(no_terminal)
    };
    let first = ask(prompt)?;
    if again && ask("the same again")? != first {
        return Err(fail("the two passwords differ".to_owned()));
    }
    Ok(first)
}

/// What is in a regular file that nobody but its owner can read, who is this user or root.
fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = read_vetted(file, MOST, Links::Follow, vet)?;
    bytes.ok_or_else(|| not_found(file))
}

fn vet(file: &Path, metadata: &Metadata) -> Result<(), Failure> {
    let name = UntrustedText::from(file);
    let refuse = |reason: String, remedy: String| Err(Failure::new("E_PASSWORD_FILE", reason).with_remedy(remedy));
    if !metadata.is_file() {
        let remedy = "give a regular file, or pipe the password to --password-file -".to_owned();
        return refuse(format!("{name} is not a regular file"), remedy);
    }
    Native::vet_private(file, metadata).or_else(|[reason, remedy]| {
        refuse(
            format!("the password file {reason}"),
            format!("{remedy}; if others may have read it, take another password"),
        )
    })
}

fn first_line(file: &Path, from: impl BufRead) -> Result<String, Failure> {
    if file.as_os_str() == "-" && std::io::stdin().is_terminal() {
        return Err(fail("standard input is a terminal: leave --password-file out to be asked there".to_owned()));
    }
    let mut line = Vec::new();
    // One byte more than a password and the end of its line.
    let mut from = from.take(LONGEST as u64 + 3);
    from.read_until(b'\n', &mut line).map_err(|error| Failure::unreadable(file, &error))?;
    let line = String::from_utf8(line)
        .map_err(|_| fail(format!("the password in {} is not UTF-8", UntrustedText::from(file))))?;
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}
