//! Plugins for Windows and macOS by LLVM's compiler and linkers, without any library of those systems.

use crate::{compiler, find, skipped, succeed, MINUTE};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The compiler and the linkers for other systems.
pub struct Llvm {
    clang: PathBuf,
    /// For Windows.
    link: PathBuf,
    /// For macOS.
    ld64: PathBuf,
}

impl Llvm {
    /// Those that are installed; says that `test` is skipped if one is missing.
    pub fn find(test: &str) -> Option<Self> {
        // Debian gives the linker for macOS no name without its version, but all of them are one program.
        let lld = find("ld.lld").and_then(|lld| lld.canonicalize().ok());
        let ld64 = lld.map(|lld| lld.with_file_name("ld64.lld")).filter(|ld64| ld64.exists());
        let found = (|| Some(Self { clang: find("clang")?, link: find("lld-link")?, ld64: ld64? }))();
        if found.is_none() {
            skipped(test, "clang, lld-link or ld64.lld is not installed");
        }
        found
    }

    /// The compiler for a target, with the language's own headers.
    pub fn clang(&self, target: &str) -> Command {
        let mut command = compiler(&self.clang);
        command.arg(format!("--target={target}")).args(["-ffreestanding", "-nostdlibinc"]);
        command
    }

    fn object(&self, target: &str, options: &[&str], source: &Path, library: &Path) -> PathBuf {
        let object = library.with_extension("o");
        let mut command = self.clang(target);
        command.args(["-pedantic", "-Wall", "-Wextra", "-Werror"]).args(options).arg("-c").arg(source);
        succeed(command.arg("-o").arg(&object), MINUTE);
        object
    }

    /// Compiles `source` as Microsoft's compiler would; the linker leaves out what nobody names.
    pub fn windows(&self, options: &[&str], source: &Path, library: &Path) {
        let object = self.object("x86_64-pc-windows-msvc", options, source, library);
        let mut out = OsString::from("/out:");
        out.push(library);
        let mut link = Command::new(&self.link);
        link.args(["/dll", "/noentry", "/nodefaultlib", "/opt:ref", "/opt:icf"]);
        succeed(link.arg(out).arg(object), MINUTE);
    }

    /// Compiles `source` for macOS on `processor`, `arm64` or `x86_64`; the linker leaves out what nobody names.
    pub fn macos(&self, processor: &str, options: &[&str], source: &Path, library: &Path) {
        let object = self.object(&format!("{processor}-apple-macos11"), options, source, library);
        let mut link = Command::new(&self.ld64);
        link.args(["-dylib", "-arch", processor, "-platform_version", "macos", "11.0", "11.0", "-dead_strip"]);
        succeed(link.args(["-undefined", "dynamic_lookup", "-o"]).arg(library).arg(object), MINUTE);
    }
}
