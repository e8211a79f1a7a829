//! The libraries of the system are well-formed, whatever linker made them.

use crate::elf::Facts;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The shared libraries below a directory.
fn libraries(directory: &Path, depth: u32, found: &mut BTreeSet<PathBuf>) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let (path, kind) = (entry.path(), entry.file_type());
        let name = entry.file_name().to_string_lossy().into_owned();
        match kind {
            Ok(kind) if kind.is_dir() && depth > 0 => libraries(&path, depth - 1, found),
            Ok(kind) if kind.is_file() && (name.ends_with(".so") || name.contains(".so.")) => {
                found.insert(path);
            }
            _ => {}
        }
    }
}

#[test]
fn a_library_of_the_system_is_refused_as_malformed() {
    let mut found = BTreeSet::new();
    for directory in ["/usr/lib", "/usr/lib64"] {
        libraries(Path::new(directory), 3, &mut found);
    }
    let (mut read, mut faults) = (0, Vec::new());
    for path in found {
        let bytes = fs::read(&path).unwrap_or_default();
        // Linker scripts and debug files have such names too.
        if !bytes.starts_with(b"\x7fELF") || bytes[16..18] != [3, 0] {
            continue;
        }
        match Facts::read(&bytes) {
            Ok(_) => read += 1,
            Err(error) => faults.push(format!("{}: {error:?}", path.display())),
        }
    }
    println!("{read} libraries");
    assert!(faults.is_empty(), "{} of {}\n{}", faults.len(), read + faults.len(), faults.join("\n"));
    assert!(read > 10, "only {read} libraries were found");
}
