//! Tests of what the application may give an instance, or not: a directory, and an amount of memory.

use crate::frame::instance::Handles;
use crate::frame::must::{ensure, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::{new_directory, Subject};
use crate::frame::test::suite;
use crate::life::basics::works_by;
use sochdb_plugin_host::sdk::{ErrorKind, StorageExtension};
use sochdb_plugin_host::InstanceOptions;
use tempfile::TempDir;

suite!(Lifecycle, "lifecycle":
    without_a_directory_it_works_or_says_so,
    a_budget_of_memory_is_enough_or_refused,
);

/// Works as any instance does, with rows that are larger than a small budget.
fn works(handles: &Handles, when: &str) -> Result<(), NotPassed> {
    works_by(handles, when)?;
    let Some(storage) = &handles.storage else { return Ok(()) };
    for row in 0..20_u8 {
        storage.put(1, &[row], &[row; 20_000], 0).must(&format!("{when}: put"))?;
    }
    for row in 0..20_u8 {
        let got = storage.get(1, &[row]).must(&format!("{when}: get"))?;
        ensure!(got.as_deref() == Some(&[row; 20_000]), "{when}: a row of 20 000 bytes is not what was put");
    }
    Ok(())
}

/// Checks an instance that gets these, or that `create` says what is missing by the status that the header has for it.
fn works_or_says(
    subject: &Subject,
    directory: TempDir,
    options: &InstanceOptions,
    says: ErrorKind,
    when: &str,
) -> Result<bool, NotPassed> {
    match subject.given(options, directory)? {
        Ok(mut instance) => works(instance.handles(), when).map(|()| true),
        Err(not) => {
            ensure!(
                not.kind == Some(says),
                "{when}, `create` is {says:?} where that is too little (soch_host), and here it is {}",
                not.why
            );
            Ok(false)
        }
    }
}

fn without_a_directory_it_works_or_says_so(subject: &Subject) -> Result<(), NotPassed> {
    works_or_says(subject, new_directory()?, &InstanceOptions::new(), ErrorKind::Invalid, "without a `data_dir`")
        .map(drop)
}

/// Less is refused, or all that is more is enough, too.
fn a_budget_of_memory_is_enough_or_refused(subject: &Subject) -> Result<(), NotPassed> {
    let mut least = None;
    for budget in [1, 4096, 1 << 20, 64 << 20, 1 << 40, u64::MAX] {
        let directory = new_directory()?;
        let options = InstanceOptions::new().data_dir(directory.path().join("data")).memory_budget(budget);
        let when = format!("with a budget of {budget} bytes");
        let works = works_or_says(subject, directory, &options, ErrorKind::Limit, &when)?;
        ensure!(
            works || least.is_none(),
            "`create` is Limit with a budget of {budget} bytes, and OK with {} bytes",
            least.unwrap_or_default()
        );
        least = least.or(works.then_some(budget));
    }
    Ok(())
}
