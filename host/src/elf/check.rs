//! The step `elf`: what a library must be, and must not have, to be loaded into this process.

use crate::base::text::UntrustedText;
use crate::elf::{c_library, isa, machine, Facts};
use crate::kernel::backend::Kernel;
use crate::kernel::Own;
use crate::refusal::elf_error::ElfError;
use sochdb_plugin_sdk::machinery::layout::Layout;
use std::ffi::OsStr;

const HOST_BITS: u8 = usize::BITS as u8;
const OWN_PREFIX: &[u8] = b"libsochdb_plugin_";

impl Facts {
    /// Checks the rules for loading the library into this process.
    pub(crate) fn check(&self, file: &OsStr) -> Result<(), ElfError> {
        self.fits_this_machine()?;
        self.keeps_memory_safe()?;
        self.leaves_others_alone()?;
        self.has_honest_names(file)?;
        self.has_entry()
    }

    /// Checks that it has an entry, and a layout of which the host can read the least that it reads.
    pub(crate) fn has_entry(&self) -> Result<(), ElfError> {
        if self.entry.is_none() {
            return Err(ElfError::EntryAbsent);
        }
        if self.exports_layout && self.layout_size < size_of::<Layout>() as u64 {
            return Err(ElfError::LayoutKind { reason: "is smaller than the least that the host reads" });
        }
        Ok(())
    }

    /// Checks the rules for a library that a plugin needs: those for plugins, but for names and exports, which are as
    /// its makers want them, and for its search path, which depends on where it lies.
    pub(crate) fn check_library(&self) -> Result<(), ElfError> {
        self.fits_this_machine()?;
        self.keeps_memory_safe()?;
        self.leaves_order_alone()?;
        self.needs_plain_names()
    }

    /// Checks that it wants nothing to be searched for.
    pub(crate) fn has_no_search_path(&self) -> Result<(), ElfError> {
        match &self.search_path {
            Some(path) => Err(ElfError::Rpath { path: path.clone() }),
            None => Ok(()),
        }
    }

    /// Checks that it is for this process's processor and system.
    pub(crate) fn fits_this_machine(&self) -> Result<(), ElfError> {
        if self.bits != HOST_BITS {
            return Err(ElfError::Class { plugin: self.bits, host: HOST_BITS });
        }
        if self.big_endian != cfg!(target_endian = "big") {
            let name = |big| if big { "big-endian" } else { "little-endian" };
            return Err(ElfError::ByteOrder { plugin: name(self.big_endian), host: name(!self.big_endian) });
        }
        if machine::of_host() != Some(self.machine) {
            let host = std::env::consts::ARCH;
            return Err(ElfError::Machine { plugin: self.machine_name(), number: self.machine, host });
        }
        // 0 is System V, 3 is GNU/Linux.
        if !matches!(self.os_abi, 0 | 3) || self.abi_version != 0 {
            return Err(ElfError::OsAbi { abi: self.os_abi, version: self.abi_version });
        }
        for needs in &self.needed {
            match c_library::of(needs.as_bytes()) {
                Some(plugin) if plugin != Own::C_LIBRARY => {
                    return Err(ElfError::CLibrary { plugin, needs: needs.clone(), host: Own::C_LIBRARY });
                }
                _ => {}
            }
        }
        let level = isa::of_host();
        if self.isa_needed > level {
            return Err(ElfError::Isa { needed: self.isa_needed, present: level });
        }
        Ok(())
    }

    fn keeps_memory_safe(&self) -> Result<(), ElfError> {
        if self.least_alignment < Own::page_size() as u64 {
            return Err(ElfError::Segment { reason: "its alignment is less than a page of this system" });
        }
        if self.writable_code {
            return Err(ElfError::WritableCode);
        }
        if self.executable_stack {
            return Err(ElfError::ExecStack);
        }
        if self.text_relocations {
            return Err(ElfError::TextRel);
        }
        Ok(())
    }

    fn leaves_others_alone(&self) -> Result<(), ElfError> {
        if self.interpreter {
            return Err(ElfError::Program { what: "it names an interpreter" });
        }
        if self.position_independent_program {
            return Err(ElfError::Program { what: "it is marked as PIE" });
        }
        self.leaves_order_alone()?;
        match &self.unique {
            Some(symbol) => Err(ElfError::Unique { symbol: symbol.clone() }),
            None => Ok(()),
        }
    }

    fn leaves_order_alone(&self) -> Result<(), ElfError> {
        if let Some(tag) = self.audit {
            return Err(ElfError::Audit { tag });
        }
        if self.interpose {
            return Err(ElfError::Interpose);
        }
        Ok(())
    }

    fn needs_plain_names(&self) -> Result<(), ElfError> {
        let by_path = |name: &UntrustedText| name.as_bytes().is_empty() || has_path_characters(name.as_bytes());
        if let Some(name) = self.needed.iter().find(|name| by_path(name)) {
            return Err(ElfError::Needed { name: name.clone() });
        }
        Ok(())
    }

    fn has_honest_names(&self, file: &OsStr) -> Result<(), ElfError> {
        self.has_no_search_path()?;
        self.needs_plain_names()?;
        match &self.soname {
            Some(soname) if !self.owns(soname.as_bytes(), file.as_encoded_bytes()) => {
                Err(ElfError::Soname { soname: soname.clone() })
            }
            _ => Ok(()),
        }
    }

    /// Whether the SONAME is the library's own. Other libraries ask for theirs with a version (`libz.so.1`), so one
    /// without is harmless if it is also the name of the file, or of the plugin.
    fn owns(&self, soname: &[u8], file: &[u8]) -> bool {
        if has_path_characters(soname) {
            return false;
        }
        if soname.starts_with(OWN_PREFIX) {
            return true;
        }
        let Some(stem) = soname.strip_suffix(b".so") else { return false };
        let stem = stem.strip_prefix(b"lib").unwrap_or(stem);
        let of_the_plugin = self.note.as_ref().is_some_and(|note| note.name.as_bytes() == stem);
        soname == file || of_the_plugin
    }

    /// A line on what it is.
    pub(crate) fn line(&self) -> String {
        let needed: Vec<String> = self.needed.iter().map(UntrustedText::to_string).collect();
        let needed = if needed.is_empty() { "nothing".to_owned() } else { needed.join(", ") };
        let mut line = format!("{}, needs {needed}, {} constructors", self.machine_name(), self.constructors);
        if self.resolvers > 0 {
            line.push_str(&format!(", {} ifunc resolvers", self.resolvers));
        }
        if self.static_tls {
            line.push_str(&format!(", {} bytes of static thread-local data", self.tls_size));
        }
        if self.export_count > 0 {
            line.push_str(&format!(", exports beside the entry: {}", self.exported()));
        }
        line
    }
}

fn has_path_characters(name: &[u8]) -> bool {
    name.iter().any(|byte| matches!(byte, b'/' | b'$'))
}
