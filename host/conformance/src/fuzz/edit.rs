//! Changes that make a sequence simpler, each a few numbers.

use crate::fuzz::bytes::simpler;
use crate::fuzz::operation::Operation;
use std::fmt;
use std::str::FromStr;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edit {
    /// The operations from one number to before another go.
    LeaveOut(usize, usize),
    /// The bytes with this number, in the order of their first places, become their simpler form of this number everywhere.
    Bytes(usize, usize),
    /// The operation with this number becomes its simpler form of this number.
    Operation(usize, usize),
}

impl Edit {
    /// False if there is no such form.
    pub(crate) fn apply<O: Operation>(self, operations: &mut Vec<O>) -> bool {
        match self {
            Self::LeaveOut(from, to) => {
                let there = from < to && to <= operations.len();
                there.then(|| operations.drain(from..to)).is_some()
            }
            Self::Bytes(number, form) => {
                let all = distinct(operations);
                let Some(from) = all.get(number) else { return false };
                let Some(to) = simpler(from).into_iter().nth(form) else { return false };
                for bytes in operations.iter_mut().flat_map(Operation::bytes).filter(|bytes| *bytes == from) {
                    bytes.clone_from(&to);
                }
                true
            }
            Self::Operation(number, form) => {
                let simpler = operations.get(number).and_then(|operation| operation.simpler().into_iter().nth(form));
                simpler.map(|simpler| operations[number] = simpler).is_some()
            }
        }
    }
}

/// All bytes of all operations, each once.
pub(crate) fn distinct<O: Operation>(operations: &[O]) -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = Vec::new();
    for mut operation in operations.iter().cloned() {
        for bytes in operation.bytes() {
            if !all.contains(bytes) {
                all.push(bytes.clone());
            }
        }
    }
    all
}

impl fmt::Display for Edit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LeaveOut(from, to) => write!(formatter, "-{from}.{to}"),
            Self::Bytes(number, form) => write!(formatter, "b{number}.{form}"),
            Self::Operation(number, form) => write!(formatter, "o{number}.{form}"),
        }
    }
}

impl FromStr for Edit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no change of a sequence");
        let (first, second) = text.get(1..).and_then(|rest| rest.split_once('.')).ok_or_else(wrong)?;
        let (first, second) = (first.parse().map_err(|_| wrong())?, second.parse().map_err(|_| wrong())?);
        match &text[..1] {
            "-" => Ok(Self::LeaveOut(first, second)),
            "b" => Ok(Self::Bytes(first, second)),
            "o" => Ok(Self::Operation(first, second)),
            _ => Err(wrong()),
        }
    }
}
