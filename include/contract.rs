//! The contract's source as data: structs, fields, their minor versions, and where they lie in memory.

use crate::include::layout::Layout;
use crate::include::structs::{docs, Struct};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use syn::{Item, Type};

/// The files in the order in which a vendor reads them: these, that of each table which the entry leads to, and the last.
const FIRST: [&str; 15] = [
    "status",
    "data",
    "call",
    "plugin",
    "host",
    "properties",
    "cursor",
    "batch",
    "transaction",
    "storage_properties",
    "search",
    "attribute",
    "span",
    "log_record",
    "metrics",
];
/// Files with nothing that crosses.
const OTHERS: [&str; 4] = ["lib", "kinds", "lend", "layout_hash"];
const LAST: &str = "capability";

pub struct Contract {
    pub files: Vec<PathBuf>,
    /// As they lie in memory where pointers have 64 bits.
    pub structs: Vec<Struct>,
    /// As they lie in memory in WebAssembly, where pointers have 32 bits.
    pub structs_of_wasm32: Vec<Struct>,
    pub first_page: Vec<String>,
    pub minor: u16,
    /// The constants of 64 bits.
    pub wide: BTreeSet<String>,
}

impl Contract {
    pub fn read(abi: &Path) -> Self {
        let parse = |path: &Path| {
            let text =
                fs::read_to_string(path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
            syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        };
        let module = abi.join("lib.rs");
        let first_page = docs(&parse(&module).attrs);
        let own = parse(&module).items;
        let path = |name: &str| abi.join(format!("{name}.rs"));
        let kinds = tables_of_the_entry(&parse(&path("plugin")).items);
        let names = FIRST.into_iter().chain(kinds.iter().map(String::as_str)).chain([LAST]);
        let mut files: Vec<PathBuf> = names.map(path).collect();
        let others = OTHERS.map(path);
        for file in fs::read_dir(abi).expect("sdk/abi/src").map(|entry| entry.expect("an entry of it").path()) {
            let known = files.contains(&file) || others.contains(&file);
            assert!(known, "{} is in no list of include/contract.rs: say when a vendor reads it", file.display());
        }
        let parsed: Vec<Vec<Item>> = files.iter().map(|file| parse(file).items).collect();
        let (structs, minor) = structs(&own, &parsed, 8);
        let wide = parsed.iter().flatten().filter_map(wide_constant).collect();
        let (structs_of_wasm32, _) = self::structs(&own, &parsed, 4);
        files.push(module);
        Self { files, structs, structs_of_wasm32, first_page, minor, wide }
    }

    /// What a layout hash covers: every struct, field and type as that minor version has them. A struct that only
    /// newer fields lead to is not part of it.
    pub fn hash(&self, minor: u16) -> [u8; 16] {
        let mut text = String::new();
        let known = self.reachable(minor);
        for item in self.structs.iter().filter(|item| known.contains(item.name.as_str())) {
            writeln!(text, "struct {}", item.name).unwrap();
            for field in item.fields_of(minor) {
                writeln!(text, "  {}: {}", field.name, field.type_text).unwrap();
            }
        }
        Sha256::digest(text)[..16].try_into().expect("SHA-256 has 32 bytes")
    }

    /// The structs that the entry and the note lead to, through the fields of that minor version.
    fn reachable(&self, minor: u16) -> BTreeSet<&str> {
        let mut known = BTreeSet::new();
        let mut next = vec!["soch_plugin", "soch_note"];
        while let Some(name) = next.pop() {
            let Some(item) = self.structs.iter().find(|item| item.name == name) else { continue };
            if known.insert(item.name.as_str()) {
                let words =
                    item.fields_of(minor).flat_map(|field| field.type_text.split([',', ':', '(', ')', '<', '>']));
                // `*const` and `*mut` stand right before a name.
                next.extend(words.filter_map(|word| Some(&word[word.find("soch_")?..])));
            }
        }
        known
    }
}

/// What the entry calls its tables: the fields that lead to a table of the same name.
fn tables_of_the_entry(items: &[Item]) -> Vec<String> {
    let entry = items.iter().find_map(|item| match item {
        Item::Struct(item) if item.ident == "soch_plugin" => Some(&item.fields),
        _ => None,
    });
    let table = |field: &syn::Field| {
        let (name, Type::Ptr(pointer)) = (field.ident.as_ref()?.to_string(), &field.ty) else { return None };
        let Type::Path(to) = &*pointer.elem else { return None };
        to.path.is_ident(&format!("soch_{name}")).then_some(name)
    };
    entry.expect("the entry").iter().filter_map(table).collect()
}

/// The structs of these files where a pointer takes that many bytes, and the minor version that `own` states.
fn structs(own: &[Item], files: &[Vec<Item>], pointer: usize) -> (Vec<Struct>, u16) {
    let mut layout = Layout::new(pointer);
    layout.constants(own);
    let minor = u16::try_from(layout.constants["SOCH_ABI_MINOR"]).expect("a minor version fits in 16 bits");
    let mut structs = Vec::new();
    for items in files {
        layout.constants(items);
        structs.extend(items.iter().filter_map(|item| layout.lay_out(item)));
    }
    (structs, minor)
}

/// The name of a constant of 64 bits.
fn wide_constant(item: &Item) -> Option<String> {
    let Item::Const(item) = item else { return None };
    let Type::Path(ty) = &*item.ty else { return None };
    ty.path.is_ident("u64").then(|| item.ident.to_string())
}
