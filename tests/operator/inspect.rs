//! What `inspect` tells beside note and entry: the processor, thread-local data, what else is exported, and all of it of
//! plugins for other systems.

use serde_json::{json, Value};
use sochdb_plugin_host::Facts;
use std::fs;
use std::path::PathBuf;
use support::command::{call, object};
use support::foreign::Llvm;
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

/// For Windows, for macOS, and both of the latter's processors in one file; none of them loads here. What is cut off is
/// built again, as the remedy says.
#[test]
fn a_plugin_of_another_system_is_not_read() {
    let test = "a_plugin_of_another_system_is_not_read";
    let Some(llvm) = Llvm::find(test) else { return };
    let (directory, source) = (PrivateDir::new(test), root().join("examples-c/codec_xor.c"));
    let [windows, arm, intel, both] =
        ["x.dll", "arm.dylib", "intel.dylib", "both.dylib"].map(|name| directory.join(name));
    llvm.windows(&["-O2"], &source, &windows);
    llvm.macos("arm64", &["-O2"], &source, &arm);
    llvm.macos("x86_64", &["-O2"], &source, &intel);
    fs::write(&both, universal(&[(0x0100_000c, &arm), (0x0100_0007, &intel)])).expect("its own file");
    let own = if cfg!(target_arch = "x86_64") { "x86_64" } else { "aarch64" };
    let machines =
        [(&windows, "pe", "x86_64"), (&arm, "mach_o", "aarch64"), (&intel, "mach_o", "x86_64"), (&both, "mach_o", own)];
    for (library, group, machine) in machines {
        let facts = object(&["inspect"], library, 0);
        assert_eq!((&facts["note"]["name"], &facts["note"]["kinds"]), (&json!("codec_xor"), &json!(["compression"])));
        assert_eq!(facts["note"]["layout_hash"], facts["entry"]["layout_hash"], "{facts}");
        assert_eq!((&facts[group]["machine"], &facts[group]["bits"]), (&json!(machine), &json!(64)), "{facts}");
        let private = Private::copy(library);
        assert_eq!(private.load().expect_err("it is of another system").code(), "E_ELF_MAGIC");
        let whole = fs::read(library).expect("its own file");
        fs::write(library, &whole[..whole.len() / 40]).expect("its own file");
        let refused = object(&["inspect"], library, 1);
        assert_eq!(refused["code"], "E_FILE_FORMAT", "{refused}");
        assert_eq!(refused["remedy"], "copy or build the plugin again, and do not edit the file");
        fs::write(library, &whole).expect("its own file");
        assert_eq!(object(&["inspect"], library, 0), facts);
    }
}

/// A universal file of macOS with these libraries, each with the number of its processor.
fn universal(libraries: &[(u32, &PathBuf)]) -> Vec<u8> {
    const PAGE: usize = 1 << 14;
    let mut file: Vec<u8> = [0xcafe_babe, 2].into_iter().flat_map(u32::to_be_bytes).collect();
    let mut bodies = Vec::new();
    for (processor, library) in libraries {
        let bytes = fs::read(library).expect("its own file");
        let (at, size) = ((PAGE + bodies.len()) as u32, bytes.len() as u32);
        file.extend([*processor, 0, at, size, 14].into_iter().flat_map(u32::to_be_bytes));
        bodies.extend(bytes);
        bodies.resize(bodies.len().next_multiple_of(PAGE), 0);
    }
    file.resize(PAGE, 0);
    [file, bodies].concat()
}

/// Bytes that are changed by chance.
#[test]
fn a_damaged_library_of_another_system_makes_the_reader_panic() {
    let test = "a_damaged_library_of_another_system_makes_the_reader_panic";
    let Some(llvm) = Llvm::find(test) else { return };
    let (directory, source) = (PrivateDir::new(test), root().join("examples-c/codec_xor.c"));
    let [windows, macos] = ["x.dll", "x.dylib"].map(|name| directory.join(name));
    llvm.windows(&["-O2"], &source, &windows);
    llvm.macos("x86_64", &["-O2"], &source, &macos);
    let mut state = 14_u64;
    let mut chance = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as usize % below
    };
    for library in [&windows, &macos] {
        let whole = fs::read(library).expect("its own file");
        // What says where things are is at the beginning.
        let head = whole.len().min(2048);
        let (mut read, mut refused) = (0, 0);
        for _ in 0..20_000 {
            let mut damaged = whole.clone();
            for _ in 0..=chance(4) {
                let at = if chance(3) == 0 { chance(whole.len()) } else { chance(head) };
                damaged[at] = [0, 1, 0x7f, 0xff, damaged[at].wrapping_add(1), chance(256) as u8][chance(6)];
            }
            match Facts::read(&damaged) {
                Ok(_) => read += 1,
                Err(error) => {
                    refused += 1;
                    assert!(!error.to_string().contains(char::is_control), "{error}");
                }
            }
        }
        assert!(read > 1000 && refused > 1000, "{}: {read} were read, {refused} refused", library.display());
    }
}
