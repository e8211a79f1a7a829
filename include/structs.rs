//! Structs of the contract and their fields, and what a field's source says of it.

use syn::{Expr, Type};

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

/// The text of a type without what formatting changes: blanks and trailing commas.
pub fn canonical(tokens: &str) -> String {
    let text: String = tokens.split_whitespace().collect();
    text.replace(",)", ")").replace(",>", ">")
}

pub fn docs(attributes: &[syn::Attribute]) -> Vec<String> {
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
pub fn since(attributes: &[syn::Attribute]) -> u16 {
    let text = docs(attributes).join(" ");
    let Some((_, rest)) = text.split_once("Since 1.") else { return 0 };
    rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().expect("Since 1.<minor>")
}

/// The name of the first parameter of an `Option` of a function.
pub fn first_parameter(ty: &Type) -> Option<String> {
    let Type::Path(path) = ty else { return None };
    let syn::PathArguments::AngleBracketed(inside) = &path.path.segments.last()?.arguments else { return None };
    let Some(syn::GenericArgument::Type(Type::BareFn(function))) = inside.args.first() else { return None };
    let name = function.inputs.first().and_then(|parameter| Some(parameter.name.as_ref()?.0.to_string()));
    Some(name.expect("a function of the contract has parameters, with names"))
}
