//! The step `dependencies`: the libraries that a plugin needs. The dynamic linker must never search for one: what it would find
//! depends on `LD_LIBRARY_PATH`, on caches, and on who can write there.

use super::beside::reason_and_fix;
use super::system_library::SystemLibrary;
use super::{listed_library, Dependency, Digest, LoadError, Source, Text};
use crate::elf::Facts;
use crate::linker;
use crate::trust::{Demands, Rules};

/// What C, C++ and Rust plugins need without their authors' doing: the libraries of glibc and of GCC's runtime.
const STANDARD: [&str; 12] = [
    "libc.so.6",
    "libm.so.6",
    "libgcc_s.so.1",
    "libstdc++.so.6",
    "libpthread.so.0",
    "libdl.so.2",
    "librt.so.1",
    "libutil.so.1",
    "libresolv.so.2",
    "ld-linux-x86-64.so.2",
    "ld-linux-aarch64.so.1",
    "libatomic.so.1",
];
/// What compilers add for `-fsanitize`, before a version: a plugin under test needs it.
const SANITIZERS: [&str; 4] = ["libasan.so.", "liblsan.so.", "libtsan.so.", "libubsan.so."];
/// The most libraries of a plugin, those that its libraries need included.
const MOST: usize = 64;

/// The step: finds every library that the plugin needs, in the order in which they can be loaded. Loads nothing.
pub(super) fn check(
    facts: &Facts,
    rules: Option<&Rules>,
    demands: Demands,
) -> Result<(Vec<Dependency>, String), LoadError> {
    let mut resolver = Resolver { rules, demands, seen: Vec::new(), order: Vec::new(), words: Vec::new() };
    resolver.add_all(&facts.needed)?;
    let detail = match resolver.words.is_empty() {
        true => "it needs nothing".to_owned(),
        false => resolver.words.join(", "),
    };
    Ok((resolver.order, detail))
}

struct Resolver<'a> {
    rules: Option<&'a Rules>,
    demands: Demands,
    seen: Vec<Text>,
    order: Vec<Dependency>,
    words: Vec<String>,
}

impl Resolver<'_> {
    fn add_all(&mut self, needed: &[Text]) -> Result<(), LoadError> {
        needed.iter().try_for_each(|name| self.add(name))
    }

    fn add(&mut self, name: &Text) -> Result<(), LoadError> {
        if self.seen.contains(name) {
            return Ok(());
        }
        if self.seen.len() == MOST {
            let reason = format!("it and others make more than {MOST}");
            let fix = "link what it needs into the plugin".to_owned();
            return Err(LoadError::DepRefused { name: name.clone(), reason, fix });
        }
        self.seen.push(name.clone());
        let text = std::str::from_utf8(name.as_bytes()).unwrap_or_default();
        let listed = self.rules.and_then(|rules| rules.dependency(text));
        let standard = STANDARD.contains(&text) || SANITIZERS.iter().any(|prefix| text.starts_with(prefix));
        if listed.is_none() && !standard {
            return Err(LoadError::DepForbidden { name: name.clone() });
        }
        let (source, words) = if let Some(listed) = listed {
            let revoked = |digest: &Digest| self.rules.is_some_and(|rules| rules.revoked(digest).is_some());
            let library = listed_library::admit(listed, self.demands, revoked).map_err(|error| {
                let (reason, fix) = reason_and_fix(&listed.path(), &error);
                LoadError::DepRefused { name: name.clone(), reason, fix }
            })?;
            // By another name the dynamic linker would not find it in memory, and search.
            if library.facts.soname.as_ref() != Some(name) {
                let soname = library.facts.soname.unwrap_or_else(|| Text::from(&b""[..]));
                return Err(LoadError::DepSoname { name: name.clone(), soname });
            }
            self.add_all(&library.facts.needed)?;
            let words = format!("{name} from {}", Text::from(library.path.as_path()));
            (Source::Listed { file: library.file, digest: library.digest, pinned: listed.sha256.is_some() }, words)
        } else if linker::is_resident(name.as_os_str()) {
            (Source::Resident, format!("{name} is in memory"))
        } else {
            let library = SystemLibrary::find(name)?;
            self.add_all(&library.needed)?;
            let words = format!("{name} from {}", Text::from(library.path.as_path()));
            (Source::System(library.path), words)
        };
        self.words.push(words);
        self.order.push(Dependency { name: name.clone(), source });
        Ok(())
    }
}
