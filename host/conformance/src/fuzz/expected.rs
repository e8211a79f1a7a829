use crate::fuzz::sink::operation::Fact;
use sochdb_plugin_host::sdk::ErrorKind;

/// A key and its value.
pub(crate) type Row = (Vec<u8>, Vec<u8>);

/// The result of an operation that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Done,
    Value(Option<Vec<u8>>),
    Rows(Vec<Row>),
    Numbers(Vec<u64>),
    /// All that a sink was given, which it told.
    Told(Vec<Fact>),
    /// Something that no plugin may give, in words.
    Wrong(String),
}

/// The results of an operation that the contract allows.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    /// The answer; None if it must be refused.
    pub(crate) answer: Option<Answer>,
    /// The kinds of errors with which it may be, or must be, refused.
    pub(crate) refusals: Vec<ErrorKind>,
}

impl Expected {
    pub(crate) fn answer(answer: Answer) -> Self {
        Self { answer: Some(answer), refusals: Vec::new() }
    }

    pub(crate) fn done() -> Self {
        Self::answer(Answer::Done)
    }

    pub(crate) fn refused(kinds: &[ErrorKind]) -> Self {
        Self { answer: None, refusals: kinds.to_vec() }
    }

    /// The same where such an error is allowed as well.
    pub(crate) fn or(mut self, allowed: bool, kinds: &[ErrorKind]) -> Self {
        self.refusals.extend(kinds.iter().filter(|_| allowed));
        self
    }
}
