//! Names that are one slip away from an optional slot's: a method of such a name, with the slot's parameters, is meant to be
//! the slot's, and the host would not call it. That a required one is missing is seen without them.

use crate::include::lines::lines;
use crate::include::slots::{Rule, Table};
use std::collections::BTreeSet;

/// What others call it: this contract's Rust, or other engines.
const OTHER_WORDS: [(&str, &[&str]); 17] = [
    ("shutdown", &["shut_down", "shutDown"]),
    ("checkpoint", &["check_point"]),
    ("abort", &["rollback", "roll_back", "cancel"]),
    ("set_savepoint", &["savepoint", "add_savepoint"]),
    ("abandon", &["abort", "cancel", "discard"]),
    ("seek", &["seek_to", "move_to"]),
    ("begin_txn", &["begin", "begin_transaction", "begin_tx", "open_txn"]),
    ("begin_build", &["builder", "open_builder", "begin_builder", "open_build"]),
    ("open_reader", &["reader", "snapshot", "open_snapshot"]),
    ("open_table", &["table"]),
    ("multi_get", &["get_many", "get_multi", "batch_get"]),
    ("write_batch", &["batch", "write", "put_batch"]),
    ("change_batch", &["changes", "batch"]),
    ("drop_index", &["drop"]),
    ("insert", &["add"]),
    ("remove", &["erase"]),
    ("decompressed_size", &["decompressed_len", "decompressed_length"]),
];

fn others(name: &str) -> impl Iterator<Item = String> + '_ {
    let others = OTHER_WORDS.iter().filter(move |(slot, _)| *slot == name).flat_map(|(_, others)| *others);
    others.map(|other| (*other).to_owned())
}

/// Every name with a letter too few, two letters in the wrong order, an `s` behind it, or in another style.
fn slips(name: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::from([format!("{name}s")]);
    for (at, _) in name.char_indices() {
        found.insert([&name[..at], &name[at + 1..]].concat());
        if let Some(next) = name.get(at + 1..at + 2) {
            found.insert([&name[..at], next, &name[at..=at], &name[at + 2..]].concat());
        }
    }
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    let words: Vec<&str> = name.split('_').collect();
    found.insert(words.concat());
    found.insert(words.iter().map(|word| capital(word)).collect());
    found.insert(words[0].to_owned() + &words[1..].iter().map(|word| capital(word)).collect::<String>());
    found.extend(others(name));
    found.retain(|slip| {
        !slip.starts_with('_') && !slip.ends_with('_') && !slip.contains("__") && slip.len() > 2 && slip != name
    });
    found
}

/// The slots of a table that a slip would lose, each with the names that it may have got. No name is another slot's.
fn of<'a>(tables: &[Table], table: &'a Table) -> Vec<(&'a str, BTreeSet<String>)> {
    let is_slot = |name: &String| tables.iter().flat_map(|table| &table.slots).any(|slot| slot.name == *name);
    let lost = table.slots.iter().filter(|slot| slot.rule != Rule::Required && slot.on == "instance");
    lost.map(|slot| (slot.name.as_str(), slips(&slot.name).into_iter().filter(|slip| !is_slot(slip)).collect()))
        .collect()
}

/// The assertion that refuses a slip: of a name of several words, whatever the parameters are. The plural is a word, and may
/// be the name of something else.
fn assertion(name: &str, slip: &str) -> String {
    let alone = name.contains('_') && others(name).all(|other| other != slip) && slip != format!("{name}s");
    format!("SOCH_SLIP{}({name}, {slip});", if alone { "_ALONE" } else { "" })
}

/// What the class of a kind refuses, of slots of this minor version.
pub fn refused(tables: &[Table], table: &Table, minor: u16) -> String {
    let since = |name: &str| table.slots.iter().any(|slot| slot.name == name && slot.since == minor);
    let slots = of(tables, table).into_iter().filter(|(name, _)| since(name));
    let refused =
        slots.flat_map(|(name, slips)| slips.into_iter().map(move |slip| assertion(name, &slip)).collect::<Vec<_>>());
    lines(refused, "    ")
}

/// What the class of the entry refuses.
pub fn of_entry() -> String {
    lines(slips("shutdown").iter().map(|slip| format!("SOCH_SLIP(shutdown, {slip});")), "    ")
}

/// What a handle refuses in place of its optional method `name`, of this slot of the table.
pub fn of_handle(handle: &str, table: &Table, slot: &str, name: &str) -> Vec<String> {
    let made = |slip: String| format!("SOCH_SLIP_OF({handle}_handle, {}, {slot}, {name}, {slip});", table.name());
    slips(name).into_iter().map(made).collect()
}
