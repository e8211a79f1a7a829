use crate::history::record::{History, Key};
use std::fmt;

/// A phenomenon that an isolation level rules out, by the names of Adya, Berenson and Cerone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    GarbageRead,
    AbortedRead,
    IntermediateRead,
    DirtyRead,
    OwnWriteMissed,
    LateSnapshot,
    NonRepeatableRead,
    Phantom,
    StaleRead,
    LostUpdate,
    DirtyWrite,
    CircularInformationFlow,
    ReadSkew,
    LongFork,
    WriteSkew,
}

impl Name {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::GarbageRead => "a read of what nobody wrote",
            Self::AbortedRead => "aborted read (G1a)",
            Self::IntermediateRead => "intermediate read (G1b)",
            Self::DirtyRead => "dirty read",
            Self::OwnWriteMissed => "own write missed",
            Self::LateSnapshot => "snapshot taken late",
            Self::NonRepeatableRead => "non-repeatable read",
            Self::Phantom => "phantom",
            Self::StaleRead => "stale read",
            Self::LostUpdate => "lost update (P4)",
            Self::DirtyWrite => "dirty write (G0)",
            Self::CircularInformationFlow => "circular information flow (G1c)",
            Self::ReadSkew => "read skew (G-single)",
            Self::LongFork => "long fork (G-nonadjacent)",
            Self::WriteSkew => "write skew (G2)",
        }
    }

    /// The sentence of the contract that does not hold.
    fn claim(self) -> &'static str {
        match self {
            Self::GarbageRead => "`get`: writes the value of `key`",
            Self::AbortedRead => "`abort_txn`: ends a transaction of which nothing stays",
            Self::DirtyRead => "`begin_txn`: nobody else sees these before `commit_txn`",
            Self::IntermediateRead | Self::DirtyWrite | Self::CircularInformationFlow => {
                "`commit_txn`: makes all writes of the transaction seen, in all tables, at one moment"
            }
            Self::OwnWriteMissed => "`begin_txn`: reads what was committed before it began and its own writes",
            Self::LostUpdate => {
                "`commit_txn`: SOCH_CONFLICT if since it began another one, or a plain write, changed what this one writes"
            }
            Self::WriteSkew => {
                "`describe`, SOCH_STORAGE_SERIALIZABLE: transactions that commit are as if they had run one after the other"
            }
            Self::LateSnapshot
            | Self::NonRepeatableRead
            | Self::Phantom
            | Self::StaleRead
            | Self::ReadSkew
            | Self::LongFork => {
                "`begin_txn`: reads what was committed before it began; `open_reader`: what was written before is seen, what \
                 is written later is not"
            }
        }
    }
}

/// An anomaly that was found: those who took part, and what leads from one to the next.
#[derive(Clone, Debug)]
pub(crate) struct Anomaly {
    pub(crate) name: Name,
    pub(crate) what: String,
    /// Their numbers in the history, and what they did with the keys that matter.
    pub(crate) units: Vec<(usize, String)>,
}

impl fmt::Display for Anomaly {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}; against {}", self.name.text(), self.what, self.name.claim())?;
        for (number, unit) in &self.units {
            write!(formatter, "; T{number} is a {unit}")?;
        }
        Ok(())
    }
}

impl History {
    /// The result of a check that these units do not pass.
    pub(crate) fn found<T>(&self, name: Name, units: &[usize], keys: &[Key], what: String) -> Result<T, Box<Anomaly>> {
        let units = units.iter().map(|number| (*number, self.units[*number].text(keys))).collect();
        Err(Box::new(Anomaly { name, what, units }))
    }
}
