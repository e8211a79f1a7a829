//! Which functions may answer `SOCH_NOT_FOUND`: the suite has it from the header, function by function.

use sochdb_plugin_conformance::refused_status;
use sochdb_plugin_host::sdk::abi::{SOCH_FENCED, SOCH_NOT_FOUND};

#[test]
fn a_function_may_find_nothing_if_its_text_says_what_that_means() {
    let header = std::fs::read_to_string(support::root().join("include/sochdb_plugin.h")).expect("the header");
    let (mut table, mut text, mut with, mut all) = ("", String::new(), 0, 0);
    for line in header.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("typedef struct ").and_then(|rest| rest.strip_suffix(" {")) {
            table = name;
        } else if let Some(comment) = line.strip_prefix("//") {
            text = text + comment.trim() + " ";
            continue;
        } else if let Some((slot, _)) = line.strip_prefix("soch_status (*").and_then(|rest| rest.split_once(')')) {
            // `table_get` and `txn_get` are "`get` on ..." and "`get` inside of ...".
            let says_so = text.contains("SOCH_NOT_FOUND") || text.starts_with("`get` ");
            let is_of_plugin =
                ["soch_storage", "soch_index", "soch_observability", "soch_compression"].contains(&table);
            if is_of_plugin {
                let refused = refused_status(table, slot, SOCH_NOT_FOUND);
                assert_eq!(refused.is_none(), says_so, "{table}.{slot}: {text}");
                for status in [-1, SOCH_FENCED + 1, i32::MAX] {
                    assert!(refused_status(table, slot, status).is_some(), "{table}.{slot}: {status} is no status");
                }
                (with, all) = (with + usize::from(says_so), all + 1);
            }
        }
        text.clear();
    }
    assert!(with == 11 && all > 70, "of {all} functions, {with} may find nothing");
}
