//! Writes what the documentation of the slots says to where it is used: the host's tables, the lists in
//! `sochdb_plugin.hpp`, and the tests' list of slots.

use crate::include::contract::Contract;
use crate::include::cpp_lists::cpp_lists;
use crate::include::header::{renews, write, RENEW};
use crate::include::joined;
use crate::include::slots::{tables, Rule, Slot, Table};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

const HOST: &str = "host/src/loader/steps/version_tables.rs";
const TESTS: &str = "tests/support/src/slots.rs";
const CONFIG: &str = "include/sochdb_config.h";
const CPP: &str = "include/sochdb_plugin.hpp";

/// Renews the lists if `SOCH_RENEW_HEADER=1`, or else stops the build if one is not what the contract says.
pub fn generate(contract: &Contract, root: &Path) {
    let tables = tables(contract);
    let cpp = joined::cpp(root, &cpp_lists(&tables));
    // The plugins are compiled with these copies.
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let config = joined::config(root);
    write(&out.join("sochdb_plugin.hpp"), &cpp);
    write(&out.join("sochdb_config.h"), &config);

    let mut stale = Vec::new();
    for (path, text) in [(HOST, host_tables(&tables)), (TESTS, test_list(&tables)), (CONFIG, config), (CPP, cpp)] {
        println!("cargo:rerun-if-changed={path}");
        if renews() {
            write(&root.join(path), &text);
        } else if fs::read_to_string(root.join(path)).ok().as_deref() != Some(&text) {
            stale.push(path);
        }
    }
    let stale = stale.join(", ");
    assert!(stale.is_empty(), "{stale}: not what sdk/abi/src says. `{RENEW}=1 cargo build` renews it: commit that");
}

fn host_tables(tables: &[Table]) -> String {
    let mut text = String::from(
        "//! Written by the root package's build.rs from the documentation in sdk/abi/src: do not edit.\n\n\
         use crate::loader::steps::version::{table, Table};\n\
         use crate::loader::steps::version_defaults as default;\n\
         use sochdb_plugin_abi::*;\n",
    );
    for table in tables {
        let fills = |slot: &&str| format!("{slot} = default::{}_{slot}", table.kind);
        let optional: Vec<String> = table.with(&Rule::Optional).iter().map(fills).collect();
        let groups: Vec<String> =
            table.groups().into_iter().map(|group| format!("[{}]", table.with(group).join(", "))).collect();
        let list =
            |items: &[String]| items.iter().map(|item| format!("\n        {item}")).collect::<Vec<_>>().join(",");
        writeln!(
            text,
            "\ntable!({},\n    required: {};\n    optional:{};\n    groups:{});",
            table.name(),
            table.with(&Rule::Required).join(", "),
            list(&optional),
            list(&groups)
        )
        .unwrap();
    }
    text
}

fn test_list(tables: &[Table]) -> String {
    let mut text = String::from(
        "//! Written by build.rs from the documentation in sdk/abi/src: do not edit.\n\n\
         use Rule::{Group, Optional, Required};\n\n\
         /// What the host does about a slot that is NULL.\n\
         #[derive(Clone, Copy, Debug, PartialEq, Eq)]\n\
         pub enum Rule {\n\
         \u{20}   /// It refuses the table.\n    Required,\n\
         \u{20}   /// It fills in its default.\n    Optional,\n\
         \u{20}   /// It uses no slot of the group of this name.\n    Group(&'static str),\n}\n\n\
         /// The kind of the table, the slot's name, the minor version that it came with, and its rule.\n\
         pub type Slot = (&'static str, &'static str, u16, Rule);\n\n\
         /// Every slot of every kind, in the order of the tables.\n\
         pub const SLOTS: &[Slot] = &[\n",
    );
    for table in tables {
        for Slot { name, since, rule, .. } in &table.slots {
            writeln!(text, "    ({:?}, {name:?}, {since}, {rule:?}),", table.kind).unwrap();
        }
    }
    text + "];\n"
}
