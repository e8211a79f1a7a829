//! The C++ side of the slots: what `sochdb_plugin.hpp` knows of the tables, of what their slots open, and of the groups.

use crate::include::cpp_slips;
use crate::include::header::gate;
use crate::include::lines::lines;
use crate::include::slots::{Rule, Slot, Table};
use std::fmt::Write as _;

/// What a slot opens, and the slot that does.
struct Handle<'a> {
    opener: &'a Slot,
    /// The name of the parameter: what its slots are called with.
    parameter: &'a str,
}

impl<'a> Handle<'a> {
    /// What it is called in the names of its slots: `table` of `open_table`, `txn` of `begin_txn`.
    fn word(&self) -> &'a str {
        self.opener.name.split_once('_').expect("`open_…` or `begin_…`").1
    }

    /// The method's name of one of its slots: `get` of `reader_get`, `commit` of `commit_txn`, and `open_cursor` of itself.
    fn method(&self, slot: &'a Slot) -> &'a str {
        let name = slot.name.as_str();
        let before = name.strip_prefix(self.word()).and_then(|rest| rest.strip_prefix('_'));
        let behind = name.strip_suffix(self.word()).and_then(|rest| rest.strip_suffix('_'));
        before.or(behind).unwrap_or(name)
    }
}

fn handles(table: &Table) -> Vec<Handle<'_>> {
    let opened = table.slots.iter().filter_map(|opener| Some((opener, opener.opens.as_deref()?)));
    opened.map(|(opener, parameter)| Handle { opener, parameter }).collect()
}

/// The method of the slot, and the handle that it is called with.
fn method<'a>(handles: &'a [Handle<'a>], slot: &'a Slot) -> (&'a str, Option<&'a Handle<'a>>) {
    let handle = handles.iter().find(|handle| handle.parameter == slot.on);
    (handle.map_or(slot.name.as_str(), |handle| handle.method(slot)), handle)
}

