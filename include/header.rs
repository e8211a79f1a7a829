//! Writes `sochdb_plugin.h` and the layout hashes from the contract's source, `sdk/src/abi/`.
//!
//! cbindgen writes the types. This module adds what cbindgen cannot: the first page, the `#if` around slots of
//! later minor versions, the size and offset of every field as assertions, and the layout hashes.

use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};
use syn::{Expr, Fields, Item, Type};

/// In the order in which a vendor reads them.
const SOURCES: [&str; 8] = ["status", "data", "plugin", "host", "storage", "index", "observability", "compression"];
const LAST_SOURCE: &str = "capability";
const RENEW: &str = "SOCH_RENEW_HEADER";

/// Generates into OUT_DIR, and into the source tree if `SOCH_RENEW_HEADER=1`.
pub fn generate() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    println!("cargo:rerun-if-changed=sdk/src/abi");
    println!("cargo:rerun-if-changed=include");
    println!("cargo:rerun-if-env-changed={RENEW}");

    let contract = Contract::read(&root.join("sdk/src/abi"));
    let hashes = contract.hashes_source();
    let header = contract.header(&root);
    write(&out.join("sochdb_plugin.h"), &header);
    write(&out.join("layout_hash.rs"), &hashes);
    write(&out.join("layout_asserts.rs"), &contract.rust_assertions());
    if env::var_os(RENEW).is_some_and(|value| value == "1") {
        write(&root.join("include/sochdb_plugin.h"), &header);
        write(&root.join("sdk/src/abi/layout_hash.rs"), &hashes);
    }
}

fn write(path: &Path, text: &str) {
    if fs::read_to_string(path).ok().as_deref() != Some(text) {
        fs::write(path, text).unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
    }
}

struct Field {
    name: String,
    type_text: String,
    since: u16,
    offset: usize,
    size: usize,
}

struct Struct {
    name: String,
    fields: Vec<Field>,
    align: usize,
}

impl Struct {
    fn fields_of(&self, minor: u16) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(move |field| field.since <= minor)
    }

    /// Bytes that the struct takes as minor version `minor` has it.
    fn size(&self, minor: u16) -> usize {
        let end = self.fields_of(minor).map(|field| field.offset + field.size).max().unwrap_or(0);
        end.next_multiple_of(self.align)
    }
}

struct Contract {
    files: Vec<PathBuf>,
    structs: Vec<Struct>,
    first_page: Vec<String>,
    minor: u16,
}

