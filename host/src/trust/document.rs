//! TOML with known keys: tables are read key by key, and each value keeps its place.

use crate::trust::syntax::{quoted, Fault, SyntaxError};
use std::collections::btree_map::{BTreeMap, Entry};
use toml::de::{DeTable, DeValue};

/// The size of the largest trust file or lock file that is read, in bytes.
pub const MAX_SIZE: usize = 1 << 20;

/// Reads the document `bytes` of at most `limit` bytes, whose root has these keys.
pub(crate) fn read<T>(
    bytes: &[u8],
    limit: usize,
    keys: &'static [&'static str],
    read: impl FnOnce(&Table<'_>) -> Result<T, Fault>,
) -> Result<T, SyntaxError> {
    if bytes.len() > limit {
        let size = bytes.len();
        return Err(Fault::new(0, format!("the file has {size} bytes, more than the limit of {limit}")).locate(""));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let (valid, rest) = bytes.split_at(error.valid_up_to());
        let byte = rest.first().copied().unwrap_or_default();
        let valid = std::str::from_utf8(valid).unwrap_or_default();
        Fault::new(valid.len(), format!("not UTF-8, found byte {byte:#04x}")).locate(valid)
    })?;
    // A mark of the byte order is no character of the first line.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    parse(text, keys).and_then(|root| read(&root.table())).map_err(|fault| fault.locate(text))
}

fn parse<'d>(text: &'d str, keys: &'static [&'static str]) -> Result<Root<'d>, Fault> {
    let root = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        Fault::new(at, error.message())
    })?;
    let root = Root { entries: root.into_inner(), keys };
    known(&root.entries, keys).map(|()| root)
}

struct Root<'d> {
    entries: DeTable<'d>,
    keys: &'static [&'static str],
}

impl Root<'_> {
    fn table(&self) -> Table<'_> {
        Table { entries: &self.entries, at: 0, name: "the file", keys: self.keys }
    }
}

/// Refuses the first key that is none of `keys`.
fn known(entries: &DeTable<'_>, keys: &[&str]) -> Result<(), Fault> {
    let unknown = entries.keys().filter(|key| !keys.contains(&&**key.get_ref()));
    let Some(key) = unknown.min_by_key(|key| key.span().start) else {
        return Ok(());
    };
    let expected: Vec<String> = keys.iter().map(|key| quoted(key)).collect();
    let expected = expected.join(", ");
    let found = quoted(key.get_ref());
    let one_of = if keys.len() > 1 { "one of " } else { "" };
    Err(Fault::new(key.span().start, format!("unknown key {found}, expected {one_of}{expected}")))
}

/// A table all of whose keys are known.
pub(crate) struct Table<'d> {
    entries: &'d DeTable<'d>,
    at: usize,
    name: &'static str,
    keys: &'static [&'static str],
}

/// A value and where it is.
pub(crate) struct Item<T> {
    pub(crate) value: T,
    pub(crate) at: usize,
}

impl<'d> Table<'d> {
    /// The tables of the array `key`, whose keys are `keys`. None if there is no such key.
    pub(crate) fn tables(
        &self,
        key: &'static str,
        name: &'static str,
        keys: &'static [&'static str],
    ) -> Result<Vec<Table<'d>>, Fault> {
        let Some((at, value)) = self.get(key) else {
            return Ok(Vec::new());
        };
        let wrong = |at, found: &DeValue<'_>| {
            Fault::new(at, format!("{key:?} must be tables that begin with {name}, not {}", kind(found)))
        };
        let tables = value.as_array().ok_or_else(|| wrong(at, value))?.iter().map(|entry| {
            let at = entry.span().start;
            let entries = entry.get_ref().as_table().ok_or_else(|| wrong(at, entry.get_ref()))?;
            known(entries, keys)?;
            Ok(Table { entries, at, name, keys })
        });
        tables.collect()
    }

    /// The value that `read` makes of the string `key`.
    pub(crate) fn required<T>(&self, key: &'static str, read: Read<T>) -> Result<Item<T>, Fault> {
        let missing = || Fault::new(self.at, format!("{} has no {key:?}", self.name));
        self.optional(key, read)?.ok_or_else(missing)
    }

    /// The value that `read` makes of the string `key`, if it is there.
    pub(crate) fn optional<T>(&self, key: &'static str, read: Read<T>) -> Result<Option<Item<T>>, Fault> {
        let value = self.get(key);
        value.map(|(at, value)| item(key, at, value, read)).transpose()
    }

    /// The values that `read` makes of the strings of the array `key`, which must be there.
    pub(crate) fn list<T>(&self, key: &'static str, read: Read<T>) -> Result<Vec<Item<T>>, Fault> {
        let missing = || Fault::new(self.at, format!("{} has no {key:?}", self.name));
        let (at, value) = self.get(key).ok_or_else(missing)?;
        let wrong = || Fault::new(at, format!("{key:?} must be an array of strings, not {}", kind(value)));
        let entries = value.as_array().ok_or_else(wrong)?.iter();
        entries.map(|entry| item(key, entry.span().start, entry.get_ref(), read)).collect()
    }

    fn get(&self, key: &'static str) -> Option<(usize, &'d DeValue<'d>)> {
        debug_assert!(self.keys.contains(&key), "a key that is read is known");
        self.entries.get(key).map(|value| (value.span().start, value.get_ref()))
    }
}

/// Makes a value of a string, or says what is wrong with it.
type Read<T> = fn(&str) -> Result<T, String>;

fn item<T>(key: &str, at: usize, value: &DeValue<'_>, read: Read<T>) -> Result<Item<T>, Fault> {
    let wrong = || Fault::new(at, format!("{key:?} must be a string, not {}", kind(value)));
    let text = value.as_str().ok_or_else(wrong)?;
    let value = read(text).map_err(|reason| Fault::new(at, format!("{key:?} {reason}")))?;
    Ok(Item { value, at })
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}

/// Keys that were said once and may not be said again.
pub(crate) struct Once<K> {
    what: &'static str,
    // Not by hash: its seed is a system call, which panics if it fails.
    places: BTreeMap<K, usize>,
}

impl<K: Ord + ToString> Once<K> {
    pub(crate) fn new(what: &'static str) -> Self {
        Self { what, places: BTreeMap::new() }
    }

    /// Takes note of `key`, or refuses it because it was there.
    pub(crate) fn add(&mut self, key: K, at: usize) -> Result<(), Fault> {
        match self.places.entry(key) {
            Entry::Vacant(place) => {
                place.insert(at);
                Ok(())
            }
            Entry::Occupied(place) => {
                let message = format!("{} {} is there twice", self.what, quoted(&place.key().to_string()));
                Err(Fault { at, message, first: Some(*place.get()) })
            }
        }
    }
}
