//! Remedies of the plugin's file and of the file system that it is on.

use crate::follow::*;
use std::fs::{self, OpenOptions};
use std::process::Command;
use support::command::{one_object, LIMIT};
use support::in_c;
use support::operator::Operator;
use support::{compiler, find, root, run, skipped, succeed, tool, MINUTE};

#[test]
fn the_mode_of_a_file_is_mended_by_the_first_command() {
    let operator = Operator::new();
    let plugin = good(&operator, "good.so");
    for (wrong, codes) in [
        (0o775, &["E_FILE_WRITABLE"][..]),
        (0o666, &["E_FILE_WRITABLE"]),
        (0o4755, &["E_FILE_SPECIAL_BITS"]),
        (0o2755, &["E_FILE_SPECIAL_BITS"]),
        (0o1777, &["E_FILE_WRITABLE", "E_FILE_SPECIAL_BITS"]),
    ] {
        mode(&plugin, wrong);
        obey(&operator, &["verify", text(&plugin)], codes);
    }
    mode(&plugin, 0o666);
    let remedy = refused(&operator, &["verify", text(&plugin)], "E_FILE_WRITABLE");
    paste(&operator, &command_of("sochdb-plugin install", &remedy));
    assert_eq!(operator.verdict(&operator.home.join(".local/share/sochdb/plugins/codec_xor.so")), "");
}

#[test]
fn a_file_of_a_wrong_size_is_copied_or_stripped() {
    let test = "a_file_of_a_wrong_size_is_copied_or_stripped";
    let operator = Operator::new();
    let bytes = fs::read(in_c!("codec_xor")).expect("it was built");
    let plugin = good(&operator, "good.so");
    for (length, code) in [(0, "E_FILE_TOO_SMALL"), (63, "E_FILE_TOO_SMALL"), (500, "E_ELF_TRUNCATED")] {
        put(&plugin, &bytes[..length]);
        let remedy = refused(&operator, &["verify", text(&plugin)], code);
        assert!(remedy.starts_with("copy or build the plugin again"), "{remedy}");
        put(&plugin, &bytes);
        assert_eq!(operator.verdict(&plugin), "");
    }
    if tool(test, "strip").is_none() {
        return;
    }
    // Notes for a debugger that are larger than what is loaded.
    let source = operator.write(
        "large.c",
        format!(
            "#include \"{}\"\n__asm__(\".section .debug_large,\\\"\\\",@progbits\\n.zero {}\\n.previous\");\n",
            root().join("examples-c/codec_xor.c").display(),
            65 << 20,
        ),
    );
    let mut cc = compiler(&find("cc").expect("a C compiler called cc"));
    succeed(cc.args(["-shared", "-fPIC"]).arg(source).arg("-o").arg(&plugin), MINUTE);
    mode(&plugin, 0o755);
    obey(&operator, &["verify", text(&plugin)], &["E_FILE_TOO_LARGE"]);
}

#[test]
fn a_file_that_is_written_is_loaded_when_nobody_writes_it() {
    let operator = Operator::new();
    let plugin = good(&operator, "good.so");
    let writer = OpenOptions::new().append(true).open(&plugin).expect("its own file");
    let remedy = refused(&operator, &["verify", text(&plugin)], "E_FILE_CHANGED");
    assert_eq!(remedy, "load it when nobody writes it");
    drop(writer);
    assert_eq!(operator.verdict(&plugin), "");
}

#[test]
fn from_a_mount_without_code_the_plugin_is_moved() {
    let test = "from_a_mount_without_code_the_plugin_is_moved";
    let operator = Operator::new();
    let plugin = good(&operator, "good.so");
    let (mount, elsewhere) = (operator.directory("mount", 0o755), operator.directory("elsewhere", 0o755));
    let script = "mount -t tmpfs -o noexec,mode=755 tmpfs \"$2\" || exit 77; cp -p \"$1\" \"$2/good.so\"
        \"$0\" verify --json --no-trust-files \"$2/good.so\"; echo ----; mv \"$2/good.so\" \"$3/moved.so\"
        \"$0\" verify --json --no-trust-files \"$3/moved.so\"; echo ----
        HOME=$3; export HOME; \"$0\" install --json \"$1\" --directory \"$2\"; echo ----
        \"$0\" install --json \"$1\" --directory \"$3/own\"";
    let arguments = [text(&plugin), text(&mount), text(&elsewhere)];
    let Some(said) = mounted(test, script, &arguments) else { return };
    assert!(remedy(&answer(&said[0]), "E_NOEXEC_MOUNT").starts_with("move the plugin to one that allows"));
    assert_eq!(answer(&said[1])["accepted"], true, "{}", said[1]);
    // The directory is what is wrong, not the download.
    let refused = answer(&said[2]);
    let way = remedy(&refused, "E_NOEXEC_MOUNT");
    assert_eq!(refused["file"], text(&mount), "{refused}");
    assert!(!refused.to_string().contains("good.so is on"), "{refused}");
    assert!(way.contains(&format!("sochdb-plugin install {} --directory DIRECTORY", text(&plugin))), "{way}");
    assert_eq!(answer(&said[3])["outcome"], "installed", "{}", said[3]);
}