impl Contract {
    fn read(abi: &Path) -> Self {
        let parse = |path: &Path| {
            let text =
                fs::read_to_string(path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
            syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        };
        let module = abi.join("mod.rs");
        let first_page = docs(&parse(&module).attrs);
        let mut layout = LayoutOf64Bit::default();
        layout.constants(&parse(&module).items);
        let minor = u16::try_from(layout.constants["SOCH_ABI_MINOR"]).expect("a minor version fits in 16 bits");

        let files: Vec<PathBuf> =
            SOURCES.iter().chain([&LAST_SOURCE]).map(|name| abi.join(format!("{name}.rs"))).collect();
        let mut structs = Vec::new();
        for file in &files {
            let items = parse(file).items;
            layout.constants(&items);
            structs.extend(items.iter().filter_map(|item| layout.lay_out(item)));
        }
        let files = files.into_iter().chain([module]).collect();
        Self { files, structs, first_page, minor }
    }

    /// What a layout hash covers: every struct, field and type as that minor version has them.
    fn hash(&self, minor: u16) -> [u8; 16] {
        let mut text = String::new();
        for item in &self.structs {
            writeln!(text, "struct {}", item.name).unwrap();
            for field in item.fields_of(minor) {
                writeln!(text, "  {}: {}", field.name, field.type_text).unwrap();
            }
        }
        Sha256::digest(text)[..16].try_into().expect("SHA-256 has 32 bytes")
    }

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

    fn rust_assertions(&self) -> String {
        let mut text = String::from("#[cfg(target_pointer_width = \"64\")]\nconst _: () = {\n");
        for item in &self.structs {
            let name = &item.name;
            writeln!(text, "    assert!(size_of::<abi::{name}>() == {});", item.size(self.minor)).unwrap();
            writeln!(text, "    assert!(align_of::<abi::{name}>() == {});", item.align).unwrap();
            for field in &item.fields {
                writeln!(text, "    assert!(offset_of!(abi::{name}, {}) == {});", field.name, field.offset).unwrap();
            }
        }
        text + "};\n"
    }

    fn c_assertions(&self) -> String {
        let mut text = String::from(
            "\n// The layout on every machine with 64-bit pointers, checked at compile time.\n\
             #if UINTPTR_MAX == UINT64_MAX\n\
             #if defined(__cplusplus)\n#define SOCH_ASSERT(CONDITION) static_assert(CONDITION, #CONDITION)\n\
             #elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L\n\
             #define SOCH_ASSERT(CONDITION) _Static_assert(CONDITION, #CONDITION)\n\
             #else\n#define SOCH_ASSERT(CONDITION) extern int soch_assert[(CONDITION) ? 1 : -1]\n#endif\n",
        );
        for item in &self.structs {
            let mut since = 0;
            for field in &item.fields {
                since = gate(&mut text, since, field.since);
                writeln!(text, "SOCH_ASSERT(offsetof({0}, {1}) == {2});", item.name, field.name, field.offset).unwrap();
            }
            gate(&mut text, since, 0);
            let mut size = item.size(0).to_string();
            for minor in (1..=self.minor).filter(|minor| item.fields.iter().any(|field| field.since == *minor)) {
                size = format!("(SOCH_TARGET_MINOR >= {minor} ? {} : {size})", item.size(minor));
            }
            writeln!(text, "SOCH_ASSERT(sizeof({}) == {size});", item.name).unwrap();
        }
        text + "#endif\n"
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

        let mut text = String::from("// sochdb_plugin.h: generated from sdk/src/abi by build.rs, do not edit.\n");
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
fn gate(text: &mut String, from: u16, to: u16) -> u16 {
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

/// The text of a type without what formatting changes: blanks and trailing commas.
fn canonical(tokens: &str) -> String {
    let text: String = tokens.split_whitespace().collect();
    text.replace(",)", ")").replace(",>", ">")
}

fn docs(attributes: &[syn::Attribute]) -> Vec<String> {
    let text = |attribute: &syn::Attribute| match &attribute.meta {
        syn::Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => {
                Some(text.value().strip_prefix(' ').map_or_else(|| text.value(), str::to_owned))
            }
            _ => None,
        },
        _ => None,
    };
    attributes.iter().filter_map(text).collect()
}

/// The minor version that a field's documentation names ("Since 1.2."), 0 if none.
fn since(attributes: &[syn::Attribute]) -> u16 {
    let text = docs(attributes).join(" ");
    let Some((_, rest)) = text.split_once("Since 1.") else { return 0 };
    rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().expect("Since 1.<minor>")
}

/// Sizes and alignments on a machine with 64-bit pointers, by the rules of C.
#[derive(Default)]
struct LayoutOf64Bit {
    types: BTreeMap<String, (usize, usize)>,
    constants: BTreeMap<String, u64>,
}

impl LayoutOf64Bit {
    fn constants(&mut self, items: &[Item]) {
        for item in items {
            if let Item::Const(constant) = item {
                if let Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(value), .. }) = &*constant.expr {
                    self.constants.insert(constant.ident.to_string(), value.base10_parse().expect("an integer"));
                }
            }
        }
    }

    fn lay_out(&mut self, item: &Item) -> Option<Struct> {
        match item {
            Item::Type(alias) => {
                let layout = self.of(&alias.ty);
                self.types.insert(alias.ident.to_string(), layout);
                None
            }
            Item::Struct(item) => {
                let Fields::Named(named) = &item.fields else { panic!("{}: fields need names", item.ident) };
                let (mut end, mut align, mut since_now) = (0, 1, 0);
                let mut fields = Vec::new();
                for field in &named.named {
                    let (field_size, field_align) = self.of(&field.ty);
                    let offset = usize::next_multiple_of(end, field_align);
                    end = offset + field_size;
                    align = align.max(field_align);
                    since_now = since(&field.attrs).max(since_now);
                    let ty = &field.ty;
                    fields.push(Field {
                        name: field.ident.as_ref().expect("a named field").to_string(),
                        type_text: canonical(&quote::quote!(#ty).to_string()),
                        since: since_now,
                        offset,
                        size: field_size,
                    });
                }
                let name = item.ident.to_string();
                self.types.insert(name.clone(), (end.next_multiple_of(align), align));
                Some(Struct { name, fields, align })
            }
            _ => None,
        }
    }

    fn of(&self, ty: &Type) -> (usize, usize) {
        match ty {
            Type::Ptr(_) => (8, 8),
            Type::Array(array) => {
                let (size, align) = self.of(&array.elem);
                (size * self.value(&array.len), align)
            }
            Type::Path(path) => {
                let last = path.path.segments.last().expect("a path has a segment").ident.to_string();
                match last.as_str() {
                    "u8" | "c_char" => (1, 1),
                    "u16" => (2, 2),
                    "u32" | "i32" | "f32" => (4, 4),
                    "u64" | "f64" | "usize" | "Option" => (8, 8),
                    name => *self.types.get(name).unwrap_or_else(|| panic!("type `{name}` may not cross the boundary")),
                }
            }
            _ => panic!("a type that may not cross the boundary: {ty:?}"),
        }
    }

    fn value(&self, length: &Expr) -> usize {
        match length {
            Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(value), .. }) => value.base10_parse().expect("an integer"),
            Expr::Path(path) => {
                let name = path.path.segments.last().expect("a path has a segment").ident.to_string();
                usize::try_from(self.constants[&name]).expect("an array length")
            }
            _ => panic!("an array length is a number or a constant"),
        }
    }
}