/// The field of a slot in its table.
fn field(table: &Table, handles: &[Handle<'_>], slot: &Slot) -> String {
    let name = table.name();
    match method(handles, slot) {
        (_, None) if slot.rule == Rule::Required => format!("SOCH_REQUIRED({name}, {}),", slot.name),
        (_, None) => format!("SOCH_OPTIONAL({name}, {}),", slot.name),
        (method, Some(handle)) => {
            let how = match (slot.ends, slot.rule == handle.opener.rule) {
                (true, _) => "ENDS",
                (false, true) => "OF",
                (false, false) => "MAY_BE_OF",
            };
            format!("SOCH_{how}({}_handle, {name}, {}, {method}),", handle.word(), slot.name)
        }
    }
}

/// What the class of a kind knows beside its table: what its slots of this minor version open, and which of them are used
/// together only.
fn together(table: &Table, handles: &[Handle<'_>], minor: u16) -> String {
    let name = table.name();
    let opens = handles.iter().filter(|handle| handle.opener.since == minor).map(|handle| {
        let on = match method(handles, handle.opener) {
            (_, Some(on)) => format!("{}_handle", on.word()),
            (_, None) => "T".to_owned(),
        };
        format!("SOCH_HANDLE({}_handle, {on}, {name}, {});", handle.word(), handle.opener.name)
    });
    let of_instance = |slot: &&Slot| slot.since == minor && method(handles, slot).1.is_none();
    let groups = table.groups().into_iter().flat_map(|group| {
        let slots: Vec<&Slot> = table.slots.iter().filter(|slot| slot.rule == *group).filter(of_instance).collect();
        let pairs: Vec<_> = slots.windows(2).map(|pair| (pair[0].name.clone(), pair[1].name.clone())).collect();
        pairs.into_iter().map(|(one, other)| format!("SOCH_TOGETHER({name}, {one}, {other});"))
    });
    // Of what a handle need not have.
    let of_handles = table.groups().into_iter().flat_map(|group| {
        let slots = table.slots.iter().filter(|slot| slot.rule == *group && slot.since == minor);
        let optional = slots.filter_map(|slot| {
            let (name, handle) = method(handles, slot);
            handle.filter(|handle| handle.opener.rule != slot.rule).map(|handle| (slot, name, handle.word()))
        });
        let optional: Vec<_> = optional.collect();
        let pairs = optional.windows(2).map(|pair| {
            let ((one, method, handle), (other, other_method, _)) = (pair[0], pair[1]);
            format!(
                "SOCH_TOGETHER_OF({handle}_handle, {name}, {}, {method}, {}, {other_method});",
                one.name, other.name
            )
        });
        pairs.collect::<Vec<_>>()
    });
    // What a handle need not have: the end that nobody waits for, and what the host does without.
    let optional = table.slots.iter().filter(|slot| slot.since == minor).filter_map(|slot| {
        let (name, handle) = method(handles, slot);
        let handle = handle?;
        let may_be = if slot.ends { slot.is_silent } else { slot.rule != handle.opener.rule };
        may_be.then(|| cpp_slips::of_handle(handle.word(), table, &slot.name, name))
    });
    lines(opens.chain(groups).chain(of_handles).chain(optional.flatten()), "    ")
}

/// Members with the names of slots that a target of an older minor version leaves out.
fn later(tables: &[Table], table: &Table, handles: &[Handle<'_>], minor: u16) -> String {
    // Another kind of the same class may have a slot of that name.
    let always =
        |name: &str| tables.iter().flat_map(|other| &other.slots).any(|slot| slot.since == 0 && slot.name == name);
    let slots = table.slots.iter().filter(|slot| slot.since == minor && method(handles, slot).1.is_none());
    let names = slots.map(|slot| &slot.name).filter(|name| !always(name));
    lines(names.map(|name| format!("SOCH_LATER({name}, {minor});")), "    ")
}

/// All of it: `SOCH_SLOT` for each method, a class for each kind, and the last fields of the entry.
pub fn cpp_lists(tables: &[Table]) -> String {
    let all: Vec<_> = tables.iter().map(|table| (table, handles(table))).collect();
    let mut names: Vec<&str> = Vec::new();
    for name in all.iter().flat_map(|(table, handles)| table.slots.iter().map(|slot| method(handles, slot).0)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let mut text = String::from("// Slots: from sdk/abi/src.\n");
    text += &lines(names.iter().map(|name| format!("SOCH_SLOT({name})")), "");
    for (table, handles) in &all {
        let (kind, name) = (&table.kind, table.name());
        write!(
            text,
            "\ntemplate <class T> struct {kind}_of {{\n    static const {name} table;\n    typedef {name} contract;\n"
        )
        .unwrap();
        let mut minors: Vec<u16> = table.slots.iter().map(|slot| slot.since).collect();
        minors.dedup();
        for minor in minors {
            let has = together(table, handles, minor) + &cpp_slips::refused(tables, table, minor);
            match minor {
                0 => text += &has,
                _ => {
                    let left_out = later(tables, table, handles, minor);
                    write!(text, "#if SOCH_TARGET_MINOR >= {minor}\n{has}#else\n{left_out}#endif\n").unwrap();
                }
            }
        }
        write!(text, "}};\ntemplate <class T> const {name} {kind}_of<T>::table = {{\n    sizeof({name}),\n").unwrap();
        let mut since = 0;
        for slots in table.slots.chunk_by(|one, next| one.since == next.since) {
            since = gate(&mut text, since, slots[0].since);
            text += &lines(slots.iter().map(|slot| field(table, handles, slot)), "    ");
        }
        gate(&mut text, since, 0);
        text.push_str("};\n");
    }
    let required = tables.iter().map(|table| {
        let has: Vec<_> =
            table.with(&Rule::Required).iter().map(|slot| format!("SOCH_HAS({}, {slot})", table.name())).collect();
        let has = if has.is_empty() { "false".to_owned() } else { has.join(" && ") };
        format!("        ({has} ? SOCH_KIND_{} : 0)", table.kind.to_uppercase())
    });
    let required = required.collect::<Vec<_>>().join(" |\n");
    write!(
        text,
        "\n// The kinds of which the class has all required methods.\n\
         template <class T> struct kinds_of {{\n    static constexpr uint64_t value =\n{required};\n}};\n\
         // What the class has beside its kinds.\n\
         template <class T> struct entry_of {{\n    typedef soch_plugin contract;\n{}}};\n",
        cpp_slips::of_entry()
    )
    .unwrap();
    let entries = tables.iter().map(|Table { kind, .. }| {
        format!(" \\\n    SOCH_CPP_TABLE({kind}, SOCH_KIND_{}, KINDS, TYPE)", kind.to_uppercase())
    });
    let entries = entries.collect::<Vec<_>>().join(",");
    writeln!(text, "\n// The last fields of the entry.\n#define SOCH_CPP_TABLES(KINDS, TYPE){entries}").unwrap();
    text
}
