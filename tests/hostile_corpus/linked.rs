//! Rows 99 to 110: what a linker can be told to write that a plugin must not ask for.

use crate::row::{row, Row, LOADED};

/// Rows 99 to 110.
pub fn rows() -> Vec<Row> {
    vec![
        row(99, "DT_AUDIT", "E_ELF_AUDIT", |site| site.material("audit")),
        row(100, "DT_FILTER", "E_ELF_AUDIT", |site| site.material("filter")),
        row(101, "text relocations", "E_ELF_TEXTREL", |site| site.material("text_relocations")),
        row(102, "DT_RUNPATH $ORIGIN", "E_ELF_RPATH", |site| site.material("runpath_origin")),
        row(103, "DT_RPATH relative \".\"", "E_ELF_RPATH", |site| site.material("rpath_relative")),
        row(104, "DT_RUNPATH empty element \"a::b\"", "E_ELF_RPATH", |site| site.material("runpath_empty_part")),
        row(105, "DT_SONAME libc.so.6 (squatting)", "E_ELF_SONAME", |site| site.material("soname_libc")),
        row(106, "DT_SONAME is a path", "E_ELF_SONAME", |site| site.material("soname_path")),
        row(107, "DT_NEEDED a library off the list (libz)", "E_DEP_FORBIDDEN", |site| site.material("needs_dep_z")),
        // It is on the list of libraries that any plugin may need; the child makes sure that it is not in memory.
        row(108, "DT_NEEDED libstdc++ not resident in the host", LOADED, |site| site.material("needs_stdcxx")),
        row(109, "DT_NEEDED with a slash", "E_ELF_NEEDED", |site| site.material("needs_dep_nameless")),
        row(110, "DF_1_INTERPOSE", "E_ELF_INTERPOSE", |site| site.material("interpose")),
    ]
}
