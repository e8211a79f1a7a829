//! Configurations as they come out when somebody slips.

use crate::system::backend::System;
use crate::system::Native;
use serde_json::{json, Map, Value};

/// Variants of a configuration, each with what is wrong. A plugin may take some of them.
pub(crate) fn bad_configs(good: &str) -> Vec<(String, String)> {
    let texts = ["", "{", "[]", "null", "{\"a\":}", "{} {}", "\u{0}"];
    let mut all: Vec<_> = texts.iter().map(|text| (format!("the text {text:?}"), (*text).to_owned())).collect();
    let Ok(Value::Object(fields)) = serde_json::from_str(good) else { return all };
    let mut add = |what: String, fields: Map<String, Value>| all.push((what, Value::Object(fields).to_string()));
    let mut more = fields.clone();
    more.insert("no_plugin_has_this".to_owned(), json!(1));
    add("a field that no plugin has".to_owned(), more);
    for name in fields.keys() {
        let mut less = fields.clone();
        less.remove(name);
        add(format!("no field {name:?}"), less);
        let wrong =
            [json!(null), json!(-1), json!(1e300), json!(true), json!([]), json!({}), json!(""), json!("\u{0}")];
        for value in wrong.into_iter().chain(Native::NOWHERE.map(|path| json!(path))) {
            let mut changed = fields.clone();
            changed.insert(name.clone(), value.clone());
            add(format!("{value} as {name:?}"), changed);
        }
    }
    all
}
