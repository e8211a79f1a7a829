//! The operations as the calls of a test.

use crate::fuzz::bytes;
use crate::fuzz::expected::{Answer, Expected};
use crate::fuzz::storage::operation::{BatchWrite, By, Range, StorageOperation};

/// A limit as an integer of C; what is more than any has no suffix that all compilers take alike.
fn limit_in_c(limit: usize) -> String {
    if limit == usize::MAX {
        "UINT64_MAX".to_owned()
    } else {
        limit.to_string()
    }
}

fn call_in_c(operation: &StorageOperation) -> String {
    let place = |table: u32, key: &[u8]| format!("{table}u, {}", bytes::in_c(key));
    let bounds =
        |range: &Range| format!("{}u, {}, {}", range.table, bytes::in_c(&range.start), bytes::in_c(&range.end));
    match operation {
        StorageOperation::Put { by, table, key, value } => {
            let (place, value) = (place(*table, key), bytes::in_c(value));
            match by {
                By::Handle => format!("table_put({place}, {value})"),
                By::Transaction(txn) => format!("STORAGE(txn_put, (txns[{txn}], {place}, {value}, &error))"),
                _ => format!("storage->put(instance, {place}, {value}, 0, &error)"),
            }
        }
        StorageOperation::Delete { by: By::Transaction(txn), table, key } => {
            format!("STORAGE(txn_remove, (txns[{txn}], {}, &error))", place(*table, key))
        }
        StorageOperation::Delete { table, key, .. } => {
            format!("storage->remove(instance, {}, 0, &error)", place(*table, key))
        }
        StorageOperation::Get { by, table, key } => {
            let place = place(*table, key);
            match by {
                By::Storage => format!("storage->get(instance, {place}, begin(), &error)"),
                By::Handle => format!("table_get({place})"),
                By::Reader(reader) => format!("reader_get({reader}, {place})"),
                By::Transaction(txn) => format!("STORAGE(txn_get, (txns[{txn}], {place}, begin(), &error))"),
            }
        }
        StorageOperation::MultiGet { table, .. } => format!("multi_get({table}u)"),
        StorageOperation::Scan { by: By::Transaction(txn), range, limit } => {
            format!("STORAGE(txn_scan, (txns[{txn}], NULL, {}, {}, rows(), &error))", bounds(range), limit_in_c(*limit))
        }
        StorageOperation::Scan { range, limit, .. } => {
            format!("storage->scan(instance, NULL, {}, {}, rows(), &error)", bounds(range), limit_in_c(*limit))
        }
        StorageOperation::Walk { reader, range, reverse, seek } => {
            let flags = if *reverse { "SOCH_CURSOR_REVERSE" } else { "0" };
            let seek = seek.as_ref().map_or("NULL".to_owned(), |key| format!("to({})", bytes::in_c(key)));
            let Range { table, start, end } = range;
            format!("walk({reader}, {table}u, {flags}, {}, {}, {seek})", bytes::in_c(start), bytes::in_c(end))
        }
        StorageOperation::Fill { table, count } => format!("fill({table}u, {count})"),
        StorageOperation::Batch(_) => "batch()".to_owned(),
        StorageOperation::DropTable { table } => format!("STORAGE(drop_table, (instance, NULL, {table}u, &error))"),
        StorageOperation::ListTables => "list_tables()".to_owned(),
        StorageOperation::Count => "count_rows()".to_owned(),
        StorageOperation::Flush => "storage->flush(instance, NULL, &error)".to_owned(),
        StorageOperation::Compact => {
            "HAS(storage, soch_storage, compact) ? storage->compact(instance, NULL, &error) : SOCH_OK".to_owned()
        }
        StorageOperation::OpenReader(at) => format!("STORAGE(open_reader, (instance, &readers[{at}], &error))"),
        StorageOperation::CloseReader(at) => format!("(storage->close_reader(readers[{at}]), SOCH_OK)"),
        StorageOperation::Begin(at) => format!("begin_txn({at})"),
        StorageOperation::Commit(at) => format!("storage->commit_txn(txns[{at}], NULL, &error)"),
        StorageOperation::Abort(at) => format!("(storage->abort_txn(txns[{at}]), SOCH_OK)"),
        StorageOperation::Save(at) => format!("STORAGE(txn_set_savepoint, (txns[{at}], &error))"),
        StorageOperation::RollBack(at) => format!("STORAGE(txn_rollback_to_savepoint, (txns[{at}], &error))"),
        StorageOperation::Reopen => "reopen()".to_owned(),
    }
}

fn write_in_c(write: &BatchWrite) -> String {
    let (op, table, key, value) = match write {
        BatchWrite::Put { table, key, value } => ("PUT", table, key, &value[..]),
        BatchWrite::Delete { table, key } => ("DELETE", table, key, &b""[..]),
        BatchWrite::DeleteRange { table, start, end } => ("DELETE_RANGE", table, start, &end[..]),
        BatchWrite::Expect { table, key, value } => ("EXPECT", table, key, &value[..]),
        BatchWrite::ExpectAbsent { table, key } => ("EXPECT_ABSENT", table, key, &b""[..]),
    };
    format!("    write_of(SOCH_WRITE_{op}, {table}u, {}, {});\n", bytes::in_c(key), bytes::in_c(value))
}

