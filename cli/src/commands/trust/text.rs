//! The text of a trust file: one entry more or less, and all else as it was.

use sochdb_plugin_host::trust::SyntaxError;
use std::ops::Range;
use toml_edit::{Document, DocumentMut, InlineTable, Item, Table, TableLike, TomlError, Value};

/// Keys and values of an entry; the first one says what it is about.
pub(crate) type Fields = Vec<(&'static str, String)>;

/// An entry that is there.
pub(crate) struct Found {
    at: usize,
    place: Range<usize>,
    values: Vec<(String, String, Range<usize>)>,
}

impl Found {
    /// The value of `key`, if it has one.
    pub(crate) fn value(&self, key: &str) -> Option<&str> {
        self.values.iter().find(|(name, ..)| name == key).map(|(_, value, _)| &**value)
    }

    /// Its values as the file has them.
    pub(crate) fn said(&self) -> String {
        let said = self.values.iter().map(|(key, value, _)| format!("{key} = {value:?}"));
        said.collect::<Vec<_>>().join(", ")
    }

    /// The line in `text` where it first says another thing than `fields`, or where it begins; counted from 1.
    pub(crate) fn line(&self, text: &str, fields: &Fields) -> usize {
        let said = |key: &str| fields.iter().find(|(name, _)| *name == key).map(|(_, value)| value);
        let other = self.values.iter().find(|(key, value, _)| said(key) != Some(value));
        let at = other.map_or(self.place.start, |(_, _, place)| place.start);
        text[..at].matches('\n').count() + 1
    }
}

/// The first entry of `kind` that has each of these values. A digest may be written in capitals.
pub(crate) fn find(text: &str, kind: &str, values: &[(&'static str, String)]) -> Result<Option<Found>, SyntaxError> {
    let document = Document::parse(text).map_err(wrong)?;
    let mut entries = entries(document.get(kind)).enumerate().map(|(at, (place, table))| {
        let values = table.iter().filter_map(|(key, item)| {
            Some((key.to_owned(), item.as_str()?.to_owned(), item.span().unwrap_or_default()))
        });
        Found { at, place: place.unwrap_or_default(), values: values.collect() }
    });
    let is =
        |found: &str, asked: &str, key: &str| found == asked || (key == "sha256" && found.eq_ignore_ascii_case(asked));
    Ok(entries.find(|entry| values.iter().all(|(key, asked)| entry.value(key).is_some_and(|it| is(it, asked, key)))))
}

/// The tables of `item` in either way to write them, `[[kind]]` or `kind = [{ ... }]`; the loader takes no other.
fn entries(item: Option<&Item>) -> impl Iterator<Item = (Option<Range<usize>>, &dyn TableLike)> {
    let tables = item.and_then(Item::as_array_of_tables).into_iter().flatten();
    let tables = tables.map(|table| (table.span(), table as &dyn TableLike));
    let short = item.and_then(Item::as_array).into_iter().flatten().filter_map(Value::as_inline_table);
    tables.chain(short.map(|table| (table.span(), table as &dyn TableLike)))
}

/// `text` with one entry more.
pub(crate) fn with(text: &str, kind: &str, fields: &Fields) -> Result<String, SyntaxError> {
    let mut document: DocumentMut = text.parse().map_err(wrong)?;
    let fields = fields.iter().map(|(key, value)| (*key, Value::from(value.as_str())));
    if !document.contains_key(kind) {
        // What stands at the end of the file stays in front of what is added there.
        let end = document.trailing().as_str().unwrap_or_default().to_owned();
        document.set_trailing("");
        let mut table = table(fields, &format!("{end}\n"));
        table.set_position(Some(isize::MAX));
        document.insert(kind, Item::ArrayOfTables([table].into_iter().collect()));
        return Ok(document.to_string());
    }
    match document.get_mut(kind) {
        Some(Item::ArrayOfTables(tables)) => tables.push(table(fields, "\n")),
        Some(Item::Value(Value::Array(tables))) => tables.push(fields.collect::<InlineTable>()),
        // The loader takes nothing else.
        _ => {}
    }
    Ok(document.to_string())
}

fn table(fields: impl Iterator<Item = (&'static str, Value)>, before: &str) -> Table {
    let mut table: Table = fields.map(|(key, value)| (key, Item::Value(value))).collect();
    table.decor_mut().set_prefix(before);
    table
}

/// `text` without the entry of `kind` that was `found` in it, and without the comment right above that.
pub(crate) fn without(text: &str, kind: &str, found: &Found) -> Result<String, SyntaxError> {
    let mut document: DocumentMut = text.parse().map_err(wrong)?;
    if let Some(Item::Value(Value::Array(tables))) = document.get_mut(kind) {
        tables.remove(found.at);
        return Ok(document.to_string());
    }
    // In the text: the document would take away with a table all that stands between it and the one before.
    let last = found.values.iter().map(|(_, _, place)| place.end).max().unwrap_or(0).max(found.place.end);
    let line = |at: usize| text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let mut start = line(found.place.start);
    while start > 0 && text[line(start - 1)..start].trim_start().starts_with('#') {
        start = line(start - 1);
    }
    // What the file begins with may speak of all of it.
    let start = if start == 0 { line(found.place.start) } else { start };
    let end = text[last..].find('\n').map_or(text.len(), |newline| last + newline + 1);
    let (before, after) = (&text[..start], text[end..].trim_start_matches(['\n', '\r']));
    Ok(if after.is_empty() { format!("{}\n", before.trim_end()) } else { format!("{before}{after}") })
}

fn wrong(error: TomlError) -> SyntaxError {
    SyntaxError::new(1, 1, error.message().to_owned())
}
