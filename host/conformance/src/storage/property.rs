//! Tests of what an engine tells its operators by name.

use crate::frame::must::{ensure, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use sochdb_plugin_host::sdk::{StorageExtension, VecWriter};

suite!(Storage, "storage_property":
    a_name_that_is_not_known_is_not_found,
);

fn a_name_that_is_not_known_is_not_found(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = instance.storage()?;
    storage.put(1, b"key", b"value", 0).must("put")?;
    let long = "sochdb.none".repeat(1000);
    for name in
        ["", "sochdb.none", "1/", "/", "1/sochdb.none", "99999999999999999999/none", "\0", "%s%n", "\u{1F980}", &long]
    {
        let mut text = b"before".to_vec();
        let found = storage.property_into(name, &mut VecWriter::new(&mut text, 1 << 20).writer()).must("property")?;
        ensure!(
            !found && text == b"before",
            "a property of no engine, {name:.20?}, is {:?}",
            String::from_utf8_lossy(&text)
        );
    }
    Ok(())
}