#[test]
fn without_proc_nothing_loads_until_it_is_mounted() {
    let test = "without_proc_nothing_loads_until_it_is_mounted";
    let operator = Operator::new();
    let plugin = good(&operator, "good.so");
    let script = "umount -l /proc || exit 77
        \"$0\" verify --probe --json --no-trust-files \"$1\"; echo ----; mount -t proc proc /proc || exit 77
        \"$0\" verify --probe --json --no-trust-files \"$1\"";
    let Some(said) = mounted(test, script, &[text(&plugin)]) else { return };
    assert!(remedy(&answer(&said[0]), "E_PROC").starts_with("mount /proc"), "{}", said[0]);
    assert_eq!(answer(&said[1])["accepted"], true, "{}", said[1]);
}

/// The command below these limits, as a shell sets them.
fn limited(operator: &Operator, limits: &str, arguments: &[&str]) -> Command {
    let plain = operator.command(arguments);
    let mut shell = Command::new("bash");
    shell.args(["-c", &format!("{limits}; exec \"$0\" \"$@\"")]).arg(plain.get_program()).args(plain.get_args());
    shell.current_dir(&operator.home).env("HOME", &operator.home).env_remove("XDG_CONFIG_HOME");
    shell
}

#[test]
fn what_ran_short_is_raised_by_the_command_that_the_remedy_names() {
    let operator = Operator::new();
    let plugin = good(&operator, "good.so");
    memory_and_processes_are_raised(&operator, text(&plugin));
    for (low, option, high) in
        [("ulimit -n 5", "`ulimit -n`", "ulimit -n 64"), ("ulimit -f 4", "`ulimit -f`", "ulimit -f unlimited")]
    {
        let arguments = ["verify", "--json", "--no-trust-files", text(&plugin)];
        let answer = one_object(
            &run(
                &mut limited(&operator, &format!("trap '' XFSZ; {}", low.replace("ulimit ", "ulimit -S ")), &arguments),
                LIMIT,
            ),
            1,
        );
        let remedy = remedy(&answer, "E_SHORTAGE");
        assert!(remedy.contains(option), "{low}: {remedy}");
        let low_then_high =
            format!("{}; {}", low.replace("ulimit ", "ulimit -S "), high.replace("ulimit ", "ulimit -S "));
        one_object(&run(&mut limited(&operator, &low_then_high, &arguments), LIMIT), 0);
    }
}

/// What is too little differs between machines; so it is looked for. `tests/loader/limits.rs` has every value, and the stack, with
/// too little of which no program starts.
fn memory_and_processes_are_raised(operator: &Operator, plugin: &str) {
    let arguments = ["verify", "--probe", "--json", "--no-trust-files", plugin];
    let sizes = |from: u32, step: u32| (1..80).map(|at| (from + at * step).to_string()).collect::<Vec<_>>();
    mode(&operator.home, 0o755);
    for (option, values) in [("-v", sizes(0, 2_000)), ("-d", sizes(0, 500)), ("-u", sizes(0, 1))] {
        let limit = |value: &str| {
            let limits = format!("ulimit -S {option} {value} || exit 77");
            // Root's processes are not counted.
            if option != "-u" || !is_root() {
                return Some(run(&mut limited(operator, &limits, &arguments), LIMIT));
            }
            let other = as_other(&operator.command(&arguments), operator)?;
            let words: Vec<_> = other.get_args().collect();
            let (user, program) = words.split_at(words.len() - arguments.len() - 1);
            let mut shell = Command::new(other.get_program());
            shell.args(user).args(["bash", "-c", &format!("{limits}; exec \"$0\" \"$@\"")]).args(program);
            Some(run(shell.current_dir("/"), LIMIT))
        };
        let too_little = values.iter().find_map(|value| {
            let finished = limit(value)?;
            let answer: serde_json::Value = serde_json::from_str(&finished.stdout).ok()?;
            (answer["code"] == "E_SHORTAGE").then_some(answer)
        });
        let Some(answer) = too_little else {
            skipped(
                "what_ran_short_is_raised",
                &format!("no value of ulimit {option} is too little for the load alone"),
            );
            continue;
        };
        let remedy = remedy(&answer, "E_SHORTAGE");
        assert!(remedy.contains(&format!("`ulimit {option}`")), "{option}: {remedy}");
        if let Some(raised) = limit("unlimited").filter(|raised| raised.status.code() != Some(77)) {
            one_object(&raised, 0);
        }
    }
}

#[test]
fn what_is_no_library_is_left_for_the_file_that_is() {
    let operator = Operator::new();
    let plugin = good(&operator, "good.so");
    let text_file =
        put(&operator.home.join("plugins/text.so"), "just a text, and long enough to be one\n".repeat(9).as_bytes());
    let remedy = refused(&operator, &["verify", text(&text_file)], "E_ELF_MAGIC");
    assert_eq!(remedy, "give the path of the plugin's .so file");
    operator.object(&["verify", text(&plugin)], 0);
}
