//! Compares the layout that a Rust plugin exports with the host's, field by field. The only module of the host that
//! names abi_stable.
//!
//! abi_stable's own check refuses a struct that grew; this walk follows the contract instead: a struct that carries
//! its size may be shorter or longer, and what both sides know must agree in name, type and signature.

use crate::refusal::refusals::Refusal;
use crate::refusal::words::Words;
use abi_stable::type_layout::{TLData, TLField, TLFunction, TypeLayout};
use sochdb_plugin_abi::*;
use sochdb_plugin_sdk::machinery::layout::Layout;
use std::collections::BTreeSet;

/// Compares the `soch_layout_v1` at `address` with the layout that this host was compiled with, for a plugin of these
/// kinds. A plugin in C has none: its layout hash, which was checked with the note, stands for it.
///
/// # Safety
/// The library promises that its `soch_layout_v1`, which is at `address`, is a [`Layout`]; it stays mapped.
pub(crate) unsafe fn check(address: Option<*const u8>, kinds: u32) -> Result<((), impl Words<()>), Refusal> {
    let passed = |words: &'static str| Ok(((), move |_: &()| words.to_owned()));
    let Some(theirs) = address.map(<*const u8>::cast::<Layout>) else {
        return passed("its layout hash is known; it exports no layout to compare");
    };
    let refuse = |reason: String| Err(Refusal::Layout { reason });
    if !theirs.is_aligned() {
        return refuse(format!("soch_layout_v1 is at {theirs:p}, which is not aligned"));
    }
    // SAFETY: size and header are the fixed beginning of every `Layout`.
    let (size, header) = unsafe { ((&raw const (*theirs).size).read(), &(*theirs).header) };
    if size < size_of::<Layout>() {
        return refuse(format!("soch_layout_v1 has {size} bytes, where {} are the least", size_of::<Layout>()));
    }
    let ours = Layout::CURRENT;
    if !header.is_valid() || !ours.header.is_compatible(header) {
        return refuse(format!(
            "they were described by abi_stable {}.{}, this host reads {}.{}",
            header.abi_major, header.abi_minor, ours.header.abi_major, ours.header.abi_minor
        ));
    }
    // SAFETY: size and header say that the rest was written by this abi_stable.
    match difference(&ours, unsafe { &*theirs }, kinds) {
        None => passed("its types are the host's, field by field"),
        Some(difference) => refuse(difference),
    }
}

type Described = Option<&'static TypeLayout>;

macro_rules! tables {
    ($($kind:ident: $handle:ident, $bound:ident, $table:ident, $bit:ident, $what:literal;)+) => {
        /// The bit and the name of each kind, and how both sides describe its table.
        fn tables(host: &Layout, plugin: &Layout) -> impl Iterator<Item = (u32, &'static str, Described, Described)> {
            [$(($bit, stringify!($kind), host.$kind, plugin.$kind)),+].into_iter()
        }
    };
}

for_each_kind!(tables);

/// The first difference between two layouts, with the path to it. What is not of these kinds is not looked at.
fn difference(host: &Layout, plugin: &Layout, kinds: u32) -> Option<String> {
    let root = host.root.name();
    let compare = || {
        let mut walk = Walk::default();
        walk.types(host.root, plugin.root, root, true)?;
        for (_, table, host, plugin) in tables(host, plugin).filter(|(kind, ..)| kinds & kind != 0) {
            match (host, plugin) {
                (Some(host), Some(plugin)) => walk.types(host, plugin, &format!("{root}.{table}"), true)?,
                _ => return Err(format!("the plugin has the table {root}.{table}, and does not describe it")),
            }
        }
        Ok(())
    };
    compare().err()
}

#[derive(Default)]
struct Walk {
    /// Pairs of types that were compared or are being compared: the types refer to each other.
    // Not by hash: its seed is a system call, which panics if it fails.
    seen: BTreeSet<(*const TypeLayout, *const TypeLayout, bool)>,
}

