//! Writes `sochdb_plugin.h` and the layout hashes from the contract's source, `sdk/abi/src/`.
//!
//! cbindgen writes the types. This module adds what cbindgen cannot: the first page, the `#if` around slots of
//! later minor versions, the size and offset of every field as assertions, and the layout hashes.

use crate::include::contract::Contract;
use crate::include::structs::{Field, Struct};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Set to 1, what is generated is written to the source tree.
pub const RENEW: &str = "SOCH_RENEW_HEADER";

/// Generates into OUT_DIR, and into the source tree if `SOCH_RENEW_HEADER=1`.
pub fn generate(contract: &Contract, root: &Path) {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let hashes = contract.hashes_source();
    let header = contract.header(root);
    // The plugins are compiled with what was generated now, so that a header that is out of date fails a test and
    // not the build.
    write(&out.join("sochdb_plugin.h"), &header);
    write(&out.join("layout_hash.rs"), &hashes);
    write(&out.join("layout_asserts.rs"), &contract.rust_assertions());
    if renews() {
        write(&root.join("include/sochdb_plugin.h"), &header);
        write(&root.join("sdk/abi/src/layout_hash.rs"), &hashes);
    }
}

/// Whether the source tree is to be written.
pub fn renews() -> bool {
    env::var_os(RENEW).is_some_and(|value| value == "1")
}

/// Writes it unless it is there.
pub fn write(path: &Path, text: &str) {
    if fs::read_to_string(path).ok().as_deref() != Some(text) {
        fs::write(path, text).unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
    }
}

impl Contract {
    fn hashes_source(&self) -> String {
        let mut text = String::from(
            "//! Written by the root package's build.rs together with the C header: do not edit.\n\n\
             /// `soch_plugin.layout_hash` by minor version, oldest first.\n\
             pub const SOCH_LAYOUT_HASHES: &[[u8; 16]] = &[\n",
        );
        for minor in 0..=self.minor {
            writeln!(text, "    [{}],", hex_list(&self.hash(minor))).unwrap();
        }
        text + "];\n"
    }

    /// The layouts that are asserted: what is true of the machine in Rust and in C, and its structs.
    fn layouts(&self) -> [(&'static str, &'static str, &[Struct]); 2] {
        [
            ("target_pointer_width = \"64\"", "UINTPTR_MAX == UINT64_MAX", &self.structs),
            ("target_arch = \"wasm32\"", "defined(__wasm32__)", &self.structs_of_wasm32),
        ]
    }

    fn rust_assertions(&self) -> String {
        let mut text = String::new();
        for (machine, _, structs) in self.layouts() {
            writeln!(text, "#[cfg({machine})]\nconst _: () = {{").unwrap();
            for item in structs {
                let name = &item.name;
                writeln!(text, "    assert!(size_of::<abi::{name}>() == {});", item.size(self.minor)).unwrap();
                writeln!(text, "    assert!(align_of::<abi::{name}>() == {});", item.align).unwrap();
                for field in &item.fields {
                    writeln!(text, "    assert!(offset_of!(abi::{name}, {}) == {});", field.name, field.offset)
                        .unwrap();
                }
            }
            text.push_str("};\n");
        }
        text
    }

    fn c_assertions(&self) -> String {
        let mut text = String::from(
            "\n// The layout on every machine with 64-bit pointers and in WebAssembly, checked at compile time.\n",
        );
        for ((_, machine, structs), when) in self.layouts().into_iter().zip(["#if", "#elif"]) {
            writeln!(text, "{when} {machine}").unwrap();
            structs.iter().for_each(|item| self.c_assertions_of(item, &mut text));
        }
        text + "#endif\n"
    }

    fn c_assertions_of(&self, item: &Struct, text: &mut String) {
        let mut since = 0;
        for field in &item.fields {
            since = gate(text, since, field.since);
            let (name, field_name) = (&item.name, &field.name);
            writeln!(
                text,
                "SOCH_ASSERT(offsetof({name}, {field_name}) == {} && sizeof((({name} *)0)->{field_name}) == {});",
                field.offset, field.size
            )
            .unwrap();
        }
        gate(text, since, 0);
        let mut size = item.size(0).to_string();
        for minor in (1..=self.minor).filter(|minor| item.fields.iter().any(|field| field.since == *minor)) {
            size = format!("(SOCH_TARGET_MINOR >= {minor} ? {} : {size})", item.size(minor));
        }
        writeln!(text, "SOCH_ASSERT(sizeof({}) == {size});", item.name).unwrap();
    }

