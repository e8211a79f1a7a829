//! What the README shows is what is tested.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;
use support::plugins::load;
use support::{root, succeed, tool, PrivateDir, MINUTE};

fn read(path: &str) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The README's blocks of code, without their fences.
fn blocks(language: &str) -> Vec<String> {
    let readme = read("README.md");
    let open = format!("```{language}\n");
    readme.split(&open).skip(1).map(|rest| rest.split("```").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn the_smallest_plugins_are_the_tested_files() {
    assert_eq!(blocks("c")[0], read("examples-c/codec_xor.c"));
    assert_eq!(blocks("rust")[0], read("examples-rust/codec_xor/src/lib.rs"));
}

#[test]
fn the_smallest_plugins_are_small() {
    assert!(read("examples-c/codec_xor.c").lines().count() <= 25);
    assert!(read("examples-rust/codec_xor/src/lib.rs").lines().count() <= 20);
}

#[test]
fn the_loading_lines_are_those_of_the_example() {
    let example = read("host/examples/load.rs");
    let block = &blocks("rust")[1];
    assert!(block.lines().count() <= 6);
    for line in block.lines() {
        assert!(example.lines().any(|other| other.trim() == line.trim()), "host/examples/load.rs lacks: {line}");
    }
}

#[test]
fn the_suite_in_a_crate_of_its_own_is_a_tested_file() {
    let file = read("tests/linked/several_kinds.rs").replace("linked_kinds", "my_codec");
    let (_, code) = file.split_once("\n\n").expect("code below the first lines");
    assert!(read("host/conformance/README.md").contains(code), "host/conformance/README.md lacks:\n{code}");
}

#[test]
fn the_whole_program_has_as_many_lines_as_is_said() {
    let said = format!("a whole program in {} lines", read("host/examples/embed.rs").lines().count());
    assert!(read("host/README.md").contains(&said), "host/README.md does not say: {said}");
}

/// "Of [path](path):" stands before a part of a file; each of its paragraphs is there, however far it is indented.
#[test]
fn parts_of_files_are_parts_of_these_files() {
    let trimmed = |text: &str| text.lines().map(str::trim).collect::<Vec<_>>().join("\n");
    let readme = read("README.md").replace("of\n[", "of [");
    let mut parts = 0;
    for part in
        readme.split(" of [").skip(1).filter(|part| part.lines().next().is_some_and(|line| line.ends_with("):")))
    {
        let path = part.split(']').next().expect("a path");
        let block = part.split("```").nth(1).and_then(|block| block.split_once('\n')).expect("a block").1;
        let file = trimmed(&read(path));
        for paragraph in block.trim().split("\n\n") {
            assert!(file.contains(&trimmed(paragraph)), "{path} does not have:\n{paragraph}");
            parts += 1;
        }
    }
    assert_eq!(parts, 9, "parts of files");
}

#[test]
fn the_packages_come_from_this_repository() {
    for (package, pages) in [
        ("sochdb-plugin-sdk", ["README.md", "sdk/README.md"]),
        ("sochdb-plugin-host", ["README.md", "host/README.md"]),
        ("sochdb-plugin-host", ["host/conformance/README.md"; 2]),
        ("sochdb-plugin-conformance", ["host/conformance/README.md"; 2]),
    ] {
        let dependency = format!("{package} = {{ git = \"{}\"", env!("CARGO_PKG_REPOSITORY"));
        for page in pages {
            assert!(read(page).contains(&dependency), "{page} does not say {dependency}");
        }
    }
}

#[test]
fn links_lead_to_files_and_headings() {
    let readme = read("README.md");
    let kept = |c: char| c.is_ascii_alphanumeric() || c == ' ';
    let anchor = |heading: &str| heading.to_lowercase().replace(|c| !kept(c), "").replace(' ', "-");
    let headings = readme.lines().filter(|line| line.starts_with("##"));
    let anchors: Vec<String> = headings.map(|line| anchor(line.trim_start_matches('#').trim())).collect();
    for target in readme.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        if let Some(heading) = target.strip_prefix('#') {
            assert!(anchors.iter().any(|anchor| anchor == heading), "the README has no heading {heading}: {anchors:?}");
            continue;
        }
        let path = root().join(target);
        assert!(path.exists(), "the README links to {target}, which is not there");
    }
}

/// The lines of the README that compile the plugins of examples-c, block by block.
fn builds() -> Vec<Vec<String>> {
    let lines = |block: String| block.lines().map(str::to_owned).collect::<Vec<_>>();
    let all = blocks("sh").into_iter().map(lines);
    let found: Vec<_> = all.filter(|lines| lines.iter().all(|line| line.contains("codec_"))).collect();
    found.into_iter().filter(|lines| lines.iter().any(|line| line.contains("-Iinclude"))).collect()
}

#[test]
fn the_lines_that_compile_are_those_of_the_headers() {
    let builds = builds();
    let general = |line: &str| {
        let words = line.split(' ').map(|word| match word.rsplit_once('.') {
            Some((_, suffix @ ("c" | "cpp" | "so"))) => format!("plugin.{suffix}"),
            _ => word.to_owned(),
        });
        words.collect::<Vec<_>>().join(" ")
    };
    let [in_c, in_cpp] = [0, 1].map(|at: usize| general(&builds[0][at]));
    let (c, cpp) = (read("include/sochdb_plugin.h"), read("include/sochdb_plugin.hpp"));
    assert!(in_c.starts_with("cc ") && c.contains(&format!("  {in_c}\n")), "the C header lacks: {in_c}");
    for header in [c, cpp] {
        assert!(in_cpp.starts_with("c++ ") && header.contains(&format!("  {in_cpp}\n")), "a header lacks: {in_cpp}");
    }
}

#[test]
fn the_lines_that_compile_do() {
    const TEST: &str = "the_lines_that_compile_do";
    let builds = builds();
    assert_eq!(builds.len(), 2, "{builds:?}");
    for lines in builds {
        let directory = PrivateDir::new(TEST);
        for folder in ["include", "examples-c"] {
            symlink(root().join(folder), directory.join(folder)).expect("a link");
        }
        let tools = lines.iter().filter_map(|line| line.split(' ').next());
        if !tools.into_iter().all(|name| tool(TEST, name).is_some()) {
            continue;
        }
        for line in &lines {
            succeed(Command::new("sh").args(["-ec", line]).current_dir(directory.path()), MINUTE);
            let output = line.rsplit_once(" -o ").map(|(_, output)| directory.join(output));
            if let Some(library) = output.filter(|output| output.extension().is_some_and(|suffix| suffix == "so")) {
                load(&library);
            }
        }
    }
}

/// What the README says of `-static-libstdc++` and libc++ is tried in `cpp_builds.rs`.
#[test]
fn what_is_said_to_be_added_is_what_is_tried() {
    let tried = read("tests/toolchains/cpp_builds.rs");
    let header = read("include/sochdb_plugin.hpp");
    for words in [&["-static-libstdc++", "-static-libgcc"][..], &["-stdlib=libc++", "-static-libstdc++"]] {
        let list = words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ");
        assert!(tried.contains(&list), "cpp_builds.rs does not try {list}");
        assert!(header.contains(&words.join(" ")), "the C++ header does not say {words:?}");
        assert!(words.iter().all(|word| read("README.md").contains(word)), "README.md does not say {words:?}");
    }
}