/// Whether a storage that describes that it does not do this is not asked.
fn is_not_called(operation: &StorageOperation) -> bool {
    matches!(operation, StorageOperation::Reopen | StorageOperation::Count)
}

pub(crate) fn in_c(operation: &StorageOperation, step: usize, expected: &Expected, accepted: bool) -> String {
    if !accepted && is_not_called(operation) {
        return String::new();
    }
    let before: String = match operation {
        StorageOperation::Batch(writes) => writes.iter().map(write_in_c).collect(),
        StorageOperation::MultiGet { keys, .. } => {
            keys.iter().map(|key| format!("    wanted({});\n", bytes::in_c(key))).collect()
        }
        _ => String::new(),
    };
    let call = call_in_c(operation);
    let behind: String = match operation {
        StorageOperation::CloseReader(at) => format!("    readers[{at}] = NULL;\n"),
        StorageOperation::Commit(at) | StorageOperation::Abort(at) => format!("    txns[{at}] = NULL;\n"),
        // As the sequence did: what was refused inside ends the transaction.
        StorageOperation::Put { by: By::Transaction(at), .. }
        | StorageOperation::Delete { by: By::Transaction(at), .. }
            if !accepted =>
        {
            format!("    storage->abort_txn(txns[{at}]), txns[{at}] = NULL;\n")
        }
        _ => String::new(),
    };
    let checked = match &expected.answer {
        Some(answer) if accepted => match answer {
            Answer::Done | Answer::Told(_) | Answer::Wrong(_) => format!("    done({step}, {call});\n"),
            Answer::Value(None) => format!("    none({step}, {call});\n"),
            Answer::Value(Some(value)) => format!("    got({step}, {call}, {});\n", bytes::in_c(value)),
            Answer::Rows(rows) => {
                let row = |(key, value): &(Vec<u8>, Vec<u8>)| {
                    format!("    row({step}, {}, {});\n", bytes::in_c(key), bytes::in_c(value))
                };
                format!("    done({step}, {call});\n{}    no_more({step});\n", rows.iter().map(row).collect::<String>())
            }
            Answer::Numbers(numbers) => {
                let numbers: String =
                    numbers.iter().map(|number| format!("    number({step}, {number}u);\n")).collect();
                format!("    done({step}, {call});\n{numbers}    no_more({step});\n")
            }
        },
        _ => format!("    refused({step}, {call});\n"),
    };
    before + &checked + &behind
}

fn call_in_rust(operation: &StorageOperation) -> String {
    let place = |table: u32, key: &[u8]| format!("{table}, {}", bytes::in_rust(key));
    let bounds =
        |range: &Range| format!("{}, {}, {}", range.table, bytes::in_rust(&range.start), bytes::in_rust(&range.end));
    let txn = |at: &usize| format!("txns[{at}].as_mut().unwrap()");
    match operation {
        StorageOperation::Put { by, table, key, value } => {
            let (place, value) = (place(*table, key), bytes::in_rust(value));
            match by {
                By::Handle => format!(
                    "storage.open_table({table}).and_then(|table| table.put({}, {value}, 0))",
                    bytes::in_rust(key)
                ),
                By::Transaction(at) => format!("{}.put({place}, {value})", txn(at)),
                _ => format!("storage.put({place}, {value}, 0)"),
            }
        }
        StorageOperation::Delete { by: By::Transaction(at), table, key } => {
            format!("{}.delete({})", txn(at), place(*table, key))
        }
        StorageOperation::Delete { table, key, .. } => format!("storage.delete({}, 0)", place(*table, key)),
        StorageOperation::Get { by, table, key } => {
            let place = place(*table, key);
            match by {
                By::Storage => format!("storage.get({place})"),
                By::Handle => format!("table_get(&storage, {place})"),
                By::Reader(at) => {
                    format!("readers[{at}].as_mut().unwrap().get({place}).map(|found| found.map(<[u8]>::to_vec))")
                }
                By::Transaction(at) => format!("{}.get({place})", txn(at)),
            }
        }
        StorageOperation::MultiGet { table, keys } => {
            let keys: Vec<String> = keys.iter().map(|key| bytes::in_rust(key)).collect();
            format!("multi_get(&storage, {table}, &[{}])", keys.join(", "))
        }
        StorageOperation::Scan { by: By::Transaction(at), range, limit } => {
            format!("{}.scan({}, {limit})", txn(at), bounds(range))
        }
        StorageOperation::Scan { range, limit, .. } => format!("storage.scan({}, {limit})", bounds(range)),
        StorageOperation::Walk { reader, range, reverse, seek } => {
            let Range { table, start, end } = range;
            let options = format!("CursorOptions::range({}, {})", bytes::in_rust(start), bytes::in_rust(end));
            let reversed = if *reverse { ".reversed()" } else { "" };
            let seek = seek.as_ref().map_or("None".to_owned(), |key| format!("Some({})", bytes::in_rust(key)));
            format!("walk(readers[{reader}].as_ref().unwrap(), {table}, &{options}{reversed}, {seek})")
        }
        StorageOperation::Fill { table, count } => format!("fill(&storage, {table}, {count})"),
        StorageOperation::Batch(writes) => {
            let writes: Vec<String> = writes.iter().map(write_in_rust).collect();
            format!("storage.write_batch(&[{}], &BatchOptions::new())", writes.join(", "))
        }
        StorageOperation::DropTable { table } => format!("storage.drop_table({table})"),
        StorageOperation::ListTables => {
            "storage.list_tables().map(|tables| tables.into_iter().map(u64::from).collect::<Vec<_>>())".to_owned()
        }
        StorageOperation::Count => "storage.stats().map(|stats| vec![stats.key_count])".to_owned(),
        StorageOperation::Flush => "storage.flush()".to_owned(),
        StorageOperation::Compact => "storage.compact()".to_owned(),
        StorageOperation::OpenReader(at) => format!("storage.reader().map(|made| readers[{at}] = Some(made))"),
        StorageOperation::CloseReader(at) => format!("closed(readers[{at}].take())"),
        StorageOperation::Begin(at) => format!("begin(&storage).map(|made| txns[{at}] = Some(made))"),
        StorageOperation::Commit(at) => format!("txns[{at}].take().unwrap().commit()"),
        StorageOperation::Abort(at) => format!("closed(txns[{at}].take())"),
        StorageOperation::Save(at) => format!("{}.set_savepoint()", txn(at)),
        StorageOperation::RollBack(at) => format!("{}.rollback_to_savepoint()", txn(at)),
        StorageOperation::Reopen => "storage.flush()".to_owned(),
    }
}

