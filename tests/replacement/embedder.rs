//! The program of README that embeds a directory of plugins, while an operator installs the next version.

use crate::versions::bad_version;
use sochdb_plugin_host::sdk::StorageExtension;
use sochdb_plugin_host::InstanceOptions;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use support::home::{text, Home};
use support::plugins::{load, Private};
use support::{in_c, run, MINUTE};

#[test]
fn a_directory_is_served_and_its_next_version_too() {
    let home = Home::new();
    let next = Private::copy(&in_c!("storage_lmdb"));
    let mut bytes = fs::read(&next.path).expect("its own file");
    bytes.push(b'2');
    fs::write(&next.path, bytes).expect("its own file");
    for plugin in ["storage_lmdb", "codec_xor"] {
        home.call(&["install", text(&Private::copy(&in_c!(plugin)).path)], 0);
    }
    let data = home.directory("rows");
    let mut embed = Command::new(env!("CARGO_BIN_EXE_embed"));
    embed.arg(home.plugins()).arg(&data).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut embed = embed.spawn().expect("it was built");
    let mut orders = embed.stdin.take().expect("a pipe");
    let mut lines = BufReader::new(embed.stdout.take().expect("a pipe")).lines().map(|line| line.expect("text"));
    writeln!(orders, "order 1").expect("it reads");
    // The last of those that were there at first.
    let begin = Instant::now();
    while !data.join("codec_xor").exists() {
        assert!(begin.elapsed() < MINUTE, "it does not begin");
        sleep(Duration::from_millis(5));
    }
    home.call(&["install", text(&next.path)], 0);
    // A plugin that is new, and one that does not work: nothing of that hurts the storage.
    home.call(&["install", text(&Private::copy(&in_c!("index_sorted")).path)], 0);
    let bad = bad_version("codec_xor", "COMPRESSION", "CREATE");
    home.call(&["install", text(&bad.path)], 0);
    writeln!(orders, "reload").expect("it reads");
    writeln!(orders, "order 2").expect("it reads");
    let replaced = lines.next().expect("it says what it replaced");
    assert!(replaced.starts_with("storage_lmdb: calls waited"), "{replaced}");
    writeln!(orders, "order 3").expect("it reads");
    drop(orders);
    let listed: Vec<String> = lines.collect();
    let serving = ["storage_lmdb 1.0.0: serving", "codec_xor 1.0.0: serving", "index_sorted 1.0.0: serving"];
    assert_eq!(listed, serving, "in the order in which they came");
    assert!(embed.wait().expect("it ends").success());

    let options = InstanceOptions::new().data_dir(data.join("storage_lmdb"));
    let kept = load(&in_c!("storage_lmdb")).instance_with("{}", &options).expect("an instance");
    let rows = kept.storage().expect("a storage");
    let found = [1, 3, 4_u64].map(|number| rows.get(1, &number.to_be_bytes()).expect("get"));
    assert_eq!(found, [1, 2, 3].map(|line| Some(format!("order {line}").into_bytes())), "across versions");
}

#[test]
fn a_refused_configuration_stops_no_other_plugin_and_a_missing_directory_all() {
    let home = Home::new();
    for plugin in ["storage_lmdb", "index_sorted"] {
        home.call(&["install", text(&Private::copy(&in_c!(plugin)).path)], 0);
    }
    let data = home.directory("rows");
    fs::write(data.join("storage_lmdb.json"), "no configuration").expect("its own directory");
    let embed = |plugins: &Path| {
        let mut embed = Command::new(env!("CARGO_BIN_EXE_embed"));
        run(embed.arg(plugins).arg(&data).current_dir(&data), MINUTE)
    };
    let served = embed(&home.plugins());
    assert!(
        served.status.success() && served.stderr.contains("E_CREATE: the plugin `storage_lmdb` made no instance"),
        "{}",
        served.stderr
    );
    assert_eq!(served.stdout, "index_sorted 1.0.0: serving\n");
    let missing = embed(&data.join("missing"));
    assert!(missing.status.code() == Some(1) && missing.stderr.contains("E_DIR_NOT_FOUND"), "{}", missing.stderr);
    let relative = embed(Path::new("plugins"));
    let absolute = format!("which is {}/plugins/", data.display());
    assert!(relative.status.code() == Some(1) && relative.stderr.contains(&absolute), "{}", relative.stderr);
}
