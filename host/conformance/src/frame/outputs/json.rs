//! JSON lines.

use crate::frame::must::ensure;
use crate::frame::not_passed::NotPassed;
use crate::frame::outputs::seen::{Format, Record, Seen};
use serde_json::Value;

/// The objects of a text, a line each; None if it is something else.
///
/// # Errors
/// A line is no object, while others are.
pub(crate) fn lines(text: &[u8]) -> Result<Option<Seen>, NotPassed> {
    let is_object = |line: &[u8]| matches!(serde_json::from_slice(line), Ok(Value::Object(_)));
    let all = || text.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    if !text.trim_ascii_start().starts_with(b"{") && !all().any(is_object) {
        return Ok(None);
    }
    let mut records = Vec::new();
    for (number, line) in all().enumerate() {
        let shown = String::from_utf8_lossy(line);
        let parsed = serde_json::from_slice(line).ok();
        let Some(Value::Object(object)) = parsed else {
            return Err(format!("line {} of the output is no JSON object: {shown:.200}", number + 1).into());
        };
        let mut record = Record::default();
        take(&Value::Object(object), &mut record);
        records.push(record);
    }
    ensure!(text.ends_with(b"\n"), "the last line of the output has no end");
    Ok(Some(Seen { format: Format::Json, records }))
}

fn take(value: &Value, record: &mut Record) {
    match value {
        Value::Null => {}
        Value::Bool(flag) => record.texts.push(flag.to_string()),
        Value::Number(number) => {
            record.numbers.extend(number.as_f64());
            record.integers.extend(number.as_u64().map(i128::from).or_else(|| number.as_i64().map(i128::from)));
        }
        Value::String(text) => {
            // Numbers that JSON's are too small for, or has not.
            record.numbers.extend(text.parse::<f64>().ok());
            record.integers.extend(text.parse::<i128>().ok());
            record.texts.push(text.clone());
        }
        Value::Array(items) => {
            if let [Value::String(name), second] = &items[..] {
                record.pairs.extend(scalar(second).map(|text| (name.clone(), text)));
            }
            items.iter().for_each(|item| take(item, record));
        }
        Value::Object(fields) => {
            // `{"key": "table", "value": {"stringValue": "t"}}`, as OpenTelemetry has it.
            let name = ["key", "name"].iter().find_map(|field| fields.get(*field)?.as_str());
            if let (Some(name), Some(under)) = (name, fields.get("value")) {
                let inner = under.as_object().and_then(|inner| inner.values().next()).unwrap_or(under);
                record.pairs.extend(scalar(inner).map(|text| (name.to_owned(), text)));
            }
            for (name, item) in fields {
                record.pairs.extend(scalar(item).map(|text| (name.clone(), text)));
                record.texts.push(name.clone());
                take(item, record);
            }
        }
    }
}

/// The text of a value that has no parts.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