fn write_in_rust(write: &BatchWrite) -> String {
    match write {
        BatchWrite::Put { table, key, value } => {
            format!("Write::Put {{ table: {table}, key: {}, value: {} }}", bytes::in_rust(key), bytes::in_rust(value))
        }
        BatchWrite::Delete { table, key } => {
            format!("Write::Delete {{ table: {table}, key: {} }}", bytes::in_rust(key))
        }
        BatchWrite::DeleteRange { table, start, end } => {
            format!(
                "Write::DeleteRange {{ table: {table}, start: {}, end: {} }}",
                bytes::in_rust(start),
                bytes::in_rust(end)
            )
        }
        BatchWrite::Expect { table, key, value } => {
            format!(
                "Write::Expect {{ table: {table}, key: {}, value: {} }}",
                bytes::in_rust(key),
                bytes::in_rust(value)
            )
        }
        BatchWrite::ExpectAbsent { table, key } => {
            format!("Write::ExpectAbsent {{ table: {table}, key: {} }}", bytes::in_rust(key))
        }
    }
}

pub(crate) fn in_rust(operation: &StorageOperation, step: usize, expected: &Expected, accepted: bool) -> String {
    if !accepted && is_not_called(operation) {
        return String::new();
    }
    let call = call_in_rust(operation);
    let behind = match operation {
        StorageOperation::Reopen => "    drop(storage);\n    let storage = made(&library);\n".to_owned(),
        StorageOperation::Put { by: By::Transaction(at), .. }
        | StorageOperation::Delete { by: By::Transaction(at), .. }
            if !accepted =>
        {
            format!("    txns[{at}] = None;\n")
        }
        _ => String::new(),
    };
    let checked = match &expected.answer {
        Some(answer) if accepted => match answer {
            Answer::Done | Answer::Told(_) | Answer::Wrong(_) => format!("    {call}.expect(\"step {step}\");\n"),
            Answer::Value(None) => format!("    assert_eq!({call}.expect(\"step {step}\"), None, \"step {step}\");\n"),
            Answer::Value(Some(value)) => {
                let value = bytes::in_rust(value);
                format!("    assert_eq!({call}.expect(\"step {step}\").as_deref(), Some({value}), \"step {step}\");\n")
            }
            Answer::Rows(rows) => {
                let row = |(key, value): &(Vec<u8>, Vec<u8>)| {
                    format!("row({}, {})", bytes::in_rust(key), bytes::in_rust(value))
                };
                let rows: Vec<String> = rows.iter().map(row).collect();
                let rows = format!("[{}] as [Row; {}]", rows.join(", "), rows.len());
                format!("    assert_eq!({call}.expect(\"step {step}\"), {rows}, \"step {step}\");\n")
            }
            Answer::Numbers(numbers) => {
                let count = numbers.len();
                format!(
                    "    assert_eq!({call}.expect(\"step {step}\"), {numbers:?} as [u64; {count}], \"step {step}\");\n"
                )
            }
        },
        _ => format!("    {call}.map(drop).expect_err(\"step {step}\");\n"),
    };
    checked + &behind
}
