//! Remedies for vendors: the library is built as the refusal says, and loads.

use crate::follow::*;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::in_c;
use support::plugins::Private;
use support::{find, root, skipped, succeed, tool, PrivateDir, MINUTE};

fn example() -> PathBuf {
    root().join("examples-c/codec_xor.c")
}

fn built(flags: &[&str]) -> Private {
    Private::compile_file(&example(), flags)
}

/// The plugin's source with one text in the place of another.
fn edited(directory: &PrivateDir, from: &str, to: &str) -> Private {
    let source = fs::read_to_string(example()).expect("a source of the examples");
    assert!(source.contains(from), "{from}");
    let file = directory.write("edited.c", &source.replace(from, to));
    Private::compile_file(&file, &["-I", text(&root().join("examples-c"))])
}

#[test]
fn a_library_linked_without_the_option_that_the_remedy_names_loads() {
    for (option, code, advice) in [
        ("-Wl,-z,execstack", "E_ELF_EXEC_STACK", "link with -Wl,-z,noexecstack"),
        ("-Wl,-z,interpose", "E_ELF_INTERPOSE", "link without -z interpose"),
        ("-Wl,--audit=x.so", "E_ELF_AUDIT", "link without --audit"),
        ("-Wl,-F,x.so", "E_ELF_AUDIT", "--filter"),
        ("-Wl,-f,x.so", "E_ELF_AUDIT", "--auxiliary"),
        ("-Wl,-rpath,$ORIGIN", "E_ELF_RPATH", "link without -rpath"),
        ("-Wl,-dynamic-linker,/lib/ld.so,-pie", "E_ELF_PROGRAM", "link the plugin with -shared, not -pie"),
        ("-Wl,-soname,libother.so", "E_ELF_SONAME", "link without -soname"),
    ] {
        let remedy = unloadable(&built(&[option]), code).remedy();
        assert!(remedy.contains(advice), "{option}: {remedy}");
        loads(&built(&[]), option);
    }
    loads(&built(&["-Wl,-z,noexecstack"]), "E_ELF_EXEC_STACK");
    loads(&built(&["-Wl,-soname,libcodec_xor.so"]), "E_ELF_SONAME");
}

#[test]
fn code_that_can_be_written_is_linked_apart() {
    // Such a library cannot be linked with another one.
    let remedy = unloadable(&built(&["-nostdlib", "-Wl,-N", "-Wl,-w"]), "E_ELF_WRITABLE_CODE").remedy();
    assert!(remedy.starts_with("link without -N, --omagic"), "{remedy}");
    loads(&built(&["-nostdlib"]), "E_ELF_WRITABLE_CODE");
}

#[test]
fn a_search_path_is_taken_out_by_the_command() {
    if tool("a_search_path_is_taken_out_by_the_command", "patchelf").is_none() {
        return;
    }
    let plugin = built(&["-Wl,-rpath,$ORIGIN"]);
    let remedy = unloadable(&plugin, "E_ELF_RPATH").remedy();
    let command = command_of("patchelf", &remedy);
    succeed(Command::new("sh").args(["-c", &format!("{command} '{}'", plugin.path.display())]), MINUTE);
    loads(&Private::copy(&plugin.path), &command);
}

#[test]
fn what_is_compiled_without_pic_is_compiled_with_it() {
    let odd = root().join("tests/hostile_corpus/odd.c");
    let plugin = Private::compile_file(&odd, &["-DTEXTREL", "-Wl,-z,notext", "-Wl,-w"]);
    assert_eq!(unloadable(&plugin, "E_ELF_TEXTREL").remedy(), "compile everything in it with -fPIC");
    loads(&Private::compile_file(&odd, &[]), "E_ELF_TEXTREL");
}

