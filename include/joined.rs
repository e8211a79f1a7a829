//! Joins the parts of a header to the one file that a vendor includes.

use std::fs;
use std::path::Path;

/// The parts of `sochdb_config.h` in their order.
const CONFIG: [&str; 7] = ["page.h", "json.h", "message.h", "find.h", "values.h", "number.h", "texts.h"];

/// `sochdb_config.h`.
pub fn config(root: &Path) -> String {
    joined(&root.join("include/config"), &CONFIG) + "\n#endif // SOCHDB_CONFIG_H\n"
}

/// The files of `folder`, all of them, with an empty line between two.
fn joined(folder: &Path, names: &[&str]) -> String {
    for entry in fs::read_dir(folder).expect("a folder of parts").flatten() {
        let name = entry.file_name();
        assert!(names.iter().any(|part| name == *part), "{} is no part of a header", entry.path().display());
    }
    let part = |name: &&str| fs::read_to_string(folder.join(name)).expect("a part of a header");
    names.iter().map(part).collect::<Vec<_>>().join("\n")
}
