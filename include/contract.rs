//! The contract's source as data: structs, fields, their minor versions, and where they lie in memory.

use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use syn::{Expr, Fields, Item, Type};

/// In the order in which a vendor reads them.
const SOURCES: [&str; 8] = ["status", "data", "plugin", "host", "storage", "index", "observability", "compression"];
const LAST_SOURCE: &str = "capability";

pub struct Field {
    pub name: String,
    pub type_text: String,
    pub since: u16,
    pub offset: usize,
    pub size: usize,
    /// Its documentation in one line.
    pub doc: String,
    /// If it is a function: the name of its first parameter.
    pub first_parameter: Option<String>,
}

pub struct Struct {
    pub name: String,
    pub fields: Vec<Field>,
    pub align: usize,
}

impl Struct {
    pub fn fields_of(&self, minor: u16) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(move |field| field.since <= minor)
    }

    /// Whether a function of it has a first parameter of this name.
    pub fn is_called_with(&self, first: &str) -> bool {
        self.fields.iter().any(|field| field.first_parameter.as_deref() == Some(first))
    }

    /// Bytes that the struct takes as minor version `minor` has it.
    pub fn size(&self, minor: u16) -> usize {
        let end = self.fields_of(minor).map(|field| field.offset + field.size).max().unwrap_or(0);
        end.next_multiple_of(self.align)
    }
}

pub struct Contract {
    pub files: Vec<PathBuf>,
    pub structs: Vec<Struct>,
    pub first_page: Vec<String>,
    pub minor: u16,
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

/// The name of the first parameter of an `Option` of a function.
fn first_parameter(ty: &Type) -> Option<String> {
    let Type::Path(path) = ty else { return None };
    let syn::PathArguments::AngleBracketed(inside) = &path.path.segments.last()?.arguments else { return None };
    let Some(syn::GenericArgument::Type(Type::BareFn(function))) = inside.args.first() else { return None };
    let name = function.inputs.first().and_then(|parameter| Some(parameter.name.as_ref()?.0.to_string()));
    Some(name.expect("a function of the contract has parameters, with names"))
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
                        doc: docs(&field.attrs).join(" "),
                        first_parameter: first_parameter(ty),
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
