//! Cycles of dependencies: no order of the units explains them.

use crate::history::anomaly::{Anomaly, Name};
use crate::history::graph::{self, Dependency, Edge};
use crate::history::record::{History, Kind};
use std::collections::VecDeque;

/// A cycle as the unit that each edge leaves, and the edge.
type Cycle = Vec<(usize, Edge)>;

pub(crate) fn check(history: &History, serializable: bool) -> Result<(), Box<Anomaly>> {
    let edges = graph::of(history, |_| true)?;
    shortest(&edges, &|why| why == Dependency::Write, false).map_or(Ok(()), |cycle| report(history, &cycle))?;
    shortest(&edges, &|why| why != Dependency::Anti, false).map_or(Ok(()), |cycle| report(history, &cycle))?;
    // Snapshots rule out all cycles but those in which one unit read what a second one replaced, that read what a third one did.
    shortest(&edges, &|_| true, false).map_or(Ok(()), |cycle| report(history, &cycle))?;
    if serializable {
        let edges = graph::of(history, |unit| unit.kind == Kind::Transaction)?;
        shortest(&edges, &|_| true, true).map_or(Ok(()), |cycle| report(history, &cycle))?;
    }
    Ok(())
}

fn report(history: &History, cycle: &Cycle) -> Result<(), Box<Anomaly>> {
    let count = |wanted| cycle.iter().filter(|(_, edge)| edge.why == wanted).count();
    let adjacent = (0..cycle.len()).any(|at| {
        let next = (at + 1) % cycle.len();
        cycle[at].1.why == Dependency::Anti && cycle[next].1.why == Dependency::Anti
    });
    let name = match (count(Dependency::Anti), count(Dependency::Read)) {
        (0, 0) => Name::DirtyWrite,
        (0, _) => Name::CircularInformationFlow,
        (1, _) => Name::ReadSkew,
        _ if adjacent => Name::WriteSkew,
        _ => Name::LongFork,
    };
    let texts: Vec<String> = cycle.iter().map(|(from, edge)| edge.text(*from)).collect();
    let units: Vec<usize> = cycle.iter().map(|(from, _)| *from).collect();
    let keys: Vec<u8> = cycle.iter().map(|(_, edge)| edge.key).collect();
    history.found(name, &units, &keys, texts.join("; "))
}

/// The shortest cycle of edges of the kinds that are wanted; unless `adjacent`, no two edges in a row are [`Dependency::Anti`].
fn shortest(edges: &[Vec<Edge>], wanted: &dyn Fn(Dependency) -> bool, adjacent: bool) -> Option<Cycle> {
    let mut best: Option<Cycle> = None;
    for start in 0..edges.len() {
        let most = best.as_ref().map_or(usize::MAX, Vec::len);
        if let Some(cycle) = through(edges, start, wanted, adjacent).filter(|cycle| cycle.len() < most) {
            best = Some(cycle);
        }
    }
    best
}

/// The shortest such cycle through a unit. It ends with an edge that is not [`Dependency::Anti`], unless those may be in a row:
/// every cycle without two of them in a row has a unit where it does.
fn through(edges: &[Vec<Edge>], start: usize, wanted: &dyn Fn(Dependency) -> bool, adjacent: bool) -> Option<Cycle> {
    let state = |unit: usize, after_anti: bool| unit * 2 + usize::from(after_anti && !adjacent);
    let mut came: Vec<Option<(usize, usize, Edge)>> = vec![None; edges.len() * 2];
    let mut next = VecDeque::from([state(start, false)]);
    while let Some(at) = next.pop_front() {
        let (unit, after_anti) = (at / 2, at % 2 == 1);
        for edge in edges[unit].iter().filter(|edge| wanted(edge.why)) {
            let is_anti = edge.why == Dependency::Anti;
            if is_anti && after_anti {
                continue;
            }
            if edge.to == start && (adjacent || !is_anti) {
                let mut cycle = vec![(unit, *edge)];
                let mut back = at;
                while back != state(start, false) {
                    let (before, from, edge) = came[back]?;
                    cycle.push((from, edge));
                    back = before;
                }
                cycle.reverse();
                return Some(cycle);
            }
            let to = state(edge.to, is_anti);
            if edge.to != start && came[to].is_none() {
                came[to] = Some((at, unit, *edge));
                next.push_back(to);
            }
        }
    }
    None
}
