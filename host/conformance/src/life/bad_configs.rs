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
    for (name, right) in &fields {
        let mut less = fields.clone();
        less.remove(name);
        add(format!("no field {name:?}"), less);
        let wrong =
            [json!(null), json!(-1), json!(1e300), json!(true), json!([]), json!({}), json!(""), json!("\u{0}")];
        let wrong = wrong.into_iter().chain(Native::NOWHERE.map(|path| json!(path)));
        for value in wrong.chain(alike(right)).filter(|value| value != right) {
            let mut changed = fields.clone();
            changed.insert(name.clone(), value.clone());
            add(format!("{value:.60} as {name:?}"), changed);
        }
    }
    all
}

/// Values that look right at first, and turn out to be of no use when they are used.
fn alike(right: &Value) -> Vec<Value> {
    match right {
        Value::String(text) => address(text).unwrap_or_else(|| {
            // A directory, a name that is too long for a file, and a file in a directory that is not there.
            vec![json!("{dir}"), json!(format!("{{dir}}/{}", "long".repeat(100))), json!("{dir}/no/such/file")]
        }),
        Value::Number(_) => vec![json!(0), json!(1_u64 << 32), json!(1.5), json!("1")],
        Value::Bool(_) => vec![json!("true"), json!(1)],
        Value::Array(items) => items.iter().take(1).map(|item| json!([item, null])).collect(),
        Value::Null | Value::Object(_) => Vec::new(),
    }
}

/// Addresses at which nothing can be, if it is one. No server has to be asked for these names: none can have them.
fn address(text: &str) -> Option<Vec<Value>> {
    let colon = text.rfind(':').filter(|at| text[at + 1..].starts_with(|c: char| c == '{' || c.is_ascii_digit()))?;
    let (before, behind) = (&text[..colon], &text[colon + 1..]);
    let (host_at, path) = (before.rfind('/').map_or(0, |at| at + 1), behind.find('/').map_or("", |at| &behind[at..]));
    let (scheme, host) = before.split_at(host_at);
    let ports = ["", "0", "65536", "-1", "x"].map(|port| json!(format!("{scheme}{host}:{port}{path}")));
    let hosts = ["", "no..such", "255.255.255.255", "[::1"].map(|host| json!(format!("{scheme}{host}:{behind}")));
    Some(ports.into_iter().chain(hosts).chain([json!(before)]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_stays_one() {
        let all = address("http://127.0.0.1:{port}/v1").expect("an address");
        for one in ["http://127.0.0.1:65536/v1", "http://no..such:{port}/v1", "http://127.0.0.1"] {
            assert!(all.contains(&json!(one)), "{one} of {all:?}");
        }
        assert_eq!(address("{dir}/rows"), None);
    }

    #[test]
    fn each_field_is_wrong_in_turn() {
        let all = bad_configs(r#"{"path": "{file}", "address": "127.0.0.1:{port}"}"#);
        let texts: Vec<&str> = all.iter().map(|(_, config)| &**config).collect();
        for one in
            [r#"{"path":"{dir}","address":"127.0.0.1:{port}"}"#, r#"{"path":"{file}","address":"127.0.0.1:65536"}"#]
        {
            let same = |text: &str| serde_json::from_str::<Value>(text).ok() == serde_json::from_str(one).ok();
            assert!(texts.iter().any(|text| same(text)), "{one} of {texts:?}");
        }
    }
}
