//! The program that maps libraries (`mapper.c`), and what it should say of one whose facts are known.

use crate::base::text::UntrustedText;
use crate::elf::Facts;
use sochdb_plugin_abi::{SOCH_NAME_SIZE, SOCH_VERSION_SIZE};
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A running mapper.
pub(super) struct Mapper {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
}

/// Compiles the mapper below `directory`; `None` if there is no C compiler.
pub(super) fn compile(directory: &Path) -> Option<PathBuf> {
    let program = directory.join("mapper");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/elf/tests/mapper.c");
    let mut command = Command::new("cc");
    match command.args(["-O1", "-o"]).arg(&program).arg(source).arg("-ldl").output() {
        Ok(done) if done.status.success() => Some(program),
        Ok(done) => panic!("mapper.c: {}", String::from_utf8_lossy(&done.stderr)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => panic!("cc does not start: {error}"),
    }
}

impl Mapper {
    pub(super) fn start(program: &Path) -> Self {
        let mut command = Command::new(program);
        // What a lookup finds does not depend on who runs the test, and nothing is printed of what a mutant lacks.
        command.env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("it was just compiled");
        let (input, output) = (child.stdin.take().expect("piped"), child.stdout.take().expect("piped"));
        Self { child, input, output }
    }

    /// What it says of a library.
    pub(super) fn map(&mut self, library: &[u8]) -> String {
        let length = u32::try_from(library.len()).expect("mutants are small");
        self.input.write_all(&length.to_ne_bytes()).and_then(|()| self.input.write_all(library)).expect("it listens");
        let mut length = [0; 4];
        self.output.read_exact(&mut length).expect("it answers");
        let mut text = vec![0; u32::from_ne_bytes(length) as usize];
        self.output.read_exact(&mut text).expect("it answers");
        String::from_utf8_lossy(&text).into_owned()
    }
}

impl Drop for Mapper {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What the mapper says if the dynamic linker sees what the reader saw.
pub(super) fn expected(library: &[u8], facts: &Facts) -> String {
    let mut text = "loaded\n".to_owned();
    let mut line = |name: &str, value: String| text.push_str(&format!("{name}={value}\n"));
    let strings = |text: &UntrustedText| hex(text.as_bytes());
    facts.soname.iter().for_each(|name| line("soname", strings(name)));
    facts.needed.iter().for_each(|name| line("needed", strings(name)));
    line("text relocations", u8::from(facts.text_relocations).to_string());
    line("path", u8::from(facts.search_path.is_some()).to_string());
    line("interposes", u8::from(facts.interpose).to_string());
    line("program", u8::from(facts.position_independent_program).to_string());
    line("constructors", facts.constructors.to_string());
    line("entry", format!("{:x}", facts.entry_address));
    let entry = facts.entry.expect("accepted");
    let mut head = entry.magic.to_ne_bytes().to_vec();
    head.extend(entry.size.to_ne_bytes());
    for half in [entry.abi_major, entry.abi_minor, entry.min_host_minor, 0] {
        head.extend(half.to_ne_bytes());
    }
    head.extend(entry.flags.to_ne_bytes());
    head.extend(entry.layout_hash);
    line("head", hex(&head));
    let at = u64::from_ne_bytes(library[32..40].try_into().expect("8 bytes")) as usize;
    let count = usize::from(u16::from_ne_bytes([library[56], library[57]]));
    let headers = library[at..at + 56 * count].iter();
    let sum =
        headers.fold(0xcbf2_9ce4_8422_2325, |sum: u64, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3));
    line("headers", format!("{sum:016x}"));
    line("note", hex(&note(facts)));
    line("notes", facts.note_count.to_string());
    line("thread-local", facts.tls_size.to_string());
    line("executable stack", "0".to_owned());
    line("writable code", "0".to_owned());
    text
}

/// The note's body as it is in the file.
fn note(facts: &Facts) -> Vec<u8> {
    let note = facts.note.as_ref().expect("accepted");
    let mut body = note.note_version.to_ne_bytes().to_vec();
    for half in [note.abi_major, note.abi_minor, note.min_host_minor, 0] {
        body.extend(half.to_ne_bytes());
    }
    body.extend(note.flags.to_ne_bytes());
    body.extend(note.kinds.to_ne_bytes());
    body.extend(note.layout_hash);
    for (text, size) in [(&note.name, SOCH_NAME_SIZE), (&note.version, SOCH_VERSION_SIZE)] {
        let start = body.len();
        body.extend(text.as_bytes());
        body.resize(start + size, 0);
    }
    body
}
