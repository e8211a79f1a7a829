//! A plugin by tcc, whose own linker writes no note.

use crate::{compiler, succeed, MINUTE};
use std::path::Path;
use std::process::Command;

/// Compiles `source` with `tcc` and links it with `cc` into `library`. tcc 0.9.27 gives the note's section the type
/// PROGBITS, which no linker puts into PT_NOTE: objcopy takes it out and adds it again, typed by its name.
pub fn build(tcc: &Path, source: &Path, library: &Path) {
    let object = library.with_extension("o");
    let note = library.with_extension("note");
    succeed(compiler(tcc).arg("-c").arg(source).arg("-o").arg(&object), MINUTE);
    let objcopy = |arguments: &[&str]| succeed(Command::new("objcopy").args(arguments).arg(&object), MINUTE);
    let from = format!(".note.sochdb={}", note.display());
    objcopy(&["--dump-section", &from]);
    objcopy(&["--remove-section", ".note.sochdb"]);
    objcopy(&["--add-section", &from, "--set-section-flags", ".note.sochdb=alloc,readonly"]);
    objcopy(&["--set-section-alignment", ".note.sochdb=4"]);
    succeed(Command::new("cc").args(["-shared", "-Wl,-z,noexecstack", "-o"]).arg(library).arg(&object), MINUTE);
}
