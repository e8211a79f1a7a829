//! Anomalies that one or two units show without a cycle.

use crate::history::anomaly::{Anomaly, Name};
use crate::history::cycle;
use crate::history::record::{Element, History, Kind, Seen};
use std::collections::HashMap;

impl History {
    /// Finds what the contract rules out; of a storage whose transactions are serializable, more.
    pub(crate) fn check(&self, serializable: bool) -> Result<(), Box<Anomaly>> {
        for reader in 0..self.units.len() {
            self.check_reads(reader)?;
        }
        self.check_updates()?;
        for reader in 0..self.units.len() {
            self.check_age(reader)?;
        }
        cycle::check(self, serializable)
    }

    /// Checks that what a unit reads is of those who committed before, whole, and the same each time.
    fn check_reads(&self, reader: usize) -> Result<(), Box<Anomaly>> {
        let mut first: HashMap<u8, (Vec<Element>, bool)> = HashMap::new();
        for read in self.units[reader].reads() {
            let Some(of_others) = read.of_others else {
                let what = format!("T{reader} appended {:?} to k{} and reads {:?}", read.own, read.key, read.value);
                return self.found(Name::OwnWriteMissed, &[reader], &[read.key], what);
            };
            self.check_writers(reader, &read, of_others)?;
            let (before, was_range) = first.entry(read.key).or_insert_with(|| (of_others.to_vec(), read.by_range));
            if before != of_others {
                let is_phantom = (*was_range || read.by_range) && (before.is_empty() || of_others.is_empty());
                let name = if is_phantom { Name::Phantom } else { Name::NonRepeatableRead };
                let what = format!("T{reader} reads k{} first as {before:?}, then as {of_others:?}", read.key);
                return self.found(name, &[reader], &[read.key], what);
            }
        }
        Ok(())
    }

    fn check_writers(&self, reader: usize, read: &Seen<'_>, of_others: &[Element]) -> Result<(), Box<Anomaly>> {
        for (place, element) in of_others.iter().enumerate() {
            let key = read.key;
            let writer = self.writers.get(element).copied();
            let writer = writer.filter(|writer| self.units[*writer].appended(key).any(|own| own == *element));
            let twice = of_others[..place].contains(element);
            let Some(writer) = writer.filter(|_| !twice) else {
                let what =
                    format!("T{reader} reads k{key} as {of_others:?}, with {element} in a place where nobody put it");
                return self.found(Name::GarbageRead, &[reader], &[read.key], what);
            };
            let says = |which: &str| format!("T{reader} reads {element} in k{key}, which T{writer} wrote, {which}");
            let Some(committed) = self.units[writer].committed() else {
                return self.found(Name::AbortedRead, &[writer, reader], &[key], says("that was aborted"));
            };
            if committed.0 > read.at.1 {
                return self.found(Name::DirtyRead, &[writer, reader], &[key], says("before its commit was called"));
            }
            if committed.0 > self.units[reader].began.1 && self.units[reader].kind != Kind::Plain {
                return self.found(
                    Name::LateSnapshot,
                    &[writer, reader],
                    &[key],
                    says("that was committed after the reader began"),
                );
            }
            let last = self.units[writer].appended(key).next_back();
            if place + 1 == of_others.len() && last != Some(*element) {
                return self.found(
                    Name::IntermediateRead,
                    &[writer, reader],
                    &[key],
                    says("and not what it wrote behind it"),
                );
            }
        }
        Ok(())
    }

    /// No two that committed began from one version of a key and both changed it.
    fn check_updates(&self) -> Result<(), Box<Anomaly>> {
        let mut from: HashMap<(u8, &[Element]), usize> = HashMap::new();
        for (number, unit) in self.units.iter().enumerate().filter(|(_, unit)| unit.committed().is_some()) {
            for read in unit.reads().filter(|read| unit.appended(read.key).next().is_some()) {
                let Some(of_others) = read.of_others else { continue };
                let other = *from.entry((read.key, of_others)).or_insert(number);
                if other != number {
                    let what = format!(
                        "T{other} and T{number} both read k{} as {of_others:?}, appended to it and committed",
                        read.key
                    );
                    return self.found(Name::LostUpdate, &[other, number], &[read.key], what);
                }
            }
        }
        Ok(())
    }

    /// A unit sees all that was committed before it began.
    fn check_age(&self, reader: usize) -> Result<(), Box<Anomaly>> {
        for read in self.units[reader].reads() {
            for (writer, unit) in self.units.iter().enumerate() {
                let old = unit.committed().is_some_and(|committed| committed.1 < self.units[reader].began.0);
                if old && !unit.appended(read.key).all(|element| read.value.contains(&element)) {
                    let what = format!(
                        "T{reader} reads k{} as {:?}, though T{writer} committed before it began",
                        read.key, read.value
                    );
                    return self.found(Name::StaleRead, &[writer, reader], &[read.key], what);
                }
            }
        }
        Ok(())
    }
}
