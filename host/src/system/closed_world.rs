//! The step `elf` where the world of libraries is closed: a plugin may need the system's own, and no others.

use crate::base::text::UntrustedText;
use crate::elf::Facts;
use crate::refusal::elf_error::ElfError;

/// Checks the rules for loading the library into this process. `is_standard` knows the system's own libraries.
pub(crate) fn check(facts: &Facts, is_standard: impl Fn(&str) -> bool) -> Result<(), ElfError> {
    facts.fits_this_machine()?;
    if facts.writable_code {
        return Err(ElfError::WritableCode);
    }
    facts.has_no_search_path()?;
    let strange = |name: &&UntrustedText| !std::str::from_utf8(name.as_bytes()).is_ok_and(&is_standard);
    if let Some(name) = facts.needed.iter().find(strange) {
        return Err(ElfError::Stranger { name: name.clone() });
    }
    facts.has_entry()
}
