//! What a class asks of its host and of its configuration, it gets; what is wrong there, it says by its path.

use sochdb_plugin_host::sdk::{CompressionExtension, Labels, LogLevel};
use sochdb_plugin_host::{
    Caller, DynamicPluginLoader, HostServices, InstanceOptions, LoadError, MetricDescription, PluginLibrary, Refusal,
    Service,
};
use std::sync::{Arc, Mutex};
use support::plugins::Private;
use support::{compiler, root, succeed, tool, MINUTE};

#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

impl Heard {
    fn hear(&self, text: String) {
        self.0.lock().expect("no test panics with it").push(text);
    }
}

#[repr(C)]
struct Greeter {
    size: usize,
    greet: extern "C" fn(i32) -> i32,
}

extern "C" fn greet(number: i32) -> i32 {
    number + 1
}

static GREETER: Greeter = Greeter { size: size_of::<Greeter>(), greet };

impl HostServices for Heard {
    fn log(&self, _: &Caller<'_>, level: LogLevel, message: &str, fields: Labels<'_>) {
        let fields: Vec<String> = fields.iter().map(|(name, value)| format!(" {name}={value}")).collect();
        self.hear(format!("{level:?} {message}{}", fields.concat()));
    }

    fn describe_metric(&self, _: &Caller<'_>, name: &str, description: &MetricDescription<'_>) {
        self.hear(format!("{name} in {}: {}", description.unit, description.text));
    }

    fn counter_inc(&self, _: &Caller<'_>, name: &str, value: u64, labels: Labels<'_>) {
        let labels: Vec<String> = labels.iter().map(|(name, value)| format!(" {name}={value}")).collect();
        self.hear(format!("counter {name} {value}{}", labels.concat()));
    }

    fn gauge_set(&self, _: &Caller<'_>, name: &str, value: f64, _: Labels<'_>) {
        self.hear(format!("gauge {name} {value}"));
    }

    fn histogram_observe(&self, _: &Caller<'_>, name: &str, value: f64, _: Labels<'_>) {
        self.hear(format!("histogram {name} {}", (0.0..60.0).contains(&value)));
    }

    fn service(&self, id: &str) -> Option<Service> {
        (id == "com.example.greeter/1").then(|| Service::new(&GREETER))
    }
}

fn load(test: &str) -> Option<(Arc<Heard>, PluginLibrary)> {
    let program = tool(test, "g++")?;
    let plugin = Private::empty("uses_host");
    let mut command = compiler(&program);
    command.args(["-std=c++11", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-fvisibility=hidden"]);
    command.arg(format!("-Wl,--version-script={}", root().join("include/sochdb_plugin.map").display()));
    command.arg(root().join("tests/plugins/uses_host.cpp")).arg("-o").arg(&plugin.path);
    succeed(&mut command, MINUTE);
    let heard = Arc::new(Heard::default());
    let loader = DynamicPluginLoader::new_trusted().services(heard.clone());
    Some((heard, plugin.executable().load_by(&loader).expect("it loads")))
}

#[test]
fn a_class_hears_its_host_and_is_heard() {
    let Some((heard, library)) = load("a_class_hears_its_host_and_is_heard") else { return };
    let config = r#"{"name": "caf\u00e9", "ratio": 2.5e-1, "on": true, "level": null, "big": 18446744073709551615,
        "small": -128, "mode": "fast", "list": ["a", "b\n"], "nested": {"depth": 7}}"#;
    let codec = library.instance(config).expect("an instance").compression().expect("a codec");
    let compressed = codec.compress(b"bytes").expect("it copies");
    assert_eq!(codec.decompress(&compressed).expect("it copies"), b"bytes");
    let heard = heard.0.lock().expect("no test panics with it").clone();
    let product = heard.get(3).cloned().unwrap_or_default();
    let said = [
        "Info café otherwise 0.25 1 3 18446744073709551615 -128 0 7 [a] [b\\n] {depth 7}",
        "Warn with a field name=café",
        "Error 42",
        &product,
        "seconds in s: Time that compressing took",
        "counter calls 2 call=compress",
        "gauge bytes 5",
        "histogram seconds true",
    ];
    assert_eq!(heard, said);
    assert!(product.starts_with("Info ") && product.ends_with(" somewhere"), "{product}");
}

#[test]
fn a_class_has_a_directory_and_a_budget_and_tells_what_it_takes() {
    let Some((heard, library)) = load("a_class_has_a_directory_and_a_budget_and_tells_what_it_takes") else { return };
    let place = tempfile::tempdir().expect("a directory");
    let directory = place.path().join("files");
    let options = InstanceOptions::new().data_dir(&directory).memory_budget(1000);
    let instance = library.instance_with(r#"{"name": "x"}"#, &options).expect("an instance");
    let said = format!("Info {} 1000", directory.display());
    assert!(heard.0.lock().expect("no test panics with it").contains(&said), "{said}");
    assert_eq!(instance.memory_used(), Some(500));
}

#[test]
fn a_wrong_configuration_is_named() {
    let Some((_, library)) = load("a_wrong_configuration_is_named") else { return };
    let wrong = [
        ("{}", "configuration: `name` is missing: say who it is"),
        (r#"{"name": 5}"#, "configuration: `name` must be a text in quotes"),
        (r#"{"nam": "x"}"#, "configuration: it has no member `nam`, only `name`, `ratio`"),
        (r#"{"name": "x", "nested": {"x": 1}}"#, "configuration: `nested` has no member `x`, only `depth`"),
        (r#"{"name": "x", "small": 128}"#, "configuration: `small` must be a whole number, -128 to 127"),
        (r#"{"name": "x", "level": 0}"#, "configuration: `level` must be a whole number, 1 to 9"),
        (r#"{"name": "x", "mode": "slow"}"#, r#"configuration: `mode` must be "fast" or "safe""#),
        (r#"{"name": "x", "on": 1}"#, "configuration: `on` must be true or false"),
        (r#"{"name": "x""#, "configuration, byte 12: a comma or the closing bracket is missing"),
    ];
    for (config, says) in wrong {
        match library.instance(config).as_ref().map_err(LoadError::refusal) {
            Err(Refusal::Create { message, .. }) => assert!(message.contains(says), "{config}: {message}"),
            Err(other) => panic!("{config}: {other}"),
            Ok(_) => panic!("{config} is taken"),
        }
    }
}
