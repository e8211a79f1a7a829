//! Maps the libraries that plugins need.

use crate::base::digest::Digest;
use crate::base::text::UntrustedText;
use crate::loader::dependency::{Dependency, Source};
use crate::refusal::refusals::Refusal;
use crate::system::backend::System;
use crate::system::Native;
use parking_lot::Mutex;

/// The libraries from trust files that were mapped. Held while one is, so that two threads do not map the same one.
static BROUGHT_IN: Mutex<Vec<(UntrustedText, Digest)>> = Mutex::new(Vec::new());

/// Maps what a plugin needs, so that the dynamic linker finds it in memory by its name and does not search.
///
/// # Safety
/// The caller trusts the plugin, and with it what it needs.
pub(crate) unsafe fn preload(dependencies: Vec<Dependency>) -> Result<(), Refusal> {
    let mut brought_in = BROUGHT_IN.lock();
    for Dependency { name, source } in dependencies {
        let refused = |reason: String| Refusal::open(format!("{name}: {reason}"));
        if Native::is_resident(name.as_os_str()) {
            if let Source::Listed { digest, pinned, .. } = source {
                is_the_same(&name, digest, pinned, &brought_in)?;
            }
            continue;
        }
        let (path, listed) = match source {
            Source::Resident => return Err(refused("it left the memory meanwhile".to_owned())),
            Source::System(path) => (path, None),
            Source::Listed { mut file, digest, .. } => (Native::identity(&mut file)?, Some((file, digest))),
        };
        // SAFETY: the caller promises it.
        unsafe { Native::open(path.as_os_str()) }.map_err(refused)?;
        if let Some((file, digest)) = listed {
            Native::keep(&file);
            std::mem::forget(file);
            brought_in.push((name.clone(), digest));
        }
        if !Native::is_resident(name.as_os_str()) {
            return Err(Refusal::DepSoname { name, soname: UntrustedText::from(path.as_path()) });
        }
    }
    Ok(())
}

/// Refuses a library that would not be the one in memory, as far as can be known: what the program has from its start
/// counts unless the trust file demands a digest.
fn is_the_same(
    name: &UntrustedText,
    digest: Digest,
    pinned: bool,
    brought_in: &[(UntrustedText, Digest)],
) -> Result<(), Refusal> {
    let in_memory = brought_in.iter().find(|(known, _)| known == name).map(|(_, digest)| *digest);
    if in_memory == Some(digest) || (in_memory.is_none() && !pinned) {
        return Ok(());
    }
    let reason = "another library of this name is in memory already".to_owned();
    Err(Refusal::DepRefused { name: name.clone(), reason, fix: "restart the host with one of the two".to_owned() })
}
