//! What a vendor says of tests that a plugin cannot pass: a file with names and reasons, which the report repeats.

use crate::output::failure::Failure;
use glob::Pattern;
use std::path::Path;
use toml_edit::{DocumentMut, Value};

/// The tests that are not run, each with the reason.
#[derive(Debug, Default)]
pub(crate) struct Skipped(Vec<(Pattern, String)>);

impl Skipped {
    /// Reads a file of lines such as `"storage_cursor::*" = "the engine has no cursors yet"`.
    ///
    /// # Errors
    /// It cannot be read; a line is no such line.
    pub(crate) fn read(file: &Path) -> Result<Self, Failure> {
        let shown = file.display();
        let text = std::fs::read_to_string(file).map_err(|error| Failure::unreadable(file, &error))?;
        let no_toml = |error: toml_edit::TomlError| {
            let before = &text.as_bytes()[..error.span().map_or(0, |span| span.start)];
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            Failure::usage(format!("{shown} is no TOML in line {line}: {}", error.message().trim_end()))
        };
        let document: DocumentMut = text.parse().map_err(no_toml)?;
        let wanted = |name: &str| {
            Failure::usage(format!(
                "{shown}: {name} needs a reason in quotation marks: \"storage_cursor::*\" = \"the engine has none\""
            ))
        };
        let mut all = Vec::new();
        for (name, reason) in document.iter() {
            let reason = reason.as_value().and_then(Value::as_str).filter(|reason| !reason.trim().is_empty());
            let pattern = Pattern::new(name).map_err(|error| Failure::usage(format!("{shown}: {name}: {error}")))?;
            all.push((pattern, reason.ok_or_else(|| wanted(name))?.to_owned()));
        }
        Ok(Self(all))
    }

    /// The reason for which a test is not run.
    pub(crate) fn reason(&self, test: &str) -> Option<&str> {
        self.0.iter().find(|(pattern, _)| pattern.matches(test)).map(|(_, reason)| &**reason)
    }

    /// Refuses a name that is none of these tests': a reason must not outlive its test unseen.
    ///
    /// # Errors
    /// The first such name.
    pub(crate) fn fits(&self, tests: &[&str]) -> Result<(), Failure> {
        match self.0.iter().find(|(pattern, _)| !tests.iter().any(|test| pattern.matches(test))) {
            Some((pattern, _)) => Err(Failure::usage(format!(
                "--skip names {pattern}, and no test of this plugin is called so: take the line out"
            ))),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Skipped, Failure> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), text).expect("its own file");
        Skipped::read(file.path())
    }

    #[test]
    fn a_name_has_a_reason_and_is_a_tests() {
        let skipped = read("\"storage_cursor::*\" = \"no cursors\"\n").expect("a skip file");
        assert_eq!(skipped.reason("storage_cursor::one"), Some("no cursors"));
        assert_eq!(skipped.reason("storage::one"), None);
        assert!(skipped.fits(&["storage_cursor::one"]).is_ok() && skipped.fits(&["storage::one"]).is_err());
        for text in ["\"a\" = \"\"", "\"a\" = 3", "a", "\"[\" = \"x\"", "[table]\na = \"x\""] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
