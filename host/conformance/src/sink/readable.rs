//! Sinks whose output can be read back.

use crate::frame::instance::Instance;
use crate::frame::must::unseen;
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use serde_json::Value;

/// An instance whose output can be read back.
pub(crate) fn readable(subject: &Subject) -> Result<Instance, NotPassed> {
    let instance = subject.instance()?;
    if instance.output().is_none() {
        let config = example(subject.config());
        unseen!(
            "its output cannot be read: say by {{file}} or {{port}} in the configuration where it goes, as in --config '{config}'"
        );
    }
    Ok(instance)
}

/// A configuration whose output can be read back: this one, if it names a file or an address, or else one as sinks have it.
fn example(config: &str) -> String {
    let mut config: Value = serde_json::from_str(config).unwrap_or_default();
    for value in config.as_object_mut().into_iter().flat_map(|fields| fields.values_mut()) {
        let Some(text) = value.as_str() else { continue };
        let port = text.rfind(':').filter(|at| text[at + 1..].starts_with(|c: char| c.is_ascii_digit()));
        let place = match port {
            Some(at) => {
                format!("{}:{{port}}{}", &text[..at], text[at + 1..].trim_start_matches(|c: char| c.is_ascii_digit()))
            }
            None if text.contains('/') => "{file}".to_owned(),
            None => continue,
        };
        *value = place.into();
        return config.to_string();
    }
    r#"{"path": "{file}"}"#.to_owned()
}

#[cfg(test)]
mod tests {
    use super::example;

    #[test]
    fn the_example_is_the_configuration_that_is_there() {
        for (config, wanted) in [
            ("{}", r#"{"path": "{file}"}"#),
            (r#"{"level": "info", "log": "/var/log/x"}"#, r#"{"level":"info","log":"{file}"}"#),
            (r#"{"listen": "127.0.0.1:9090"}"#, r#"{"listen":"127.0.0.1:{port}"}"#),
            (r#"{"endpoint": "http://127.0.0.1:4318/v1"}"#, r#"{"endpoint":"http://127.0.0.1:{port}/v1"}"#),
        ] {
            assert_eq!(example(config), wanted);
        }
    }
}
