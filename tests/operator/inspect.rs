//! What `inspect` tells beside note and entry: the processor, thread-local data, and what else is exported.

use serde_json::{json, Value};
use std::fs;
use support::command::{call, object};
use support::plugins::Private;
use support::{root, PrivateDir};

const MORE: &str =
    "int helper(int value) { return value; }\n__attribute__((tls_model(\"initial-exec\"))) __thread long room[16];\n\
                    long touch(int at) { return room[at]; }\n";

/// `codec_xor` with more text in it.
fn compiled(text: &str, flags: &[&str]) -> Private {
    let directory = PrivateDir::new("inspect");
    let more = directory.write("more.c", text).display().to_string();
    Private::compile_file(&root().join("examples-c/codec_xor.c"), &[flags, &[more.as_str()]].concat())
}

fn elf(plugin: &Private) -> Value {
    object(&["inspect"], &plugin.path, 0)["elf"].take()
}

#[test]
fn thread_local_data_is_not_told() {
    let facts = elf(&compiled(MORE, &[]));
    assert_eq!((&facts["thread_local_bytes"], &facts["static_tls"]), (&json!(128), &json!(true)), "{facts}");
    let facts = elf(&compiled("int x;\n", &[]));
    assert_eq!((&facts["thread_local_bytes"], &facts["static_tls"]), (&json!(0), &json!(false)), "{facts}");
}

/// A function of that name in the host would take its place; the hint is followed literally.
#[test]
fn what_is_exported_beside_the_entry_is_not_told() {
    let open = compiled(MORE, &[]);
    assert_eq!(elf(&open)["exports_in_all"], 3);
    let text = call(&["inspect", open.path.to_str().expect("UTF-8")]).stdout;
    assert!(text.contains("helper") && text.contains("room") && text.contains("touch"), "{text}");
    let script = text.split("where FILE says ").nth(1).expect("it says how to hide them").trim();
    let directory = PrivateDir::new("inspect");
    let script = directory.write("script", script);
    let script = format!("-Wl,--version-script={}", script.display());
    for flags in [["-fvisibility=hidden"], [script.as_str()]] {
        let hidden = compiled(MORE, &flags);
        assert_eq!(elf(&hidden)["exports_beside_entry"], json!([]), "{flags:?}");
        hidden.load().unwrap_or_else(|error| panic!("{flags:?}: {error}"));
        let text = call(&["inspect", hidden.path.to_str().expect("UTF-8")]).stdout;
        assert!(!text.contains("beside the entry: "), "{text}");
    }
    let checked = object(&["check"], &open.path, 0);
    assert_eq!(checked["exports_beside_entry"].as_array().map(Vec::len), Some(3), "{checked}");
}

/// A level above the highest one that there is, or the one above this processor's.
#[test]
fn a_plugin_for_a_newer_processor_is_loaded() {
    const TEST: &str = "a_plugin_for_a_newer_processor_is_loaded";
    if !cfg!(target_arch = "x86_64") {
        return support::skipped(TEST, "only x86-64 has levels");
    }
    let noted = compiled("int x;\n", &["-Wl,-z,x86-64-v4"]);
    if elf(&noted)["isa_needed"] != "x86-64-v4" {
        return support::skipped(TEST, "this linker notes no level");
    }
    // What a linker of later years would write: bits are those of levels, from the lowest on.
    let later = Private::copy(&noted.path);
    let mut bytes = fs::read(&later.path).expect("its own file");
    let property = [&0xc000_8002_u32.to_le_bytes()[..], &4_u32.to_le_bytes()].concat();
    let at = bytes.windows(8).position(|window| window == property).expect("the note");
    bytes[at + 8] |= 0x10;
    fs::write(&later.path, bytes).expect("its own file");
    assert_eq!(elf(&later)["isa_needed"], "x86-64-v5");
    let error = later.load().expect_err("no processor has that level");
    assert_eq!(error.code(), "E_ELF_ISA");
    let text = error.to_string();
    assert!(text.contains("x86-64-v5"), "{text}");
    let level =
        text.rsplit("-v").next().and_then(|level| level.parse::<u32>().ok()).expect("it names this one's level");
    match noted.load() {
        Ok(_) => assert_eq!(level, 4),
        Err(error) => assert!(level < 4 && error.code() == "E_ELF_ISA", "{level}: {error}"),
    }
    // The remedy names the level that this processor has.
    let remedy = error.remedy();
    let march = remedy.split_whitespace().find(|word| word.starts_with("-march=")).expect("the flag to change");
    let plain = compiled("int x;\n", &[march, &format!("-Wl,-z,x86-64-v{level}")]);
    assert_eq!(elf(&plain)["isa_needed"], format!("x86-64-v{level}"));
    plain.load().unwrap_or_else(|error| panic!("{march}: {error}"));
}
