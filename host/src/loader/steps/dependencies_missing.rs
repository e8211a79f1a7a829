//! Libraries that a plugin needs and lacks, told at once, with the commands that allow them.

use crate::base::text::UntrustedText;
use crate::loader::permission::runs_elevated;
use crate::loader::steps::dependencies_asked::Asked;
use crate::loader::steps::dependencies_packages;
use crate::loader::trust_source::TrustFiles;
use crate::refusal::refusals::Refusal;
use std::path::PathBuf;

/// The libraries that a plugin lacks, in the order in which that was found.
#[derive(Default)]
pub(crate) struct Lacking {
    /// Libraries that no trust file names, with their paths.
    unlisted: Vec<(UntrustedText, PathBuf)>,
    /// Libraries that no trust file names and that were not found.
    nowhere: Vec<UntrustedText>,
    /// Other refusals.
    wrong: Vec<Refusal>,
}

impl Lacking {
    pub(crate) fn unlisted(&mut self, name: &UntrustedText, directory: PathBuf) {
        self.unlisted.push((name.clone(), directory));
    }

    pub(crate) fn nowhere(&mut self, name: &UntrustedText) {
        self.nowhere.push(name.clone());
    }

    pub(crate) fn wrong(&mut self, error: Refusal) {
        self.wrong.push(error);
    }

    /// The refusal, if anything is lacking; `places` are those that were looked in.
    pub(crate) fn refusal(mut self, asked: Asked<'_>, places: &[PathBuf]) -> Option<Refusal> {
        if self.unlisted.is_empty() && self.nowhere.is_empty() {
            return match self.wrong.len() {
                0 | 1 => self.wrong.pop(),
                _ => Some(self.all_wrong()),
            };
        }
        let found = self
            .unlisted
            .iter()
            .map(|(name, directory)| format!("{name} (in {})", UntrustedText::from(directory.as_path())));
        let absent = self.nowhere.iter().map(|name| format!("{name} (not found)"));
        let mut libraries = found.chain(absent).collect::<Vec<_>>().join(", ");
        let mut fixes = Vec::new();
        if !self.unlisted.is_empty() {
            fixes.push(self.allow(asked));
        }
        if !self.nowhere.is_empty() {
            let (names, places) = (joined(&self.nowhere), dependencies_packages::told(places));
            let them = if self.nowhere.len() == 1 { "it" } else { "them" };
            fixes.push(format!(
                "link {names} into the plugin, or install the packages of the system that have {them}, then load again to \
                 be told the command that allows {them} (looked for in {places})"
            ));
        }
        for error in &self.wrong {
            libraries += &format!("; and {error}");
            fixes.push(error.remedy());
        }
        let path = |(name, directory): (UntrustedText, PathBuf)| directory.join(name.to_string());
        let found = self.unlisted.into_iter().map(path).collect();
        Some(Refusal::DepForbidden { libraries, found, fix: fixes.join("; ") })
    }

    /// Several things that are wrong, under the name of the first.
    fn all_wrong(&self) -> Refusal {
        let named = self.wrong.iter().find_map(|error| match error {
            Refusal::DepRefused { name, .. } | Refusal::DepMissing { name, .. } | Refusal::DepSoname { name, .. } => {
                Some(name.clone())
            }
            _ => None,
        });
        let (name, told) = (named.unwrap_or_else(|| UntrustedText::from(&b""[..])), |text: fn(&Refusal) -> String| {
            self.wrong.iter().map(text).collect::<Vec<_>>().join("; ")
        });
        Refusal::DepRefused { name, reason: told(Refusal::to_string), fix: told(Refusal::remedy) }
    }

    /// The way to allow what was found.
    fn allow(&self, asked: Asked<'_>) -> String {
        let them = if self.unlisted.len() == 1 { "it" } else { "them" };
        let file = match asked.files {
            TrustFiles::Only(files) => {
                files.first().map(|file| format!(" --trust {}", UntrustedText::from(file.as_path())))
            }
            TrustFiles::Operator if runs_elevated() => Some(" --system".to_owned()),
            TrustFiles::Operator | TrustFiles::Unused => None,
        };
        let file = file.unwrap_or_default();
        let add = |what: &str| format!("sochdb-plugin trust add {what}{file}");
        let libraries = self
            .unlisted
            .iter()
            .map(|(name, directory)| add(&format!("dependency {name} {}", UntrustedText::from(directory.as_path()))));
        let mut commands: Vec<String> = libraries.collect();
        // With the first trust file only the directories count that one lists.
        let first = *asked.files == TrustFiles::Operator && asked.rules.is_none();
        if first && !asked.installed.iter().any(|place| asked.directory.starts_with(place)) {
            let policy = asked.effective.policy;
            commands.push(add(&format!("directory {} --policy {policy}", UntrustedText::from(asked.directory))));
        }
        let commands = commands.join(" && ");
        match asked.files {
            TrustFiles::Unused => format!(
                "link {them} into the plugin, or let the program obey the operator's trust files \
                 (`DynamicPluginLoader::trust_files`) and allow {them}: {commands}"
            ),
            _ => format!("link {them} into the plugin, or allow {them}: {commands}"),
        }
    }
}

fn joined(names: &[UntrustedText]) -> String {
    names.iter().map(UntrustedText::to_string).collect::<Vec<_>>().join(", ")
}
