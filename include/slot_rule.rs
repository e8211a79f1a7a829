//! What the documentation of a slot says of it, in words that a vendor reads and a program too.
//!
//! Each slot of a plugin's table has exactly one of these sentences, and its documentation ends with exactly one of the
//! thread tags `[any-thread]` and `[exclusive]`:
//!
//! - `Required.` A table without it is refused.
//! - `Optional; the default …` What is missing the host fills with a function that does what the sentence says:
//!   `KIND_SLOT` in `host/src/loader/steps/version_defaults.rs`.
//! - ``Optional group `NAME`.`` or ``Optional group `NAME`; …`` The host uses the slots of a group only if all of them are
//!   there, and sees that they are not: what it does then is in its handles. A group may have one slot.
//!
//! `Since 1.N.` says which minor version a slot came with; the slots after it came no earlier.

/// What the host does about a slot that is NULL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// It refuses the table.
    Required,
    /// It fills in its default.
    Optional,
    /// It uses no slot of the group of this name.
    Group(String),
}

/// The rule that this documentation states. The error says what is wrong with it.
pub fn rule(doc: &str) -> Result<Rule, String> {
    const FORMS: &str = "`Required.`, `Optional; the default …`, or `Optional group `NAME`.` (or `;`)";
    let mut places = doc.match_indices("Required").chain(doc.match_indices("Optional")).map(|(at, _)| &doc[at..]);
    let sentence = places.next().ok_or_else(|| format!("says none of {FORMS}"))?;
    if places.next().is_some() {
        return Err(format!("says more than one of {FORMS}"));
    }
    if sentence.starts_with("Required.") {
        return Ok(Rule::Required);
    }
    if sentence.starts_with("Optional; the default ") {
        return Ok(Rule::Optional);
    }
    let group = sentence.strip_prefix("Optional group `").and_then(|rest| rest.split_once('`'));
    match group {
        Some((name, rest)) if !name.is_empty() && rest.starts_with(['.', ';']) => Ok(Rule::Group(name.to_owned())),
        _ => Err(format!("says `{}`, which is none of {FORMS}", sentence.split('.').next().unwrap_or_default())),
    }
}

/// Whether this documentation ends with one thread tag.
pub fn threads(doc: &str) -> Result<(), String> {
    const TAGS: [&str; 2] = ["[any-thread]", "[exclusive]"];
    let Some(before) = TAGS.iter().find_map(|tag| doc.trim_end().strip_suffix(tag)) else {
        return Err(format!("does not end with one of {TAGS:?}"));
    };
    match TAGS.iter().find(|tag| before.trim_end().ends_with(**tag)) {
        Some(_) => Err("ends with two thread tags".to_owned()),
        None => Ok(()),
    }
}
