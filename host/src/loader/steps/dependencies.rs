//! The step `dependencies`: the libraries that a plugin needs. The dynamic linker must never search for one: what it would find
//! depends on `LD_LIBRARY_PATH`, on caches, and on who can write there.

use crate::base::digest::Digest;
use crate::base::text::UntrustedText;
use crate::elf::Facts;
use crate::files::refused::refused;
use crate::loader::dependency::{Dependency, Source};
use crate::loader::steps::dependencies_asked::Asked;
use crate::loader::steps::dependencies_listed::{self, ListedLibrary};
use crate::loader::steps::dependencies_missing::Lacking;
use crate::loader::steps::dependencies_packages;
use crate::loader::steps::dependencies_system::SystemLibrary;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use crate::refusal::words::Words;
use crate::system::backend::System;
use crate::system::Native;
use crate::trust::file::TrustedDependency;
use crate::trust::rules::Rules;
use std::path::{Path, PathBuf};

/// Libraries that compilers add for `-fsanitize`, before a version: a plugin under test needs one.
const SANITIZERS: [&str; 4] = ["libasan.so.", "liblsan.so.", "libtsan.so.", "libubsan.so."];
/// The most libraries of a plugin, those that its libraries need included.
const MOST: usize = 64;

/// The step: finds every library that the plugin needs, in the order in which they can be loaded. Loads nothing. What is
/// lacking is told at once, as far as it can be read.
pub(crate) fn check(
    facts: &Facts,
    asked: Asked<'_>,
) -> Result<(Vec<Dependency>, impl Words<Vec<Dependency>>), Refusal> {
    let mut resolver =
        Resolver { asked, seen: Vec::new(), order: Vec::new(), lacking: Lacking::default(), places: None };
    resolver.add_all(&facts.needed, &[]);
    let Resolver { order, lacking, places, .. } = resolver;
    if let Some(refusal) = lacking.refusal(asked, &places.unwrap_or_default()) {
        return Err(refusal);
    }
    Ok((order, in_words))
}

fn in_words(order: &Vec<Dependency>) -> String {
    match order.as_slice() {
        [] => "it needs nothing".to_owned(),
        order => order.iter().map(Dependency::to_string).collect::<Vec<_>>().join(", "),
    }
}

struct Resolver<'a> {
    asked: Asked<'a>,
    seen: Vec<UntrustedText>,
    order: Vec<Dependency>,
    lacking: Lacking,
    /// Where libraries are looked for that no trust file names, once there is one.
    places: Option<Vec<PathBuf>>,
}

impl Resolver<'_> {
    /// Adds what a library needs that wants it to be searched for in the directories `search`.
    fn add_all(&mut self, needed: &[UntrustedText], search: &[PathBuf]) {
        for name in needed {
            if self.seen.contains(name) || self.seen.len() > MOST {
                continue;
            }
            self.seen.push(name.clone());
            if self.seen.len() > MOST {
                let reason = format!("it and others make more than {MOST}");
                let fix = "link what it needs into the plugin".to_owned();
                return self.lacking.wrong(Refusal::DepRefused { name: name.clone(), reason, fix });
            }
            match self.find(name, search) {
                Ok(Some(source)) => self.order.push(Dependency { name: name.clone(), source }),
                Ok(None) => {}
                Err(error) => self.lacking.wrong(error),
            }
        }
    }

    /// Where a library comes from, after what it needs was added; `None` if no trust file names it.
    fn find(&mut self, name: &UntrustedText, search: &[PathBuf]) -> Result<Option<Source>, Refusal> {
        let text = std::str::from_utf8(name.as_bytes()).unwrap_or_default();
        let standard = Native::is_standard(text) || SANITIZERS.iter().any(|prefix| text.starts_with(prefix));
        if let Some(listed) = self.asked.rules.and_then(|rules| rules.dependency(text)) {
            let library = self.listed(name, listed)?;
            self.add_all(&library.facts.needed, &library.search);
            let ListedLibrary { path, file, digest, facts, .. } = library;
            Ok(Some(Source::Listed { path, file, digest, memory: facts.memory_size, pinned: listed.sha256.is_some() }))
        } else if standard && Native::is_resident(name.as_os_str()) {
            Ok(Some(Source::Resident))
        } else if standard {
            SystemLibrary::find(name).map(|library| Some(self.of_system(library)))
        } else if let Some(library) = SystemLibrary::beside(name, search) {
            Ok(Some(self.of_system(library?)))
        } else {
            self.unlisted(name, text, search).map(|()| None)
        }
    }

    fn of_system(&mut self, library: SystemLibrary) -> Source {
        self.add_all(&library.facts.needed, &library.search);
        Source::System(library.path)
    }

    fn listed(&self, name: &UntrustedText, listed: &TrustedDependency) -> Result<ListedLibrary, Refusal> {
        let revoked = |digest: &Digest| self.asked.rules.is_some_and(|rules| rules.revoked(digest).is_some());
        let library = dependencies_listed::admit(listed, self.asked.effective.demands, revoked).map_err(|error| {
            refused(Step::Dependencies, &listed.path(), error, |reason, fix| Refusal::DepRefused {
                name: name.clone(),
                reason,
                fix,
            })
        })?;
        // By another name the dynamic linker would not find it in memory, and search.
        if library.facts.soname.as_ref() != Some(name) {
            let soname = library.facts.soname.unwrap_or_else(|| UntrustedText::from(&b""[..]));
            return Err(Refusal::DepSoname { name: name.clone(), soname });
        }
        Ok(library)
    }

    /// Notes a library that no trust file names, and where it would be taken from if one did; then what it needs in turn.
    fn unlisted(&mut self, name: &UntrustedText, text: &str, search: &[PathBuf]) -> Result<(), Refusal> {
        let asked = self.asked;
        let named = asked.rules.into_iter().flat_map(Rules::dependency_directories);
        let others = named.chain([asked.directory]).map(Path::to_owned).chain(search.iter().cloned());
        let places = self.places.get_or_insert_with(|| dependencies_packages::places(others));
        let mut refused = None;
        for directory in dependencies_packages::of(name, places) {
            let entry = TrustedDependency { name: text.to_owned(), directory: directory.clone(), sha256: None };
            match self.listed(name, &entry) {
                Ok(library) => {
                    self.lacking.unlisted(name, directory);
                    self.add_all(&library.facts.needed, &library.search);
                    return Ok(());
                }
                Err(error) => refused = refused.or(Some(error)),
            }
        }
        match refused {
            Some(error) => Err(error),
            None => {
                self.lacking.nowhere(name);
                Ok(())
            }
        }
    }
}
