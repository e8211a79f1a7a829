//! The reports of `sochdb-plugin check`: JUnit XML and a page.

use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;
use support::command::{command, one_object, LIMIT};
use support::in_c;
use support::plugins::Private;
use support::{run, succeed, tool, PrivateDir, MINUTE};

/// Checks the plugin and gives the answer, the XML and the page.
fn reported(file: &Path, arguments: &[&str], code: i32) -> (Value, String, String) {
    let room = PrivateDir::new("reports");
    let [junit, html] = ["junit.xml", "page.html"].map(|name| room.path().join(name));
    let mut check = command();
    check.args(["check", "--json", "--junit"]).arg(&junit).arg("--html").arg(&html).args(arguments).arg(file);
    let answer = one_object(&run(&mut check, LIMIT), code);
    let [junit, html] = [junit, html].map(|file| fs::read_to_string(file).expect("a report"));
    (answer, junit, html)
}

/// Counts the elements of an XML text by name, as a parser that is not ours reads it; None without one.
fn elements(test: &str, xml: &str) -> Option<Value> {
    const SCRIPT: &str = "import sys, json, collections, xml.etree.ElementTree as tree
root = tree.fromstring(sys.stdin.buffer.read())
print(json.dumps(collections.Counter(element.tag for element in root.iter())))";
    let python = tool(test, "python3")?;
    let room = PrivateDir::new("xml");
    let file = room.write("in.xml", xml);
    let mut parse = Command::new("sh");
    parse.args(["-c", "exec \"$0\" -c \"$1\" <\"$2\""]).arg(python).arg(SCRIPT).arg(file);
    Some(serde_json::from_str(&succeed(&mut parse, MINUTE).stdout).expect("JSON"))
}

#[test]
fn each_test_is_in_the_xml_as_it_ended() {
    let name = "each_test_is_in_the_xml_as_it_ended";
    for (file, code) in [
        (Private::copy(&in_c!("codec_xor")), 0),
        (Private::compile("unstable_codec", &["-DFAIL"]), 1),
        (Private::compile("unstable_codec", &["-DCRASH"]), 1),
    ] {
        let (answer, xml, _) = reported(&file.path, &["--quick"], code);
        let Some(found) = elements(name, &xml) else { return };
        let count = |key: &str| answer[key].as_u64().expect("a number");
        let number = |element: &str| found[element].as_u64().unwrap_or(0);
        assert_eq!(number("testcase"), count("total"), "{xml}");
        assert_eq!(number("skipped"), count("skipped"), "{xml}");
        assert_eq!(number("failure"), count("failed"), "{xml}");
        assert_eq!(number("error"), count("crashed") + count("hung") + count("not_run"), "{xml}");
    }
}

/// What a plugin says goes into both reports, and must not become a part of them.
#[test]
fn what_a_plugin_says_is_text() {
    let name = "what_a_plugin_says_is_text";
    let plugin = Private::compile("unstable_codec", &["-DFAIL", "-DWHY=\"<b>]]>&'\\x01\\n\""]);
    let (_, xml, page) = reported(&plugin.path, &["--quick"], 1);
    let Some(found) = elements(name, &xml) else { return };
    assert!(found["failure"].as_u64().is_some_and(|count| count > 0), "{xml}");
    assert!(xml.contains("&lt;b&gt;") && page.contains("&lt;b&gt;"), "{xml}");
    assert!(!page.contains("<b>") && !page.contains('\x01'), "{page}");
}

#[test]
fn the_page_shows_all_and_needs_nothing() {
    let plugin = Private::copy(&in_c!("index_flat"));
    let tests = ["--test", "index::*", "--test", "index_recall::*", "--test", "index_persist::*"];
    let arguments = [&["--config", r#"{"dimensions": 16}"#][..], &tests].concat();
    let (answer, _, page) = reported(&plugin.path, &arguments, 0);
    for test in answer["tests"].as_array().expect("tests") {
        assert!(page.contains(test["name"].as_str().expect("a name")), "{test}");
    }
    assert!(page.contains("What was skipped") && page.contains("`save` is unsupported"), "skipped, and why");
    assert!(page.contains("nearest</text>") && page.contains("recall@10"), "times and figures");
    for part in ["http://", "https://", "<script", "src=", "href="] {
        assert!(!page.contains(part), "the page needs {part}");
    }
}

/// Before the tests run, which may take minutes.
#[test]
fn a_report_that_cannot_be_written_is_told() {
    let plugin = Private::copy(&in_c!("codec_xor"));
    let check = |arguments: &[&str]| {
        let mut check = command();
        run(
            check.arg("check").args(arguments).args(["--quick", "--junit", "/nonexistent/x.xml"]).arg(&plugin.path),
            LIMIT,
        )
    };
    let answer = one_object(&check(&["--json"]), 1);
    assert_eq!(answer["code"], "E_WRITE", "{answer}");
    assert!(answer["message"].as_str().is_some_and(|why| why.contains("/nonexistent/x.xml")), "{answer}");
    let told = check(&[]);
    assert!(!told.stdout.contains("load::"), "{}", told.stdout);
}
