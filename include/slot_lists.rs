//! Writes what the documentation of the slots says to where it is used: the host's tables, the lists in
//! `sochdb_plugin.hpp`, and the tests' list of slots.

use crate::include::contract::Contract;
use crate::include::header::{gate, renews, write, RENEW};
use crate::include::joined;
use crate::include::slots::{tables, Rule, Slot, Table};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

const HOST: &str = "host/src/loader/steps/version_tables.rs";
const TESTS: &str = "tests/support/src/slots.rs";
const CONFIG: &str = "include/sochdb_config.h";
const CPP: &str = "include/sochdb_plugin.hpp";
const CPP_BEGIN: &str = "// Slots: generated from sdk/abi/src by build.rs, do not edit.\n";
const CPP_END: &str = "// End of the generated slots.\n";

/// Renews the lists if `SOCH_RENEW_HEADER=1`, or else stops the build if one is not what the contract says.
pub fn generate(contract: &Contract, root: &Path) {
    let tables = tables(contract);
    let cpp = fs::read_to_string(root.join(CPP)).expect(CPP);
    let (head, rest) = cpp.split_once(CPP_BEGIN).expect("where the slots begin");
    let (_, tail) = rest.split_once(CPP_END).expect("where the slots end");
    let cpp = [head, CPP_BEGIN, &cpp_lists(&tables), CPP_END, tail].concat();
    // The plugins are compiled with this copy.
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

/// Whether the C++ header has shims for the slot: not for one of a group that works on handles.
fn carried(table: &Table, slot: &Slot) -> bool {
    let grouped = matches!(slot.rule, Rule::Group(_));
    table.slots.iter().all(|other| other.on_instance || !(grouped && other.rule == slot.rule)) && slot.on_instance
}

/// The items, as many as go on a line of 120 columns.
fn lines(items: impl Iterator<Item = String>, indent: &str) -> String {
    let (mut text, mut width) = (String::new(), 0);
    for item in items {
        let fits = width > 0 && width + 1 + item.len() <= 120;
        let before = match (fits, width) {
            (true, _) => " ",
            (false, 0) => indent,
            (false, _) => &format!("\n{indent}"),
        };
        width = if fits { width + 1 + item.len() } else { indent.len() + item.len() };
        text += before;
        text += &item;
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

fn cpp_lists(tables: &[Table]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in tables.iter().flat_map(|table| &table.slots).map(|slot| slot.name.as_str()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let mut text = lines(names.iter().map(|name| format!("SOCH_SLOT({name})")), "");
    for table in tables {
        let (kind, name) = (&table.kind, table.name());
        write!(text, "\ntemplate <class T> struct {kind}_of {{\n    static const {name} table;\n").unwrap();
        let not_carried = table.slots.iter().filter(|slot| !carried(table, slot));
        text.push_str(&lines(not_carried.map(|slot| format!("SOCH_NOT_CARRIED({});", slot.name)), "    "));
        write!(text, "}};\ntemplate <class T> const {name} {kind}_of<T>::table = {{\n    sizeof({name}),\n").unwrap();
        let mut since = 0;
        for slots in table.slots.chunk_by(|one, next| one.since == next.since) {
            since = gate(&mut text, since, slots[0].since);
            let fields = slots.iter().map(|slot| match (carried(table, slot), &slot.rule) {
                (false, _) => format!("/* {} */ nullptr,", slot.name),
                (true, Rule::Required) => format!("SOCH_REQUIRED({name}, {}),", slot.name),
                (true, _) => format!("SOCH_OPTIONAL({name}, {}),", slot.name),
            });
            text.push_str(&lines(fields, "    "));
        }
        gate(&mut text, since, 0);
        text.push_str("};\n");
    }
    let entries = tables.iter().map(|Table { kind, .. }| {
        format!(" \\\n    SOCH_CPP_TABLE({kind}, SOCH_KIND_{}, KINDS, TYPE)", kind.to_uppercase())
    });
    let entries = entries.collect::<Vec<_>>().join(",");
    writeln!(text, "\n// The last fields of the entry.\n#define SOCH_CPP_TABLES(KINDS, TYPE){entries}").unwrap();
    text
}
