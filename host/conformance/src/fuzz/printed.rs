//! A sequence as a test that stands by itself.

use crate::fuzz::expected::Expected;
use crate::fuzz::operation::Operation;
use crate::fuzz::sort::Sort;
use std::path::Path;

const COMMON_C: &str = include_str!("texts/common.c");
const COMMON_RUST: &str = include_str!("texts/common.txt");

/// The parts of the beginning of a test: in C, and in Rust.
fn begin(sort: Sort) -> (&'static [&'static str], &'static str) {
    const INDEX: &str = include_str!("texts/index.c");
    const INDEX_MAIN: &str = include_str!("texts/index_main.c");
    match sort {
        Sort::Storage => (&[include_str!("texts/storage.c")], include_str!("texts/storage.txt")),
        Sort::Ordered | Sort::Texts => (&[INDEX, INDEX_MAIN], include_str!("texts/index.txt")),
        Sort::Vectors => {
            let parts = &[INDEX, include_str!("texts/vectors.c"), INDEX_MAIN, "    describe();\n"];
            (parts, include_str!("texts/vectors.txt"))
        }
        Sort::Codec => (&[include_str!("texts/codec.c")], include_str!("texts/codec.txt")),
        Sort::Sink => (&[include_str!("texts/told.c"), include_str!("texts/sink.c")], include_str!("texts/sink.txt")),
    }
}

/// The text as a literal that C and Rust read alike.
fn literal(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Each operation that is done, by its line. One of which nothing was told is the one that failed: it has to be accepted, if
/// it may be.
pub(crate) fn lines<O: Operation>(
    operations: &[O],
    accepted: &[bool],
    line: impl Fn(&O, usize, &Expected, bool) -> String,
) -> String {
    let mut model = O::Model::default();
    let (mut text, mut told) = (String::new(), accepted.iter());
    for (step, operation) in operations.iter().enumerate() {
        let Some(expected) = operation.expected(&model) else { continue };
        let (accepted, is_last) = match told.next() {
            Some(accepted) => (*accepted, false),
            None => (expected.answer.is_some(), true),
        };
        text += &line(operation, step, &expected, accepted);
        operation.apply(&mut model, accepted);
        if is_last {
            break;
        }
    }
    text
}

pub(crate) fn test_in_c<O: Operation>(
    sort: Sort,
    operations: &[O],
    accepted: &[bool],
    file: &Path,
    config: &str,
) -> String {
    let (head, _) = begin(sort);
    let calls = lines(operations, accepted, O::in_c);
    let constants =
        format!("#define PLUGIN {}\n#define CONFIG {}\n", literal(&file.to_string_lossy()), literal(config));
    format!("{COMMON_C}\n{constants}{}{calls}{}", head.concat(), include_str!("texts/end.c"))
}

pub(crate) fn test_in_rust<O: Operation>(
    sort: Sort,
    operations: &[O],
    accepted: &[bool],
    file: &Path,
    config: &str,
) -> String {
    let (_, head) = begin(sort);
    let calls = lines(operations, accepted, O::in_rust);
    let constants = [("PLUGIN", literal(&file.to_string_lossy())), ("CONFIG", literal(config))]
        .map(|(name, value)| format!("const {name}: &str = {value};\n"));
    format!("{COMMON_RUST}\n{}{head}{calls}}}\n", constants.concat())
}
