//! Joins the parts of a header to the one file that a vendor includes.

use std::fs;
use std::path::Path;

/// The parts of `sochdb_config.h` in their order.
const CONFIG: [&str; 7] = ["page.h", "json.h", "message.h", "find.h", "values.h", "number.h", "texts.h"];

/// The parts of `sochdb_plugin.hpp` in their order; its lists of slots are before the last one.
const CPP: [&str; 9] = [
    "page.hpp",
    "views.hpp",
    "failure.hpp",
    "lent.hpp",
    "host.hpp",
    "config.hpp",
    "guard.hpp",
    "shim.hpp",
    "entry.hpp",
];

/// `sochdb_config.h`.
pub fn config(root: &Path) -> String {
    parts(&root.join("include/config"), &CONFIG).join("\n") + "\n#endif // SOCHDB_CONFIG_H\n"
}

/// `sochdb_plugin.hpp`, with these lists of slots.
pub fn cpp(root: &Path, slots: &str) -> String {
    let mut parts = parts(&root.join("include/cpp"), &CPP);
    parts.insert(CPP.len() - 1, slots.to_owned());
    parts.join("\n")
}

/// The texts of the files of `folder`, which has no others.
fn parts(folder: &Path, names: &[&str]) -> Vec<String> {
    for entry in fs::read_dir(folder).expect("a folder of parts").flatten() {
        let name = entry.file_name();
        assert!(names.iter().any(|part| name == *part), "{} is no part of a header", entry.path().display());
    }
    names.iter().map(|name| fs::read_to_string(folder.join(name)).expect("a part of a header")).collect()
}
