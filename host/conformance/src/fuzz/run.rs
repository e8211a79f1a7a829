//! The one loop in which model and plugin do the same.

use crate::frame::must::show;
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::fuzz::expected::{Answer, Expected};
use crate::fuzz::operation::Operation;
use sochdb_plugin_host::sdk::Error;
use std::time::Instant;

/// Runs all operations on a new instance, of which none begins behind a moment. `told` is called after each that was done, with whether it
/// was accepted.
pub(crate) fn run_all<O: Operation>(
    subject: &Subject,
    operations: &[O],
    until: Option<Instant>,
    told: &mut dyn FnMut(bool),
) -> Result<(), NotPassed> {
    let mut plugin = O::plugin(subject)?;
    let mut model = O::Model::default();
    for (step, operation) in operations.iter().enumerate() {
        if until.is_some_and(|until| Instant::now() > until) {
            break;
        }
        let Some(expected) = operation.expected(&model) else { continue };
        let result = operation.call(&mut plugin);
        let accepted = agrees(&expected, &result).map_err(|why| format!("step {step}, {operation:.200?}: {why}"))?;
        operation.apply(&mut model, accepted);
        told(accepted);
    }
    Ok(())
}

/// Whether it was accepted, if that is as expected.
fn agrees(expected: &Expected, result: &Result<Answer, Error>) -> Result<bool, String> {
    match (&expected.answer, result) {
        (Some(answer), Ok(found)) if answer == found => Ok(true),
        (Some(answer), Ok(found)) => Err(format!("it gives {}, not {}", text(found), text(answer))),
        (None, Ok(found)) => Err(format!("it gives {}, and must be {:?}", text(found), expected.refusals)),
        (_, Err(error)) if expected.refusals.contains(&error.kind()) => Ok(false),
        (Some(answer), Err(error)) => {
            Err(format!("it fails with {:?}, {error}, and must give {}", error.kind(), text(answer)))
        }
        (None, Err(error)) => {
            Err(format!("it fails with {:?}, {error}, and must be {:?}", error.kind(), expected.refusals))
        }
    }
}

fn text(answer: &Answer) -> String {
    match answer {
        Answer::Done => "success".to_owned(),
        Answer::Value(None) => "no value".to_owned(),
        Answer::Value(Some(value)) => format!("{} bytes {}", value.len(), show(value)),
        Answer::Rows(rows) => {
            let shown: Vec<String> =
                rows.iter().take(8).map(|(key, value)| format!("{} = {}", show(key), show(value))).collect();
            format!("{} rows ({})", rows.len(), shown.join(", "))
        }
        Answer::Wrong(what) => what.clone(),
        Answer::Told(_) => "what it was given".to_owned(),
        Answer::Numbers(numbers) => format!("{} numbers {:?}", numbers.len(), &numbers[..numbers.len().min(16)]),
    }
}
