//! The flat indexes, by random calls and searches.

use super::{answer, libraries, same, Random};
use sochdb_plugin_host::sdk::{IndexExtension, RowFilter, Search};
use sochdb_plugin_host::Index;

const CALLS: u64 = 3_000;

fn vector(numbers: [f32; 2]) -> Vec<u8> {
    numbers.map(f32::to_ne_bytes).concat()
}

/// What a search finds: the distances, as rows at one distance come in any order, and all rows if none is left out.
fn look(index: &Index, search: &Search<'_>) -> String {
    let found = index.search(search).map(|found| {
        let distances: Vec<f32> = found.neighbors.iter().map(|(_, distance)| *distance).collect();
        let mut rows: Vec<u64> = found.neighbors.iter().map(|(row, _)| *row).collect();
        rows.sort_unstable();
        (distances, (rows.len() < search.k).then_some(rows), found.exactness)
    });
    answer(found)
}

fn call(index: &mut Index, number: u64) -> String {
    let mut random = Random((number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let few = [0.0, -0.0, 1.0, 2.5, -3.0, 1e30, f32::MIN_POSITIVE];
    let mut key = vector([random.one_of(&few), random.one_of(&few)]);
    match random.below(40) {
        0 => key = random.bytes(9),
        1 => key = vector([random.one_of(&[f32::NAN, f32::INFINITY]), 0.0]),
        _ => {}
    }
    let row = random.one_of(&[0, 1, 2, 3, 64, 1 << 40, u64::MAX]);
    match random.below(100) {
        0 => {
            let keys: Vec<Vec<u8>> = (0..random.below(300)).map(|at| vector([at as f32 % 7.0, 1.0])).collect();
            let entries: Vec<_> = keys.iter().map(|key| (random.below(4), key.as_slice())).collect();
            format!("build of {} entries: {}", entries.len(), answer(index.build(1, 2, &entries)))
        }
        1 => {
            let (mut builder, mut says) = (index.begin_build(1, 2).expect("a builder"), String::new());
            for part in 0..random.below(4) {
                let entries = [(row, &key[..]), (part, &key), (random.below(4), &key)];
                says += &answer(builder.add(&entries[..random.below(4) as usize]));
            }
            match random.below(2) {
                0 => builder.abandon(),
                _ => says += &answer(builder.finish()),
            }
            format!("build by parts of {key:?}: {says}")
        }
        2..=40 => format!("insert {key:?} {row}: {}", answer(index.insert(&key, row))),
        41..=60 => format!("delete {key:?} {row}: {}", answer(index.delete(&key, row))),
        61..=65 => format!("lookup {key:?}: {}", answer(index.lookup(&key))),
        66..=70 => format!("with a parameter: {}", look(index, &Search::new(&key, 3).with_parameters(&[("ef", "9")]))),
        _ => {
            let words = [random.next(), random.next()];
            let odd = |row: u64| row % 2 == 1;
            let filters = [
                RowFilter::all(),
                RowFilter::bitmap(&words),
                RowFilter::sorted(&[1, 3, u64::MAX]).expect("they ascend"),
                RowFilter::by(&odd),
            ];
            let filter = random.one_of(&filters);
            let search = Search::new(&key, random.one_of(&[0, 1, 3, 1000])).among(filter);
            let search =
                if random.below(2) == 0 { search.within(random.one_of(&[-1.0, 0.0, 2.0, 1e9])) } else { search };
            format!("{search:?}: {}", look(index, &search))
        }
    }
}

#[test]
fn index_flat() {
    let config = r#"{"dimensions": 2}"#;
    let mut indexes =
        libraries("index_flat").map(|library| library.instance(config).expect("one").index().expect("one"));
    same("index_type", indexes.each_ref().map(|index| index.index_type().to_owned()));
    same("describe", indexes.each_ref().map(|index| format!("{:?}", index.describe())));
    for number in 0..CALLS {
        same(&format!("call {number}"), indexes.each_mut().map(|index| call(index, number)));
    }
    for config in
        ["", "{}", "[]", r#"{"dimensions": 0}"#, r#"{"dimensions": 65536}"#, r#"{"dimensions": 2, "more": 1}"#]
    {
        same(
            config,
            libraries("index_flat")
                .map(|library| format!("{:?}", library.instance(config).err().map(|error| error.code()))),
        );
    }
}
