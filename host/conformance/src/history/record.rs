use std::collections::HashMap;

/// One of a few keys.
pub(crate) type Key = u8;
/// A number that is appended to the value of a key, once in a history.
pub(crate) type Element = u32;
/// When a call began and when it returned, by a clock that ticks with each of the two.
pub(crate) type Span = (u64, u64);

/// The kinds of units that see one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Transaction,
    /// A reader.
    Snapshot,
    /// Plain calls between which no other write came.
    Plain,
}

#[derive(Clone, Debug)]
pub(crate) enum Operation {
    Read { key: Key, value: Vec<Element>, by_range: bool, at: Span },
    Append { key: Key, element: Element },
}

/// How a unit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The span of the call that made its writes seen.
    Committed(Span),
    /// The end without any of its writes: it was aborted, or refused.
    Aborted,
}

/// A transaction, a snapshot or a plain call: what it read and wrote, in order.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    pub(crate) kind: Kind,
    pub(crate) thread: usize,
    pub(crate) began: Span,
    pub(crate) operations: Vec<Operation>,
    pub(crate) end: End,
}

impl Unit {
    pub(crate) fn new(kind: Kind, thread: usize, began: Span) -> Self {
        Self { kind, thread, began, operations: Vec::new(), end: End::Aborted }
    }

    pub(crate) fn committed(&self) -> Option<Span> {
        match self.end {
            End::Committed(span) => Some(span),
            End::Aborted => None,
        }
    }

    /// The elements that it appended to a key, in order.
    pub(crate) fn appended(&self, wanted: Key) -> impl DoubleEndedIterator<Item = Element> + '_ {
        self.operations.iter().filter_map(move |operation| match operation {
            Operation::Append { key, element } if *key == wanted => Some(*element),
            _ => None,
        })
    }

    /// Each read, with what others had written of its value, if its own writes are at the end of it.
    pub(crate) fn reads(&self) -> impl Iterator<Item = Seen<'_>> {
        self.operations.iter().enumerate().filter_map(move |(place, operation)| {
            let Operation::Read { key, value, by_range, at } = operation else { return None };
            let own: Vec<Element> = self.operations[..place]
                .iter()
                .filter_map(|operation| match operation {
                    Operation::Append { key: of, element } if of == key => Some(*element),
                    _ => None,
                })
                .collect();
            let of_others = value.strip_suffix(&own[..]);
            Some(Seen { key: *key, value, own, of_others, by_range: *by_range, at: *at })
        })
    }
}

/// A read, and which part of it is whose.
pub(crate) struct Seen<'a> {
    pub(crate) key: Key,
    pub(crate) value: &'a [Element],
    /// The elements that its own unit had appended before.
    pub(crate) own: Vec<Element>,
    pub(crate) of_others: Option<&'a [Element]>,
    pub(crate) by_range: bool,
    pub(crate) at: Span,
}

impl Unit {
    /// The kind of the unit in words, and what it did with some keys.
    pub(crate) fn text(&self, keys: &[Key]) -> String {
        let what = match self.kind {
            Kind::Transaction => "transaction",
            Kind::Snapshot => "snapshot",
            Kind::Plain => "plain call",
        };
        let mut text = format!("{what} of thread {}, begun at {}..{}", self.thread, self.began.0, self.began.1);
        for operation in &self.operations {
            match operation {
                Operation::Read { key, value, by_range, at } if keys.contains(key) => {
                    let how = if *by_range { "scan" } else { "get" };
                    text += &format!(", {how} of k{key} = {value:?} at {}..{}", at.0, at.1);
                }
                Operation::Append { key, element } if keys.contains(key) => {
                    text += &format!(", append of {element} to k{key}")
                }
                _ => {}
            }
        }
        match self.end {
            End::Committed((from, to)) => text + &format!(", committed at {from}..{to}"),
            End::Aborted => text + ", aborted",
        }
    }
}

/// A history: units by their number.
pub(crate) struct History {
    pub(crate) units: Vec<Unit>,
    /// The unit that wrote each element.
    pub(crate) writers: HashMap<Element, usize>,
}

impl History {
    pub(crate) fn new(units: Vec<Unit>) -> Self {
        let mut writers = HashMap::new();
        for (number, unit) in units.iter().enumerate() {
            for key in 0..=u8::MAX {
                writers.extend(unit.appended(key).map(|element| (element, number)));
            }
        }
        Self { units, writers }
    }
}
