//! The one JSON object of a command.

use serde_json::{Map, Value};
use sochdb_plugin_host::printable;

/// `object` with `ok` and `command` (null if none was recognized) before all else, and without what would steer a terminal that a string of it is
/// printed on.
pub(super) fn with_outcome(object: &Value, ok: bool, command: &str) -> Value {
    let command = Some(command).filter(|command| !command.is_empty());
    let mut all = Map::from_iter([("ok".to_owned(), ok.into()), ("command".to_owned(), command.into())]);
    if let Value::Object(object) = safe(object) {
        all.extend(object);
    }
    Value::Object(all)
}

fn safe(value: &Value) -> Value {
    match value {
        Value::String(text) => printable(text).into(),
        Value::Array(values) => values.iter().map(safe).collect(),
        Value::Object(object) => {
            Value::Object(object.iter().map(|(key, value)| (printable(key).into_owned(), safe(value))).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn no_string_of_it_steers_a_terminal() {
        let object = json!({ "a\n": ["b\u{202e}", { "c": "\x1b[2J" }], "number": 1.5, "none": null });
        let shown = json!({
            "ok": false, "command": "list", "a\\n": ["b\\u{202e}", { "c": "\\u{1b}[2J" }], "number": 1.5, "none": null,
        });
        assert_eq!(with_outcome(&object, false, "list"), shown);
    }
}