#[test]
fn an_object_file_is_linked() {
    let directory = PrivateDir::new("object");
    let (object, linked) = (directory.join("codec.so"), directory.join("linked.so"));
    let mut cc = support::compiler(&find("cc").expect("a C compiler called cc"));
    succeed(cc.args(["-c", "-fPIC"]).arg(example()).arg("-o").arg(&object), MINUTE);
    let remedy = unloadable(&Private::copy(&object), "E_ELF_TYPE").remedy();
    assert!(remedy.starts_with("link the plugin with -shared"), "{remedy}");
    let file = fs::rename(&object, directory.join("codec.o")).map(|()| directory.join("codec.o"));
    let mut cc = Command::new("cc");
    succeed(cc.arg("-shared").arg(file.expect("its own directory")).arg("-o").arg(&linked), MINUTE);
    loads(&Private::copy(&linked), "E_ELF_TYPE");
}

#[test]
fn a_library_named_by_its_path_is_linked_in() {
    let directory = PrivateDir::new("named");
    let source = directory.write("more.c", "int more(void) { return 1; }\n");
    let (library, object, archive) =
        (directory.join("libmore.so"), directory.join("more.o"), directory.join("libmore.a"));
    let Some(ar) = tool("a_library_named_by_its_path_is_linked_in", "ar") else { return };
    succeed(Command::new("cc").args(["-shared", "-fPIC"]).arg(&source).arg("-o").arg(&library), MINUTE);
    let plugin = built(&["-Wl,--no-as-needed", text(&library)]);
    let remedy = unloadable(&plugin, "E_ELF_NEEDED").remedy();
    assert!(remedy.ends_with("or link what it needs statically"), "{remedy}");
    succeed(Command::new("cc").args(["-c", "-fPIC"]).arg(&source).arg("-o").arg(&object), MINUTE);
    succeed(Command::new(ar).arg("rcs").args([&archive, &object]), MINUTE);
    loads(&built(&[text(&archive)]), "E_ELF_NEEDED");
    // With -lNAME it needs the library by a name, which an operator can allow.
    let named = format!("-L{}", directory.path().display());
    fs::remove_file(&archive).expect("its own file");
    let by_name = built(&["-Wl,--no-as-needed", &named, "-lmore"]);
    assert!(by_name.load().is_err_and(|error| error.code().starts_with("E_DEP_")));
}

#[test]
fn what_the_macros_write_takes_the_place_of_what_a_hand_wrote() {
    let macros = "`SOCH_PLUGIN` or `export_plugin!`";
    let odd = |flag: &str| Private::compile_file(&root().join("tests/hostile_corpus/odd.c"), &[flag]);
    let directory = PrivateDir::new("layout");
    let layout = format!("#include \"{}\"\nvoid soch_layout_v1(void) {{}}\n", example().display());
    let layout = directory.write("layout.c", &layout);
    for (plugin, code, advice) in [
        (odd("-DNO_ENTRY"), "E_ELF_NO_ENTRY", macros),
        (odd("-DFUNCTION_ENTRY"), "E_ELF_ENTRY", macros),
        (odd("-DSECOND_NOTE"), "E_NOTE_DUPLICATE", macros),
        (Private::compile_file(&layout, &[]), "E_ELF_LAYOUT", "`export_plugin!`"),
        (Private::compile("wrong_entry", &["-DMAGIC=42"]), "E_NOTE_MISMATCH", macros),
        (Private::compile("wrong_entry", &["-DNAME=\"another\""]), "E_ENTRY_MISMATCH", macros),
        (Private::compile("wrong_entry", &["-DSIZE=152"]), "E_ENTRY_SIZE", macros),
    ] {
        let remedy = unloadable(&plugin, code).remedy();
        assert!(remedy.contains(advice), "{code}: {remedy}");
        // The example is written with SOCH_PLUGIN, once.
        loads(&built(&[]), code);
    }
    // In Rust `export_plugin!` writes all of it.
    loads(&Private::copy(&support::plugins::in_rust("codec_xor")), "E_ELF_LAYOUT");
    loads(&Private::compile("wrong_entry", &["-DSIZE=sizeof(soch_plugin)"]), "E_ENTRY_SIZE");
}

