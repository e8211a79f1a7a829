//! Prose in lines that fit a terminal. What people copy out of it stays whole, however long: a path, a hash, a command.

use std::iter::once;
use unicode_width::UnicodeWidthChar;

/// With what a command begins that is there to be pasted.
const PROGRAMS: [&str; 11] =
    ["chmod", "chown", "export", "mkdir", "mv", "objcopy", "patchelf", "rm", "setfacl", "sochdb-plugin", "strip"];

/// What may follow a command.
const BEHIND: [&str; 4] = ["or", "then", "where", "after"];

/// `text` with those of its lines broken between words that are wider than the terminal.
pub(crate) fn wrap(text: &str, columns: usize) -> String {
    text.split('\n').map(|line| broken(line, columns)).collect::<Vec<_>>().join("\n")
}

fn broken(line: &str, columns: usize) -> String {
    if width(line) <= columns {
        return line.to_owned();
    }
    let below = below(line, columns);
    let (mut shown, mut column) = (String::new(), 0);
    for (gap, unit) in units(line) {
        let wide = width(unit);
        // A place further left than this one, if that helps.
        let gap = if column + gap + wide > columns && column > 0 && column + gap > below {
            shown.push('\n');
            column = 0;
            below
        } else {
            gap
        };
        shown.push_str(&" ".repeat(gap));
        shown.push_str(unit);
        column += gap + wide;
    }
    shown
}

/// The column of the lines that follow a broken one: that of its text, behind a label that two spaces end.
fn below(line: &str, columns: usize) -> usize {
    let seen: String = visible(line).collect();
    let text = seen.trim_start_matches(' ');
    let indentation = seen.len() - text.len();
    let Some((label, value)) = text.split_once("  ") else { return indentation };
    let column = width(&seen) - width(value.trim_start_matches(' '));
    if column <= columns / 2 && !label.is_empty() {
        column
    } else {
        indentation + 4
    }
}

/// What may not be broken, each with the number of spaces before it.
fn units(line: &str) -> Vec<(usize, &str)> {
    let (mut found, mut rest) = (Vec::new(), line);
    loop {
        let text = rest.trim_start_matches(' ');
        if text.is_empty() {
            return found;
        }
        let end = end_of_unit(text);
        found.push((rest.len() - text.len(), &text[..end]));
        rest = &text[end..];
    }
}

/// Where the unit ends with which `text` begins: a word, what is quoted, or a command.
fn end_of_unit(text: &str) -> usize {
    let end = end_of_word(text);
    let word: String = visible(&text[..end]).collect();
    if !PROGRAMS.contains(&word.trim_start_matches(['(', '`'])) || word.starts_with('`') {
        return end;
    }
    let mut end = end;
    while let Some(rest) = text[end..].strip_prefix(' ') {
        let next = &rest[..end_of_word(rest)];
        if text[..end].ends_with([',', ';', ':', ')', '`']) || BEHIND.contains(&next) || next.is_empty() {
            break;
        }
        end += 1 + next.len();
    }
    end
}

/// Where the word ends with which `text` begins; a quotation is a part of one.
fn end_of_word(text: &str) -> usize {
    let space = |from: usize| text[from..].find(' ').map_or(text.len(), |at| from + at);
    let end = space(0);
    let closed = if let Some(at) = text[..end].find("$'") {
        end_of_quote(&text[at + 2..]).map(|length| at + 2 + length)
    } else if text[..end].matches('`').count() % 2 == 1 {
        let at = text.find('`').unwrap_or(0);
        text[at + 1..].find('`').map(|length| at + 1 + length)
    } else {
        None
    };
    closed.map_or(end, space)
}

/// Where a quotation of the shell ends, in which a backslash stands before what would end it.
fn end_of_quote(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    text.find(|c| {
        let ends = c == '\'' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        ends
    })
}

fn width(text: &str) -> usize {
    visible(text).map(|c| c.width().unwrap_or(0)).sum()
}

/// The characters without those that make colour.
fn visible(text: &str) -> impl Iterator<Item = char> + '_ {
    let mut parts = text.split("\x1b[");
    let first = parts.next().unwrap_or_default();
    let others = parts.map(|part| part.split_once('m').map_or(part, |(_, text)| text));
    once(first).chain(others).flat_map(str::chars)
}

#[cfg(test)]
mod tests;
