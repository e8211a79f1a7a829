//! Where the contract's fields lie in memory, by the rules of C.

use crate::include::structs::{canonical, docs, first_parameter, since, Field, Struct};
use std::collections::BTreeMap;
use syn::{Expr, Fields, Item, Type};

/// Sizes and alignments for machines whose pointers take `pointer` bytes and whose 64-bit numbers are aligned to 8.
pub struct Layout {
    pointer: usize,
    types: BTreeMap<String, (usize, usize)>,
    pub constants: BTreeMap<String, u64>,
}

impl Layout {
    pub fn new(pointer: usize) -> Self {
        Self { pointer, types: BTreeMap::new(), constants: BTreeMap::new() }
    }

    pub fn constants(&mut self, items: &[Item]) {
        for item in items {
            if let Item::Const(constant) = item {
                if let Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(value), .. }) = &*constant.expr {
                    self.constants.insert(constant.ident.to_string(), value.base10_parse().expect("an integer"));
                }
            }
        }
    }

    pub fn lay_out(&mut self, item: &Item) -> Option<Struct> {
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
            Type::Ptr(_) => (self.pointer, self.pointer),
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
                    "u64" | "i64" | "f64" => (8, 8),
                    "usize" | "Option" => (self.pointer, self.pointer),
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