#[test]
fn a_name_or_version_that_is_none_is_given_another() {
    let directory = PrivateDir::new("names");
    for (from, to, code, advice) in [
        ("\"codec_xor\"", "\"a codec\"", "E_NOTE_NAME", "give the plugin another name"),
        ("\"1.0.0\"", "\"1 0\"", "E_NOTE_PLUGIN_VERSION", "give the plugin another version"),
        ("\"codec_xor\"", "\"codec\\0xor\"", "E_ELF_NOTE_TEXT", "take `\\0` out of the name"),
    ] {
        let remedy = unloadable(&edited(&directory, from, to), code).remedy();
        assert!(remedy.contains(advice), "{code}: {remedy}");
    }
    loads(&edited(&directory, "\"codec_xor\"", "\"another\""), "E_NOTE_NAME");
    loads(&edited(&directory, "\"1.0.0\"", "\"1.0.1\""), "E_NOTE_PLUGIN_VERSION");
    loads(&edited(&directory, "\"codec_xor\"", "\"codecxor\""), "E_ELF_NOTE_TEXT");
}

#[test]
fn kinds_are_named_as_the_remedy_lists_them() {
    for (kinds, code) in [("0", "E_NOTE_KINDS"), ("SOCH_KIND_STORAGE", "E_ENTRY_KINDS")] {
        let remedy = unloadable(&Private::compile("wrong_entry", &[&format!("-DKINDS={kinds}")]), code).remedy();
        let named: Vec<&str> = remedy
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .filter(|word| word.starts_with("SOCH_KIND_"))
            .collect();
        assert!(named.contains(&"SOCH_KIND_COMPRESSION"), "{remedy}");
        loads(&Private::compile("wrong_entry", &["-DKINDS=SOCH_KIND_COMPRESSION"]), code);
    }
}

#[test]
fn tables_and_entries_are_filled_as_the_remedy_says() {
    let missing =
        unloadable(&Private::compile("null_slot", &["-DCOMPRESSION", "-DNULL_SLOT=decompress"]), "E_SLOT_MISSING");
    assert!(missing.remedy().starts_with("set `.decompress` in the table of type `soch_compression`"), "{missing:?}");
    let table = unloadable(&Private::compile("null_slot", &["-DCOMPRESSION", "-DSIZE=0"]), "E_TABLE_MALFORMED");
    assert!(table.remedy().contains("`.size = sizeof(table)`"), "{table:?}");
    loads(&Private::compile("null_slot", &["-DCOMPRESSION", "-DSIZE=sizeof(table)"]), "E_TABLE_MALFORMED");
    let words = ["-DCAPABILITY=\"a/1\"", "-DKINDS=(SOCH_KIND_COMPRESSION|SOCH_KIND_CUSTOM)"];
    let entry = unloadable(&Private::compile("wrong_entry", &words), "E_ENTRY_MALFORMED");
    assert!(entry.remedy().contains("`.get_interface`"), "{entry:?}");
    let text = unloadable(&Private::compile("wrong_entry", &["-DDESCRIPTION=\"a\\xff\""]), "E_ENTRY_MALFORMED");
    assert!(text.remedy().contains("UTF-8"), "{text:?}");
    loads(&Private::compile("wrong_entry", &["-DDESCRIPTION=\"a\""]), "E_ENTRY_MALFORMED");
}