    fn layout_hash_macro(&self) -> String {
        let mut text = String::from(
            "\n// Which layout the plugin was compiled with; the host knows that of each minor version.\n",
        );
        for minor in 0..=self.minor {
            let line = if minor == 0 { "#if".to_owned() } else { "#elif".to_owned() };
            writeln!(text, "{line} SOCH_TARGET_MINOR == {minor}").unwrap();
            writeln!(text, "#define SOCH_LAYOUT_HASH {{{}}}", hex_list(&self.hash(minor))).unwrap();
        }
        writeln!(
            text,
            "#else\n#error \"SOCH_TARGET_MINOR is above SOCH_ABI_MINOR: this header is older than that\"\n#endif"
        )
        .unwrap();
        text
    }

    fn header(&self, root: &Path) -> String {
        let part = |name: &str| fs::read_to_string(root.join("include").join(name)).expect("a part of the header");
        let config = cbindgen::Config::from_file(root.join("include/cbindgen.toml")).expect("include/cbindgen.toml");
        let mut builder = cbindgen::Builder::new().with_config(config);
        for file in &self.files {
            builder = builder.with_src(file);
        }
        let mut generated = Vec::new();
        builder.generate().expect("cbindgen reads the contract").write(&mut generated);
        let types = self.gate_slots(&String::from_utf8(generated).expect("cbindgen writes UTF-8"));

        let mut text = String::from("// sochdb_plugin.h: generated from sdk/abi/src by build.rs, do not edit.\n");
        text.push_str("// SPDX-License-Identifier: MIT OR Apache-2.0\n//\n");
        for line in &self.first_page {
            text.push_str(format!("// {line}").trim_end());
            text.push('\n');
        }
        [text, part("prologue.h"), types, self.layout_hash_macro(), self.c_assertions(), part("epilogue.h")].concat()
    }

    /// Puts `#if SOCH_TARGET_MINOR >= n` around the slots that came with minor version n.
    fn gate_slots(&self, types: &str) -> String {
        let first_later: BTreeMap<&str, &Field> = self
            .structs
            .iter()
            .filter_map(|item| Some((item.name.as_str(), item.fields.iter().find(|field| field.since > 0)?)))
            .collect();
        let mut text = String::new();
        let mut current: Option<&str> = None;
        let mut since = 0;
        let mut comment = String::new();
        for line in types.lines() {
            let constant = line.strip_prefix("#define ").and_then(|rest| rest.split_once(' '));
            if let Some((name, figure)) = constant.filter(|(name, _)| self.wide.contains(*name)) {
                // Of an `int`, `~` would have a sign.
                writeln!(text, "#define {name} {figure}ull").unwrap();
                continue;
            }
            if let Some(name) = line.strip_prefix("typedef struct ").and_then(|rest| rest.strip_suffix(" {")) {
                current = first_later.contains_key(name).then(|| self.name_of(name));
            } else if line.starts_with('}') {
                since = gate(&mut text, since, 0);
                current = None;
            }
            if current.is_some() && line.trim_start().starts_with("//") {
                comment.push_str(line);
                comment.push('\n');
                continue;
            }
            if let Some(field) = current.and_then(|name| self.field_in(name, line)) {
                since = gate(&mut text, since, field.since);
            }
            text.push_str(&comment);
            comment.clear();
            text.push_str(line);
            text.push('\n');
        }
        text
    }

    fn name_of(&self, name: &str) -> &str {
        &self.structs.iter().find(|item| item.name == name).expect("a struct of the contract").name
    }

    fn field_in(&self, name: &str, line: &str) -> Option<&Field> {
        let item = self.structs.iter().find(|item| item.name == name)?;
        item.fields.iter().find(|field| {
            line.contains(&format!("(*{})(", field.name)) || line.trim_end().ends_with(&format!(" {};", field.name))
        })
    }
}

/// Closes the `#if` of `from` and opens that of `to`.
pub fn gate(text: &mut String, from: u16, to: u16) -> u16 {
    if from != to {
        if from > 0 {
            text.push_str("#endif\n");
        }
        if to > 0 {
            writeln!(text, "#if SOCH_TARGET_MINOR >= {to}").unwrap();
        }
    }
    to
}

fn hex_list(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("0x{byte:02x}")).collect::<Vec<_>>().join(", ")
}
