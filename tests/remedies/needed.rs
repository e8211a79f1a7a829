//! Remedies of the libraries that a plugin needs, and of its own name among them.

use crate::follow::*;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::operator::Operator;
use support::{compiler, find, root, run, succeed, MINUTE};

/// A library in the directory of the plugin.
fn library(operator: &Operator, name: &str, options: &[&str]) -> PathBuf {
    let source = operator.write("library.c", "int extra(void) { return 1; }\n");
    let path = operator.directory("plugins", 0o755).join(name);
    let mut cc = Command::new(find("cc").expect("a C compiler called cc"));
    succeed(cc.args(["-shared", "-fPIC"]).args(options).arg(source).arg("-o").arg(&path), MINUTE);
    mode(&path, 0o755);
    path
}

/// A plugin that is linked with this.
fn plugin(operator: &Operator, name: &str, options: &[&str]) -> PathBuf {
    let path = operator.directory("plugins", 0o755).join(name);
    let mut cc = compiler(&find("cc").expect("a C compiler called cc"));
    cc.args(["-shared", "-fPIC"]).arg(root().join("examples-c/codec_xor.c")).arg("-Wl,--no-as-needed").args(options);
    succeed(cc.arg("-o").arg(&path), MINUTE);
    mode(&path, 0o755);
    path
}

/// A plugin that needs `libextra.so.1`, which the trust file names.
fn needing(operator: &Operator) -> (PathBuf, PathBuf) {
    let named = "-Wl,-soname,libextra.so.1";
    let library = library(operator, "libextra.so.1", &[named]);
    let plugin = plugin(operator, "needs.so", &[text(&library)]);
    let directory = operator.home.join("plugins");
    operator.trust(&format!(
        "[[directory]]\npath = \"{0}\"\npolicy = \"development\"\n[[dependency]]\nname = \"libextra.so.1\"\ndirectory = \"{0}\"\n",
        directory.display()
    ));
    (plugin, library)
}

#[test]
fn a_library_that_is_refused_is_mended_by_the_command() {
    let operator = Operator::new();
    let (plugin, library) = needing(&operator);
    let verify = ["verify", text(&plugin)];
    operator.object(&verify, 0);
    mode(&library, 0o777);
    obey(&operator, &verify, &["E_DEP_REFUSED"]);
}

#[test]
fn a_library_with_another_name_inside_is_linked_with_the_option() {
    let operator = Operator::new();
    let (plugin, _) = needing(&operator);
    let verify = ["verify", text(&plugin)];
    for wrong in [&["-Wl,-soname,libother.so.1"][..], &[]] {
        library(&operator, "libextra.so.1", wrong);
        let remedy = refused(&operator, &verify, "E_DEP_SONAME");
        let option =
            remedy.split([' ', ',']).skip_while(|word| !word.starts_with("-Wl")).take(3).collect::<Vec<_>>().join(",");
        library(&operator, "libextra.so.1", &[&option]);
        operator.object(&verify, 0);
        // Or its file is changed, by the command that the remedy has too.
        if find("patchelf").is_some() {
            let library = library(&operator, "libextra.so.1", wrong);
            paste(&operator, &format!("{} {}", command_of("patchelf", &remedy), text(&library)));
            operator.object(&verify, 0);
        }
    }
}

#[test]
fn a_plugin_whose_name_is_taken_is_linked_with_another() {
    let operator = Operator::new();
    let option = "-Wl,-soname,libsochdb_plugin_taken.so";
    let other = library(&operator, "other.so", &[option]);
    let verify = |plugin: &Path| {
        let mut command = operator.command(&["verify", "--probe", "--no-trust-files", "--json", text(plugin)]);
        command.env("LD_PRELOAD", &other);
        let finished = run(&mut command, MINUTE);
        serde_json::from_str::<serde_json::Value>(&finished.stdout).expect("an object")
    };
    let taken = plugin(&operator, "taken.so", &[option]);
    let way = remedy(&verify(&taken), "E_SONAME_TAKEN");
    let option = way.split(", ").next().and_then(|part| part.split(' ').next_back()).expect("an option");
    let other_name = plugin(&operator, "other_name.so", &[&option.replace("NAME", "mine")]);
    assert_eq!(verify(&other_name)["accepted"], true, "{option}");
    let nameless = plugin(&operator, "nameless.so", &[]);
    assert_eq!(verify(&nameless)["accepted"], true);
}