/// A file that somebody damaged: built again, it loads.
#[test]
fn a_file_that_was_edited_is_built_again() {
    use support::patch::*;
    const DT_SYMTAB: u64 = 6;
    const DT_RELACOUNT: u64 = 0x6fff_fff9;
    const DT_GNU_HASH: u64 = 0x6fff_fef5;
    let good = fs::read(in_c!("codec_xor")).expect("it was built");
    let whole = Patch(good.clone());
    let (note, with) = (whole.note(), |at: usize, bytes: &[u8]| whole.clone().with(at, bytes));
    let rebuilt = "build the plugin again, and do not edit the file";
    let host = "build the plugin for this host's processor";
    let mut rows = vec![
        ("E_ELF_TRUNCATED", Patch(good[..good.len() / 2].to_vec()), "copy or build the plugin again"),
        ("E_ELF_IDENT", with(6, &[0]), "build the plugin again with the usual linker"),
        ("E_ELF_OS_ABI", with(7, &[9]), "build the plugin for Linux"),
        ("E_ELF_HEADERS", with(56, &[0, 0]), rebuilt),
        ("E_ELF_SEGMENT", whole.clone().segment(PT_LOAD, 0, Field::Align, 3), rebuilt),
        ("E_ELF_DYNAMIC", whole.clone().dynamic(DT_SYMTAB, 0x4000_0000), rebuilt),
        ("E_ELF_SYMBOLS", whole.clone().dynamic(DT_GNU_HASH, 0), rebuilt),
        (
            "E_ELF_RELOCATIONS",
            whole.clone().dynamic(DT_RELACOUNT, 1 << 40),
            "link it with -shared again, and do not edit",
        ),
        ("E_ELF_NOTES", with(note + 4, &[255; 4]), rebuilt),
        ("E_ELF_NOTE_TEXT", with(note + 20 + 36 + 40, b"x"), "build it again"),
        ("E_ABI_MAJOR", with(note + 24, &[2, 0]), "get the plugin for ABI major 1"),
        ("E_LAYOUT_UNKNOWN", with(note + 40, &[0; 16]), "compile the plugin again with an unchanged sochdb_plugin.h"),
        ("E_NOTE_VERSION", with(note + 20, &[0; 4]), "compile the plugin again with sochdb_plugin.h"),
        ("E_NOTE_MISSING", whole.clone().kind(PT_NOTE, 0, 0), "do not remove .note sections"),
    ];
    if cfg!(target_arch = "x86_64") {
        rows.push(("E_ELF_MACHINE", with(18, &183_u16.to_le_bytes()), host));
    }
    for (code, patch, advice) in rows {
        let plugin = Private::copy(&in_c!("codec_xor"));
        put(&plugin.path, &patch.0);
        let error = plugin.load().err().unwrap_or_else(|| panic!("{code}: it is loaded"));
        assert_eq!(error.code(), code, "{error}");
        assert!(error.remedy().contains(advice), "{code}: {}", error.remedy());
        put(&plugin.path, &good);
        loads(&plugin, code);
    }
}

/// Real plugins for other processors; where they are built for this one, they load.
#[test]
fn a_plugin_for_another_processor_is_built_for_this_one() {
    let test = "a_plugin_for_another_processor_is_built_for_this_one";
    let Some((clang, _)) = tool(test, "clang").zip(tool(test, "ld.lld")) else { return };
    let directory = PrivateDir::new("foreign");
    directory.write(
        "string.h",
        "#include <stddef.h>\nvoid *memcpy(void *, const void *, size_t);\nsize_t strlen(const char *);\n",
    );
    let build = |target: &str, output: &Path| {
        let mut command = support::compiler(&clang);
        command.arg(format!("--target={target}")).args([
            "-shared",
            "-fPIC",
            "-nostdlib",
            "-fuse-ld=lld",
            "-ffreestanding",
        ]);
        succeed(command.arg("-isystem").arg(directory.path()).arg(example()).arg("-o").arg(output), MINUTE);
    };
    let own = format!("{}-linux-gnu", std::env::consts::ARCH);
    let others = [
        ("i386", "E_ELF_CLASS"),
        ("powerpc64", "E_ELF_BYTE_ORDER"),
        ("aarch64", "E_ELF_MACHINE"),
        ("x86_64", "E_ELF_MACHINE"),
    ];
    for (other, code) in others.into_iter().filter(|(other, _)| *other != std::env::consts::ARCH) {
        let library = directory.join(&format!("{other}.so"));
        build(&format!("{other}-linux-gnu"), &library);
        let error = Private::copy(&library).load().expect_err(other);
        if error.code() != code {
            skipped(test, &format!("{other} is {} here", error.code()));
            continue;
        }
        assert_eq!(error.remedy(), "build the plugin for this host's processor");
        build(&own, &library);
        loads(&Private::copy(&library), code);
    }
}