impl Walk {
    /// `by_pointer`: the type is only reached through a pointer, so that its length may differ if it carries it.
    fn types(
        &mut self,
        host: &'static TypeLayout,
        plugin: &'static TypeLayout,
        path: &str,
        by_pointer: bool,
    ) -> Result<(), String> {
        if !self.seen.insert((host, plugin, by_pointer)) {
            return Ok(());
        }
        if host.name() != plugin.name() || host.package() != plugin.package() {
            return Err(mismatch(path, host.full_type(), plugin.full_type()));
        }
        let fields_of = |layout: &TypeLayout| match layout.data() {
            TLData::Struct { fields } => Some(fields.iter().collect::<Vec<TLField>>()),
            _ => None,
        };
        let (Some(host_fields), Some(plugin_fields)) = (fields_of(host), fields_of(plugin)) else {
            return self.others(host, plugin, path);
        };
        if host.alignment() != plugin.alignment() || host.repr_attr() != plugin.repr_attr() {
            return Err(format!("{path}: the alignment or the repr attribute differs"));
        }
        let may_grow = by_pointer && host_fields.iter().any(|field| field.name() == "size");
        if !may_grow && (host.size(), host_fields.len()) != (plugin.size(), plugin_fields.len()) {
            let describe =
                |layout: &TypeLayout, fields: &[TLField]| format!("{} fields in {} bytes", fields.len(), layout.size());
            return Err(mismatch(path, describe(host, &host_fields), describe(plugin, &plugin_fields)));
        }
        host_fields.iter().zip(&plugin_fields).try_for_each(|(host, plugin)| self.field(host, plugin, path))
    }

    /// Primitives, pointers, arrays, and `Option` of a function, whose signature is its field's.
    fn others(&mut self, host: &'static TypeLayout, plugin: &'static TypeLayout, path: &str) -> Result<(), String> {
        let same_data = match (host.data(), plugin.data()) {
            (TLData::Primitive(host), TLData::Primitive(plugin)) => host == plugin,
            _ => host.data_discriminant() == plugin.data_discriminant(),
        };
        if !same_data {
            return Err(mismatch(path, host.full_type(), plugin.full_type()));
        }
        if (host.size(), host.alignment()) != (plugin.size(), plugin.alignment()) {
            let place = |layout: &TypeLayout| format!("{} bytes aligned to {}", layout.size(), layout.alignment());
            return Err(mismatch(path, place(host), place(plugin)));
        }
        // What a pointer leads to, or an array consists of.
        let (host_inner, plugin_inner) = (host.phantom_fields(), plugin.phantom_fields());
        host_inner
            .iter()
            .zip(plugin_inner.iter())
            .try_for_each(|(host, plugin)| self.types(host.layout(), plugin.layout(), path, true))
    }

    fn field(&mut self, host: &TLField, plugin: &TLField, path: &str) -> Result<(), String> {
        let path = format!("{path}.{}", host.name());
        if host.name() != plugin.name() {
            return Err(format!("{path}: the plugin has `{}` in this place", plugin.name()));
        }
        let (host_functions, plugin_functions) = (host.function_range(), plugin.function_range());
        if host_functions.len() != plugin_functions.len() {
            return Err(mismatch(&path, host.full_type(), plugin.full_type()));
        }
        host_functions
            .iter()
            .zip(plugin_functions.iter())
            .try_for_each(|(host, plugin)| self.function(&host, &plugin, &path))?;
        self.types(host.layout(), plugin.layout(), &path, false)
    }

    fn function(&mut self, host: &TLFunction, plugin: &TLFunction, path: &str) -> Result<(), String> {
        let parameters =
            |function: &TLFunction| function.param_type_layouts.iter().map(|layout| layout()).collect::<Vec<_>>();
        let (host_parameters, plugin_parameters) = (parameters(host), parameters(plugin));
        if host.fn_qualifs != plugin.fn_qualifs || host_parameters.len() != plugin_parameters.len() {
            return Err(mismatch(path, host, plugin));
        }
        for (at, (host, plugin)) in host_parameters.into_iter().zip(plugin_parameters).enumerate() {
            self.types(host, plugin, &format!("{path}(#{at})"), false)?;
        }
        match (host.return_type_layout(), plugin.return_type_layout()) {
            (None, None) => Ok(()),
            (Some(host), Some(plugin)) => self.types(host(), plugin(), &format!("{path}->"), false),
            _ => Err(mismatch(path, host, plugin)),
        }
    }
}

fn mismatch(path: &str, host: impl std::fmt::Display, plugin: impl std::fmt::Display) -> String {
    format!("{path}: host {host}, plugin {plugin}")
}
